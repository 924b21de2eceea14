// Package ground compares an article's particulars with a knowledge base: numbers, dates, quotations and names.
package ground

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stet/internal/qa"
)

// Kinds are the kinds of rules that this package checks.
var Kinds = []string{"grounding"}

// options are the keys of a grounding rule.
type options struct {
	Check string `yaml:"check"`
	Min   int    `yaml:"min"`          // low-coverage, no-passage: per cent of a sentence's words
	Days  int    `yaml:"max_age_days"` // stale-source
}

// checks are the values of the key check. GRD-010, a model as judge, is not among them. Its place would be behind weigh, for
// the sentences that checkCoverage flags, and it could only add findings: a model never clears what the particulars say.
var checks = map[string]bool{
	"contradicted-value": true, "unsupported-number": true, "unsupported-date": true, "unsupported-entity": true, "quote-mismatch": true,
	"product-fact": true, "low-coverage": true, "stale-source": true, "no-passage": true,
}

// usual is where grounding rules look unless they name a scope.
var usual = []string{"paragraph", "list", "quote", "table", "title", "summary"}

// rule is a rule with its options.
type rule struct {
	*qa.Rule
	options
	scope map[string]bool
}

// checker holds the rules of a pack.
type checker struct {
	rules  []*rule
	has    map[string]bool // checks that a rule asks for
	places map[string]bool // of all rules
	source source          // nil without a knowledge base
	facts  []fact
}

// New makes the checker for grounding rules.
func New(env qa.Env, rules []*qa.Rule) (qa.Checker, error) {
	c := &checker{has: map[string]bool{}, places: map[string]bool{}}
	for _, r := range rules {
		made, err := newRule(r)
		if err != nil {
			return nil, err
		}
		c.rules = append(c.rules, made)
		c.has[made.Check] = true
		for place := range made.scope {
			c.places[place] = true
		}
	}
	if env.KB != nil && env.KB.Documents() > 0 {
		c.source = sourceOf(env.KB)
	}
	c.facts = factsOf(env.Facts)
	return c, nil
}

func newRule(r *qa.Rule) (*rule, error) {
	made := &rule{Rule: r, scope: map[string]bool{}}
	if err := r.Decode(&made.options); err != nil {
		return nil, err
	}
	if !checks[made.Check] {
		return nil, r.Fault("check", "check %q is not known; use contradicted-value, unsupported-number, unsupported-date, unsupported-entity, "+
			"quote-mismatch, product-fact, low-coverage, stale-source or no-passage", made.Check)
	}
	if made.Min < 0 || made.Min > 100 {
		return nil, r.Fault("min", "min is %d; it is per cent, from 1 to 100", made.Min)
	}
	if made.Days < 0 {
		return nil, r.Fault("max_age_days", "max_age_days is %d; it is a number of days above 0", made.Days)
	}
	switch made.Check {
	case "low-coverage":
		made.Min = or(made.Min, 40)
	case "no-passage":
		made.Min = or(made.Min, 15)
	case "stale-source":
		made.Days = or(made.Days, 730)
	}
	scope := r.Scope
	if len(scope) == 0 {
		scope = usual
	}
	for _, place := range scope {
		made.scope[place] = true
	}
	return made, nil
}

func or(value, otherwise int) int {
	if value == 0 {
		return otherwise
	}
	return value
}

// Check gives a result for every rule. Without a knowledge base only product facts are looked at. Facts come first: what
// one has answered is no question for the knowledge base.
func (c *checker) Check(ctx context.Context, a *qa.Article) []qa.Result {
	results := make([]qa.Result, len(c.rules))
	r := newReader(a)
	statements := r.statements(c.places)
	for i, rule := range c.rules {
		results[i] = qa.Result{Rule: rule.Rule, Idle: true}
		if rule.Check == "product-fact" {
			c.checkFacts(&results[i], rule, a, statements)
		}
	}
	err := c.weigh(ctx, r, statements)
	for i, rule := range c.rules {
		if results[i].Err = err; err == nil && rule.Check != "product-fact" {
			c.apply(&results[i], rule, a, statements)
		}
	}
	return c.unchecked(results, r, a)
}

func (c *checker) weigh(ctx context.Context, r *reader, statements []*statement) error {
	if c.source == nil {
		return nil
	}
	for _, s := range statements {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.weigh(ctx, s, c.source); err != nil {
			return err
		}
	}
	settleNames(statements)
	return nil
}

// settleNames looks at the names of the article together: one that the knowledge base bears out in one sentence is known in
// the others, whole or by its last word, and one that it does not is told of once.
func settleNames(statements []*statement) {
	known, told := map[string]bool{}, map[string]bool{}
	for _, s := range statements {
		for _, j := range s.atoms {
			if j.kind == aName && j.state == supported {
				known[strings.Join(j.words, " ")], known[j.words[len(j.words)-1]] = true, true
			}
		}
	}
	for _, s := range statements {
		s.atoms = slices.DeleteFunc(s.atoms, func(j judged) bool {
			name := strings.Join(j.words, " ")
			if j.kind != aName || j.state == supported || known[name] {
				return false
			}
			again := told[name]
			told[name] = true
			return again
		})
		for i := range s.atoms {
			if j := &s.atoms[i]; j.kind == aName && j.state != supported && known[strings.Join(j.words, " ")] {
				j.state, j.apart = partial, false
			}
		}
	}
}

// unchecked says on every result what grounding cannot see, since a pack may drop any of them; a report says it once.
func (c *checker) unchecked(results []qa.Result, r *reader, a *qa.Article) []qa.Result {
	say := func(s string) {
		for i := range results {
			results[i].Unchecked = append(results[i].Unchecked, s)
		}
	}
	if c.source == nil {
		say("Grounding: there is no knowledge base, so no number, date, name or quotation was compared with a source.")
		return results
	}
	say("Grounding compares particulars. It does not see who did what to whom, negation, or a wrong claim in other words.")
	for _, document := range r.cited {
		if !c.source.holds(document) {
			say("The article cites kb:" + document + ", which the knowledge base does not hold; its particulars were compared with what is nearest.")
		}
	}
	for _, result := range results {
		if len(result.Findings) == most {
			say(fmt.Sprintf("%s has more than %d findings; the rest count, and are not listed.", result.Rule.ID, most))
		}
	}
	if !r.english {
		say("Grounding: the language is " + strings.ToLower(a.Doc.Locale) + ", so only numbers, years and dates in figures were compared; names and quotations were not.")
	}
	return results
}
