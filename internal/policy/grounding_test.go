package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"stet/internal/policy"
	"stet/internal/qa"
)

// particulars has a rule report atoms.
func particulars(atoms qa.Atoms, findings int) func(rules []*qa.Rule) qa.Checker {
	return func(rules []*qa.Rule) qa.Checker {
		check := finding(map[string]int{rules[0].ID: findings})(rules).(fake)
		return check.with(atoms)
	}
}

func TestGroundingScore(t *testing.T) {
	for _, c := range []struct {
		name     string
		severity qa.Severity
		atoms    qa.Atoms
		want     string
	}{
		{"all supported", "error", qa.Atoms{Checked: 3, Supported: 3}, "map[grounding:100]"},
		{"contradicted counts whole", "error", qa.Atoms{Checked: 3, Supported: 2, Contradicted: 1}, "map[grounding:66]"},
		{"unsupported seven tenths", "error", qa.Atoms{Checked: 3, Supported: 2, Unsupported: 1}, "map[grounding:76]"},
		{"partial three tenths", "error", qa.Atoms{Checked: 3, Supported: 2, Partial: 1}, "map[grounding:90]"},
		{"nothing to check is no score", "error", qa.Atoms{}, "map[]"},
		{"info costs nothing", "info", qa.Atoms{Checked: 3, Contradicted: 3}, "map[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := trial(t, "", map[string]qa.Severity{"GRD-101": c.severity}, particulars(c.atoms, 0))
			if r := p.Judge(t.Context(), text(t, "One.")); fmt.Sprint(scores(r)) != c.want {
				t.Errorf("%v, want %s", scores(r), c.want)
			}
		})
	}
}

// TestAWaivedParticularCountsAsSupported: else a waiver would not let the article pass.
func TestAWaivedParticularCountsAsSupported(t *testing.T) {
	p := trial(t, "", map[string]qa.Severity{"GRD-101": "error"}, particulars(qa.Atoms{Checked: 2, Supported: 1, Contradicted: 1}, 1))
	a := text(t, "One.")
	before := p.Judge(t.Context(), a)
	given := qa.Waiver{Rule: "GRD-101", Hash: before.Findings[0].Hash, Reason: "r", By: "ann", Until: a.Now.AddDate(0, 0, 7)}
	after := p.WithWaivers([]qa.Waiver{given}).Judge(t.Context(), a)
	if before.Passed || !after.Passed || after.Score != 100 || after.Atoms.Contradicted != 0 || after.Policy != before.Policy {
		t.Errorf("%+v\n%+v", before, after)
	}
}

// TestThePackBringsItsKnowledgeBase: a folder of its own, or one that policy.yaml names; and its version knows every byte.
func TestThePackBringsItsKnowledgeBase(t *testing.T) {
	rules := "{id: GRD-101, kind: grounding, check: contradicted-value, severity: blocker}"
	outside := pack(t, map[string]string{"plans.md": "The Basic plan costs 49 euros a month.\n"})
	versions := map[string]bool{}
	for _, files := range []map[string]string{
		{"policy.yaml": "name: a\n", "rules/a.yaml": rules, "kb/plans.md": "The Basic plan costs 49 euros a month.\n"},
		{"policy.yaml": "name: a\n", "rules/a.yaml": rules, "kb/plans.md": "The Basic plan costs 49 euros each month.\n"},
		{"policy.yaml": "name: a\nkb: " + strings.ReplaceAll(outside, "\\", "/") + "\n", "rules/a.yaml": rules},
	} {
		p, err := policy.Load(pack(t, files))
		if err != nil {
			t.Fatal(err)
		}
		versions[p.Version()] = true
		if r := p.Judge(t.Context(), text(t, "The Basic plan costs 59 euros a month.")); r.Passed || len(r.Findings) != 1 {
			t.Errorf("%+v", r)
		}
	}
	if len(versions) != 3 {
		t.Errorf("%d versions of three packs", len(versions))
	}
}
