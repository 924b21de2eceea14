package word

import (
	"strings"
	"unicode"

	"stet/internal/qa"
)

// acronyms asks that a word in capitals is explained where it is used first: "Long Form (LF)" or "LF (long form)".
type acronyms struct {
	least   int
	allowed map[string]bool
	scope   place
	skip    bool
}

func newAcronyms(r *implies, rule *qa.Rule) (judge, error) {
	if r.If != "" || r.Then != "" {
		return nil, rule.Fault("acronyms", "acronyms: true stands instead of if and then; leave one of them out")
	}
	a := &acronyms{least: r.Min, allowed: map[string]bool{}, scope: scopeOf(rule, paragraph|list|quote|table), skip: r.Quotes == "skip"}
	if a.least == 0 {
		a.least = 3
	}
	for _, word := range r.Exceptions {
		a.allowed[word] = true
	}
	return a, nil
}

func (a *acronyms) judge(s *sheet, result *qa.Result) error {
	result.Idle = true
	seen := map[string]bool{}
	s.each(a.scope, func(u *unit, _ int) {
		if loud(u.plain) {
			return
		}
		for i, t := range u.tokens {
			name, ok := a.acronym(u, t)
			if !ok || a.allowed[name] || seen[name] || a.skip && u.inQuotes(t.start, t.end) {
				continue
			}
			seen[name] = true // explained later is too late for the reader
			result.Idle = false
			if !u.explains(i, name) {
				message := "“%{match}” is not explained where it is used first."
				result.Findings = append(result.Findings, s.finding(u, t.start, t.start+len(name), message, said{match: name}))
			}
		}
	})
	return nil
}

// acronym gives the capitals of a token, without the s of a plural. Parts of names with digits or hyphens are none.
func (a *acronyms) acronym(u *unit, t token) (string, bool) {
	text := u.plain[t.start:t.end]
	if !t.first || !t.last && !strings.HasPrefix(u.plain[t.end:], "'s") && !strings.HasPrefix(u.plain[t.end:], "’s") || t.opaque {
		return "", false
	}
	if len(text) > a.least && strings.HasSuffix(text, "s") {
		text = text[:len(text)-1]
	}
	if len(text) < a.least || len(text) > 6 || strings.Trim(text, "IVXLCDM") == "" {
		return "", false // what is left is a Roman numeral, or written loud
	}
	for _, r := range text {
		if r < 'A' || r > 'Z' {
			return "", false
		}
	}
	return text, true
}

// loud tells whether most letters of a text are capitals, so that capitals mean nothing in it.
func loud(plain string) bool {
	upper, lower := 0, 0
	for _, r := range plain {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		}
	}
	return upper > lower
}

// explains tells whether the acronym at a token stands in brackets after its words, or has its words in brackets after it.
func (u *unit) explains(at int, name string) bool {
	t := u.tokens[at]
	before, behind := u.plain[:t.start], u.plain[t.end:]
	if strings.HasSuffix(before, "(") {
		first := at
		for first > 0 && at-first < 3*len(name) {
			first--
		}
		return spells(u, first, at, name)
	}
	behind = strings.TrimPrefix(behind, "s")
	if strings.HasPrefix(behind, " (") {
		last := at + 1
		for last < len(u.tokens) && last-at < 4*len(name) && !strings.Contains(u.plain[t.end:u.tokens[last].start], ")") {
			last++
		}
		return spells(u, at+1, last, name)
	}
	return false
}

// spells tells whether the letters of a name can be found in order among words, each at the beginning of a word or inside
// the word of the letter before it: "hypertext markup language" spells HTML.
func spells(u *unit, first, last int, name string) bool {
	name = strings.ToLower(name)
	for ; first < last; first++ {
		rest := name
		for _, t := range u.tokens[first:last] {
			if rest == "" || t.fold[0] != rest[0] {
				continue
			}
			rest = rest[1:]
			for _, c := range []byte(t.fold[1:]) {
				if len(rest) > 1 && c == rest[0] {
					rest = rest[1:]
				}
			}
		}
		if rest == "" {
			return true
		}
	}
	return false
}
