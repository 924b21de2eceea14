package demo

import (
	"embed"
	"fmt"
	"path"

	"stet"
	"stet/internal/article"
)

//go:embed articles
var bundle embed.FS

// text is one article.
type text struct {
	id       string
	doc      stet.Document
	repaired string // a sentence that its page has only after a safe fix; empty: any
}

// texts are n articles, 0 for every bundled one. Beyond the bundled ones they repeat under other names.
func texts(n int) ([]text, error) {
	names, err := bundle.ReadDir("articles")
	if err != nil {
		return nil, fmt.Errorf("read the bundled articles: %w", err)
	}
	var list []text
	for _, entry := range names {
		if path.Ext(entry.Name()) != ".md" {
			continue
		}
		raw, err := bundle.ReadFile("articles/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read the bundled articles: %w", err)
		}
		a, err := article.Parse(entry.Name(), raw)
		if err != nil {
			return nil, err
		}
		list = append(list, text{id: a.ContentID, doc: a.Document})
	}
	bundled := len(list)
	for i := bundled; i < n; i++ {
		again := list[i%bundled]
		again.id = fmt.Sprintf("%s-%d", again.id, i/bundled+1)
		again.doc.Slug = fmt.Sprintf("%s-%d", again.doc.Slug, i/bundled+1)
		list = append(list, again)
	}
	if n > 0 {
		list = list[:n]
	}
	list[0] = list[0].careless()
	return list, nil
}

// version is the article as its author has it after n-1 corrections. The sentence at its head is what the judge looks
// for on the page.
func (t text) version(n int64) stet.Document {
	doc := t.doc
	doc.Body.Text = mark(n) + "\n\n" + doc.Body.Text
	return doc
}

func mark(n int64) string { return fmt.Sprintf("*This is version %d of the text.*", n) }

// shown is the mark as it stands in a page.
func shown(n int64) string { return fmt.Sprintf("This is version %d of the text.", n) }
