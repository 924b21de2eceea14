package ground

import (
	"fmt"
	"path"
	"strings"
	"time"

	"stet/internal/prose"
)

// readDocument cuts a document of the knowledge base into sentences. Headings are passages too: they often hold the name
// and the year that the text below takes for granted. So is the title, first of all.
func readDocument(name string, content []byte) (*document, error) {
	format := "markdown"
	if ext := strings.ToLower(path.Ext(name)); ext == ".html" || ext == ".htm" {
		format = "html"
	}
	source := string(content)
	text, err := prose.Parse(format, source)
	if err != nil {
		return nil, fmt.Errorf("read %s of the knowledge base: %w", name, err)
	}
	d := &document{path: name}
	d.header(source)
	for _, s := range text.Sections {
		d.anchors = append(d.anchors, anchorOf(text, s))
	}
	if len(d.anchors) == 0 {
		d.anchors = []string{""}
	}
	if d.title != "" {
		d.sentences = append(d.sentences, passage{text: d.title})
	}
	if !d.date.IsZero() {
		d.sentences = append(d.sentences, passage{text: d.date.Format("2 January 2006")})
	}
	for _, b := range text.Blocks {
		for _, s := range b.Sentences {
			for _, piece := range cut(b.Plain, s.Span) {
				d.sentences = append(d.sentences, passage{text: b.Plain[piece.Start:piece.End], section: int32(b.Section)})
			}
		}
	}
	return d, nil
}

// anchorOf is the shortest fragment that a section's heading can be named by.
func anchorOf(text *prose.Text, s prose.Section) string {
	if s.Heading < 0 {
		return ""
	}
	heading, best := text.Blocks[s.Heading].Span, ""
	for name, span := range text.Anchors {
		if span.Start >= heading.Start && span.Start <= heading.End && (best == "" || len(name) < len(best) || len(name) == len(best) && name < best) {
			best = name
		}
	}
	return best
}

// header reads title and date from the front matter, between lines of --- (YAML) or +++ (TOML).
func (d *document) header(source string) {
	source = strings.TrimPrefix(source, "\ufeff")
	if len(source) < 4 || source[:3] != "---" && source[:3] != "+++" {
		return
	}
	fence := source[:3]
	for line := range strings.Lines(source[3:]) {
		line = strings.TrimSpace(line)
		if line == fence {
			return
		}
		key, value, found := strings.Cut(line, ":")
		if other, rest, equals := strings.Cut(line, "="); equals && (!found || len(other) < len(key)) {
			key, value = other, rest
		}
		d.entry(strings.ToLower(strings.TrimSpace(key)), strings.Trim(strings.TrimSpace(value), `"'`))
	}
	*d = document{path: d.path} // the front matter never ended: it was none
}

// entry takes a line of front matter. The day of the last change counts for more than that of publication.
func (d *document) entry(key, value string) {
	switch key {
	case "title":
		d.title = value
	case "date", "published", "publish_at", "updated", "lastmod", "modified":
		if len(value) < 10 || !d.date.IsZero() && (key == "date" || key == "published" || key == "publish_at") {
			return
		}
		if day, err := time.Parse(time.DateOnly, value[:10]); err == nil {
			d.date = day
		}
	}
}
