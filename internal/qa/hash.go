package qa

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// HashOf names a finding by its rule, the text found and the sentence around it, and not by its place: it stays the same
// when lines move or are wrapped anew. Runs of white space count as one space. It is 16 hex digits, to be copied by hand.
func HashOf(rule, text, sentence string) string {
	hash := sha256.New()
	for _, part := range []string{rule, text, sentence} {
		hash.Write([]byte(spaced(part)))
		hash.Write([]byte{0}) // no field of a text holds it, so parts cannot run into each other
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// spaced is a text with one space where it has white space, and none at its ends.
func spaced(text string) string {
	before := ' '
	for _, r := range text {
		if r != ' ' && unicode.IsSpace(r) || r == ' ' && before == ' ' {
			return strings.Join(strings.Fields(text), " ")
		}
		before = r
	}
	return strings.TrimSuffix(text, " ")
}
