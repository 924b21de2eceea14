package word

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"stet/internal/qa"
)

// readability measures the running text against limits, or finds the pronouns of a person.
type readability struct {
	Metric string   `yaml:"metric"` // see metrics; or passive, person
	Min    *float64 `yaml:"min"`
	Max    *float64 `yaml:"max"`
	Words  int      `yaml:"words"`  // fewer say nothing: the rule is idle; 100
	Per    string   `yaml:"per"`    // article (the default) or section
	Forbid []string `yaml:"forbid"` // of person: first, first-singular, first-plural, second
	Quotes string   `yaml:"quotes"` // of person: skip

	scope place
}

// sums are what formulas are made of.
type sums struct {
	words, sentences, letters, syllables int
	long, polysyllabic                   int // words of more than six letters; of three syllables and more
	passive                              int // sentences
}

// metrics are the known formulas, English all of them.
var metrics = map[string]func(n sums) float64{
	// Kincaid et al. 1975, U.S. Navy Research Branch Report 8-75.
	"flesch-kincaid": func(n sums) float64 { return 0.39*n.perSentence() + 11.8*n.per(n.syllables) - 15.59 },
	// Flesch 1948: A new readability yardstick.
	"flesch": func(n sums) float64 { return 206.835 - 1.015*n.perSentence() - 84.6*n.per(n.syllables) },
	// Smith and Senter 1967, AMRL-TR-66-220.
	"ari": func(n sums) float64 { return 4.71*n.per(n.letters) + 0.5*n.perSentence() - 21.43 },
	// Coleman and Liau 1975.
	"coleman-liau": func(n sums) float64 {
		return 5.88*n.per(n.letters) - 29.6*float64(n.sentences)/float64(n.words) - 15.8
	},
	// Gunning 1952: The technique of clear writing.
	"gunning-fog": func(n sums) float64 { return 0.4 * (n.perSentence() + 100*n.per(n.polysyllabic)) },
	// McLaughlin 1969.
	"smog": func(n sums) float64 {
		return 1.043*math.Sqrt(30*float64(n.polysyllabic)/float64(n.sentences)) + 3.1291
	},
	// Björnsson 1968.
	"lix":     func(n sums) float64 { return n.perSentence() + 100*n.per(n.long) },
	"passive": func(n sums) float64 { return 100 * float64(n.passive) / float64(n.sentences) },
}

func (n sums) per(count int) float64 { return float64(count) / float64(n.words) }
func (n sums) perSentence() float64  { return float64(n.words) / float64(n.sentences) }

func newReadability(b *builder, rule *qa.Rule) (judge, error) {
	r := &readability{}
	if err := rule.Decode(r); err != nil {
		return nil, err
	}
	r.scope = scopeOf(rule, paragraph|quote)
	if r.Metric == "person" {
		return newPerson(b, rule, r)
	}
	switch {
	case metrics[r.Metric] == nil:
		return nil, rule.Fault("metric", "metric is %q; it may be flesch-kincaid, flesch, ari, coleman-liau, gunning-fog, smog, lix, passive or person", r.Metric)
	case r.Min == nil && r.Max == nil:
		return nil, rule.Fault("", "readability needs min or max")
	case r.Min != nil && r.Max != nil && *r.Min > *r.Max:
		return nil, rule.Fault("min", "min %g is more than max %g", *r.Min, *r.Max)
	case r.Per != "" && r.Per != "article" && r.Per != "section":
		return nil, rule.Fault("per", "per is %q; it may be article or section", r.Per)
	}
	if r.Words == 0 {
		r.Words = 100
	}
	return r, nil
}

// stretch is a part of the article that is measured as one.
type stretch struct {
	sums
	first, last int // units
	place       struct{ unit, sentence int }
}

func (r *readability) judge(s *sheet, result *qa.Result) error {
	result.Idle = true
	for _, part := range r.stretches(s) {
		if part.words < r.Words || part.sentences == 0 {
			continue
		}
		result.Idle = false
		value := metrics[r.Metric](part.sums)
		limit, word := 0.0, ""
		switch {
		case r.Max != nil && value > *r.Max:
			limit, word = *r.Max, "at most"
		case r.Min != nil && value < *r.Min:
			limit, word = *r.Min, "at least"
		default:
			continue
		}
		result.Findings = append(result.Findings, r.finding(s, part, value, limit, word))
	}
	return nil
}

// stretches sums up the article or each of its sections.
func (r *readability) stretches(s *sheet) []stretch {
	var parts []stretch
	s.each(r.scope, func(u *unit, index int) {
		n := len(parts)
		if n == 0 || r.Per == "section" && !s.same(parts[n-1].last, index) {
			parts = append(parts, stretch{first: index})
			n++
		}
		part := &parts[n-1]
		part.last = index
		part.add(u, index, r.Metric == "passive")
	})
	return parts
}

// add counts a unit in. The place is the first sentence, for passive the first passive one.
func (part *stretch) add(u *unit, index int, passive bool) {
	for i, sentence := range u.block.Sentences {
		part.sentences++
		if passive && isPassive(u, sentence.First, sentence.Last) {
			if part.passive++; part.passive == 1 {
				part.place.unit, part.place.sentence = index, i
			}
		}
	}
	for _, word := range u.block.Words {
		if word.Code {
			continue
		}
		part.words++
		if passive {
			continue
		}
		letters := 0
		for _, r := range word.Fold {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				letters++
			}
		}
		n := syllables(word.Fold)
		part.letters += letters
		part.syllables += n
		if letters > 6 {
			part.long++
		}
		if n >= 3 {
			part.polysyllabic++
		}
	}
}

func (r *readability) finding(s *sheet, part stretch, value, limit float64, word string) qa.Finding {
	u := &s.units[part.first]
	at := u.block.Sentences
	start, end := 0, len(u.plain)
	if len(at) > 0 {
		start, end = at[0].Start, at[0].End
	}
	scope := "article"
	if r.Per == "section" {
		scope = "section"
	}
	name := strings.ToUpper(r.Metric[:1]) + r.Metric[1:]
	message := fmt.Sprintf("%s of the %s is %.1f; it should be %s %g.", name, scope, value, word, limit)
	if r.Metric == "passive" {
		u = &s.units[part.place.unit]
		if part.passive > 0 {
			sentence := u.block.Sentences[part.place.sentence]
			start, end = sentence.Start, sentence.End
		}
		message = fmt.Sprintf("%d of %d sentences of the %s are passive (%.0f%%); it should be %s %g%%. This is the first.",
			part.passive, part.sentences, scope, value, word, limit)
	}
	return s.finding(u, start, end, message, said{count: strconv.FormatFloat(value, 'f', 1, 64), limit: strconv.FormatFloat(limit, 'g', -1, 64)})
}
