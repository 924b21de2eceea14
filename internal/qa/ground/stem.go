package ground

import "strings"

// stem cuts the common endings of English from a folded word, so that forms of one word meet. It is light: it never
// needs to give a word, only the same text for most forms of one.
func stem(w string) string {
	if len(w) < 4 || w[0] <= '9' {
		return w
	}
	switch {
	case strings.HasSuffix(w, "'s"):
		w = w[:len(w)-2]
	case strings.HasSuffix(w, "ies"):
		w = w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "xes"):
		w = w[:len(w)-2]
	case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		w = w[:len(w)-1]
	}
	for _, ending := range [...]string{"ization", "isation", "ational", "fulness", "ement", "ation", "ition", "ingly", "edly", "ment", "ness", "ally", "ing", "ion", "ied", "ed", "er", "or", "ly", "al", "e"} {
		if len(w) > len(ending)+2 && strings.HasSuffix(w, ending) && hasVowel(w[:len(w)-len(ending)]) {
			w = w[:len(w)-len(ending)]
			if ending == "ied" {
				return w + "i"
			}
			break
		}
	}
	if n := len(w); n > 3 && w[n-1] == w[n-2] && strings.IndexByte("bdgmnprt", w[n-1]) >= 0 {
		w = w[:n-1]
	}
	if n := len(w); n > 2 && w[n-1] == 'y' {
		w = w[:n-1] + "i"
	}
	return w
}

func hasVowel(s string) bool { return strings.ContainsAny(s, "aeiouy") }

// idle words say nothing about what a sentence is about. They carry no weight in a search.
var idle = setOf(`a an the and or but nor so yet if then than that this these those there here it its he him his she her hers they them
	their theirs we us our ours you your yours i me my mine who whom whose which what when where why how as at by for from in into of off on
	onto out over to under up upon with within without about above after again against all also am any are because been before being below
	between both be can could did do does doing down during each few further had has have having is just more most no not now only other own
	same should some such too very was were will would may might must shall while until through per via however although though since
	one two first`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
