package ground

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is a word or a number of a sentence. What stands between two tokens is read from the text.
type token struct {
	start, end int    // bytes of the sentence
	text       string // as written, without a possessive ending
	fold       string // lower case, without accents
	digit      bool   // begins with a digit
	upper      bool   // begins with a capital letter
}

// scan cuts a sentence into tokens. A hyphen ends a word; so does the change from digits to letters (15th, 3bn), while
// letters keep the digits that follow them (mp3).
func scan(sentence string) []token {
	tokens := make([]token, 0, len(sentence)/5)
	for i := 0; i < len(sentence); {
		r, size := utf8.DecodeRuneInString(sentence[i:])
		var end int
		switch {
		case unicode.IsDigit(r):
			end = numberEnd(sentence, i)
		case unicode.IsLetter(r):
			end = wordEnd(sentence, i)
		default:
			i += size
			continue
		}
		t := token{start: i, end: end, digit: unicode.IsDigit(r), upper: unicode.IsUpper(r)}
		t.text = possessor(sentence[i:end])
		t.fold = fold(t.text)
		tokens = append(tokens, t)
		i = end
	}
	return tokens
}

// numberEnd is where the number at i ends: its digits with points, commas, thin spaces and apostrophes between them.
func numberEnd(s string, i int) int {
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.IsDigit(r) {
			i += size
			continue
		}
		next, _ := utf8.DecodeRuneInString(s[i+size:])
		switch {
		case (r == '.' || r == ',') && unicode.IsDigit(next):
		case (r == '\u00a0' || r == '\u2009' || r == '\u202f' || r == '\'' || r == '’') && threeDigits(s[i+size:]):
		default:
			return i
		}
		i += size
	}
	return i
}

// threeDigits tells whether a text begins with exactly three digits: a group of a long number.
func threeDigits(s string) bool {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n == 3
}

// wordEnd is where the word at i ends: letters and digits, with apostrophes between letters and the points of U.S.
func wordEnd(s string, i int) int {
	start := i
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			i += size
			continue
		}
		next, _ := utf8.DecodeRuneInString(s[i+size:])
		switch {
		case (r == '\'' || r == '’') && unicode.IsLetter(next):
		case r == '.' && unicode.IsLetter(next) && initials(s[start:i]):
		default:
			return i
		}
		i += size
	}
	return i
}

// initials tells whether a word so far is single letters with points: U, U.S, e.
func initials(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	return utf8.RuneCountInString(s[dot+1:]) == 1
}

// possessor is a word without 's.
func possessor(s string) string {
	for _, ending := range [...]string{"'s", "’s", "'S", "’S"} {
		if len(s) > len(ending) && strings.HasSuffix(s, ending) {
			return s[:len(s)-len(ending)]
		}
	}
	return s
}

// fold is a word in lower case, without accents, points and typographic apostrophes, so that two spellings meet.
func fold(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || c == '.' || 'A' <= c && c <= 'Z' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	if c := s[0]; c >= '0' && c <= '9' {
		return s
	}
	ascii := true
	for i := 0; i < len(s) && ascii; i++ {
		ascii = s[i] < utf8.RuneSelf
	}
	if ascii {
		return strings.ReplaceAll(strings.ToLower(s), ".", "")
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case r == '’':
			b.WriteByte('\'')
		case r == '.' || unicode.IsMark(r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// gap is what stands between two tokens, and before the first and after the last.
func gap(sentence string, tokens []token, i int) string {
	from, to := 0, len(sentence)
	if i > 0 {
		from = tokens[i-1].end
	}
	if i < len(tokens) {
		to = tokens[i].start
	}
	return sentence[from:to]
}
