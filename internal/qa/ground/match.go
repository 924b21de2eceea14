package ground

import (
	"slices"
	"strings"
)

// state is what a source says about an atom.
type state int

const (
	supported state = iota
	partial         // in the document, but not where it speaks of this
	unsupported
	contradicted // the passage has another value of the same kind
)

// judged is an atom with its verdict.
type judged struct {
	atom
	state    state
	sentence int    // of the view: where it is borne out or denied; -1 for nowhere
	instead  string // the value that the source has, of a contradicted atom
	apart    bool   // partial, and so far from where the document speaks of this that it may be something else
}

// sought is a sentence that is being compared with a view.
type sought struct {
	text string // the sentence
	view *view
	near []int // the nearest sentences with their neighbours, best first
	in   map[int]bool
	best []int // the nearest sentences alone
}

func (v *view) seek(best []int) *sought {
	s := &sought{view: v, best: best, in: map[int]bool{}}
	for _, i := range best {
		for k := max(0, i-1); k <= min(len(v.sentences)-1, i+1); k++ {
			if !s.in[k] {
				s.in[k] = true
				s.near = append(s.near, k)
			}
		}
	}
	return s
}

func (s *sought) judge(text string, a atom) judged {
	s.text = text
	j := judged{atom: a, sentence: -1}
	switch a.kind {
	case aNumber:
		s.number(&j)
	case aDate, aYear:
		s.date(&j)
	case aQuote:
		s.quote(&j)
	default:
		s.name(&j)
	}
	return j
}

func (s *sought) number(j *judged) {
	agree := func(a atom) bool {
		return a.kind == aNumber && j.number.agrees(a.number) || dated(a) && j.number.dates(a.date)
	}
	if s.search(j, agree) {
		j.apart = j.state == partial // elsewhere a number counts something else, most likely
	}
	if j.state == supported || s.lasts(j) {
		return
	}
	if j.apart {
		return
	}
	s.sibling(j, func(a atom) bool {
		return a.kind == aNumber && !a.idle && a.number.version == "" && a.number.unit == j.number.unit && a.number.ordinal == j.number.ordinal &&
			(a.number.unit != "" || common(a.number.nouns, j.number.nouns))
	})
}

// lasts looks for a number of years as the time between two years of one sentence.
func (s *sought) lasts(j *judged) bool {
	if j.number.unit != "year" || j.number.value < 2 {
		return false
	}
	for _, i := range s.near {
		first, last := 0, 0
		for _, a := range s.view.atoms[i] {
			if !dated(a) || a.date.year == 0 || a.date.decade {
				continue
			}
			if first == 0 {
				first = a.date.year
			}
			last = a.date.year
		}
		if time := float64(last - first); time == j.number.value || time == j.number.value+1 {
			j.state, j.sentence, j.apart = supported, i, false
			return true
		}
	}
	return false
}

func common(a, b []string) bool {
	return slices.ContainsFunc(a, func(w string) bool { return slices.Contains(b, w) })
}

// search looks for an atom in the nearest sentences, then in the whole document.
func (s *sought) search(j *judged, agree func(atom) bool) bool {
	for _, i := range s.near {
		if slices.ContainsFunc(s.view.atoms[i], agree) {
			j.state, j.sentence = supported, i
			return true
		}
	}
	for i, atoms := range s.view.atoms {
		if !s.in[i] && slices.ContainsFunc(atoms, agree) {
			j.state, j.sentence = partial, i
			return true
		}
	}
	j.state = unsupported
	return false
}

// sibling looks in the two nearest sentences for another value of the same kind, said of the same.
func (s *sought) sibling(j *judged, same func(atom) bool) {
	mine := aside(s.text, j.atom)
	for _, i := range s.best[:min(2, len(s.best))] {
		for _, a := range s.view.atoms[i] {
			if same(a) && common(mine, aside(s.view.sentences[i], a)) {
				j.state, j.sentence, j.instead = contradicted, i, s.view.sentences[i][a.start:a.end]
				return
			}
		}
	}
}

// aside are the stems of the words that stand near an atom and say something.
func aside(sentence string, a atom) []string {
	from, to := max(0, a.start-50), min(len(sentence), a.end+40)
	if from > 0 { // not from the middle of a word
		from += max(0, strings.IndexByte(sentence[from:a.start], ' '))
	}
	if to < len(sentence) {
		to = a.end + max(0, strings.LastIndexByte(sentence[a.end:to], ' '))
	}
	var words []string
	for _, t := range scan(sentence[from:to]) {
		if !t.digit && !idle[t.fold] {
			words = append(words, stem(t.fold))
		}
	}
	return words
}

func (s *sought) date(j *judged) {
	held := s.search(j, func(a atom) bool { return dated(a) && j.date.within(a.date) }) || s.pieces(j)
	if held && (j.state == supported || s.view.dateline(j.sentence)) {
		return
	}
	if held && j.kind == aDate {
		j.apart = true
		return
	}
	other := func(a atom) bool {
		return a.kind == j.kind && a.date.decade == j.date.decade && (a.date.month == j.date.month || j.date.month == 0 || a.date.day > 0 && j.date.day > 0)
	}
	j.apart = held && slices.ContainsFunc(s.best[:min(2, len(s.best))], func(i int) bool { return slices.ContainsFunc(s.view.atoms[i], other) })
	s.sibling(j, other)
}

// dateline tells whether a sentence is little more than a day: that on which the document appeared, most likely. What
// such a text tells of this week or year bears that day without naming it.
func (v *view) dateline(i int) bool {
	end := len(v.folds)
	if i+1 < len(v.first) {
		end = int(v.first[i+1])
	}
	return end-int(v.first[i]) <= 12 && slices.ContainsFunc(v.atoms[i], func(a atom) bool { return a.kind == aDate })
}

func dated(a atom) bool { return a.kind == aDate || a.kind == aYear }

// pieces looks for the parts of a date that the document gives apart: 22 August here, 2017 in its dateline.
func (s *sought) pieces(j *judged) bool {
	d := j.date
	if d.month == 0 {
		return false
	}
	year := d.year == 0
	for _, atoms := range s.view.atoms {
		year = year || slices.ContainsFunc(atoms, func(a atom) bool { return dated(a) && a.date.year == d.year })
	}
	if !year {
		return false
	}
	part := date{month: d.month, day: d.day}
	return s.search(j, func(a atom) bool { return a.kind == aDate && part.within(a.date) && (a.date.year == 0) })
}

// quote looks for the parts of a quotation word for word, and for its speaker near the first.
func (s *sought) quote(j *judged) {
	j.state = unsupported
	for _, part := range j.parts[1:] {
		if len(s.view.runs(part)) == 0 {
			return
		}
	}
	for _, run := range s.view.runs(j.parts[0]) {
		j.state, j.apart, j.sentence = partial, true, s.view.sentenceAt(run)
		if len(j.speaker) == 0 || s.view.speaks(j.speaker, j.sentence) {
			j.state, j.apart = supported, false
			return
		}
	}
}

// runs gives the places where the words of a quotation stand one after another.
func (v *view) runs(words []string) []int32 {
	var found []int32
	for _, p := range v.places(singular(words[0])) {
		if int(p)+len(words) <= len(v.folds) && slices.Equal(v.folds[p:int(p)+len(words)], words) {
			found = append(found, p)
		}
	}
	return found
}

// speaks tells whether a name stands within three sentences of one.
func (v *view) speaks(name []string, sentence int) bool {
	for _, p := range v.find(name[len(name)-1]) {
		if at := v.sentenceAt(p); at >= sentence-3 && at <= sentence+3 {
			return true
		}
	}
	return false
}

// name looks for a name in the whole document: its words close together, its initials, or its words apart.
func (s *sought) name(j *judged) {
	v, words := s.view, j.words
	if len(words) == 1 {
		found := v.find(words[0])
		if len(found) == 0 && len(words[0]) > 1 && len(words[0]) <= 6 {
			found = v.spelledOut(words[0])
		}
		s.place(j, found)
		return
	}
	for _, whole := range [...]string{strings.Join(words, " "), strings.Join(words, "")} {
		if found := v.find(whole); len(found) > 0 {
			s.place(j, found)
			return
		}
	}
	if found := v.called(words); len(found) > 0 {
		s.place(j, found)
		return
	}
	var places [][]int32
	missing := 0
	for _, w := range words {
		found := v.find(w)
		if len(found) == 0 {
			missing++
			continue
		}
		places = append(places, found)
	}
	var short strings.Builder
	for _, w := range words {
		short.WriteByte(w[0])
	}
	if found := v.places(short.String()); missing > 0 && len(found) > 0 && len(words) > 2 {
		s.place(j, found)
		return
	}
	if missing == 0 {
		if p := together(places); p >= 0 {
			s.place(j, []int32{p})
			return
		}
		s.place(j, places[len(places)-1])
		j.state, j.apart = partial, len(words) <= 3 // the words of a long one, such as an office, are often spread out
		return
	}
	j.state = unsupported
	if len(places) > 0 {
		j.sentence = v.sentenceAt(places[0][0])
	}
}

// called gives the places where somebody is named by the same surname with a short form or the initial of the first name.
func (v *view) called(words []string) []int32 {
	var found []int32
	first := words[0]
	for _, p := range v.places(singular(words[len(words)-1])) {
		for k := max(0, p-2); k < p; k++ {
			short := v.folds[k]
			if len(short) == 1 && short[0] == first[0] || len(short) >= 2 && len(first) >= 2 && (strings.HasPrefix(first, short) || strings.HasPrefix(short, first)) {
				found = append(found, p)
			}
		}
	}
	return found
}

// together gives a place near which all words stand, -1 where there is none.
func together(places [][]int32) int32 {
	reach := int32(len(places)*2 + 4)
	for _, p := range places[len(places)-1] {
		all := true
		for _, others := range places[:len(places)-1] {
			all = all && slices.ContainsFunc(others, func(o int32) bool { return o-p <= reach && p-o <= reach })
		}
		if all {
			return p
		}
	}
	return -1
}

// place gives the verdict for a name found at some places: the nearest sentence is its evidence.
func (s *sought) place(j *judged, found []int32) {
	j.state = unsupported
	for _, p := range found {
		at := s.view.sentenceAt(p)
		if j.state == unsupported || s.in[at] {
			j.state, j.sentence = supported, at
		}
		if s.in[at] {
			return
		}
	}
}
