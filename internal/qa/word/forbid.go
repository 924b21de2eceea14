package word

import (
	"stet/internal/qa"
)

// forbid finds words, phrases and patterns that should not be there.
type forbid struct {
	look  `yaml:",inline"`
	Words []string `yaml:"words"`
	// Patterns are regular expressions (RE2); ^ and $ are the borders of a block.
	Patterns []string `yaml:"patterns"`
	Start    bool     `yaml:"start"` // only at the beginning of a sentence
	finder   *finder
}

func newForbid(b *builder, rule *qa.Rule) (judge, error) {
	f := &forbid{}
	if err := rule.Decode(f); err != nil {
		return nil, err
	}
	if len(f.Words)+len(f.Patterns) == 0 {
		return nil, rule.Fault("", "forbid needs words or patterns")
	}
	var err error
	f.finder, err = b.finder(rule, f.look, f.Words, f.Patterns, [2]string{"words", "patterns"})
	return f, err
}

func (f *forbid) judge(s *sheet, result *qa.Result) error {
	hits, err := f.finder.find(s)
	if err != nil {
		return err
	}
	result.Idle = f.finder.idle(s)
	for _, h := range hits {
		u := &s.units[h.unit]
		if f.Start && !u.begins(h.start) {
			continue
		}
		if full(result) {
			break
		}
		finding := s.finding(u, h.start, h.end, "“%{match}” should not be used here.", said{})
		if s.rule.FixKind == "delete" {
			finding.Fix = s.deletion(u, h)
		}
		result.Findings = append(result.Findings, finding)
	}
	return nil
}

// begins tells whether a sentence begins at a place, marks before its first word aside.
func (u *unit) begins(at int) bool {
	i := u.sentence(at)
	if i < 0 || u.block.Sentences[i].First == len(u.block.Words) {
		return false
	}
	return at <= u.block.Words[u.block.Sentences[i].First].Start
}

// deletion takes a word out together with the space after it. At the beginning of a sentence and beside commas more would
// have to change, so none is offered there.
func (s *sheet) deletion(u *unit, h hit) *qa.Fix {
	end := h.end
	if u.begins(h.start) || end >= len(u.plain) || u.plain[end] != ' ' || h.start == 0 || u.plain[h.start-1] != ' ' {
		return nil
	}
	edit, exact := u.edit(h.start, end+1, "")
	if !exact {
		return nil
	}
	return &qa.Fix{Title: "Delete “" + oneLine(u.plain[h.start:h.end]) + "”", Safe: s.rule.Safe, Edits: []qa.Edit{edit}}
}
