package word

import (
	"strings"

	"stet/internal/qa"
)

// require asks for a phrase or pattern that must be there.
type require struct {
	look     `yaml:",inline"`
	Words    []string `yaml:"words"`
	Patterns []string `yaml:"patterns"`
	All      bool     `yaml:"all"`     // every one of them, not any
	Section  string   `yaml:"section"` // in the sections whose heading holds this text; the rule is idle without one
	finder   *finder
}

func newRequire(b *builder, rule *qa.Rule) (judge, error) {
	r := &require{}
	if err := rule.Decode(r); err != nil {
		return nil, err
	}
	if len(r.Words)+len(r.Patterns) == 0 {
		return nil, rule.Fault("", "require needs words or patterns")
	}
	var err error
	r.finder, err = b.finder(rule, r.look, r.Words, r.Patterns, [2]string{"words", "patterns"})
	return r, err
}

func (r *require) judge(s *sheet, result *qa.Result) error {
	hits, err := r.finder.find(s)
	if err != nil {
		return err
	}
	if r.Section == "" {
		s.each(r.finder.scope, func(u *unit, index int) {
			if len(result.Findings) == 0 && len(u.tokens) > 0 {
				r.miss(s, u, hits, result)
			}
		})
		result.Idle = r.finder.idle(s)
		return nil
	}
	result.Idle = true
	body := s.article.Body
	for i, section := range body.Sections {
		if section.Heading < 0 || !strings.Contains(fold(body.Blocks[section.Heading].Plain), fold(r.Section)) {
			continue
		}
		result.Idle = false
		var inside []hit
		for _, h := range hits {
			if u := &s.units[h.unit]; u.field == "body" && u.block.Section == i {
				inside = append(inside, h)
			}
		}
		for k := range s.units {
			if u := &s.units[k]; u.field == "body" && u.index == section.Heading {
				r.miss(s, u, inside, result)
			}
		}
	}
	return nil
}

// miss adds a finding at a unit when the hits do not hold what is asked for.
func (r *require) miss(s *sheet, u *unit, hits []hit, result *qa.Result) {
	seen := map[int]bool{}
	for _, h := range hits {
		seen[h.index] = true
	}
	all := append(append([]string{}, r.Words...), r.Patterns...)
	if !r.All && len(seen) > 0 {
		return
	}
	var missing []string
	for i, text := range all {
		if !seen[i] {
			missing = append(missing, text)
		}
	}
	if len(missing) == 0 {
		return
	}
	joint := " or "
	if r.All {
		joint = " and "
	}
	want := strings.Join(missing, joint)
	message := "The text does not say “%{to}”."
	if r.Section != "" {
		message = "The section “%{match}” does not say “%{to}”."
	}
	result.Findings = append(result.Findings, s.finding(u, 0, len(u.plain), message, said{to: want, limit: want}))
}

func fold(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }
