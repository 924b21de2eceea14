package site

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"stet"
)

// maxSlug keeps a file name with its date, extension and temporary suffix below the 255 bytes that file systems allow.
const maxSlug = 100

// reserved names belong to the site itself, or to a device on Windows, where "con" is one with any extension.
var reserved = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range strings.Fields(`index page tags feed sitemap robots style 404 rss atom api static assets con prn aux nul`) {
		names[name] = true
	}
	for _, digit := range "0123456789¹²³" {
		names["com"+string(digit)], names["lpt"+string(digit)] = true, true
	}
	return names
}()

// checkSlug refuses what cannot be a file name and a path of an address everywhere: a slug is 1 to 100 bytes of
// lower-case letters and digits of any script, hyphen and underscore, in NFC, and begins with a letter or digit.
// There is no dot and no slash, so a slug can never leave its folder or hide a file.
func checkSlug(slug string) error {
	switch {
	case slug == "":
		return wrongSlug(slug, "is empty")
	case len(slug) > maxSlug:
		return wrongSlug(slug[:20]+"...", "is longer than 100 bytes")
	case !utf8.ValidString(slug):
		return wrongSlug(slug, "is not UTF-8")
	case !norm.NFC.IsNormalString(slug):
		return wrongSlug(slug, "is not in Unicode form NFC, so it has a twin that looks the same")
	case reserved[foldSlug(slug)]:
		return wrongSlug(slug, "is reserved for a file of the site itself or for a device")
	}
	for i, r := range slug {
		if !slugRune(r, i == 0) {
			return wrongSlug(slug, "may have lower-case letters, digits, hyphen and underscore only, and begins with a letter or digit")
		}
	}
	return nil
}

func slugRune(r rune, first bool) bool {
	switch {
	case r == '-' || r == '_':
		return !first
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		return false // letters that show nothing, such as the Hangul fillers
	case unicode.Is(unicode.M, r):
		return !first // the vowel signs of Devanagari, Thai and others are marks
	case unicode.IsUpper(r) || unicode.IsTitle(r):
		return false
	}
	return unicode.IsLetter(r) || unicode.Is(unicode.Nd, r)
}

func wrongSlug(slug, why string) error {
	e := notApplied(stet.Invalid, "slug_invalid", "The slug %q %s. Choose another slug.", slug, why)
	e.Pointer = "/canonical_slug"
	return e
}

// foldSlug maps slugs that one file system or another takes for the same name to one string.
func foldSlug(slug string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(slug)))
}

// tagSlug is the folder name of a tag. It is made, not checked, so that every tag gets one.
func tagSlug(tag string) string {
	tag = strings.NewReplacer("+", " plus ", "#", " sharp ").Replace(strings.ToLower(norm.NFC.String(tag)))
	words := strings.FieldsFunc(tag, func(r rune) bool { return r == '_' || r == '-' || !slugRune(r, false) })
	slug := strings.Join(words, "-")
	for len(slug) > 60 {
		_, size := utf8.DecodeLastRuneInString(slug)
		slug = slug[:len(slug)-size]
	}
	if slug == "" || reserved[foldSlug(slug)] || unicode.Is(unicode.M, []rune(slug)[0]) {
		return "tag-" + digest([]byte(tag))[:8]
	}
	return slug
}
