package ground

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"stet/internal/qa"
)

// fact is a curated truth, made ready for matching.
type fact struct {
	qa.Fact
	subjects   [][]string // folded words of the subject and its aliases
	attributes [][]string // stems of the attribute's names
	value      atom       // of kind number, date or year; a name for everything else
	from       time.Time
}

// factsOf reads the facts, the newest of each attribute first.
func factsOf(list []qa.Fact) []fact {
	facts := make([]fact, 0, len(list))
	for _, f := range list {
		made := fact{Fact: f, value: valueOf(f)}
		for _, name := range append([]string{f.Subject}, f.Aliases...) {
			made.subjects = appendPhrase(made.subjects, name, func(w string) string { return w })
		}
		for _, name := range append([]string{f.Attribute}, f.Words...) {
			made.attributes = appendPhrase(made.attributes, name, stem)
		}
		made.from, _ = time.Parse(time.DateOnly, f.ValidFrom) // one without a day has always been so
		facts = append(facts, made)
	}
	slices.SortStableFunc(facts, func(a, b fact) int { return b.from.Compare(a.from) })
	return facts
}

func appendPhrase(phrases [][]string, text string, form func(string) string) [][]string {
	var phrase []string
	for _, t := range scan(text) {
		phrase = append(phrase, form(t.fold))
	}
	if phrase == nil {
		return phrases
	}
	return append(phrases, phrase)
}

// valueOf reads the value with its unit as an article would write it.
func valueOf(f qa.Fact) atom {
	text := strings.TrimSpace(f.Value + " " + f.Unit)
	if len(f.Unit) == 1 || len(f.Unit) == 3 && unitNames[strings.ToLower(f.Unit)] != "" && currencies[f.Unit] != "" {
		text = f.Value + f.Unit
	}
	if currencies[f.Unit] != "" {
		text = f.Unit + f.Value
	}
	if atoms := read(text).atoms; len(atoms) > 0 {
		first, _, _ := strings.Cut(strings.TrimLeft(f.Value, "$€£¥₹+-~ "), " ")
		if atoms[0].start <= len(text)-len(f.Value) || first != "" && first[0] >= '0' && first[0] <= '9' {
			return atoms[0]
		}
	}
	a := atom{kind: aName}
	for _, t := range scan(f.Value) {
		a.words = append(a.words, t.fold)
	}
	return a
}

// phraseAt gives the first token from which a phrase stands in the tokens, -1 where it does not.
func phraseAt(tokens []token, phrases [][]string, form func(string) string) int {
	for i := range tokens {
		for _, phrase := range phrases {
			if i+len(phrase) > len(tokens) {
				continue
			}
			same := true
			for k, w := range phrase {
				same = same && form(tokens[i+k].fold) == w
			}
			if same {
				return i
			}
		}
	}
	return -1
}

// checkFacts compares what the article says about a subject's attributes with the facts. A sentence without a subject
// speaks of the one that its paragraph named last.
func (c *checker) checkFacts(result *qa.Result, r *rule, a *qa.Article, statements []*statement) {
	var last [][]string
	for i, s := range statements {
		if i > 0 && statements[i-1].block != s.block {
			last = nil
		}
		if here := c.subjects(s); len(here) > 0 {
			last = here
		}
		if r.scope[s.place()] {
			c.compare(result, r, s, current(c.facts, last, a.Now))
		}
	}
}

// subjects are the names that a statement has of subjects of facts.
func (c *checker) subjects(s *statement) [][]string {
	var here [][]string
	for _, f := range c.facts {
		if phraseAt(s.read.tokens, f.subjects, func(w string) string { return w }) >= 0 {
			here = append(here, f.subjects[0])
		}
	}
	return here
}

// current are the facts about some subjects: of each attribute the newest that is valid already.
func current(facts []fact, subjects [][]string, now time.Time) []fact {
	var list []fact
	for _, f := range facts { // the newest first
		about := slices.ContainsFunc(subjects, func(s []string) bool { return slices.Equal(s, f.subjects[0]) })
		known := slices.ContainsFunc(list, func(o fact) bool { return o.Subject == f.Subject && o.Attribute == f.Attribute })
		if about && !known && !f.from.After(now) {
			list = append(list, f)
		}
	}
	return list
}

// compare looks at the values of a statement that may be those of a fact, the nearest to the attribute's name first.
func (c *checker) compare(result *qa.Result, r *rule, s *statement, facts []fact) {
	for _, f := range facts {
		at := phraseAt(s.read.tokens, f.attributes, stem)
		if at < 0 {
			continue
		}
		values := f.values(s.read, at)
		if len(values) == 0 {
			continue
		}
		result.Idle = false
		result.Atoms.Checked++
		if i := slices.IndexFunc(values, f.holds); i >= 0 {
			result.Atoms.Supported++
			s.settle(values[i])
			continue
		}
		values = slices.DeleteFunc(values, func(v atom) bool {
			return slices.ContainsFunc(facts, func(o fact) bool { return o.Attribute != f.Attribute && o.holds(v) })
		})
		if len(values) == 0 {
			result.Atoms.Checked--
			continue
		}
		result.Atoms.Contradicted++
		s.settle(values[0])
		result.Findings = append(result.Findings, f.finding(r, s, values[0]))
	}
}

func (f fact) finding(r *rule, s *statement, value atom) qa.Finding {
	found := s.finding(r, value.start, value.end)
	right := strings.TrimSpace(f.Value + " " + f.Unit)
	if currencies[f.Unit] != "" {
		right = f.Unit + f.Value
	}
	found.Message = fmt.Sprintf("%q is not the %s of %s, which is %s.", found.Text, f.Attribute, f.Subject, right)
	found.Evidence = f.Source
	if f.ValidFrom != "" {
		found.Evidence = strings.TrimSpace(fmt.Sprintf("%s (valid from %s)", f.Source, f.ValidFrom))
	}
	return found
}

// settle takes an atom from what the knowledge base is asked about: a fact has answered.
func (s *statement) settle(a atom) { s.settled = append(s.settled, a) }

// open tells whether no fact has answered for an atom.
func (s *statement) open(a atom) bool {
	return !slices.ContainsFunc(s.settled, func(o atom) bool { return o.start < a.end && a.start < o.end })
}

// values are the atoms of a statement that could be the fact's value, the nearest to a token first.
func (f fact) values(r *reading, at int) []atom {
	var list []atom
	if f.value.kind == aName {
		return r.namesNear(at, f)
	}
	for _, a := range r.atoms {
		switch {
		case a.kind == aNumber && f.value.kind == aNumber && !a.idle && f.countsSame(a.number), dated(a) && dated(f.value):
			list = append(list, a)
		}
	}
	place := r.tokens[at].start
	slices.SortStableFunc(list, func(a, b atom) int { return cmp.Compare(abs(a.start-place), abs(b.start-place)) })
	return list
}

func abs(n int) int { return max(n, -n) }

// countsSame tells whether a number is of the fact's unit.
func (f fact) countsSame(n number) bool {
	mine := f.value.number
	if (n.version == "") != (mine.version == "") {
		return n.unit == "" && len(n.nouns) == 0
	}
	return n.unit == mine.unit && (len(mine.nouns) == 0 || common(mine.nouns, n.nouns)) && !n.ordinal
}

// holds tells whether a value is the fact's.
func (f fact) holds(a atom) bool {
	switch {
	case f.value.kind == aNumber && a.kind == aNumber:
		return a.number.agrees(f.value.number)
	case dated(f.value) && dated(a):
		return a.date.within(f.value.date)
	}
	return a.kind == aName && f.value.kind == aName && slices.Equal(a.words, f.value.words)
}

// namesNear is the run of capitalised words nearest to an attribute's name, at most three words away from it: the chief
// executive, Ada Example. Where the value itself stands in the sentence it is that.
func (r *reading) namesNear(at int, f fact) []atom {
	if i := phraseAt(r.tokens, [][]string{f.value.words}, func(w string) string { return w }); i >= 0 {
		return []atom{{kind: aName, start: r.tokens[i].start, end: r.tokens[i+len(f.value.words)-1].end, words: f.value.words}}
	}
	for _, i := range [...]int{at + 1, at + 2, at + 3, at - 1, at - 2, at - 3} {
		if i < 0 || i >= len(r.tokens) || !r.tokens[i].upper || i == 0 {
			continue
		}
		from, to := i, i+1
		for from > 1 && r.tokens[from-1].upper && gap(r.text, r.tokens, from) == " " {
			from--
		}
		for to < len(r.tokens) && r.tokens[to].upper && gap(r.text, r.tokens, to) == " " {
			to++
		}
		a := atom{kind: aName, start: r.tokens[from].start, end: r.tokens[to-1].end}
		for _, t := range r.tokens[from:to] {
			a.words = append(a.words, t.fold)
		}
		if phraseAt(r.tokens[from:to], f.subjects, func(w string) string { return w }) < 0 {
			return []atom{a}
		}
	}
	return nil
}
