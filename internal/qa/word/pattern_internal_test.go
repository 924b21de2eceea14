package word

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestPatternsFindWhatRegexpFinds compares the search that tries likely places with regexp's own.
func TestPatternsFindWhatRegexpFinds(t *testing.T) {
	var patterns []*pattern
	for _, source := range []string{
		`\b\w+ly-\w+\b`, `[a-z][.?!] {2,}[A-Z]`, `\d{1,2}[AP]M\b`, `(?:from|between)\s\d+`, `"[^"]+"[.,?]`, `^so\b`, `\Bed`, `(?:^|\s)I\s`,
		`é+`, `[^é]b`, `ks`, `k[a-d]`, `[é-ü]b`, `s.b`, `\bk\b`, `(a)|(b)c`, `[^a]b`, `.x`, `s+$`, `\b(?:am|is)\s+(\w+ed)\b`, `a|\bb`, `(?:a|ab)(?:c|bcd)`, `\b(?:(?:[^,]+,){1,}\s\w+\s(?:and|ab))\b`, `[ab]*k1`, `x+e(l|k)`, `\w+!(?:\s|$)`,
	} {
		p, err := compile(source, strings.Contains(source, "A-Z"))
		if err != nil {
			t.Fatal(err)
		}
		patterns = append(patterns, p)
	}
	alphabet := rapid.StringOf(rapid.SampledFrom([]rune("aabbcdeklsxy,, IM é.!,\"-0  1K\nſed")))
	rapid.Check(t, func(t *rapid.T) {
		text := alphabet.Draw(t, "text")
		for _, p := range patterns {
			want := p.re.FindAllStringSubmatchIndex(text, -1)
			if diff := cmp.Diff(want, p.find(text)); diff != "" {
				t.Fatalf("%s in %q (-regexp +find):\n%s", p.re, text, diff)
			}
			if want != nil && foldable(text) && !p.holds(string(appendLower(nil, text))) {
				t.Fatalf("%s matches %q and does not hold it", p.re, text)
			}
		}
	})
}
