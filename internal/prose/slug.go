package prose

import (
	"strconv"
	"strings"
	"unicode"
)

// slugs keeps the fragments of headings apart.
type slugs map[string]int

// unique is the slug, with a number where the same one was before.
func (s slugs) unique(slug string) string {
	name := slug
	for {
		if _, taken := s[name]; !taken {
			s[name] = 0
			return name
		}
		s[slug]++
		name = slug + "-" + strconv.Itoa(s[slug])
	}
}

// githubSlug is the slug of a heading as GitHub writes it: lower case, spaces as hyphens, punctuation left out. See
// https://docs.github.com/en/get-started/writing-on-github, "Section links".
func githubSlug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Pc):
			return r
		}
		return -1
	}, strings.ToLower(heading))
}

// plainSlug is the slug of generators that keep ASCII letters and digits only, as CommonMark libraries do by default.
func plainSlug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r == '-' || r == '_' || r == ' ' || r == '\t':
			return '-'
		}
		return -1
	}, strings.ToLower(heading))
}

// hyphenSlug is the slug of generators that write one hyphen for whatever is neither letter nor digit, as Zola does:
// https://www.getzola.org/documentation/content/linking/.
func hyphenSlug(heading string) string {
	words := strings.FieldsFunc(strings.ToLower(heading), func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.M) })
	return strings.Join(words, "-")
}
