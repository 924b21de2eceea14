package word

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"stet/internal/qa"
)

// maxText is how much of what was found a finding keeps, in bytes.
const maxText = 200

// maxFindings is how many findings of one rule an article may have; what is beyond is not listed.
const maxFindings = 500

// full tells whether there are more findings than are listed, so that looking on is of no use.
func full(result *qa.Result) bool { return len(result.Findings) > maxFindings }

// said are the values that a message or a remedy may name: %{match}, %{to}, %{count}, %{limit}.
type said struct{ match, to, count, limit string }

func (v said) fill(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "%{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return b.String() + text
		}
		b.WriteString(before)
		switch name {
		case "match":
			b.WriteString(v.match)
		case "to":
			b.WriteString(v.to)
		case "count":
			b.WriteString(v.count)
		case "limit":
			b.WriteString(v.limit)
		default:
			b.WriteString("%{" + name + "}")
		}
		text = after
	}
}

// finding says that the rule found something at a range of a unit's plain text. The message is the kind's own; the rule's
// takes its place where it has one.
func (s *sheet) finding(u *unit, start, end int, message string, values said) qa.Finding {
	rule := s.rule
	text := u.plain[start:end]
	if values.match == "" {
		values.match = oneLine(text)
	}
	if rule.Message != "" {
		message = rule.Message
	}
	f := qa.Finding{
		Rule: rule.ID, Category: rule.Category, Severity: rule.Severity, Message: values.fill(message), Remedy: values.fill(rule.Remedy),
		Text: cut(text), Hash: qa.HashOf(rule.ID, text, u.around(start)),
	}
	origin, _ := u.block.Origin(start, end)
	f.Where = qa.Where{Field: u.field, Start: u.text.Position(origin.Start), End: u.text.Position(origin.End)}
	return f
}

// edit replaces a range of the unit's plain text in the source; ok is false where it does not stand there byte for byte.
func (u *unit) edit(start, end int, to string) (edit qa.Edit, ok bool) {
	origin, exact := u.block.Origin(start, end)
	return qa.Edit{Start: origin.Start, End: origin.End, Text: to}, exact
}

func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "")
}

func oneLine(text string) string { return short(strings.Join(strings.Fields(text), " ")) }

// likeCase gives a replacement the capitals of what it replaces. One with capitals of its own stays as it is.
func likeCase(match, to string) string {
	if to != strings.ToLower(to) {
		return to
	}
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, match)
	first, _ := utf8.DecodeRuneInString(letters)
	switch {
	case utf8.RuneCountInString(letters) > 1 && letters == strings.ToUpper(letters) && letters != strings.ToLower(letters):
		return strings.ToUpper(to)
	case unicode.IsUpper(first):
		return capitalize(to)
	default:
		return to
	}
}

func capitalize(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[size:]
}
