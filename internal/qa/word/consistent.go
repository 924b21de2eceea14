package word

import (
	"strconv"

	"stet/internal/qa"
)

// consistent lets an article use one form only of each set.
type consistent struct {
	look `yaml:",inline"`
	// Variants are sets of words or phrases for the same thing: [[adviser, advisor]].
	Variants [][]string `yaml:"variants"`
	// Patterns are sets of regular expressions, for forms that words cannot tell: dates, units.
	Patterns [][]string `yaml:"patterns"`
	sets     []variants
}

type variants struct {
	finder *finder
	forms  []string
	fix    bool
}

func newConsistent(b *builder, rule *qa.Rule) (judge, error) {
	c := &consistent{}
	if err := rule.Decode(c); err != nil {
		return nil, err
	}
	if len(c.Variants)+len(c.Patterns) == 0 {
		return nil, rule.Fault("", "consistent needs variants or patterns: [[one form, the other]]")
	}
	keys := [2]string{"variants", "patterns"}
	for k, sets := range [][][]string{c.Variants, c.Patterns} {
		for _, forms := range sets {
			if len(forms) < 2 {
				return nil, rule.Fault(keys[k], "a set has %d forms; it needs two or more", len(forms))
			}
			words, patterns := forms, []string(nil)
			if k == 1 {
				words, patterns = nil, forms
			}
			finder, err := b.finder(rule, c.look, words, patterns, keys)
			if err != nil {
				return nil, err
			}
			c.sets = append(c.sets, variants{finder: finder, forms: forms, fix: k == 0})
		}
	}
	return c, nil
}

func (c *consistent) judge(s *sheet, result *qa.Result) error {
	result.Idle = true
	for i := range c.sets {
		hits, err := c.sets[i].finder.find(s)
		if err != nil {
			return err
		}
		if len(hits) > 0 {
			result.Idle = false
			c.sets[i].judge(s, hits, result)
		}
	}
	return nil
}

// judge takes the form used most often for the one that is meant; of two used equally often, the one used first.
func (v *variants) judge(s *sheet, hits []hit, result *qa.Result) {
	counts := make([]int, len(v.forms))
	for _, h := range hits {
		counts[h.index]++
	}
	main := hits[0].index
	for form, count := range counts {
		if count > counts[main] {
			main = form
		}
	}
	to := v.forms[main]
	if !v.fix { // a pattern is no text; show what it matched
		for _, h := range hits {
			if h.index == main {
				to = oneLine(s.units[h.unit].plain[h.start:h.end])
				break
			}
		}
	}
	for _, h := range hits {
		if h.index == main || full(result) {
			continue
		}
		u := &s.units[h.unit]
		values := said{to: to, count: strconv.Itoa(counts[main])}
		f := s.finding(u, h.start, h.end, "The article writes “%{match}” here and “%{to}” elsewhere.", values)
		if v.fix && s.rule.FixKind == "replace" {
			f.Fix = s.replacement(u, h.start, h.end, likeCase(u.plain[h.start:h.end], to))
		}
		result.Findings = append(result.Findings, f)
	}
}
