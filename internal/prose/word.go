package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letter tells for each ASCII character whether words are made of it.
var letter = func() (table [utf8.RuneSelf]bool) {
	for c := range table {
		table[c] = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_'
	}
	return table
}()

// appendWords adds the words of a text. Han characters and kana, which are written without spaces, are a word each;
// what other scripts write without spaces (Thai, Khmer, Lao) is one word up to the next space.
func appendWords(words []Word, plain string, styles []style) []Word {
	at, now := 0, style{}
	for at < len(plain) {
		size := wordStart(plain[at:])
		if size == 0 {
			at += runeLen(plain, at)
			continue
		}
		end := wordEnd(plain, at, at+size)
		for len(styles) > 0 && styles[0].at <= at {
			now, styles = styles[0], styles[1:]
		}
		words = append(words, Word{Span: Span{at, end}, Fold: fold(plain[at:end]), Code: now.code, Link: now.link})
		at = end
	}
	return words
}

// wordStart is the length of the word character that s begins with, 0 where it begins with another.
func wordStart(s string) int {
	if s[0] < utf8.RuneSelf {
		if letter[s[0]] {
			return 1
		}
		return 0
	}
	r, size := utf8.DecodeRuneInString(s)
	if isWord(r) && r != utf8.RuneError {
		return size
	}
	return 0
}

// wordEnd is where the word ends whose first character is plain[start:at].
func wordEnd(plain string, start, at int) int {
	if first, _ := utf8.DecodeRuneInString(plain[start:]); isSign(first) {
		return at
	}
	for at < len(plain) {
		c := plain[at]
		if c < utf8.RuneSelf {
			if letter[c] || joins(c, plain, at) {
				at++
				continue
			}
			return at
		}
		r, size := utf8.DecodeRuneInString(plain[at:])
		if isSign(r) || !isWord(r) && !(isJoiner(r) && follows(plain, at+size)) {
			return at
		}
		at += size
	}
	return at
}

// joins reports whether the character at an offset stands inside a word: an apostrophe, a hyphen or a point between word
// characters, a comma between digits.
func joins(c byte, plain string, at int) bool {
	switch c {
	case '\'', '-', '.':
		return follows(plain, at+1)
	case ',':
		return isDigit(plain[at-1]) && at+1 < len(plain) && isDigit(plain[at+1])
	}
	return false
}

func follows(plain string, at int) bool {
	if at >= len(plain) || wordStart(plain[at:]) == 0 {
		return false
	}
	r, _ := utf8.DecodeRuneInString(plain[at:])
	return !isSign(r)
}

// isJoiner reports whether a character beyond ASCII stands inside words: typographic apostrophe, hyphens, and what
// shows nothing.
func isJoiner(r rune) bool {
	switch r {
	case '\u2019', '\u2010', '\u2011', '\u00AD', '\u200C', '\u200D':
		return true
	}
	return false
}

func isWord(r rune) bool {
	if r < 0x250 {
		return r >= 0xC0 && r != 0xD7 && r != 0xF7 || r == 0xAA || r == 0xB5 || r == 0xBA || r == 0xB2 || r == 0xB3 || r == 0xB9 || r >= 0xBC && r <= 0xBE
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M)
}

// isSign reports whether a character is a word by itself.
func isSign(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// fold makes words that differ in case, composition or typography alike.
func fold(word string) string {
	upper := false
	for i := 0; i < len(word); i++ {
		c := word[i]
		if c >= utf8.RuneSelf {
			return norm.NFC.String(strings.ToLower(plainer.Replace(word)))
		}
		upper = upper || c >= 'A' && c <= 'Z'
	}
	if upper {
		return strings.ToLower(word)
	}
	return word
}

var plainer = strings.NewReplacer("\u2019", "'", "\u2010", "-", "\u2011", "-", "\u00AD", "", "\u200D", "", "\u200C", "")

func runeLen(s string, at int) int {
	if s[at] < utf8.RuneSelf {
		return 1
	}
	_, size := utf8.DecodeRuneInString(s[at:])
	return size
}
