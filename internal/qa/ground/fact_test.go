package ground_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet/internal/qa"
)

var facts = []qa.Fact{
	{Subject: "Example Pump", Aliases: []string{"EP-4"}, Attribute: "price", Words: []string{"costs", "sells for"}, Value: "49", Unit: "$", ValidFrom: "2025-01-01", Source: "price list"},
	{Subject: "Example Pump", Attribute: "price", Words: []string{"costs"}, Value: "39", Unit: "$", ValidFrom: "2023-01-01", Source: "old price list"},
	{Subject: "Example Pump", Attribute: "price", Words: []string{"costs"}, Value: "59", Unit: "$", ValidFrom: "2030-01-01", Source: "plans"},
	{Subject: "Example Pump", Attribute: "deposit", Value: "100", Unit: "$"},
	{Subject: "Example Works", Attribute: "founded", Value: "2011", Source: "register"},
	{Subject: "Example Works", Attribute: "chief executive", Words: []string{"CEO"}, Value: "Rosa Almeida"},
	{Subject: "Example Works", Attribute: "employees", Words: []string{"employs", "staff"}, Value: "1240", Unit: "people"},
	{Subject: "Example Tool", Attribute: "version", Value: "1.82.0"},
}

func TestComparesWithFacts(t *testing.T) {
	cases := map[string]struct {
		text string
		want []string
	}{
		"right":                    {"The Example Pump costs $49.", nil},
		"wrong":                    {"The Example Pump costs $45.", []string{"product-fact: 45"}},
		"once right":               {"The Example Pump costs $39.", []string{"product-fact: 39"}},
		"not yet right":            {"The Example Pump costs $59.", []string{"product-fact: 59"}},
		"in words":                 {"The EP-4 sells for 49 dollars.", nil},
		"in words, wrong":          {"The EP-4 sells for 47 dollars.", []string{"product-fact: 47"}},
		"another currency":         {"The EP-4 sells for €49.", nil},
		"subject before":           {"The Example Pump is small. It costs $45.", []string{"product-fact: 45"}},
		"subject elsewhere":        {"The Example Pump is small.\n\nA ticket costs $45.", nil},
		"two attributes":           {"The Example Pump costs $49 with a deposit of $100.", nil},
		"two attributes exchanged": {"The Example Pump costs $45 with a deposit of $100.", []string{"product-fact: 45"}},
		"year":                     {"Example Works was founded in 2011.", nil},
		"year wrong":               {"Example Works was founded in 2010.", []string{"product-fact: 2010"}},
		"count":                    {"Example Works employs 1,240 people.", nil},
		"count wrong":              {"Example Works employs 1,420 people.", []string{"product-fact: 1,420"}},
		"count of another thing":   {"Example Works employs 12 robots.", nil},
		"name":                     {"Rosa Almeida is chief executive of Example Works.", nil},
		"name wrong":               {"Example Works made its CEO, Jan Pietersen, a partner.", []string{"product-fact: Jan Pietersen"}},
		"name of another":          {"The chief executive of Example Works met the mayor.", nil},
		"version":                  {"The newest version of Example Tool is 1.82.0.", nil},
		"version wrong":            {"The newest version of Example Tool is 1.81.0.", []string{"product-fact: 1.81.0"}},
	}
	checker := newChecker(t, qa.Env{Facts: facts}, "check: product-fact")
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.want == nil {
				c.want = []string{}
			}
			if diff := cmp.Diff(c.want, findings(t, checker.Check(context.Background(), article(t, c.text)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindingOfAFactNamesTheTruthAndItsSource(t *testing.T) {
	checker := newChecker(t, qa.Env{Facts: facts}, "check: product-fact")
	results := checker.Check(context.Background(), article(t, "The Example Pump costs $45."))
	f := results[0].Findings[0]
	if !strings.Contains(f.Message, "which is $49") || !strings.Contains(f.Evidence, "price list") || !strings.Contains(f.Evidence, "2025-01-01") {
		t.Errorf("message %q, evidence %q; want the price, its source and since when", f.Message, f.Evidence)
	}
}

func TestWhatAFactAnswersIsNotAskedOfTheKnowledgeBase(t *testing.T) {
	env := qa.Env{Facts: facts, KB: base(t, "The Example Pump costs $39.")}
	got := findings(t, newChecker(t, env, all...).Check(context.Background(), article(t, "The Example Pump costs $49.")))
	if diff := cmp.Diff([]string{}, got); diff != "" {
		t.Error(diff)
	}
}
