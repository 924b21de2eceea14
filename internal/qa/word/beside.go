package word

import (
	"regexp"

	"stet/internal/qa"
)

// near is how many bytes beside a match are looked at.
const near = 256

// beside are the conditions on what stands right before and right after a match.
type beside struct{ before, after, notBefore, notAfter *regexp.Regexp }

func (b *beside) compile(rule *qa.Rule, how look) error {
	for _, one := range []struct {
		key, source string
		to          **regexp.Regexp
		start, end  string
	}{
		{"before", how.Before, &b.before, `\A(?:`, `)`},
		{"after", how.After, &b.after, `(?:`, `)\z`},
		{"not_before", how.NotBefore, &b.notBefore, `\A(?:`, `)`},
		{"not_after", how.NotAfter, &b.notAfter, `(?:`, `)\z`},
	} {
		if one.source == "" {
			continue
		}
		pattern, err := compile(one.start+one.source+one.end, how.Case)
		if err != nil {
			return rule.Fault(one.key, "pattern %q cannot be used: %v", short(one.source), err)
		}
		*one.to = pattern.re
	}
	return nil
}

// allows tells whether a match may stand where it does.
func (b *beside) allows(plain string, start, end int) bool {
	left, right := plain[max(0, start-near):start], plain[end:min(len(plain), end+near)]
	return (b.before == nil || b.before.MatchString(right)) && (b.after == nil || b.after.MatchString(left)) &&
		(b.notBefore == nil || !b.notBefore.MatchString(right)) && (b.notAfter == nil || !b.notAfter.MatchString(left))
}
