package word

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"stet/internal/qa"
)

// casing checks capitals: of headings, or of names.
type casing struct {
	Style      string   `yaml:"style"`      // sentence, title, upper, lower, pattern, terms
	Pattern    string   `yaml:"pattern"`    // of style pattern: what a whole block must match
	Exceptions []string `yaml:"exceptions"` // words and phrases that are written as they are given
	After      []string `yaml:"after"`      // of style sentence: marks after which a sentence begins anew; without them either case is right after a colon
	// Strict takes every capital in style sentence for wrong that is not excepted, in acronyms too. Without it a word is
	// wrong only where the article or the language says that it is no name.
	Strict bool `yaml:"strict"`
	Code   bool `yaml:"code"`
	// Enough is the percentage of words that must be right, 100 where it is not set.
	Enough int `yaml:"enough"`

	scope   place
	re      *regexp.Regexp
	written map[string]bool // exceptions, word by word
	finder  *finder         // of style terms
	terms   []string
}

func newCase(b *builder, rule *qa.Rule) (judge, error) {
	c := &casing{}
	if err := rule.Decode(c); err != nil {
		return nil, err
	}
	c.scope = scopeOf(rule, heading|title)
	c.written = map[string]bool{}
	for _, term := range b.env.Terms {
		c.except(term.Use)
	}
	for _, phrase := range c.Exceptions {
		c.except(phrase)
	}
	switch c.Style {
	case "sentence", "title", "upper", "lower":
		return c, nil
	case "pattern":
		pattern, err := compile(c.Pattern, true)
		if err != nil {
			return nil, rule.Fault("pattern", "pattern %q cannot be used: %v", short(c.Pattern), err)
		}
		c.re = pattern.re
		return c, nil
	case "terms":
		return c, c.lookForTerms(b, rule)
	default:
		return nil, rule.Fault("style", "style is %q; it may be sentence, title, upper, lower, pattern or terms", c.Style)
	}
}

func (c *casing) except(phrase string) {
	for _, span := range runs(phrase) {
		c.written[phrase[span.Start:span.End]] = true
	}
}

// lookForTerms prepares style terms: names of the glossary, and exceptions, in any case.
func (c *casing) lookForTerms(b *builder, rule *qa.Rule) error {
	for _, term := range b.env.Terms {
		if term.Casing {
			c.terms = append(c.terms, term.Use)
		}
	}
	c.terms = append(c.terms, c.Exceptions...)
	var err error
	c.finder, err = b.finder(rule, look{Code: c.Code}, c.terms, nil, [2]string{"exceptions", ""})
	if err == nil {
		c.finder.scope = scopeOf(rule, running)
	}
	return err
}

func (c *casing) judge(s *sheet, result *qa.Result) error {
	if c.finder != nil {
		return c.judgeTerms(s, result)
	}
	result.Idle = s.empty(c.scope)
	s.each(c.scope, func(u *unit, _ int) {
		if len(u.tokens) == 0 {
			return
		}
		if c.Style == "pattern" {
			if at := c.re.FindStringIndex(u.plain); len(at) != 2 || at[0] > 0 || at[1] < len(u.plain) {
				result.Findings = append(result.Findings, s.finding(u, 0, len(u.plain), "“%{match}” does not have the form %{to}.", said{to: c.Pattern}))
			}
			return
		}
		if wrong := c.wrong(s, u); len(wrong) > 0 {
			result.Findings = append(result.Findings, c.finding(s, u, wrong))
		}
	})
	return nil
}

func (c *casing) judgeTerms(s *sheet, result *qa.Result) error {
	hits, err := c.finder.find(s)
	if err != nil {
		return err
	}
	result.Idle = len(hits) == 0
	for _, h := range hits {
		u := &s.units[h.unit]
		match, to := u.plain[h.start:h.end], c.terms[h.index]
		if full(result) || oneLine(match) == oneLine(to) || strings.ToLower(match) != match && match == strings.ToUpper(match) && loud(u.plain) {
			continue
		}
		f := s.finding(u, h.start, h.end, "“%{match}” is written “%{to}”.", said{to: to})
		if s.rule.FixKind == "replace" {
			f.Fix = s.replacement(u, h.start, h.end, to)
		}
		result.Findings = append(result.Findings, f)
	}
	return nil
}

// wrongToken is a token in the wrong case, and how it should be.
type wrongToken struct {
	token
	to string
}

func (c *casing) wrong(s *sheet, u *unit) []wrongToken {
	var wrong []wrongToken
	unsure := 0
	for i, t := range u.tokens {
		text := u.plain[t.start:t.end]
		if t.opaque && !c.Code || c.written[text] || !c.Strict && !cased(text) {
			continue
		}
		to, sure := text, true
		switch c.Style {
		case "upper":
			to = strings.ToUpper(text)
		case "lower":
			to = strings.ToLower(text)
		case "title":
			to = titleCase(u, i)
		case "sentence":
			to, sure = c.sentenceCase(s, u, i)
		}
		if to == text {
			continue
		}
		if !sure {
			unsure++
		}
		wrong = append(wrong, wrongToken{t, to})
	}
	// Two words in capitals that nothing is known of may be a name. When all of three and more are, it is a title's case.
	if (len(u.tokens)-len(wrong))*100 >= c.Enough*len(u.tokens) && c.Enough > 0 {
		return nil
	}
	if unsure == len(wrong) && !(unsure >= 3 && unsure >= len(u.tokens)-2) {
		return nil
	}
	return wrong
}

// cased tells whether a token is an ordinary word: no capital inside it, no digit.
func cased(text string) bool {
	_, size := utf8.DecodeRuneInString(text)
	for _, r := range text[size:] {
		if unicode.IsUpper(r) || unicode.IsDigit(r) {
			return false
		}
	}
	return strings.IndexFunc(text, unicode.IsLetter) >= 0
}

// sentenceCase is how a token is written in a sentence; sure is false where a capital may be that of a name.
func (c *casing) sentenceCase(s *sheet, u *unit, i int) (to string, sure bool) {
	t := u.tokens[i]
	text := u.plain[t.start:t.end]
	first, _ := utf8.DecodeRuneInString(text)
	anew := i == 0 || c.anew(u, i)
	switch {
	case anew && !unicode.IsUpper(first):
		return capitalize(text), true
	case anew || c.either(u, i) && (!c.Strict || i == 1 || u.begins(t.start)):
		return text, true
	}
	if !unicode.IsUpper(first) || text == "I" || len(text) == 1 && t.last {
		return text, true
	}
	if c.Strict {
		return strings.ToLower(text), true
	}
	if s.isName(t.fold) {
		return text, true
	}
	return strings.ToLower(text), s.isCommon(t.fold)
}

// either tells whether a token begins a sentence within the block, or stands after a mark that leaves its case open.
func (c *casing) either(u *unit, i int) bool {
	gap := strings.TrimSpace(u.plain[u.tokens[i-1].end:u.tokens[i].start])
	numbered := strings.IndexFunc(u.plain[:u.tokens[i].start], unicode.IsLetter) < 0 // "8. Go on"
	return numbered || u.begins(u.tokens[i].start) || strings.ContainsAny(gap, ":?!–—.“\"(/|")
}

// anew tells whether a token stands after a mark that lets a sentence begin.
func (c *casing) anew(u *unit, i int) bool {
	gap := strings.TrimSpace(u.plain[u.tokens[i-1].end:u.tokens[i].start])
	return slices.ContainsFunc(c.After, func(mark string) bool { return strings.HasSuffix(gap, mark) })
}

// finding reports a block once, with the edits that put it right.
func (c *casing) finding(s *sheet, u *unit, wrong []wrongToken) qa.Finding {
	var edits []qa.Edit
	var right strings.Builder
	exact, at := true, 0
	for _, w := range wrong {
		edit, ok := u.edit(w.start, w.end, w.to)
		edits, exact = append(edits, edit), exact && ok
		right.WriteString(u.plain[at:w.start] + w.to)
		at = w.end
	}
	right.WriteString(u.plain[at:])
	f := s.finding(u, 0, len(u.plain), "“%{match}” should be in "+c.Style+" case: “%{to}”.", said{to: oneLine(right.String())})
	if exact && s.rule.FixKind == "replace" {
		f.Fix = &qa.Fix{Title: "Write “" + oneLine(right.String()) + "”", Safe: s.rule.Safe, Edits: edits}
	}
	return f
}

// minor words are small in a title, unless they are the first or the last: articles, conjunctions and prepositions of
// up to three letters. Longer prepositions may be either.
var minor = set("a an the and but or nor for so yet as at by in of off on per to up via vs if")

var eitherWay = set("with from into onto over upon than that when like near past down once about above after along among below " +
	"until under since while during before behind beside beyond within without against between through towards")

func titleCase(u *unit, i int) string {
	t := u.tokens[i]
	text := u.plain[t.start:t.end]
	edge := i == 0 || i == len(u.tokens)-1 || strings.ContainsAny(u.plain[u.tokens[i-1].end:t.start], ":?!–—.“\"(")
	switch {
	case !t.first: // the second part of a word with a hyphen or apostrophe
		return text
	case edge || !minor[t.fold] && !eitherWay[t.fold]:
		return capitalize(text)
	case minor[t.fold]:
		return strings.ToLower(text)
	default:
		return text
	}
}

func set(words string) map[string]bool {
	in := map[string]bool{}
	for _, word := range strings.Fields(words) {
		in[word] = true
	}
	return in
}
