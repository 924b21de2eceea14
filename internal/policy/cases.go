package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"

	"stet"
	"stet/internal/article"
	"stet/internal/policy/strict"
	"stet/internal/qa"
)

// readCases reads cases/: lists of whole articles. Only this pack's own count: a base's hold for the base.
func (p *Pack) readCases(f folder, faults *strict.Faults) error {
	names, err := f.yaml("cases")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(f.files, name)
		if err != nil {
			return fmt.Errorf("read cases: %w", err)
		}
		top := strict.Read(f.show(name), text, faults)
		if !top.There() {
			continue
		}
		for i, node := range top.Items() {
			c := Case{place: node}
			node.Decode(&c, fmt.Sprintf("case %d", i+1))
			if c.Name == "" {
				c.Name = fmt.Sprintf("%s case %d", path.Base(name), i+1)
			}
			c.check()
			if c.File != "" {
				c.load(f, path.Join(path.Dir(name), c.File))
			}
			p.Cases = append(p.Cases, c)
		}
	}
	return nil
}

func (c *Case) check() {
	switch {
	case c.File != "" && c.Input != "":
		c.place.Fault("case %q has both file and input; keep one", c.Name)
	case c.File == "" && c.Input == "":
		c.place.Fault("case %q has no article; add file: or input:", c.Name)
	case c.Passed == nil && c.Want == nil && c.Include == nil:
		c.place.Fault("case %q expects nothing; add passed: true or false, want: or include:", c.Name)
	}
	checkWith(c.Name, c.With)
}

// load reads the article's file into input and with.
func (c *Case) load(f folder, name string) {
	text, err := fs.ReadFile(f.files, name)
	if err != nil {
		c.place.Fault("case %q: cannot read %s; file is a path from the case's own folder", c.Name, f.show(name))
		return
	}
	a, err := article.Parse(path.Base(name), text)
	if err != nil {
		c.place.Fault("case %q: %v", c.Name, err)
		return
	}
	c.document, c.Input = a.Document, a.Document.Body.Text
}

// typical is the document that a test has where it says nothing else.
func typical(body string) stet.Document {
	return stet.Document{Title: "A title that says what comes", Slug: "a-title", Locale: "en", Body: stet.Body{Format: "markdown", Text: body}}
}

// with lays parts of a document, named as in the contract, over it.
func with(doc stet.Document, parts strict.Node) (stet.Document, error) {
	if !parts.There() {
		return doc, nil
	}
	text, err := json.Marshal(parts.Value())
	if err != nil {
		return doc, fmt.Errorf("read with: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&doc); err != nil {
		return doc, fmt.Errorf("read with: %w; allowed are the names of the contract, such as title, canonical_slug, summary, tags, metadata, hero_image", err)
	}
	return doc, nil
}

// checkWith notes parts that no document has.
func checkWith(test string, parts strict.Node) {
	if _, err := with(stet.Document{}, parts); err != nil {
		parts.Fault("test %q: %v", test, err)
	}
}

// prepare gives the article of a test.
func prepare(doc stet.Document, parts strict.Node, site *Pages) (*qa.Article, error) {
	doc, err := with(doc, parts)
	if err != nil {
		return nil, err
	}
	if site == nil {
		return Article("test", doc, nil)
	}
	return Article("test", doc, site)
}
