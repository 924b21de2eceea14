// Package word checks the words of an article: what to say and what not, how long, how often, and in which case.
package word

import (
	"context"
	"fmt"
	"sync"

	"stet/internal/qa"
)

// Kinds are the kinds of rules that New makes a Checker for.
var Kinds = []string{"forbid", "substitute", "require", "count", "repeat", "consistent", "implies", "case", "readability"}

// judge looks at one article for one rule.
type judge interface {
	// judge adds findings to result, or says that the article has nothing the rule is about.
	judge(s *sheet, result *qa.Result) error
}

// maker reads the keys of a rule of one kind.
type maker func(b *builder, rule *qa.Rule) (judge, error)

var makers = map[string]maker{
	"forbid":      newForbid,
	"substitute":  newSubstitute,
	"require":     newRequire,
	"count":       newCount,
	"repeat":      newRepeat,
	"consistent":  newConsistent,
	"implies":     newImplies,
	"case":        newCase,
	"readability": newReadability,
}

// builder collects what all rules look for, so that the words of an article are read once.
type builder struct {
	env   qa.Env
	words *trie
	lists int // number of phrase lists in words
}

type checker struct {
	rules  []*qa.Rule
	judges []judge
	words  *trie
	lists  int
	tokens sync.Pool // of *[]token, for the next article
}

// New makes one Checker for all rules on words. Rules that name phrases share one automaton; a rule with patterns has its
// own regular expression (RE2, https://github.com/google/re2/wiki/Syntax) and runs it only on blocks that can match.
func New(env qa.Env, rules []*qa.Rule) (qa.Checker, error) {
	b := &builder{env: env, words: newTrie()}
	c := &checker{rules: rules, words: b.words}
	for _, rule := range rules {
		read, known := makers[rule.Kind]
		if !known {
			return nil, rule.Fault("kind", "kind %q is not one of %v", rule.Kind, Kinds)
		}
		if err := checkScope(rule); err != nil {
			return nil, err
		}
		judge, err := read(b, rule)
		if err != nil {
			return nil, err
		}
		c.judges = append(c.judges, judge)
	}
	c.lists = b.lists
	return c, nil
}

func (c *checker) Check(ctx context.Context, a *qa.Article) []qa.Result {
	results := make([]qa.Result, len(c.rules))
	s, err := newSheet(ctx, c, a)
	if s != nil {
		defer c.tokens.Put(&s.tokens)
	}
	for i, rule := range c.rules {
		results[i].Rule = rule
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			results[i].Err = fmt.Errorf("check %s: %w", rule.ID, err)
			continue
		}
		s.rule = rule
		if err := c.judges[i].judge(s, &results[i]); err != nil {
			results[i] = qa.Result{Rule: rule, Err: fmt.Errorf("check %s: %w", rule.ID, err)}
		}
		if full(&results[i]) {
			results[i].Findings = results[i].Findings[:maxFindings]
			results[i].Unchecked = append(results[i].Unchecked, fmt.Sprintf("%s finds more than %d places; the others are not listed.", rule.ID, maxFindings))
		}
	}
	return results
}
