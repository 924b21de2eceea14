package policy_test

import (
	"strings"
	"testing"

	"stet"
	"stet/internal/policy"
)

// TestHostileArticlesEnd: an article that is built to keep a checker busy is refused with a reason, or judged; a verdict
// that is late is never a pass.
func TestHostileArticlesEnd(t *testing.T) {
	p, err := policy.Shipped("llm") // it has the most checks
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"100,000 nested quotes": strings.Repeat("> ", 100_000) + "x",
		"a line of 10 MB":       strings.Repeat("a", 10<<20),
		"one word":              strings.Repeat("very ", 60_000),
		"invalid UTF-8":         "a\xffb",
		"100,000 brackets":      strings.Repeat("[", 100_000),
		"unclosed emphasis":     strings.Repeat("*a **b ", 20_000),
		"references":            strings.Repeat("[a][b] ", 20_000),
		"links":                 strings.Repeat("[a](/b#c) ", 20_000),
		"headings":              strings.Repeat("# a\n", 10_000),
		"a wide table":          "|" + strings.Repeat("a|", 20_000) + "\n|" + strings.Repeat("-|", 20_000) + "\n",
		"numbers":               strings.Repeat("1,234.5 million on 3 March 2024. ", 5_000),
		"quotation marks":       strings.Repeat("“", 300_000),
		"doubled words":         strings.Repeat("the the ", 20_000),
		"exclamation marks":     strings.Repeat("!", 200_000),
		"JSON-LD":               "<script type=\"application/ld+json\">" + strings.Repeat("[", 100_000) + "</script>",
		"combining marks":       "a" + strings.Repeat("\u0301", 50_000),
		"nothing":               "",
		"zero bytes":            strings.Repeat("\x00", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			for _, format := range []string{"markdown", "html"} {
				a, err := policy.Article("a", stet.Document{Title: strings.Repeat("T", 1000), Body: stet.Body{Format: format, Text: text}}, nil)
				if err != nil {
					if len(err.Error()) > 300 {
						t.Errorf("%s: the reason has %d bytes", format, len(err.Error()))
					}
					continue
				}
				r := p.Judge(t.Context(), a)
				if len(r.Errors) > 0 && r.Passed {
					t.Errorf("%s: passed with %v", format, r.Errors)
				}
				if len(r.Findings) > 20_000 {
					t.Errorf("%s: %d findings are listed", format, len(r.Findings))
				}
			}
		})
	}
}

// TestHostileRulesEnd: patterns that other engines die of, and ones that would take all memory.
func TestHostileRulesEnd(t *testing.T) {
	a := text(t, strings.Repeat("a", 100_000)+"!\n\n"+strings.Repeat("ab ", 30_000))
	for name, rule := range map[string]string{
		"nested stars":  `patterns: ['(a+)+$']`,
		"alternations":  `patterns: ['(a|aa|aaa)*b']`,
		"repeats":       `patterns: ['((a{100}){100}){100}']`,
		"any character": `patterns: ['.*.*.*.*=.*']`,
		"many stars":    `words: ["a* b* c* d* e*"]`,
		"a long word":   `words: [` + strings.Repeat("a", 100_000) + `]`,
		"many words":    `words: [` + strings.Repeat("a b c d, ", 20_000) + `z]`,
	} {
		t.Run(name, func(t *testing.T) {
			p, err := policy.Load(pack(t, map[string]string{"policy.yaml": "name: a\n", "rules/a.yaml": "id: VOI-101\nkind: forbid\nseverity: info\n" + rule + "\n"}))
			if err != nil {
				if !strings.Contains(err.Error(), "rules/a.yaml:4:") || len(err.Error()) > 2000 {
					t.Errorf("%.300v", err)
				}
				return
			}
			if r := p.Judge(t.Context(), a); len(r.Errors) > 0 && r.Passed {
				t.Errorf("passed with %v", r.Errors)
			}
		})
	}
}
