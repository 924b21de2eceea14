package policy

import "stet/internal/qa"

// AddKind makes a kind of rule known to tests and gives what forgets it.
func AddKind(kind string, check func(rules []*qa.Rule) qa.Checker) (forget func()) {
	before := families
	families = append(append([]family{}, before...), family{kinds: []string{kind}, make: func(_ qa.Env, rules []*qa.Rule) (qa.Checker, error) {
		return check(rules), nil
	}})
	return func() { families = before }
}
