package vale

import (
	"fmt"
	"strings"

	"stet/internal/policy/strict"
	"stet/internal/qa"
	"stet/internal/qa/word"
)

// usable tells whether a regular expression, and those beside it, can be patterns of a rule, which the kinds themselves decide.
func (s *style) usable(source string, conditions mapping) error {
	rule := &qa.Rule{ID: "VOI-200", Kind: "forbid"}
	rule.Decode = func(into any) error {
		var faults strict.Faults
		var text strings.Builder
		write(&text, append(mapping{{"patterns", []string{source}}}, conditions...), "")
		strict.Read("", []byte(text.String()), &faults).Decode(into, "the rule")
		return faults.Err()
	}
	if _, err := word.New(qa.Env{}, []*qa.Rule{rule}); err != nil {
		_, reason, found := strings.Cut(err.Error(), "cannot be used: ")
		if !found {
			reason = err.Error()
		}
		return fmt.Errorf("%s", reason)
	}
	return nil
}
