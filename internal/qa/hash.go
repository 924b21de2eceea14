package qa

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// HashOf names a finding by its rule, the text found and the sentence around it, and not by its place: it stays the same
// when lines move or are wrapped anew. Runs of white space count as one space. It is 16 hex digits, to be copied by hand.
func HashOf(rule, text, sentence string) string {
	hash := sha256.New()
	for _, part := range []string{rule, text, sentence} {
		hash.Write([]byte(strings.Join(strings.Fields(part), " ")))
		hash.Write([]byte{0}) // no field of a text holds it, so parts cannot run into each other
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}
