package article

import (
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"stet"
)

// maxSlug is the longest slug that is made, in bytes; what an author writes is not cut.
const maxSlug = 100

// stem is the file's name without folder and ending. A page bundle (some-post/index.md) has the name of its folder.
func stem(name string) string {
	base := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	if folder := filepath.Base(filepath.Dir(name)); (base == "index" || base == "_index") && folder != "." && folder != string(filepath.Separator) {
		return folder
	}
	return base
}

var foreign = regexp.MustCompile(`[^A-Za-z0-9._:/@-]+`)

// contentID is the id an author wrote, else one made of the slug or the file's name.
func (r *reader) contentID(written, slug string) string {
	if written != "" {
		if !stet.ValidContentID(written) {
			r.fail("has the content id %q; it must be 1 to 200 of letters, digits and . _ : / @ -, and begin with a letter or digit", written)
		}
		return written
	}
	for _, from := range []string{slug, stem(r.name)} {
		if id := strings.Trim(foreign.ReplaceAllString(from, "-"), "-._:/@"); stet.ValidContentID(id) {
			return id
		}
	}
	r.fail("has a name that gives no content id; add content_id to its front matter, which must never change")
	return ""
}

// slug is the last part of the address: the author's, else made of the path, the file's name or the content id.
func (r *reader) slug(written, path, id string) string {
	if written != "" {
		return written
	}
	for _, from := range []string{strings.TrimSuffix(path, ".html"), stem(r.name), id} {
		if s := Slug(from); s != "" {
			return s
		}
	}
	return ""
}

// Slug makes a slug of any text: lower-case letters and digits of every script, joined by hyphens.
func Slug(text string) string {
	words := strings.FieldsFunc(norm.NFC.String(strings.ToLower(norm.NFC.String(text))), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.Is(unicode.Nd, c) && !unicode.Is(unicode.M, c)
	})
	slug := ""
	for _, word := range words {
		next := strings.TrimLeftFunc(word, func(c rune) bool { return slug == "" && unicode.Is(unicode.M, c) })
		if slug != "" {
			next = slug + "-" + next
		}
		if len(next) > maxSlug {
			break
		}
		slug = next
	}
	return slug
}

var dayInName = regexp.MustCompile(`(?:^|/)(\d{4})[-/](\d{2})[-/](\d{2})(?:[-/_]|$)`)

// dayOf is the day in a path or a file's name, as Jekyll and Zola write it: 2026-11-24-title.md, 2026/11/24/title.
func dayOf(names ...string) string {
	for _, name := range names {
		m := dayInName.FindStringSubmatch(filepath.ToSlash(name))
		if m == nil {
			continue
		}
		if t, err := time.Parse(time.DateOnly, strings.Join(m[1:], "-")); err == nil {
			return t.Format(time.RFC3339)
		}
	}
	return ""
}
