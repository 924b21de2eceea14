package word

import (
	"fmt"
	"sort"
	"strconv"
	"unicode/utf8"

	"stet/internal/qa"
)

// count sets limits to how often or how much: matches of words and patterns, or words, sentences or characters.
type count struct {
	look     `yaml:",inline"`
	Of       string   `yaml:"of"`  // words, sentences, characters; empty: matches
	Per      string   `yaml:"per"` // sentence, block, section, article, thousand (words)
	Min      *int     `yaml:"min"`
	Max      *int     `yaml:"max"`
	Share    *int     `yaml:"share"` // percent of the sentences, blocks or sections that may be beyond the limits
	Words    []string `yaml:"words"`
	Patterns []string `yaml:"patterns"`
	finder   *finder  // of matches
	scope    place
}

// amount is what was counted in one part of the text.
type amount struct {
	first, last int // units; -1 where there are none
	start, end  int // in the plain text of a single unit
	words       int // of a sentence
	value       int
	over        *hit // the first match too many
}

func newCount(b *builder, rule *qa.Rule) (judge, error) {
	c := &count{}
	if err := rule.Decode(c); err != nil {
		return nil, err
	}
	c.scope = scopeOf(rule, running)
	switch c.Of {
	case "words", "sentences", "characters":
		if len(c.Words)+len(c.Patterns) > 0 {
			return nil, rule.Fault("of", "of: %s counts without words and patterns; leave one of them out", c.Of)
		}
	case "":
		if len(c.Words)+len(c.Patterns) == 0 {
			return nil, rule.Fault("of", "count needs of (words, sentences, characters), or words or patterns to count")
		}
		var err error
		if c.finder, err = b.finder(rule, c.look, c.Words, c.Patterns, [2]string{"words", "patterns"}); err != nil {
			return nil, err
		}
	default:
		return nil, rule.Fault("of", "of is %q; it may be words, sentences or characters, or left out to count words or patterns", c.Of)
	}
	return c, c.checkLimits(rule)
}

func (c *count) checkLimits(rule *qa.Rule) error {
	switch c.Per {
	case "":
		c.Per = "article"
	case "sentence", "block", "section", "article", "thousand":
	default:
		return rule.Fault("per", "per is %q; it may be sentence, block, section, article or thousand (words)", c.Per)
	}
	switch {
	case c.Min == nil && c.Max == nil:
		return rule.Fault("", "count needs min or max")
	case c.Min != nil && *c.Min < 0 || c.Max != nil && *c.Max < 0:
		return rule.Fault("", "a limit is below 0; nothing can be counted that often")
	case c.Min != nil && c.Max != nil && *c.Min > *c.Max:
		return rule.Fault("min", "min %d is more than max %d", *c.Min, *c.Max)
	case c.Share != nil && (*c.Share < 0 || *c.Share > 100):
		return rule.Fault("share", "share is %d; it is a percentage, 0 to 100", *c.Share)
	case c.Share != nil && (c.Per == "article" || c.Per == "thousand"):
		return rule.Fault("share", "share needs per: sentence, block or section")
	case c.Of == "sentences" && c.Per == "sentence":
		return rule.Fault("per", "a sentence has one sentence; count per block, section or article")
	}
	return nil
}

func (c *count) judge(s *sheet, result *qa.Result) error {
	var hits []hit
	if c.finder != nil {
		var err error
		if hits, err = c.finder.find(s); err != nil {
			return err
		}
	}
	parts := c.parts(s)
	result.Idle = len(parts) == 0
	var beyond []amount
	for i := range parts {
		c.measure(s, &parts[i], hits)
		if v := parts[i].value; c.Max != nil && v > *c.Max || c.Min != nil && v < *c.Min {
			beyond = append(beyond, parts[i])
		}
	}
	if c.Share != nil {
		c.judgeShare(s, beyond, len(parts), result)
		return nil
	}
	for _, part := range beyond[:min(len(beyond), maxFindings+1)] {
		result.Findings = append(result.Findings, c.finding(s, part))
	}
	return nil
}

// parts cuts the text in scope into what the limits are for.
func (c *count) parts(s *sheet) []amount {
	var parts []amount
	for i := range s.units {
		u := &s.units[i]
		if u.place&c.scope == 0 || len(u.tokens) == 0 {
			continue
		}
		switch c.Per {
		case "sentence":
			for _, sentence := range u.block.Sentences {
				parts = append(parts, amount{first: i, last: i, start: sentence.Start, end: sentence.End, words: sentence.Last - sentence.First})
			}
			continue
		case "section":
			if n := len(parts); n > 0 && s.same(parts[n-1].last, i) {
				parts[n-1].last = i
				continue
			}
		case "article", "thousand":
			if n := len(parts); n > 0 {
				parts[n-1].last = i
				continue
			}
		}
		parts = append(parts, amount{first: i, last: i, end: len(u.plain)})
	}
	return parts
}

// same tells whether two units belong to one section of one text.
func (s *sheet) same(i, k int) bool {
	return s.units[i].field == s.units[k].field && s.units[i].block.Section == s.units[k].block.Section
}

// measure counts in one part.
func (c *count) measure(s *sheet, part *amount, hits []hit) {
	words := 0
	for i := part.first; i <= part.last; i++ {
		u := &s.units[i]
		if u.place&c.scope == 0 {
			continue
		}
		start, end, n := 0, len(u.plain), len(u.block.Words)
		if c.Per == "sentence" {
			start, end, n = part.start, part.end, part.words
		}
		words += n
		switch c.Of {
		case "words":
			part.value += n
		case "sentences":
			part.value += len(u.block.Sentences)
		case "characters":
			part.value += utf8.RuneCountInString(u.plain[start:end])
		default:
			c.countHits(part, hits, i, start, end)
		}
	}
	if c.Per == "thousand" && words > 0 {
		part.value = part.value * 1000 / words
	}
}

func (c *count) countHits(part *amount, hits []hit, unit, start, end int) {
	first := sort.Search(len(hits), func(k int) bool { return hits[k].unit > unit || hits[k].unit == unit && hits[k].start >= start })
	for k := first; k < len(hits) && hits[k].unit == unit && hits[k].start < end; k++ {
		part.value++
		if c.Max != nil && part.value == *c.Max+1 && c.Per != "thousand" {
			part.over = &hits[k]
		}
	}
}

// what names what is counted, for messages.
func (c *count) what(value int) string {
	name := map[string]string{"words": "word", "sentences": "sentence", "characters": "character", "": "match"}[c.Of]
	if value == 1 {
		return "1 " + name
	}
	if name == "match" {
		return fmt.Sprintf("%d matches", value)
	}
	return fmt.Sprintf("%d %ss", value, name)
}

func (c *count) per() string {
	switch c.Per {
	case "thousand":
		return "article per 1,000 words"
	default:
		return c.Per
	}
}

func (c *count) limit(value int) (limit int, word string) {
	if c.Max != nil && value > *c.Max {
		return *c.Max, "at most"
	}
	return *c.Min, "at least"
}

func (c *count) finding(s *sheet, part amount) qa.Finding {
	u := &s.units[part.first]
	start, end := part.start, part.end
	if part.over != nil {
		u, start, end = &s.units[part.over.unit], part.over.start, part.over.end
	}
	limit, word := c.limit(part.value)
	message := fmt.Sprintf("The %s has %s; it should have %s %d.", c.per(), c.what(part.value), word, limit)
	return s.finding(u, start, end, message, said{count: strconv.Itoa(part.value), limit: strconv.Itoa(limit)})
}

// judgeShare allows a share of the parts to be beyond the limits; the finding stands at the one that is farthest beyond.
func (c *count) judgeShare(s *sheet, beyond []amount, all int, result *qa.Result) {
	if len(beyond)*100 <= all**c.Share {
		return
	}
	worst := beyond[0]
	for _, part := range beyond {
		if c.Max != nil && part.value > worst.value || c.Max == nil && part.value < worst.value {
			worst = part
		}
	}
	limit, word := c.limit(worst.value)
	percent := len(beyond) * 100 / all
	message := fmt.Sprintf("%d of %d %ss (%d%%) do not have %s %s; at most %d%% may. This one has %d.",
		len(beyond), all, c.Per, percent, word, c.what(limit), *c.Share, worst.value)
	f := s.finding(&s.units[worst.first], worst.start, worst.end, message, said{count: strconv.Itoa(percent), limit: strconv.Itoa(*c.Share)})
	result.Findings = append(result.Findings, f)
}
