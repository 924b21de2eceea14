// Package article reads Markdown and HTML files, with YAML or TOML front matter, into documents.
package article

import (
	"fmt"
	"regexp"
	"strings"

	"stet"
)

// Article is what one file says. A zero Version and an empty ContentID mean that the file leaves them open.
type Article struct {
	ContentID string
	Version   int64
	Draft     bool // the front matter says that it is not to be published yet
	Document  stet.Document
}

// Parse reads a file: its front matter between lines of --- (YAML) or +++ (TOML), then Markdown, or HTML where name ends
// with .html or .htm. name is the file's name; it gives the content id and the slug where the front matter has none. What
// an HTML page says of itself in its head stands in where the front matter is silent. Front matter that stet has no word
// for is kept in Document.Fields. The error, of kind Invalid, names the file and what to change.
func Parse(name string, text []byte) (Article, error) {
	p, err := take(name, text)
	if err != nil {
		return Article{}, err
	}
	values, err := p.head.decode(name)
	if err != nil {
		return Article{}, err
	}
	a := &reader{name: name, left: values}
	article := a.read(p)
	if a.err == nil && article.Document.Title == "" {
		a.fail("has no title; add one to the front matter (title: ...) or begin the text with a heading (# ...)")
	}
	return article, a.err
}

func invalid(name, format string, args ...any) error {
	return stet.Errorf(stet.Invalid, "bad_article", "%s %s", name, fmt.Sprintf(format, args...))
}

// heading is a title at the very beginning of a text.
var heading = regexp.MustCompile(`^# +([^\n]+?)(?: +#+)? *(?:\n+|$)`)

// titled gives the title of a text without one in its front matter, and the text without that heading.
func titled(body string) (title, rest string) {
	m := heading.FindStringSubmatch(body)
	if m == nil {
		return "", body
	}
	return plain(m[1]), body[len(m[0]):]
}

// emphasis are the marks of inline Markdown that a title has no use for.
var emphasis = regexp.MustCompile("\\*\\*|__|[*`]")

func plain(inline string) string { return strings.TrimSpace(emphasis.ReplaceAllString(inline, "")) }
