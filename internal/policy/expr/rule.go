package expr

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stet/internal/prose"
	"stet/internal/qa"
)

// Kinds are the kinds of rules that New makes a checker for.
var Kinds = []string{"expr"}

// spec is what a rule of kind expr has of its own.
type spec struct {
	Assert string `yaml:"assert"` // the finding is that it is false
	At     string `yaml:"at"`     // the field that the finding stands in; empty: body
}

var places = []string{"body", "title", "slug", "summary", "meta_title", "meta_description", "canonical_url", "og_image", "hero_alt", "authors", "tags",
	"categories", "fields"}

type checker struct {
	rules      []*qa.Rule
	specs      []spec
	conditions []*Condition
}

// New makes the checker for rules of kind expr.
func New(_ qa.Env, rules []*qa.Rule) (qa.Checker, error) {
	c := &checker{rules: rules}
	for _, r := range rules {
		s := spec{At: "body"}
		if err := r.Decode(&s); err != nil {
			return nil, err
		}
		switch {
		case s.Assert == "":
			return nil, r.Fault("", "kind expr needs assert: a condition that holds for good articles, such as doc.words >= 300")
		case !slices.Contains(places, s.At):
			return nil, r.Fault("at", "at is %q; allowed are %s", s.At, strings.Join(places, ", "))
		case r.Message == "":
			return nil, r.Fault("", "kind expr needs message: a sentence that says what is wrong where the condition is false")
		}
		condition, err := Compile(s.Assert)
		if err != nil {
			return nil, r.Fault("assert", "assert: %v", err)
		}
		c.specs, c.conditions = append(c.specs, s), append(c.conditions, condition)
	}
	return c, nil
}

// Check implements qa.Checker.
func (c *checker) Check(ctx context.Context, a *qa.Article) []qa.Result {
	doc := Of(a)
	results := make([]qa.Result, len(c.rules))
	for i, r := range c.rules {
		results[i] = qa.Result{Rule: r}
		holds, err := c.conditions[i].Eval(ctx, doc)
		if err != nil {
			results[i].Err = fmt.Errorf("%s: %w", r.ID, err)
		} else if !holds {
			results[i].Findings = []qa.Finding{found(r, c.specs[i].At, a)}
		}
	}
	return results
}

// found is a finding on the whole of a field; on the first line of the body.
func found(r *qa.Rule, field string, a *qa.Article) qa.Finding {
	begin := prose.Position{Line: 1, Column: 1, UTF16: 1}
	f := qa.Finding{Rule: r.ID, Category: r.Category, Severity: r.Severity, Message: r.Message, Remedy: r.Remedy,
		Where: qa.Where{Field: field, Start: begin, End: begin}}
	for _, t := range a.Fields {
		if t.Name == field {
			f.Where.End, f.Text = t.Text.Position(len(t.Text.Source)), short(t.Text.Source)
		}
	}
	f.Hash = qa.HashOf(r.ID, f.Text, a.ContentID)
	return f
}
