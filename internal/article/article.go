// Package article reads Markdown files with YAML or TOML front matter into documents.
package article

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"stet"
)

// Article is what one file says. A zero Version and an empty ContentID mean that the file leaves them open.
type Article struct {
	ContentID string
	Version   int64
	Draft     bool // the front matter says that it is not to be published yet
	Document  stet.Document
}

// Parse reads a file: its front matter between lines of --- (YAML) or +++ (TOML), then Markdown. name is the file's
// name; it gives the content id and the slug where the front matter has none. Front matter that stet has no word for is
// kept in Document.Fields. The error, of kind Invalid, names the file and what to change.
func Parse(name string, text []byte) (Article, error) {
	if !utf8.Valid(text) {
		return Article{}, invalid(name, "is not UTF-8; save it as UTF-8")
	}
	text = []byte(unify.Replace(string(bytes.TrimPrefix(text, []byte("\ufeff")))))
	head, body, err := split(name, text)
	if err != nil {
		return Article{}, err
	}
	values, err := head.decode(name)
	if err != nil {
		return Article{}, err
	}
	a := &reader{name: name, left: values}
	article := a.read(strings.TrimLeft(string(body), "\n"))
	if a.err == nil && article.Document.Title == "" {
		a.fail("has no title; add one to the front matter (title: ...) or begin the text with a heading (# ...)")
	}
	return article, a.err
}

// unify writes ends of lines in one way, and makes spaces of the white space that CommonMark knows and no event may carry
// (form feed, vertical tab); these come from pasted print layouts and show nothing.
var unify = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", " ", "\v", " ")

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
