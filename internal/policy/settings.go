package policy

import (
	"maps"
	"slices"
	"strings"
	"time"

	"stet"
	"stet/internal/policy/strict"
	"stet/internal/qa"
)

// settings is policy.yaml.
type settings struct {
	Name      string         `yaml:"name"`
	Extends   string         `yaml:"extends"`
	Threshold *int           `yaml:"threshold"`
	Floors    map[string]int `yaml:"floors"`
	Weights   map[string]int `yaml:"weights"`
	Languages []string       `yaml:"languages"`
	Deadline  time.Duration  `yaml:"deadline"`
	KB        string         `yaml:"kb"` // a folder, from this one; without it kb, if that is there
	Waivers   *WaiverRules   `yaml:"waivers"`
	extends   strict.Node    // where it stands
	at        map[string]strict.Node
}

// WaiverRules bound what a waiver can do.
type WaiverRules struct {
	MaxDays int      `yaml:"max_days"` // from the day of the verdict to the waiver's end
	By      []string `yaml:"by"`       // who may waive; empty: anyone
	Never   []string `yaml:"never"`    // rules that cannot be waived
}

const maxDeadline = time.Minute

func readSettings(f folder, text []byte, faults *strict.Faults) settings {
	var s settings
	top := strict.Read(f.show("policy.yaml"), text, faults)
	if !top.There() {
		return s
	}
	top.Decode(&s, "policy.yaml")
	s.at = map[string]strict.Node{}
	for _, p := range top.Pairs("policy.yaml") {
		s.at[p.Name] = p.Value
	}
	s.extends = s.at["extends"]
	s.check(top)
	return s
}

// check notes values that no pack can have.
func (s settings) check(top strict.Node) {
	switch {
	case s.Name == "":
		top.Fault("policy.yaml has no name; add one, such as name: house")
	case !stet.ValidName(s.Name):
		s.at["name"].Fault("name is %q; a name is 1 to 63 of a-z, 0-9, _ and -, and begins with a letter or digit", s.Name)
	}
	if s.Threshold != nil && (*s.Threshold < 0 || *s.Threshold > 100) {
		s.at["threshold"].Fault("threshold is %d; it must be 0 to 100", *s.Threshold)
	}
	if s.Deadline > maxDeadline {
		s.at["deadline"].Fault("deadline is %s; it must be 1m or less", s.Deadline)
	}
	s.perCategory("floors", s.Floors, 100)
	s.perCategory("weights", s.Weights, 1000)
	if w := s.Waivers; w != nil && w.MaxDays < 0 {
		s.at["waivers"].Fault("max_days is %d; it must be a number of days, or 0 for no waivers", w.MaxDays)
	}
}

func (s settings) perCategory(key string, values map[string]int, most int) {
	names := make([]string, len(Categories))
	for i, c := range Categories {
		names[i] = string(c)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(names, name) {
			s.at[key].Fault("%s has no %q; %sallowed are %s", key, name, strict.Hint(name, names), strings.Join(names, ", "))
		} else if v := values[name]; v < 0 || v > most {
			s.at[key].Fault("%s of %s is %d; it must be 0 to %d", key, name, v, most)
		}
	}
}

// apply sets what policy.yaml says and leaves the rest as the base has it.
func (s settings) apply(p *Pack) {
	p.Name = s.Name
	if s.Threshold != nil {
		p.Threshold = *s.Threshold
	}
	for name, v := range s.Floors {
		p.Floors[qa.Category(name)] = v
	}
	for name, v := range s.Weights {
		p.Weights[qa.Category(name)] = v
	}
	if s.Languages != nil {
		p.Languages = s.Languages
	}
	if s.Deadline > 0 {
		p.Deadline = s.Deadline
	}
	if w := s.Waivers; w != nil {
		if s.at["waivers"].Has("max_days") {
			p.Allowed.MaxDays = w.MaxDays
		}
		if w.By != nil {
			p.Allowed.By = w.By
		}
		if w.Never != nil {
			p.Allowed.Never = w.Never
		}
	}
}
