package article

import (
	"bytes"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// parts are what a file consists of. Offsets are those of text, which is the file in the form that documents have.
type parts struct {
	text   string
	head   head
	headAt int
	body   string // without the empty lines before it
	bodyAt int
	html   *page // nil: the body is Markdown
}

// take cuts a file into its parts.
func take(name string, file []byte) (parts, error) {
	if !utf8.Valid(file) {
		return parts{}, invalid(name, "is not UTF-8; save it as UTF-8")
	}
	p := parts{text: unify.Replace(string(bytes.TrimPrefix(file, mark)))}
	var rest []byte
	var err error
	if p.head, rest, err = split(name, []byte(p.text)); err != nil {
		return parts{}, err
	}
	if p.head.mark != "" {
		p.headAt = strings.IndexByte(p.text, '\n') + 1
	}
	p.body = strings.TrimLeft(string(rest), "\n")
	p.bodyAt = len(p.text) - len(p.body)
	if HTML(name) {
		p.html = readPage(p.body)
		p.body, p.bodyAt = p.body[p.html.from:p.html.to], p.bodyAt+p.html.from
	}
	return p, nil
}

// mark is the byte order mark that some editors write.
var mark = []byte("\ufeff")

// unify writes ends of lines in one way, and makes spaces of the white space that CommonMark knows and no event may carry
// (form feed, vertical tab); these come from pasted print layouts and show nothing.
var unify = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", " ", "\v", " ")

// HTML reports whether a file is taken for HTML by its name.
func HTML(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".html", ".htm":
		return true
	}
	return false
}
