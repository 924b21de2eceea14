package ground

import (
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
)

// view is a document made ready for matching: its words with their places, its numbers and dates.
type view struct {
	sentences []string
	first     []int32 // per sentence, the place of its first token
	folds     []string
	words     map[string]entry
	next      []int32  // per place, the next place of the same word; -1 after the last
	atoms     [][]atom // per sentence

	sort   sync.Once // many documents are never asked for a form of a word
	sorted []string  // the keys of words
}

// entry is a word of a view.
type entry struct {
	first, last int32
	lower       bool // it is written in lower case somewhere
}

func newView(sentences []string) *view {
	size := 0
	for _, s := range sentences {
		size += len(s)/6 + 1
	}
	v := &view{
		sentences: sentences, first: make([]int32, 0, len(sentences)), atoms: make([][]atom, 0, len(sentences)),
		folds: make([]string, 0, size), next: make([]int32, 0, size), words: make(map[string]entry, size/2),
	}
	for _, s := range sentences {
		r := read(s)
		v.first = append(v.first, int32(len(v.folds)))
		v.atoms = append(v.atoms, r.atoms)
		for _, t := range r.tokens {
			v.add(t)
		}
	}
	return v
}

func (v *view) add(t token) {
	word, place := singular(t.fold), int32(len(v.folds))
	e, known := v.words[word]
	if known {
		v.next[e.last] = place
	} else {
		e.first = place
	}
	e.last, e.lower = place, e.lower || !t.upper
	v.words[word] = e
	v.folds, v.next = append(v.folds, t.fold), append(v.next, -1)
}

// places are where a word stands.
func (v *view) places(word string) []int32 {
	e, known := v.words[word]
	if !known {
		return nil
	}
	var found []int32
	for p := e.first; p >= 0; p = v.next[p] {
		found = append(found, p)
	}
	return found
}

// writesLower tells whether the document has a word in lower case.
func (v *view) writesLower(fold string) bool { return v.words[singular(fold)].lower }

// singular lets the plural of a name find it.
func singular(fold string) string {
	if len(fold) > 3 && strings.HasSuffix(fold, "s") && !strings.HasSuffix(fold, "ss") {
		return fold[:len(fold)-1]
	}
	return fold
}

// sentenceAt is the sentence that holds the token at a place.
func (v *view) sentenceAt(place int32) int {
	return sort.Search(len(v.first), func(i int) bool { return v.first[i] > place }) - 1
}

// find gives the places of a word, or of a form of it: a people for its country, an adjective for its noun.
func (v *view) find(word string) []int32 {
	if found := v.places(singular(word)); len(found) > 0 {
		return found
	}
	for _, other := range aliases[word] {
		if found := v.phrase(strings.Fields(other)); len(found) > 0 {
			return found
		}
	}
	if len(word) < 4 {
		return nil
	}
	if found := v.inTwo(word); len(found) > 0 {
		return found
	}
	best := ""
	for _, other := range v.alike(word[:4]) {
		if len(other) > len(best) && kin(word, other) {
			best = other
		}
	}
	return v.places(best)
}

// inTwo gives the places where a word is written as two: You Tube, Ibero-American.
func (v *view) inTwo(word string) []int32 {
	for n := 2; n < len(word)-1; n++ {
		for _, p := range v.places(word[:n]) {
			if int(p)+1 < len(v.folds) && singular(v.folds[p+1]) == singular(word[n:]) {
				return []int32{p}
			}
		}
	}
	return nil
}

// alike are the document's words that begin with some letters, in order.
func (v *view) alike(prefix string) []string {
	v.sort.Do(func() { v.sorted = slices.Sorted(maps.Keys(v.words)) })
	from, _ := slices.BinarySearch(v.sorted, prefix)
	to := from
	for to < len(v.sorted) && strings.HasPrefix(v.sorted[to], prefix) {
		to++
	}
	return v.sorted[from:to]
}

// kin tells whether two words are forms of one: Canada and Canadian, Jordan and Jordanians. They share all but a short ending.
func kin(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 4 || len(b)-len(a) > 4 || a[0] != b[0] {
		return false
	}
	n := 0
	for n < len(a) && a[n] == b[n] {
		n++
	}
	return n >= 4 && len(a)-n <= 2 && (len(a)-n == 0 && inflection[b[n:]] || len(a)-n > 0 && inflection[a[n:]] && inflection[b[n:]])
}

// inflection are endings that forms of one name differ in.
var inflection = setOf("s es a an ans ian ians n ns ish ese e ic y ia ium i is o d ed al ally ist ists ism er ers ing ize ized")

// phrase gives the places where words stand one after another.
func (v *view) phrase(words []string) []int32 {
	var found []int32
	for _, p := range v.places(singular(words[0])) {
		if v.follows(p, words) {
			found = append(found, p)
		}
	}
	return found
}

func (v *view) follows(place int32, words []string) bool {
	if int(place)+len(words) > len(v.folds) {
		return false
	}
	for i, w := range words {
		if v.folds[int(place)+i] != w && singular(v.folds[int(place)+i]) != singular(w) {
			return false
		}
	}
	return true
}

// spelledOut gives the places where the initials of words make an acronym.
func (v *view) spelledOut(acronym string) []int32 {
	var found []int32
	for p := range v.folds {
		if v.folds[p][0] == acronym[0] && v.initialsAt(p, acronym) {
			found = append(found, int32(p))
		}
	}
	return found
}

func (v *view) initialsAt(p int, acronym string) bool {
	for i := 0; i < len(acronym); p++ {
		if p >= len(v.folds) {
			return false
		}
		if v.folds[p][0] != acronym[i] {
			if i > 0 && (joints[v.folds[p]] || v.folds[p] == "and") {
				continue
			}
			return false
		}
		i++
	}
	return true
}

// aliases are the names of countries and peoples that share no letters.
var aliases = aliasesOf(
	"us|usa|united states|united states of america|america|american|americans",
	"uk|united kingdom|britain|british|great britain", "england|english",
	"eu|european union", "un|united nations",
	"france|french", "germany|german|germans", "spain|spanish", "netherlands|dutch|holland", "switzerland|swiss", "greece|greek|greeks",
	"wales|welsh", "ireland|irish", "denmark|danish|danes", "sweden|swedish", "norway|norwegian", "finland|finnish", "poland|polish", "turkey|turkish",
	"scotland|scottish|scots", "china|chinese", "japan|japanese", "philippines|filipino|philippine", "thailand|thai", "peru|peruvian", "iraq|iraqi",
	"israel|israeli", "pakistan|pakistani", "new york|ny|nyc", "washington dc|dc", "california|calif|ca", "texas|tx",
	"st|saint", "mt|mount", "ft|fort", "tv|television", "wwii|world war ii|second world war|ww2", "wwi|first world war|world war i", "ceo|chief executive|chief executive officer",
	"phd|doctorate|doctor of philosophy", "mp|member of parliament", "mph|miles per hour", "nz|new zealand", "uae|united arab emirates",
)

func aliasesOf(groups ...string) map[string][]string {
	table := map[string][]string{}
	for _, group := range groups {
		names := strings.Split(group, "|")
		for _, name := range names {
			table[name] = names
		}
	}
	return table
}
