package word

import "stet/internal/qa"

// implies asks for one thing where another occurs, such as the long form of an acronym.
type implies struct {
	look `yaml:",inline"`
	// If and Then are patterns. Where both have a group, what the group of If holds must be what a group of Then holds.
	If       string `yaml:"if"`
	Then     string `yaml:"then"`
	First    bool   `yaml:"first"`    // Then must stand before If, or hold it
	Every    bool   `yaml:"every"`    // a finding for every occurrence, not only the first
	Acronyms bool   `yaml:"acronyms"` // instead of if and then: a word in capitals must be explained where it is used first
	Min      int    `yaml:"min"`      // letters of an acronym, 3
	first    *finder
	second   *finder
	allowed  map[string]bool
}

func newImplies(b *builder, rule *qa.Rule) (judge, error) {
	r := &implies{}
	if err := rule.Decode(r); err != nil {
		return nil, err
	}
	if r.Acronyms {
		return newAcronyms(r, rule)
	}
	if r.If == "" || r.Then == "" {
		return nil, rule.Fault("", "implies needs if and then, both patterns, or acronyms: true")
	}
	r.allowed = map[string]bool{}
	for _, word := range r.Exceptions {
		r.allowed[word] = true
	}
	r.Exceptions = nil
	var err error
	if r.first, err = b.finder(rule, r.look, nil, []string{r.If}, [2]string{"", "if"}); err != nil {
		return nil, err
	}
	r.second, err = b.finder(rule, r.look, nil, []string{r.Then}, [2]string{"", "then"})
	return r, err
}

func (r *implies) judge(s *sheet, result *qa.Result) error {
	first, err := r.first.find(s)
	if err != nil {
		return err
	}
	second, err := r.second.find(s)
	if err != nil {
		return err
	}
	result.Idle = len(first) == 0
	have := r.gather(s, second)
	told := map[string]bool{}
	for _, h := range first {
		u := &s.units[h.unit]
		start, end := h.group()
		text := u.plain[start:end]
		key := text
		if !r.Case {
			key = fold(text)
		}
		if r.allowed[text] || !r.Every && told[key] || r.held(h, key, second, have) {
			continue
		}
		told[key] = true
		result.Findings = append(result.Findings, s.finding(u, start, end, "“%{match}” is used, but what it needs is missing.", said{}))
	}
	return nil
}

// gather maps what the groups of Then hold to where it stands first.
func (r *implies) gather(s *sheet, second []hit) map[string]hit {
	have := map[string]hit{}
	for _, h := range second {
		plain := s.units[h.unit].plain
		for k := 2; k+1 < len(h.groups); k += 2 {
			if h.groups[k] < 0 {
				continue
			}
			text := plain[h.groups[k]:h.groups[k+1]]
			if !r.Case {
				text = fold(text)
			}
			if _, seen := have[text]; !seen {
				have[text] = h
			}
		}
	}
	return have
}

// held tells whether the article has what a hit of If needs.
func (r *implies) held(one hit, key string, second []hit, have map[string]hit) bool {
	if len(second) == 0 {
		return false
	}
	other, ok := have[key]
	if len(one.groups) == 2 || len(second[0].groups) == 2 {
		other, ok = second[0], true
	}
	return ok && (!r.First || other.unit < one.unit || other.unit == one.unit && other.start <= one.start)
}

// group is the first group of a hit of a pattern, or all of it.
func (h hit) group() (start, end int) {
	for k := 2; k+1 < len(h.groups); k += 2 {
		if h.groups[k] >= 0 {
			return h.groups[k], h.groups[k+1]
		}
	}
	return h.start, h.end
}
