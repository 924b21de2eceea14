package policy_test

import (
	"testing"

	"stet"
	"stet/internal/policy"
)

// TestShippedPacksPassTheirOwnTests: every test and case gives what it wants, and every rule is seen to find something.
func TestShippedPacksPassTheirOwnTests(t *testing.T) {
	for _, name := range policy.ShippedNames() {
		t.Run(name, func(t *testing.T) {
			p, err := policy.Shipped(name)
			if err != nil {
				t.Fatal(err)
			}
			r := policy.Test(t.Context(), p)
			for _, f := range r.Failures {
				t.Errorf("%s:%d: %s %q: %s", f.File, f.Line, f.Rule, f.Test, f.Message)
			}
			if len(r.Uncovered) > 0 || r.Tests < len(p.Rules) {
				t.Errorf("%d tests; without one: %v", r.Tests, r.Uncovered)
			}
			for _, rule := range p.Rules {
				if rule.Why == "" {
					t.Errorf("%s does not say why", rule.ID)
				}
			}
		})
	}
}

// TestTheTestsOfShippedPacksNoticeChanges: nearly every changed limit, dropped word and inverted condition makes one fail.
func TestTheTestsOfShippedPacksNoticeChanges(t *testing.T) {
	p, err := policy.Shipped("default")
	if err != nil {
		t.Fatal(err)
	}
	tried, survivors := policy.Mutate(t.Context(), p)
	if tried < 150 || len(survivors)*50 > tried {
		t.Errorf("%d of %d changes are not noticed: %v", len(survivors), tried, survivors)
	}
}

func TestShippedOfAnUnknownName(t *testing.T) {
	if _, err := policy.Shipped("nothing"); !stet.IsKind(err, stet.Configuration) {
		t.Errorf("%v", err)
	}
}
