package word

import "strings"

// syllables estimates the syllables of an English word from its groups of vowels. A word without letters counts one.
func syllables(word string) int {
	n, vowel := 0, false
	for i := range len(word) {
		is := strings.IndexByte("aeiouy", word[i]) >= 0 && !(word[i] == 'y' && i == 0)
		if is && (!vowel || hiatus(word, i)) {
			n++
		}
		vowel = is
	}
	if n > 1 && silent(word) {
		n--
	}
	switch { // an e inside that is not spoken, and an m that needs a voice
	case strings.HasPrefix(word, "some") && len(word) > 5, strings.HasPrefix(word, "every"), strings.HasPrefix(word, "business"):
		n--
	case strings.HasSuffix(word, "sm"), strings.HasSuffix(word, "thm"):
		n++
	}
	return max(n, 1)
}

// hiatus tells whether two vowels are spoken apart: "radio", "idea", "being", "quiet", but not "nation", "people", "field".
func hiatus(word string, i int) bool {
	if i == 0 {
		return false
	}
	before, rest := byte(0), word[i+1:]
	if i >= 2 {
		before = word[i-2]
	}
	switch word[i-1 : i+1] {
	case "ia", "iu":
		return strings.IndexByte("tcsxg", before) < 0 || rest == ""
	case "io":
		return strings.IndexByte("tcsxg", before) < 0 && !(rest == "n" && (before == 'l' || before == 'n')) && rest != "ur" || rest == ""
	case "ie":
		return before != 't' && (rest == "t" || rest == "ty" || strings.HasPrefix(rest, "nce") || before != 'c' && strings.HasPrefix(rest, "nt"))
	case "ea":
		return rest == "" || strings.HasPrefix(word, "creat")
	case "eu":
		return rest == "m" || rest == "ms"
	case "eo":
		return before != 'p' && before != 'g'
	case "ua", "uo", "ya", "yo":
		return before != 'q' && before != 'g' && i >= 2
	}
	return word[i] == 'i' && strings.HasPrefix(rest, "ng")
}

// silent tells whether the last e is not spoken: "make", "makes", "hoped", but not "table", "changes", "wanted".
func silent(word string) bool {
	end := len(word)
	switch {
	case strings.HasSuffix(word, "le"):
		return end > 2 && strings.IndexByte("aeiouy", word[end-3]) >= 0
	case strings.HasSuffix(word, "e"):
		return strings.IndexByte("aeiouy", word[end-2]) < 0
	case strings.HasSuffix(word, "es"):
		return end > 3 && strings.IndexByte("aeiouy", word[end-3]) < 0 && strings.IndexByte("sxzcg", word[end-3]) < 0 && !strings.HasSuffix(word, "ches") &&
			!strings.HasSuffix(word, "shes") && !(strings.HasSuffix(word, "les") && strings.IndexByte("aeiouy", word[end-4]) < 0)
	case strings.HasSuffix(word, "ed"):
		return end > 3 && word[end-3] != 't' && word[end-3] != 'd' && !(word[end-3] == 'l' && strings.IndexByte("aeiouyrlw", word[end-4]) < 0)
	}
	return false
}
