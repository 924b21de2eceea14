package policy_test

import (
	"strings"
	"testing"

	"stet"
	"stet/internal/policy"
	"stet/internal/qa"
)

// TestJudgeNewCountsOnlyWhatIsNew: what was known before is listed, costs nothing and blocks nothing.
func TestJudgeNewCountsOnlyWhatIsNew(t *testing.T) {
	p, err := policy.Load(pack(t, map[string]string{"policy.yaml": "name: a\n", "rules/a.yaml": strings.Replace(rule, "warning", "blocker", 1)}))
	if err != nil {
		t.Fatal(err)
	}
	a, err := policy.Article("x", stet.Document{Title: "T", Body: stet.Body{Format: "markdown", Text: "Text.\n"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := p.Judge(t.Context(), a); r.Passed || len(r.Findings) != 1 || r.Counts[qa.Blocker] != 1 {
		t.Fatalf("without a baseline: %+v", r)
	}
	r := p.JudgeNew(t.Context(), a, func(findings []qa.Finding) {
		for i := range findings {
			findings[i].Old = true
		}
	})
	if !r.Passed || r.Score != 100 || len(r.Findings) != 1 || !r.Findings[0].Old || r.Counts[qa.Blocker] != 0 {
		t.Errorf("with a baseline: %+v", r)
	}
}
