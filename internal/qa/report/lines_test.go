package report_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"stet/internal/prose"
	"stet/internal/qa/report"
)

// slowly finds a position by reading the text from its beginning.
func slowly(text string, at int) prose.Position {
	before := strings.ReplaceAll(text[:at], "\r\n", "\n")
	before = strings.ReplaceAll(before, "\r", "\n")
	line := before[strings.LastIndexByte(before, '\n')+1:]
	if strings.Count(before, "\n") == 0 {
		line = strings.TrimPrefix(line, "\ufeff")
	}
	return prose.Position{Byte: at, Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(line) + 1, UTF16: len(utf16.Encode([]rune(line))) + 1}
}

func FuzzLines(f *testing.F) {
	f.Add("\ufeffä\r\n😀x\ry\n\nz", uint64(1))
	f.Add("\r\r\n\n\r", uint64(2))
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		if !utf8.ValidString(text) {
			return
		}
		lines := report.NewLines(text)
		order := rand.New(rand.NewPCG(seed, 0)).Perm(len(text) + 1)
		for _, at := range order {
			if at < len(text) && (!utf8.RuneStart(text[at]) || text[at] == '\n' && at > 0 && text[at-1] == '\r') {
				continue
			}
			if got, want := lines.At(at), slowly(text, at); got != want {
				t.Fatalf("byte %d of %q is at %+v, want %+v", at, text, got, want)
			}
		}
	})
}
