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
	return max(n, 1)
}

// hiatus tells whether two vowels are spoken apart: i-a, i-o, e-o, u-a and the like, but not -tion, -cious, -geous.
func hiatus(word string, i int) bool {
	if i == 0 {
		return false
	}
	switch word[i-1 : i+1] {
	case "ia", "io", "iu":
		before := byte(0)
		if i >= 2 {
			before = word[i-2]
		}
		return before != 't' && before != 'c' && before != 's' && before != 'x' && before != 'g' || i+1 == len(word)
	case "eo", "ua", "uo", "ya", "yo":
		return i >= 2 && word[i-2] != 'q' && word[i-2] != 'g'
	}
	return false
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
		return end > 3 && !strings.HasSuffix(word, "ies") && strings.IndexByte("sxzcg", word[end-3]) < 0 && !strings.HasSuffix(word, "ches") &&
			!strings.HasSuffix(word, "shes") && !(strings.HasSuffix(word, "les") && strings.IndexByte("aeiouy", word[end-4]) < 0)
	case strings.HasSuffix(word, "ed"):
		return end > 3 && word[end-3] != 't' && word[end-3] != 'd' && !(word[end-3] == 'l' && strings.IndexByte("aeiouyrlw", word[end-4]) < 0)
	}
	return false
}
