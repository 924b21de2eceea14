package revise

import (
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"stet"
)

// fields are the texts that a revision may change, by the names that findings have for them.
var fields = []string{"title", "summary", "meta_title", "meta_description", "hero_alt", "body"}

// textOf gives a field of a document to be read or written; nil where the document has none.
func textOf(doc *stet.Document, field string) *string {
	switch field {
	case "title":
		return &doc.Title
	case "summary":
		return &doc.Summary
	case "meta_title":
		return &doc.Metadata.Title
	case "meta_description":
		return &doc.Metadata.Description
	case "body":
		return &doc.Body.Text
	case "hero_alt":
		if doc.Hero != nil {
			return &doc.Hero.Alt
		}
	}
	return nil
}

// copied is a document whose texts can be changed without changing the first.
func copied(doc stet.Document) stet.Document {
	if doc.Hero != nil {
		hero := *doc.Hero
		doc.Hero = &hero
	}
	return doc
}

// withTexts is base with the texts of other: whatever else a reviser changed is not taken.
func withTexts(base, other stet.Document) stet.Document {
	out := copied(base)
	for _, f := range fields {
		if to, from := textOf(&out, f), textOf(&other, f); to != nil && from != nil {
			*to = *from
		}
	}
	return out
}

// maxDiff bounds a diff in bytes.
const maxDiff = 64 << 10

// Diff is the unified diff of the texts of two documents, one part for each field that changed; empty where none did. A
// very long one is cut at the end of a line.
func Diff(from, to stet.Document) string {
	var out strings.Builder
	for _, f := range fields {
		a, b := textOf(&from, f), textOf(&to, f)
		if a == nil || b == nil || *a == *b {
			continue
		}
		out.Write(diff.Diff("a/"+f, ended(*a), "b/"+f, ended(*b)))
	}
	text := out.String()
	if len(text) <= maxDiff {
		return text
	}
	return text[:strings.LastIndexByte(text[:maxDiff], '\n')+1] + "(the rest is not shown)\n"
}

func ended(s string) []byte {
	if s == "" || strings.HasSuffix(s, "\n") {
		return []byte(s)
	}
	return []byte(s + "\n")
}
