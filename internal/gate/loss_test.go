package gate_test

import (
	"encoding/json"
	"testing"

	"stet"
	"stet/connector"
	"stet/internal/engine"
	"stet/internal/gate"
	"stet/internal/qa"
)

// strict is a target that keeps no iframes.
type strict struct{ connector.Connector }

func (strict) Lint(stet.Document) []connector.Finding {
	return []connector.Finding{{Rule: connector.StrippedByTarget, Message: "The element <iframe> is left out.", Pointer: "/body/text", Text: "<iframe>"}}
}

func TestWhatATargetWouldNotKeepIsToldBeforePublishing(t *testing.T) {
	c := about("One.\n\nTwo: <iframe>\n")
	c.Targets = []engine.Target{{Name: "blog", Connector: strict{}}, {Name: "site", Connector: struct{ connector.Connector }{}}}
	j := judge(t, gate.New(pack(t, words), nil), c)
	var f qa.Finding
	if len(j.Verdict.Findings) != 1 || json.Unmarshal(j.Verdict.Findings[0], &f) != nil {
		t.Fatalf("findings: %v", j.Verdict.Findings)
	}
	if f.Rule != connector.StrippedByTarget || f.Severity != qa.Warning || f.Where.Start.Line != 3 || f.Where.Start.Column != 6 || f.Message != "At blog: The element <iframe> is left out." {
		t.Errorf("got %+v", f)
	}
	if !j.Verdict.Passed || j.Verdict.Score != 100 {
		t.Errorf("passed %v, score %d: what a target drops is no fault of the article", j.Verdict.Passed, j.Verdict.Score)
	}
}
