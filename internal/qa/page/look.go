package page

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"stet/internal/prose"
	"stet/internal/qa"
)

// look is one rule's look at an article.
type look struct {
	*qa.Article
	options
	rule   *qa.Rule
	result *qa.Result
	facts  *facts
}

// facts are what several rules need to know of an article, found out once.
type facts struct {
	scripts []script
	read    bool
	words   string              // of the page, folded, with a space around each
	anchors map[string][]string // fragments by their letters
	numbers map[string]bool     // of the page, without separators
	files   map[string]bool     // names of the files of its pictures
	picture string              // address of the first of them
	pages   map[string]answer   // what the site says, by address
	shown   int                 // texts of structured data that were looked for in the page
}

// idle says that the article has nothing the rule is about.
func (l *look) idle() { l.result.Idle = true }

// values fill a message: %{name}.
type values map[string]any

func (v values) fill(text string) string {
	if !strings.Contains(text, "%{") {
		return text
	}
	pairs := make([]string, 0, 2*len(v))
	for name, value := range v {
		pairs = append(pairs, "%{"+name+"}", fmt.Sprint(value))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// fault is what is wrong: the kind's own words, which the rule's take the place of, and the values in them.
type fault struct {
	message, remedy string
	values          values
	around          string // what names the place when lines move; empty: the text found
}

const maxText = 200

// body adds a finding at a span of the body.
func (l *look) body(span prose.Span, f fault) *qa.Finding {
	text := l.Body.Source[span.Start:span.End]
	return l.add(qa.Where{Field: "body", Start: l.Body.Position(span.Start), End: l.Body.Position(span.End)}, text, f)
}

// top adds a finding about the body as a whole, at its beginning.
func (l *look) top(f fault) *qa.Finding {
	f.around = l.ContentID
	at := l.Body.Position(0)
	return l.add(qa.Where{Field: "body", Start: at, End: at}, "", f)
}

// field adds a finding about a text or a value beside the body.
func (l *look) field(name, text string, f fault) *qa.Finding {
	t := prose.Plain(text)
	return l.add(qa.Where{Field: name, Start: t.Position(0), End: t.Position(len(text))}, text, f)
}

func (l *look) add(where qa.Where, text string, f fault) *qa.Finding {
	message, remedy := f.message, f.remedy
	if l.rule.Message != "" {
		message = l.rule.Message
	}
	if l.rule.Remedy != "" {
		remedy = l.rule.Remedy
	}
	if f.around == "" {
		f.around = text
	}
	l.result.Findings = append(l.result.Findings, qa.Finding{
		Rule: l.rule.ID, Category: l.rule.Category, Severity: l.rule.Severity,
		Message: f.values.fill(message), Remedy: f.values.fill(remedy),
		Where: where, Text: cut(text), Hash: qa.HashOf(l.rule.ID, text, f.around),
	})
	return &l.result.Findings[len(l.result.Findings)-1]
}

// offer adds a fix of a kind, if the rule has it. Sure tells that it cannot do harm; only then the rule may call it safe.
func (l *look) offer(f *qa.Finding, kind, title string, sure bool, edits ...qa.Edit) {
	if l.rule.FixKind == kind && len(edits) > 0 {
		f.Fix = &qa.Fix{Title: title, Safe: sure && l.rule.Safe, Edits: edits}
	}
}

// limited adds a finding where a count is outside min and max.
func (l *look) limited(n int, add func(f fault) *qa.Finding, few, many fault) {
	switch {
	case under(n, l.Min):
		few.values["min"] = *l.Min
		add(few)
	case over(n, l.Max):
		many.values["max"] = *l.Max
		add(many)
	}
}

func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "")
}

// short is a text for use within a message: on one line, at most 60 characters.
func short(text string) string {
	if len(text) > 1000 {
		text = strings.ToValidUTF8(text[:1000], "")
	}
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= 60 {
		return text
	}
	return string([]rune(text)[:59]) + "…"
}

// plural is a count with its noun: 1 word, 2 words.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// text is the text of a field, empty where the article has none.
func (l *look) text(name string) string {
	for _, f := range l.Fields {
		if f.Name == name {
			return f.Text.Source
		}
	}
	return ""
}

// first is the first text that is not blank, with the name of its field.
func (l *look) first(names ...string) (name, text string) {
	for _, name := range names {
		if text := strings.TrimSpace(l.text(name)); text != "" {
			return name, text
		}
	}
	return names[0], ""
}
