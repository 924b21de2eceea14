package article

import (
	"bytes"
	"regexp"
	"sort"
	"strings"

	"stet"
)

// Places says where the parts of a document stand in the file it was read from.
type Places struct {
	file   string
	parts  parts
	doc    stet.Document
	bodyAt int
	begin  int   // bytes before the text that documents have: a byte order mark
	folds  []int // offsets in that text of each line feed that is two bytes in the file
}

// Locate finds the places of a document that Parse read from the same name and text.
func Locate(name string, text []byte, doc stet.Document) (*Places, error) {
	p, err := take(name, text)
	if err != nil {
		return nil, err
	}
	out := &Places{file: string(text), parts: p, doc: doc, bodyAt: p.bodyAt + len(p.body) - len(doc.Body.Text)}
	if bytes.HasPrefix(text, mark) {
		out.begin = len(mark)
	}
	rest := out.file[out.begin:]
	for at := 0; ; {
		i := strings.Index(rest[at:], "\r\n")
		if i < 0 {
			return out, nil
		}
		at += i + 2
		out.folds = append(out.folds, at-2-len(out.folds))
	}
}

// Span is the bytes of the file that hold the bytes start..end of a field. Exact says that the field stands there as it
// is, so that changing these bytes changes the field in the same way. A field that is written in another form, with
// escapes or over several lines, is where its key stands; what is not written at all is at the file's first byte.
func (p *Places) Span(field string, start, end int) (from, to int, exact bool) {
	if field == "body" {
		return p.inFile(p.bodyAt + start), p.inFile(p.bodyAt + end), true
	}
	value := FieldText(p.doc, field)
	from, to = p.key(field)
	if to == 0 {
		return p.elsewhere(field, value, start, end)
	}
	if value != "" {
		if i := strings.Index(p.parts.text[from:to], value); i >= 0 && start >= 0 && end <= len(value) {
			return p.inFile(from + i + start), p.inFile(from + i + end), true
		}
	}
	line := p.parts.text[from:to]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	return p.inFile(from), p.inFile(from + len(line)), false
}

// elsewhere finds a title that the text begins with, or what a page says in its head. Their own forms differ too much for
// changes to be safe.
func (p *Places) elsewhere(field, value string, start, end int) (from, to int, exact bool) {
	before := p.parts.text[:p.bodyAt]
	if i := strings.LastIndex(before, value); value != "" && i >= p.parts.headAt+len(p.parts.head.text) && end <= len(value) {
		return p.inFile(i + start), p.inFile(i + end), field == "title" && p.parts.html == nil
	}
	if field == "title" && p.parts.html == nil && p.bodyAt > p.parts.bodyAt {
		line, _, _ := strings.Cut(p.parts.text[p.parts.bodyAt:], "\n")
		return p.inFile(p.parts.bodyAt), p.inFile(p.parts.bodyAt + len(line)), false
	}
	return p.begin, p.begin, false
}

// inFile is the offset in the file of an offset in the text that documents have.
func (p *Places) inFile(at int) int {
	return min(p.begin+at+sort.SearchInts(p.folds, at), len(p.file))
}

// keys are the words of front matter for a field, in the order in which Parse takes them.
var keys = map[string][]string{
	"summary":          {"summary", "excerpt", "meta_description", "description"},
	"meta_description": {"meta_description", "description"},
	"canonical_url":    {"canonical_url", "canonical"},
	"slug":             {"slug", "canonical_slug", "path", "permalink", "url"},
	"canonical_slug":   {"slug", "canonical_slug", "path", "permalink", "url"},
	"locale":           {"locale", "lang", "language"},
	"authors":          {"authors", "author"},
	"author":           {"authors", "author"},
	"tags":             {"tags", "tag"},
	"categories":       {"categories", "category"},
	"hero_image":       {"hero_image", "hero", "image", "cover"},
	"hero_alt":         {"hero_image", "hero", "image", "cover"},
	"publish_at":       {"publish_at", "publishDate"},
	"updated":          {"updated", "lastmod", "last_modified_at"},
}

// FieldText is the text of a field that rules for words see; empty for others.
func FieldText(doc stet.Document, field string) string {
	switch field {
	case "title":
		return doc.Title
	case "summary":
		return doc.Summary
	case "meta_title":
		return doc.Metadata.Title
	case "meta_description":
		return doc.Metadata.Description
	case "hero_alt":
		if doc.Hero != nil {
			return doc.Hero.Alt
		}
	}
	return ""
}

// key is where a field stands in the front matter, from its key to the next one; 0, 0 where it does not.
func (p *Places) key(field string) (from, to int) {
	words := keys[field]
	if words == nil {
		words = []string{strings.TrimPrefix(field, "fields.")}
	}
	head := string(p.parts.head.text)
	for _, word := range words {
		at := regexp.MustCompile(`(?m)^(?:[ \t]*["']?` + regexp.QuoteMeta(word) + `["']?[ \t]*[:=]|\[+` + regexp.QuoteMeta(word) + `\]+)`).FindStringIndex(head)
		if at == nil {
			continue
		}
		end := len(head)
		if next := nextKey.FindStringIndex(head[at[1]:]); next != nil {
			end = at[1] + next[0]
		}
		if strings.HasPrefix(head[at[0]:], "[") { // a table of TOML holds keys of its own
			end = len(head)
			if next := strings.Index(head[at[1]:], "\n["); next >= 0 {
				end = at[1] + next
			}
		}
		return p.parts.headAt + at[0], p.parts.headAt + end
	}
	return 0, 0
}

var nextKey = regexp.MustCompile(`(?m)^(?:[^\s#\-\[\]{}"'][^:=\n]*[:=]|\[)`)
