package ground

import (
	"strings"
	"unicode/utf8"
)

// atom is a particular of a sentence that a source can bear out or not.
type atom struct {
	kind       string // number, date, year, quote or name
	start, end int    // bytes of the sentence
	number     number
	date       date
	words      []string   // of a name, folded
	parts      [][]string // of a quote, folded: what stands between its omissions
	speaker    []string   // of a quote
	idle       bool       // too common to be claimed: one, first; sources are still read for it
}

const (
	aNumber = "number"
	aDate   = "date"
	aYear   = "year"
	aQuote  = "quote"
	aName   = "name"
)

// reading is a sentence with its tokens and which of them an atom holds already.
type reading struct {
	text   string
	tokens []token
	taken  []bool
	atoms  []atom
}

// read finds the numbers, dates and years of a sentence, in any language; dates in words are English.
func read(sentence string) *reading {
	r := &reading{text: sentence, tokens: scan(sentence)}
	r.taken = make([]bool, len(r.tokens))
	r.quantities()
	return r
}

func (r *reading) quantities() {
	for i := 0; i < len(r.tokens); {
		if t := r.tokens[i]; !t.digit && !quantifying[t.fold] {
			i++
			continue
		}
		if d, used := dateAt(r.text, r.tokens, i); used > 0 {
			kind := aDate
			if d.month == 0 {
				kind = aYear
			}
			r.add(atom{kind: kind, date: d}, i, used)
			i = r.short(i+used, d)
			continue
		}
		if n, used := r.numberAt(i); used > 0 {
			idle := n.spelled && n.value <= 1 || n.spelled && n.value == 2 && n.ordinal || collectives[r.tokens[i].fold] > 0
			r.add(atom{kind: aNumber, number: n, idle: idle}, i, used)
			i += used
			continue
		}
		i++
	}
}

// short reads the second year of 2016-17.
func (r *reading) short(i int, d date) int {
	if d.month > 0 || d.decade || i >= len(r.tokens) {
		return i
	}
	g, t := gap(r.text, r.tokens, i), r.tokens[i]
	if (g == "-" || g == "–" || g == "/") && len(t.text) == 2 && count(t.text) > d.year%100 {
		r.add(atom{kind: aYear, date: date{year: d.year/100*100 + count(t.text)}}, i, 1)
		return i + 1
	}
	return i
}

func (r *reading) add(a atom, i, used int) {
	a.start, a.end = r.tokens[i].start, r.tokens[i+used-1].end
	for k := i; k < i+used; k++ {
		r.taken[k] = true
	}
	r.atoms = append(r.atoms, a)
}

// numberAt reads the number at token i with its scale and unit; only the number itself and its scale are its tokens.
func (r *reading) numberAt(i int) (number, int) {
	var n number
	used := 0
	if t := r.tokens[i]; t.digit {
		read, ok := digits(t.text)
		if !ok || i > 0 && gap(r.text, r.tokens, i) == "" {
			return n, 0
		}
		n, used = read, 1
		if g := gap(r.text, r.tokens, i); strings.HasSuffix(g, " .") || g == "." && i == 0 { // .5
			if read, ok = digits("0." + t.text); ok {
				n = read
			}
		}
	} else if n, used = spelledAt(r.text, r.tokens, i); used == 0 {
		return r.scaleAlone(i)
	}
	before := gap(r.text, r.tokens, i)
	n.unit = currencyBefore(before)
	if n.unit == "" && i > 0 && before == " " && unitNames[r.tokens[i-1].fold] == "usd" {
		n.unit = "usd"
	}
	used = r.scale(&n, i, used)
	r.unit(&n, i+used)
	r.lean(&n, i)
	if len(n.nouns) == 0 && n.unit == "" && before == " " && !idle[r.tokens[i-1].fold] {
		n.nouns = []string{stem(r.tokens[i-1].fold)} // season 4, position 8
	}
	return n, used
}

// currencyBefore is the currency whose sign ends a text.
func currencyBefore(gap string) string {
	if gap == "" || gap == " " {
		return ""
	}
	gap = strings.TrimRight(gap, " ")
	_, size := utf8.DecodeLastRuneInString(gap)
	return currencies[gap[len(gap)-size:]]
}

// scaleAlone reads "a dozen" and "a million", and leaves "hundreds of" alone.
func (r *reading) scaleAlone(i int) (number, int) {
	t := r.tokens[i]
	if value := collectives[t.fold]; value > 0 {
		n := number{value: value, other: value, step: 1, spelled: true}
		r.unit(&n, i+1)
		return n, 1
	}
	value := scales[t.fold]
	if value == 0 || len(t.fold) < 5 || strings.HasSuffix(t.fold, "s") || i == 0 {
		return number{}, 0
	}
	switch r.tokens[i-1].fold {
	case "a":
		n := number{value: value, other: value, step: value, spelled: true}
		if i > 1 && r.tokens[i-2].fold == "half" {
			n.value, n.other, n.step = value/2, value/2, value/10
		}
		r.unit(&n, i+1)
		r.lean(&n, i-1)
		return n, 1
	}
	return number{}, 0
}

// scale multiplies by hundred, thousand, million, k, bn, and reads on: two hundred and fifty thousand.
func (r *reading) scale(n *number, i, used int) int {
	for k := i + used; k < len(r.tokens); k++ {
		t, g := r.tokens[k], gap(r.text, r.tokens, k)
		worth := scales[t.fold]
		switch {
		case worth > 0 && (g == "" || g == " " || g == "-" || g == "\u00a0") && !(len(t.fold) == 1 && (g != "" || t.fold == "m" && n.unit == "")) && t.fold != "dozen":
			n.value, n.other, n.step = n.value*worth, n.other*worth, n.step*worth
			used = k - i + 1
		case n.spelled && (g == " " || g == "-") && n.value >= 100 && small[t.fold] > 0 && !n.ordinal:
			more, taken := spelledAt(r.text, r.tokens, k)
			if more.ordinal {
				return used
			}
			n.value, n.other, n.step = n.value+more.value, n.other+more.value, 1
			used = k - i + taken
			k += taken - 1
		case n.spelled && t.fold == "and" && n.value >= 100 && k+1 < len(r.tokens) && small[r.tokens[k+1].fold] > 0:
		default:
			return used
		}
	}
	return used
}

// unit reads what follows a number: %, euros, kilometres, or the noun that is counted.
func (r *reading) unit(n *number, i int) {
	after := gap(r.text, r.tokens, i)
	switch lead := strings.TrimLeft(after, " \u00a0\u202f"); {
	case strings.HasPrefix(lead, "%"):
		n.unit = "%"
		return
	case strings.HasPrefix(lead, "€"):
		n.unit = "eur"
		return
	}
	if i >= len(r.tokens) {
		return
	}
	t := r.tokens[i]
	if after == "" && suffix(t.fold) {
		n.ordinal = true
		i++
		if i >= len(r.tokens) {
			return
		}
		t, after = r.tokens[i], gap(r.text, r.tokens, i)
	}
	if after != "" && after != " " && after != "-" && after != "\u00a0" {
		return
	}
	if t.fold == "per" && i+1 < len(r.tokens) && strings.HasPrefix(r.tokens[i+1].fold, "cent") {
		n.unit = "%"
		return
	}
	if name := unitNames[t.fold]; name != "" && n.unit == "" && (len(t.fold) > 1 || !n.spelled) {
		n.unit = name
		return
	}
	n.nouns = r.counted(i)
}

// counted gives the stems of what a number counts: at most three words that belong together.
func (r *reading) counted(i int) []string {
	var nouns []string
	for k := i; k < len(r.tokens) && k < i+3; k++ {
		t, g := r.tokens[k], gap(r.text, r.tokens, k)
		if g != " " && g != "-" || t.digit || idle[t.fold] {
			break
		}
		if k > i && !t.upper && strings.HasSuffix(r.tokens[k-1].fold, "s") {
			break
		}
		nouns = append(nouns, stem(t.fold))
	}
	return nouns
}

// lean reads the words of caution before a number.
func (r *reading) lean(n *number, i int) {
	for k := i - 1; k >= 0 && k >= i-2; k-- {
		if l := leans[r.tokens[k].fold]; l != 0 {
			n.lean = l
			return
		}
		if w := r.tokens[k].fold; w != "than" && w != "at" && w != "a" && w != "to" {
			return
		}
	}
}
