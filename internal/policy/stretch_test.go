package policy_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"stet/internal/qa"
)

// TestTheWorstStretchIsFifteenSentences: of one paragraph or of many, whatever stands between.
func TestTheWorstStretchIsFifteenSentences(t *testing.T) {
	for name, between := range map[string]string{"a paragraph": " ", "paragraphs": "\n\n"} {
		for apart, want := range map[int]int{1: 63, 14: 63, 15: 71, 30: 71} { // (86+40)/2 and (86+57)/2
			t.Run(fmt.Sprintf("%s, %d apart", name, apart), func(t *testing.T) {
				body := strings.Repeat("One two."+between, 40)
				p := trial(t, "", map[string]qa.Severity{"VOI-101": "error"}, places([]int{0, apart * len("One two."+between)}))
				if r := p.Judge(t.Context(), text(t, body)); scores(r)[qa.Voice] != want {
					t.Errorf("%d, want %d", scores(r)[qa.Voice], want)
				}
			})
		}
	}
}

// TestLongSentencesAreNoLongerStretches: words do not count, sentences do.
func TestLongSentencesAreNoLongerStretches(t *testing.T) {
	long := "One" + strings.Repeat(" two", 100) + ". "
	p := trial(t, "", map[string]qa.Severity{"VOI-101": "error"}, places([]int{0, 5 * len(long)}))
	if r := p.Judge(t.Context(), text(t, strings.Repeat(long, 20))); fmt.Sprint(scores(r)) != "map[voice:63]" {
		t.Errorf("%v", scores(r))
	}
}

// places has each rule find something at some bytes of the body.
func places(at []int) func(rules []*qa.Rule) qa.Checker {
	return func(rules []*qa.Rule) qa.Checker {
		return fake(func(_ context.Context, a *qa.Article) []qa.Result {
			var found []qa.Finding
			for _, b := range at {
				place := a.Body.Position(b)
				found = append(found, qa.Finding{Message: "found", Where: qa.Where{Field: "body", Start: place, End: place}})
			}
			return []qa.Result{{Rule: rules[0], Findings: found}}
		})
	}
}
