package ground

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// marks pairs what opens a quotation with what ends it.
var marks = [...][2]string{{"“", "”"}, {"„", "“"}, {"«", "»"}, {"\"", "\""}, {"‘", "’"}}

// said are the words that give a quotation to a speaker.
var said = setOf(`said says say saying told tells added adds wrote writes explained explains stated states noted notes according remarked
	recalled commented argued argues claimed claims called announced declared replied asked quipped joked insisted warned admitted`)

// quotes finds what stands in quotation marks. Words of three and more that are not written as a title are a quotation
// and must be in the source as they are; shorter ones and titles are names.
func (r *reading) quotes() {
	for at := 0; at < len(r.text); {
		open, length, end := r.quotation(at)
		if open < 0 {
			return
		}
		r.quoted(open+length, end)
		_, closing := utf8.DecodeRuneInString(r.text[end:])
		at = end + closing
	}
}

// quotation finds the next quotation from a place: where it opens, how long its mark is, where its end mark stands.
func (r *reading) quotation(at int) (open, length, end int) {
	open = -1
	for _, pair := range marks {
		from := strings.Index(r.text[at:], pair[0])
		if from < 0 || open >= 0 && at+from >= open {
			continue
		}
		from += at
		if pair[0] == "‘" && from > 0 && r.text[from-1] != ' ' {
			continue
		}
		to := strings.Index(r.text[from+len(pair[0]):], pair[1])
		if to < 0 {
			continue
		}
		open, length, end = from, len(pair[0]), from+len(pair[0])+to
	}
	return open, length, end
}

func (r *reading) quoted(start, end int) {
	first, last := -1, -1
	lower, words := 0, 0
	for i, t := range r.tokens {
		if t.start < start || t.end > end {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
		words++
		if !t.upper && !t.digit && !idle[t.fold] {
			lower++
		}
	}
	if words == 0 || words < 3 && lower == words {
		return // so-called
	}
	if words == 1 && (r.tokens[first].digit || r.bare(r.tokens[first])) {
		return
	}
	a := atom{kind: aQuote, speaker: r.speaker(first, last)}
	if words == 3 && lower > 0 && a.speaker == nil {
		return // a term rather than somebody's words
	}
	if words < 3 || lower == 0 {
		a = atom{kind: aName}
		for _, t := range r.tokens[first : last+1] {
			a.words = append(a.words, t.fold)
		}
		if words == 1 && idle[a.words[0]] {
			return
		}
	} else {
		a.parts = r.parts(first, last)
	}
	r.atoms = slices.DeleteFunc(r.atoms, func(a atom) bool { return a.start >= start && a.end <= end })
	r.add(a, first, last-first+1)
}

// parts are the runs of words of a quotation between [...], an ellipsis and what an editor put in brackets.
func (r *reading) parts(first, last int) [][]string {
	parts, inside := [][]string{nil}, false
	for i := first; i <= last; i++ {
		g := gap(r.text, r.tokens, i)
		if i > first && (strings.ContainsAny(g, "[]…") || strings.Contains(g, "...") || strings.Contains(g, ". . .")) {
			parts = append(parts, nil)
			inside = strings.LastIndexByte(g, '[') > strings.LastIndexByte(g, ']')
		}
		if !inside {
			parts[len(parts)-1] = append(parts[len(parts)-1], r.tokens[i].fold)
		}
	}
	return slices.DeleteFunc(parts, func(p []string) bool { return len(p) == 0 })
}

// speaker is the name beside a word of saying near a quotation.
func (r *reading) speaker(first, last int) []string {
	from, to := max(0, first-8), min(len(r.tokens), last+9)
	found := false
	for i := from; i < to; i++ {
		if (i < first || i > last) && said[r.tokens[i].fold] {
			found = true
		}
	}
	if !found {
		return nil
	}
	var name []string
	for i := from; i < to; i++ {
		t := r.tokens[i]
		if i >= first && i <= last {
			continue
		}
		if t.upper && !idle[t.fold] && !(i == 0 && said[t.fold]) {
			name = append(name, t.fold)
		} else if len(name) > 0 {
			break
		}
	}
	return name
}
