package policy

import (
	"slices"

	"stet/internal/policy/expr"
	"stet/internal/qa"
	"stet/internal/qa/ground"
	"stet/internal/qa/page"
	"stet/internal/qa/word"
)

// family makes the checkers of some kinds of rules.
type family struct {
	kinds    []string
	make     qa.Maker
	language bool // its rules are about the words of a language
}

// families is the one place where kinds become known.
var families = []family{
	{word.Kinds, word.New, true},
	{ground.Kinds, ground.New, false},
	{page.Kinds, page.New, false},
	{expr.Kinds, expr.New, false},
}

// checkers are the rules of one family with what checks them.
type checkers struct {
	checker qa.Checker
	rules   []*qa.Rule
	ours    []*Rule // the same rules
}

// Kinds are the kinds that a rule may be of.
func Kinds() (kinds []string) {
	for _, f := range families {
		kinds = append(kinds, f.kinds...)
	}
	slices.Sort(kinds)
	return kinds
}

func ofLanguage(kind string) bool {
	for _, f := range families {
		if slices.Contains(f.kinds, kind) {
			return f.language
		}
	}
	return false
}
