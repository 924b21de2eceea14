package ground

import (
	"strings"
	"unicode"
)

// joints may stand inside a name between its words.
var joints = setOf("of de da di du del der den van von la le el al bin ibn for the &")

// opening words begin sentences and are no names there, beside the idle ones.
var opening = setOf(`according although among another around despite even ever finally following former
	many much meanwhile moreover nearly new next none nonetheless nothing often once originally others overall perhaps
	people police prior recently several similarly since sometimes soon still subsequently there three four five six seven eight nine ten today
	together two unlike unlike upon usually various well whether yes yet early late later last additional additionally currently initially eventually
	like let use see note here every everyone someone anyone most part half`)

// plainEndings are endings of common nouns and adverbs that begin sentences.
var plainEndings = [...]string{"ing", "tion", "sion", "ment", "ness", "ity", "ly", "ers", "ance", "ence", "ists", "ism", "ships"}

// verbs that follow a subject.
var verbs = setOf(`was is has had were are will would did does became won lost made said says took went came began moved left died wrote
	holds held plays sold sells runs ran gave got led joined`)

// names finds runs of capitalised words. A word that opens the sentence is one only where something speaks for it: a second
// capital, or a verb behind it. common tells which words the text or its sources also write in lower case.
func (r *reading) names(common func(fold string) bool) {
	for i := 0; i < len(r.tokens); {
		end := r.nameEnd(i)
		if end == i {
			i++
			continue
		}
		from := i
		if r.opens(i) && r.plainStart(i, end, common) {
			from++
			for from < end && joints[r.tokens[from].fold] {
				from++
			}
		}
		if from < end {
			r.name(from, end)
		}
		i = end
	}
}

// nameEnd is where the run of name words that begins at i ends; i where none begins.
func (r *reading) nameEnd(i int) int {
	if !r.nameWord(i) {
		return i
	}
	end := i + 1
	for k := i + 1; k < len(r.tokens) && k < i+12; k++ {
		g := gap(r.text, r.tokens, k)
		if !holds(g, r.tokens[k-1]) {
			break
		}
		if r.nameWord(k) {
			end = k + 1
			continue
		}
		if !joints[r.tokens[k].fold] || k > end {
			break
		}
	}
	return end
}

// nameWord tells whether a token may be part of a name.
func (r *reading) nameWord(i int) bool {
	t := r.tokens[i]
	if r.taken[i] || !t.upper || len(t.fold) == 0 || t.fold == "i" || t.fold == "i'm" || t.fold == "i've" {
		return false
	}
	if _, month := months[t.fold]; month && t.fold != "may" && t.fold != "march" && t.fold != "jan" && t.fold != "april" && t.fold != "june" && t.fold != "august" {
		return false
	}
	return !weekdays[t.fold] || i+1 < len(r.tokens) && r.tokens[i+1].upper
}

// holds tells whether what stands between two words keeps them in one name.
func holds(g string, previous token) bool {
	switch g {
	case " ", "-", "'", "’", " & ", "&", "' ", "’ ", "\u00a0", "! ":
		return true
	case ". ", ".":
		return len(previous.text) <= 3
	}
	return false
}

// opens tells whether token i begins the sentence, or what a colon, a dash or a quotation begins.
func (r *reading) opens(i int) bool {
	if i == 0 {
		return true
	}
	g := strings.TrimSpace(gap(r.text, r.tokens, i))
	return strings.HasSuffix(g, ":") || strings.HasSuffix(g, ". ") || strings.HasSuffix(g, "\"") && len(g) > 1 || strings.HasSuffix(g, "“")
}

func (r *reading) plainStart(i, end int, common func(string) bool) bool {
	w := r.tokens[i].fold
	if idle[w] || opening[w] || small[w] > 0 || ordinals[w] > 0 {
		return true
	}
	if acronym(r.tokens[i].text) {
		return false
	}
	if common(w) {
		return true
	}
	if end > i+1 {
		return false
	}
	for _, ending := range plainEndings {
		if strings.HasSuffix(w, ending) {
			return true
		}
	}
	if strings.HasSuffix(r.text[r.tokens[i].start:r.tokens[i].end], "s") && r.tokens[i].text != r.text[r.tokens[i].start:r.tokens[i].end] {
		return false // a possessive
	}
	if end < len(r.tokens) {
		next := r.tokens[end].fold
		if strings.HasSuffix(w, "s") && next != "is" && next != "was" && next != "has" {
			return true // a plural
		}
		return !verbs[next] && !strings.HasSuffix(next, "ed")
	}
	return true
}

// name adds the run as an atom. Titles and initials do not count as its words.
func (r *reading) name(from, end int) {
	a := atom{kind: aName}
	for _, t := range r.tokens[from:end] {
		if !joints[t.fold] && !r.bare(t) && !idle[t.fold] {
			a.words = append(a.words, t.fold)
		}
	}
	for len(a.words) > 1 && offices[a.words[0]] && len(a.words) == end-from { // Judge Example is Example
		a.words, from = a.words[1:], from+1
	}
	if len(a.words) > 1 || len(a.words) == 1 && !offices[a.words[0]] {
		r.add(a, from, end-from)
	}
}

var titles = setOf("mr mrs ms dr prof sir st jr sr inc ltd co corp llc plc gmbh ag")

// offices and other generic words have capitals in front of a name or alone, and are none by themselves.
var offices = setOf(`president chairman chairwoman chair ceo cfo cto coo director minister secretary judge justice senator congressman
	congresswoman representative governor mayor king queen prince princess professor captain general colonel lieutenant sergeant major
	commander reverend father sister brother pope bishop archbishop cardinal rabbi coach manager editor founder officer chief vice
	government parliament congress senate state federal section chapter article act order book volume part season episode series episode
	god lord lady internet web university college school department ministry board committee council company group`)

func (r *reading) bare(t token) bool { return titles[t.fold] || len(t.fold) == 1 }

// acronym tells whether a word is written in capitals alone.
func acronym(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			n++
		}
	}
	return n >= 2
}
