package page

import (
	"strings"

	"stet/internal/prose"
)

// Entries of headings that stand for others, as in markdownlint's MD043: https://github.com/DavidAnson/markdownlint/blob/main/doc/md043.md
const (
	anyNumber = "*"
	some      = "+"
	oneOf     = "?"
)

// requiredSection wants the headings that a rule names, in its order. An entry is the text of a heading, with its marks
// (## Usage) if the level matters, and with alternatives between bars (Usage|How to use it). Without exact other headings
// may stand between.
func (l *look) requiredSection() {
	headings := l.headings()
	want := l.Headings
	if !is(l.Exact) {
		want = loose(want)
	}
	missing, at, ok := l.match(want, headings)
	switch {
	case ok:
	case missing == "":
		h := l.block(headings[at])
		l.body(h.Span, fault{"The heading “%{heading}” is not one of those that the article has to have.", "Remove it, or put it in its place: %{want}.",
			values{"heading": short(h.Plain), "want": strings.Join(l.Headings, ", ")}, h.Plain})
	case at < len(headings) && is(l.Exact):
		h := l.block(headings[at])
		l.body(h.Span, fault{"The heading “%{heading}” stands where “%{missing}” has to be.", "Add the section, or put it in its place.",
			values{"heading": short(h.Plain), "missing": missing}, h.Plain})
	default:
		l.end(fault{"The section “%{missing}” is missing.", "Add it, with this heading.", values{"missing": missing}, missing})
	}
}

// loose allows any headings around those that are named.
func loose(want []string) []string {
	list := []string{anyNumber}
	for _, w := range want {
		list = append(list, w, anyNumber)
	}
	return list
}

// match compares headings with entries. If it fails, missing is the entry that found no heading, empty where there is
// none left for the heading at.
func (l *look) match(want []string, headings []int) (missing string, at int, ok bool) {
	// reach[j] tells that the entries so far can take the headings before j.
	reach := make([]bool, len(headings)+1)
	reach[0] = true
	for _, entry := range want {
		next := make([]bool, len(headings)+1)
		far := 0
		for j := range reach {
			if reach[j] {
				far = j
			}
			switch {
			case entry == anyNumber:
				next[j] = reach[j] || j > 0 && next[j-1]
			case j == 0:
			case entry == some:
				next[j] = reach[j-1] || next[j-1]
			default:
				next[j] = reach[j-1] && (entry == oneOf || l.named(l.block(headings[j-1]), entry))
			}
		}
		if !has(next) {
			if entry == some || entry == oneOf {
				entry = "another section"
			}
			return entry, far, false
		}
		reach = next
	}
	if reach[len(headings)] {
		return "", 0, true
	}
	for j := range reach {
		if reach[j] {
			at = j
		}
	}
	return "", at, false
}

func has(list []bool) bool {
	for _, b := range list {
		if b {
			return true
		}
	}
	return false
}

// named reports whether a heading is the one that an entry means.
func (l *look) named(h *prose.Block, entry string) bool {
	if text := strings.TrimLeft(entry, "#"); len(text) < len(entry) && (text == "" || text[0] == ' ') {
		if len(entry)-len(text) != h.Level {
			return false
		}
		entry = text
	}
	for name := range strings.SplitSeq(entry, "|") {
		name = strings.TrimSpace(name)
		if name == h.Plain || !is(l.MatchCase) && strings.EqualFold(name, h.Plain) {
			return true
		}
	}
	return false
}

// end adds a finding about the body, at its end.
func (l *look) end(f fault) {
	n := len(strings.TrimRight(l.Body.Source, "\n"))
	l.body(prose.Span{Start: n, End: n}, f)
}
