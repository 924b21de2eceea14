package word

import (
	"maps"
	"slices"
	"strings"

	"stet/internal/qa"
)

// substitute finds words that have a better one.
type substitute struct {
	look `yaml:",inline"`
	// Swap names the replacements of a phrase. Where both end in *, the rest of the word stays.
	Swap     map[string]any `yaml:"swap"`
	Patterns []swapPattern  `yaml:"patterns"`
	Terms    bool           `yaml:"terms"` // the glossary's Not and Use as well
	finder   *finder
	phrases  []string
	to       [][]string // by index of a hit
}

type swapPattern struct {
	Match string `yaml:"match"`
	To    any    `yaml:"to"`
}

// choices reads one replacement or several, written as a text or as a list of texts.
func choices(rule *qa.Rule, key string, value any) ([]string, error) {
	var to []string
	switch value := value.(type) {
	case string:
		to = []string{value}
	case []any:
		for _, one := range value {
			text, ok := one.(string)
			if !ok {
				return nil, rule.Fault(key, "a replacement is %v; it must be a text, in quotes where it looks like something else", one)
			}
			to = append(to, text)
		}
	default:
		return nil, rule.Fault(key, "a replacement is %v; it must be a text or a list of texts", value)
	}
	if len(to) == 0 || slices.Contains(to, "") {
		return nil, rule.Fault(key, "a replacement is empty; to forbid a word without a replacement use kind forbid")
	}
	return to, nil
}

func newSubstitute(b *builder, rule *qa.Rule) (judge, error) {
	r := &substitute{}
	if err := rule.Decode(r); err != nil {
		return nil, err
	}
	swap := map[string]any{}
	if r.Terms {
		for _, term := range b.env.Terms {
			for _, not := range term.Not {
				swap[not] = term.Use
			}
		}
	}
	maps.Copy(swap, r.Swap)
	if len(swap)+len(r.Patterns) == 0 && !r.Terms {
		return nil, rule.Fault("", "substitute needs swap, patterns or terms: true")
	}
	r.phrases = slices.Sorted(maps.Keys(swap))
	for _, from := range r.phrases {
		to, err := choices(rule, "swap", swap[from])
		if err != nil {
			return nil, err
		}
		r.to = append(r.to, to)
	}
	var patterns []string
	for _, p := range r.Patterns {
		to, err := choices(rule, "patterns", p.To)
		if err != nil {
			return nil, err
		}
		patterns, r.to = append(patterns, p.Match), append(r.to, to)
	}
	var err error
	r.finder, err = b.finder(rule, r.look, r.phrases, patterns, [2]string{"swap", "patterns"})
	return r, err
}

func (r *substitute) judge(s *sheet, result *qa.Result) error {
	hits, err := r.finder.find(s)
	if err != nil {
		return err
	}
	result.Idle = r.finder.idle(s)
	for _, h := range hits {
		u := &s.units[h.unit]
		match := u.plain[h.start:h.end]
		to := r.replacements(h, match)
		if slices.Contains(to, match) {
			continue // it is what it should be, in letters too
		}
		if full(result) {
			break
		}
		finding := s.finding(u, h.start, h.end, "“%{match}” is better written “"+strings.Join(to, "” or “")+"”.", said{to: strings.Join(to, " or ")})
		if s.rule.FixKind == "replace" && len(to) == 1 && !strings.HasSuffix(to[0], "*") {
			finding.Fix = s.replacement(u, h.start, h.end, to[0])
		}
		result.Findings = append(result.Findings, finding)
	}
	return nil
}

// replacements are what a hit may be replaced with, in its case and with its ending.
func (r *substitute) replacements(h hit, match string) []string {
	to := slices.Clone(r.to[h.index])
	for i := range to {
		stem, open := strings.CutSuffix(to[i], "*")
		if open && h.index < len(r.phrases) {
			if from, ok := strings.CutSuffix(r.phrases[h.index], "*"); ok && len(match) >= len(from) {
				to[i] = stem + strings.ToLower(match[len(from):])
			}
		}
		if !r.Case {
			to[i] = likeCase(match, to[i])
		}
	}
	return to
}

// replacement writes something else in the place of a match. It is not safe where "a" or "an" before it would be wrong then.
func (s *sheet) replacement(u *unit, start, end int, to string) *qa.Fix {
	edit, exact := u.edit(start, end, to)
	if !exact {
		return nil
	}
	match := u.plain[start:end]
	safe := s.rule.Safe && (vowel(match) == vowel(to) || !afterArticle(u.plain[:start]))
	return &qa.Fix{Title: "Replace “" + oneLine(match) + "” with “" + to + "”", Safe: safe, Edits: []qa.Edit{edit}}
}

func vowel(text string) bool { return text != "" && strings.ContainsAny(text[:1], "aeiouAEIOU") }

func afterArticle(before string) bool {
	before = strings.ToLower(strings.TrimRight(before[max(0, len(before)-8):], " \n"))
	return strings.HasSuffix(" "+before, " a") || strings.HasSuffix(" "+before, " an")
}
