package vale

import (
	"fmt"
	"slices"
	"strings"
)

// lists are the tokens of a rule, sorted by what they become.
type lists struct {
	words    []string
	patterns []string
	apart    []mapping // tokens with conditions beside them, which need a rule of their own
}

// bound is a token as Vale puts it into a regular expression.
func (s *style) bound(token string) string {
	if s.yes("nonword") {
		return token
	}
	return `\b(?:` + token + `)\b`
}

// how are the keys that say how words are looked for. Vale knows no words: a part of a word with a hyphen is one for it.
func (s *style) how(exceptions bool) mapping {
	m := mapping{{"parts", true}}
	if s.sensitive() {
		m = append(m, pair{"case", true})
	}
	if s.text("scope") == "sentence" {
		m = append(m, pair{"within", "sentence"})
	}
	if list := s.exceptions(); exceptions && len(list) > 0 {
		m = append(m, pair{"exceptions", list})
	}
	return m
}

// exceptions are those that can be written as words.
func (s *style) exceptions() (list []string) {
	for _, source := range s.list("exceptions") {
		if words, ok := texts(source); ok {
			list = append(list, words...)
		} else {
			s.leave("exception %q: it is no list of words", source)
		}
	}
	return list
}

// bounded tells whether a token says itself that it begins and ends where words do.
func bounded(token string) bool {
	return strings.HasPrefix(token, `\b`) && strings.HasSuffix(token, `\b`)
}

func (s *style) existence() {
	raw, tokens := strings.Join(s.list("raw"), ""), s.list("tokens")
	var l lists
	switch {
	case raw == "":
		for _, token := range tokens {
			s.sort(&l, token)
		}
	case len(tokens) == 0:
		core, conditions := cutBeside(raw)
		s.sortPattern(&l, core, conditions)
	default:
		s.sortJoined(&l, raw, tokens)
	}
	if m := s.how(true); len(l.words)+len(l.patterns) > 0 {
		if len(l.words) > 0 {
			m = append(m, pair{"words", l.words})
		}
		if len(l.patterns) > 0 {
			m = append(m, pair{"patterns", l.patterns})
		}
		s.add("forbid", m, "%{match}")
	}
	for _, m := range l.apart {
		s.add("forbid", append(s.how(true), m...), "%{match}")
	}
}

// sort puts a token where it belongs.
func (s *style) sort(l *lists, token string) {
	if words, ok := texts(token); ok && (!s.yes("nonword") || bounded(token)) {
		for _, word := range words {
			if !slices.Contains(l.words, word) {
				l.words = append(l.words, word)
			}
		}
		return
	}
	core, conditions := cutBeside(token)
	s.sortPattern(l, s.bound(core), conditions)
}

// sortPattern puts a pattern where it belongs; one with conditions beside it needs a rule of its own.
func (s *style) sortPattern(l *lists, source string, conditions mapping) {
	if err := s.usable(source, conditions); err != nil {
		s.leave("token %q: %v", source, err)
		return
	}
	if len(conditions) > 0 {
		l.apart = append(l.apart, append(conditions, pair{"patterns", []string{source}}))
		return
	}
	l.patterns = append(l.patterns, source)
}

// sortJoined puts what raw and each token stand for into phrases with alternatives, and the tokens that are no words into
// patterns. Raw stands before the tokens, unless append says after.
func (s *style) sortJoined(l *lists, raw string, tokens []string) {
	begin, finite := texts(strings.TrimSuffix(strings.TrimSuffix(raw, `\s*`), `\s+`))
	spaced := strings.HasSuffix(raw, `\s*`) || strings.HasSuffix(raw, `\s+`)
	var ends []string
	for _, token := range tokens {
		if list, ok := texts(token); ok && finite && spaced && !s.yes("append") && !s.yes("nonword") {
			ends = append(ends, list...)
		} else if s.yes("append") {
			s.sortPattern(l, s.bound(token)+raw, nil)
		} else {
			s.sortPattern(l, raw+s.bound(token), nil)
		}
	}
	if len(ends) > 0 {
		l.words = append(l.words, choice(begin)+" "+choice(ends))
	}
}

func choice(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return "(" + strings.Join(list, "|") + ")"
}

func (s *style) substitution() {
	var swap mapping
	var patterns, apart []mapping
	for _, p := range s.pairs("swap") {
		from, to := p[0], strings.Split(p[1], "|")
		if slices.Contains(to, "") || strings.Contains(p[1], "$") {
			s.leave("swap %q: the replacement %q is empty or refers to groups", from, p[1])
			continue
		}
		if words, ok := texts(from); ok && !s.yes("nonword") {
			for _, word := range words {
				swap = append(swap, pair{word, to})
			}
			continue
		}
		core, conditions := cutBeside(from)
		source := s.bound(core)
		if err := s.usable(source, conditions); err != nil {
			s.leave("swap %q: %v", from, err)
			continue
		}
		entry := mapping{{"match", source}, {"to", to}}
		if len(conditions) > 0 {
			apart = append(apart, append(conditions, pair{"patterns", []mapping{entry}}))
		} else {
			patterns = append(patterns, entry)
		}
	}
	if m := s.how(true); len(swap)+len(patterns) > 0 {
		if len(swap) > 0 {
			m = append(m, pair{"swap", once(swap)})
		}
		if len(patterns) > 0 {
			m = append(m, pair{"patterns", patterns})
		}
		s.add("substitute", m, s.swapValues()...)
	}
	for _, m := range apart {
		s.add("substitute", append(s.how(true), m...), s.swapValues()...)
	}
}

// swapValues are what %s stands for: the better word, and where there are two, the word found after it.
func (s *style) swapValues() []string { return []string{"%{to}", "%{match}"} }

// once drops keys that are there already.
func once(m mapping) (out mapping) {
	for _, p := range m {
		if !slices.ContainsFunc(out, func(q pair) bool { return q.key == p.key }) {
			out = append(out, p)
		}
	}
	return out
}

func (s *style) consistency() {
	var variants, patterns [][]string
	for _, p := range s.pairs("either") {
		a, wordA := texts(p[0])
		b, wordB := texts(p[1])
		switch {
		case wordA && wordB && len(a) == 1 && len(b) == 1 && !s.yes("nonword"):
			variants = append(variants, []string{a[0], b[0]})
		case s.usable(s.bound(p[0]), nil) != nil || s.usable(s.bound(p[1]), nil) != nil:
			s.leave("either %q: %v", fmt.Sprint(p), "one of them cannot be a pattern here")
		default:
			patterns = append(patterns, []string{s.bound(p[0]), s.bound(p[1])})
		}
	}
	m := s.how(false)
	if len(variants) > 0 {
		m = append(m, pair{"variants", variants})
	}
	if len(patterns) > 0 {
		m = append(m, pair{"patterns", patterns})
	}
	if len(variants)+len(patterns) > 0 {
		s.add("consistent", m, "%{match}")
	}
}

func (s *style) conditional() {
	first, second := s.text("first"), s.text("second")
	for _, source := range []string{first, second} {
		if err := s.usable(source, nil); err != nil {
			s.leave("pattern %q: %v", source, err)
			return
		}
	}
	m := mapping{{"if", first}, {"then", second}, {"every", true}}
	if s.sensitive() {
		m = append(m, pair{"case", true})
	}
	if list := s.exceptions(); len(list) > 0 {
		m = append(m, pair{"exceptions", list})
	}
	s.add("implies", m, "%{match}")
}
