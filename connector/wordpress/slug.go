package wordpress

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"stet"
)

// maxSlug is the length of post_name in bytes, in its encoded form.
const maxSlug = 200

// checkSlug refuses a slug that WordPress would store as another one (sanitize_title): the reserved slug and the real
// one would differ for ever.
func checkSlug(slug string) error {
	why := ""
	switch {
	case strings.HasPrefix(slug, "-") || strings.HasSuffix(slug, "-") || strings.Contains(slug, "--"):
		why = "two hyphens in a row, or one at an end"
	case len(url.PathEscape(slug)) > maxSlug:
		why = "more than 200 bytes in its encoded form"
	default:
		for _, c := range slug {
			if !keptInSlug(c) {
				why = "the character " + string(c)
				break
			}
		}
	}
	if why == "" {
		return nil
	}
	e := notApplied(stet.Invalid, "slug_invalid", "WordPress would change the slug %q, because it has %s. Send one such as %q.", slug, why, slugOf(slug))
	e.Pointer = "/canonical_slug"
	return e
}

// keptInSlug: ASCII letters are lower case, accents are folded (remove_accents), other scripts stay.
func keptInSlug(c rune) bool {
	switch {
	case c < utf8.RuneSelf:
		return c == '-' || c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
	case c < 0x250 || c >= 0x1e00 && c < 0x2000: // Latin with accents
		return false
	}
	return unicode.In(c, unicode.L, unicode.M, unicode.N) && unicode.ToLower(c) == c
}

// slugOf is about what WordPress makes of a name.
func slugOf(name string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(norm.NFD.String(name)) {
		switch {
		case keptInSlug(c) && !(c >= 0x300 && c < 0x370):
			b.WriteRune(c)
		case unicode.IsSpace(c) || c == '/' || c == '.' || c == '–' || c == '—':
			b.WriteByte('-')
		}
	}
	slug := norm.NFC.String(b.String())
	for strings.Contains(slug, "--") {
		slug = strings.ReplaceAll(slug, "--", "-")
	}
	return strings.Trim(slug, "-")
}
