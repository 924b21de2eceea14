package word

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"stet/internal/qa"
)

// look is what rules that look for words have in common.
type look struct {
	Exceptions []string `yaml:"exceptions"` // phrases within which a match is allowed
	Case       bool     `yaml:"case"`       // letters count as they are written
	Code       bool     `yaml:"code"`       // look at inline code and addresses as well
	Parts      bool     `yaml:"parts"`      // a part of a word with hyphens or apostrophes matches
	Quotes     string   `yaml:"quotes"`     // "skip": not at what stands in quotation marks and block quotes
	Within     string   `yaml:"within"`     // "sentence": a pattern's match lies within one sentence, and ^ and $ are its borders

	// What must or must not stand right beside a match, as patterns: a match is before or after it.
	Before    string `yaml:"before"`
	After     string `yaml:"after"`
	NotBefore string `yaml:"not_before"`
	NotAfter  string `yaml:"not_after"`
}

// finder finds the phrases and patterns of one rule.
type finder struct {
	list     int
	patterns []*pattern // their index follows that of the phrases
	phrases  int
	scope    place
	code     bool
	skip     bool // what others say
	sentence bool // patterns see one sentence at a time
	beside   beside
}

// finder makes a finder for phrases and patterns. The keys name where they stand in the rule, for errors.
func (b *builder) finder(rule *qa.Rule, how look, phrases, patterns []string, keys [2]string) (*finder, error) {
	f := &finder{list: b.lists, phrases: len(phrases), scope: scopeOf(rule, running), code: how.Code, skip: how.Quotes == "skip"}
	b.lists++
	if how.Quotes != "" && !f.skip {
		return nil, rule.Fault("quotes", "quotes is %q; it may be skip, or left out", how.Quotes)
	}
	if f.sentence = how.Within == "sentence"; how.Within != "" && !f.sentence {
		return nil, rule.Fault("within", "within is %q; it may be sentence, or left out", how.Within)
	}
	for i, text := range append(slices.Clone(phrases), how.Exceptions...) {
		key := keys[0]
		if i >= len(phrases) {
			key = "exceptions"
		}
		e := entry{list: f.list, index: i, except: i >= len(phrases), exact: how.Case, parts: how.Parts}
		if err := b.addPhrases(text, e); err != nil {
			return nil, rule.Fault(key, "%v", err)
		}
	}
	if err := f.beside.compile(rule, how); err != nil {
		return nil, err
	}
	for _, source := range patterns {
		pattern, err := compile(source, how.Case)
		if err != nil {
			return nil, rule.Fault(keys[1], "pattern %q cannot be used: %v", short(source), err)
		}
		f.patterns = append(f.patterns, pattern)
	}
	return f, nil
}

// addPhrases adds the phrases that a text of a rule stands for.
func (b *builder) addPhrases(text string, e entry) error {
	all, err := alternatives(text)
	for _, one := range all {
		if e.phrase, err = parsePhrase(one); err != nil {
			return err
		}
		own := e
		b.words.add(&own)
	}
	return err
}

// find gives what was found, in the order of the text and without overlap: of two that overlap the one that begins first
// stays, and the longer one of two that begin together.
func (f *finder) find(s *sheet) ([]hit, error) {
	hits := slices.DeleteFunc(slices.Clone(s.found[f.list]), func(h hit) bool {
		return s.units[h.unit].place&f.scope == 0 || h.opaque && !f.code && !h.except
	})
	for i, pattern := range f.patterns {
		var err error
		if hits, err = f.scan(s, pattern, f.phrases+i, hits); err != nil {
			return nil, err
		}
	}
	if len(hits) == 0 {
		return nil, nil
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), cmp.Compare(a.index, b.index))
	})
	hits = f.allow(s, hits)
	return hits, nil
}

// scan runs a pattern over the units that can match.
func (f *finder) scan(s *sheet, p *pattern, index int, hits []hit) ([]hit, error) {
	if !s.worth(p) {
		return hits, nil
	}
	work := 0
	for i := range s.units {
		u := &s.units[i]
		if u.place&f.scope == 0 {
			continue
		}
		text := u.masked
		if f.code {
			text = u.plain
		}
		if s.folds && !p.holds(u.lower) {
			continue
		}
		if work += len(text) * p.size; work > maxWork {
			return nil, fmt.Errorf("the pattern %q is too expensive for a text of this length; make it smaller", short(p.re.String()))
		}
		if err := s.ctx.Err(); err != nil {
			return nil, err
		}
		if !f.sentence {
			hits = p.hits(hits, i, index, text, 0)
			continue
		}
		for _, sentence := range u.block.Sentences {
			hits = p.hits(hits, i, index, text[sentence.Start:sentence.End], sentence.Start)
		}
	}
	return hits, nil
}

// hits adds the matches in a text, which begins at a place of its unit. What holds only hidden bytes is none.
func (p *pattern) hits(hits []hit, unit, index int, text string, at int) []hit {
	for _, groups := range p.find(text) {
		start, end := groups[0], groups[1]
		if start == end || strings.Trim(text[start:end], string(rune(maskByte))) == "" {
			continue
		}
		for k := range groups {
			if groups[k] >= 0 {
				groups[k] += at
			}
		}
		hits = append(hits, hit{unit: unit, start: start + at, end: end + at, index: index, groups: groups})
	}
	return hits
}

// allow drops what an exception covers, what somebody else says, and what overlaps.
func (f *finder) allow(s *sheet, hits []hit) []hit {
	kept := hits[:0:0]
	unit, end, covered := -1, 0, 0 // covered is where the farthest exception of the unit ends
	for _, h := range hits {
		if h.unit != unit {
			unit, end, covered = h.unit, 0, 0
		}
		switch {
		case h.except:
			covered = max(covered, h.end)
		case h.end <= covered || h.start < end:
		case !f.beside.allows(s.units[h.unit].plain, h.start, h.end):
		case f.skip && s.units[h.unit].inQuotes(h.start, h.end):
		default:
			kept = append(kept, h)
			end = h.end
		}
	}
	return kept
}

// idle tells whether the article has no text in the scope.
func (f *finder) idle(s *sheet) bool { return s.empty(f.scope) }

func (s *sheet) empty(scope place) bool {
	for i := range s.units {
		if s.units[i].place&scope != 0 && len(s.units[i].tokens) > 0 {
			return false
		}
	}
	return true
}

// short cuts a text for a message.
func short(text string) string {
	const limit = 80
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}
