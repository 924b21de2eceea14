package site_test

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"stet/connector"
	"stet/connector/connectortest"
	"stet/connector/site"
)

func TestConformance(t *testing.T) {
	folder := t.TempDir()
	connectortest.Run(t, connectortest.Config{
		Spec: site.Spec(), Against: "a real folder",
		Open: func(t connectortest.T, at connectortest.At) connector.Connector {
			return connectortest.Open(t, site.Spec(), at, map[string]string{"path": folder, "base_url": "https://example.com/blog/"})
		},
		Judge: website(folder), Person: website(folder), UnknownID: "nothing-abcdefghijklmnopqrstuvwxyz", Docs: "../../docs/connectors.md",
		Deviations: []connectortest.Deviation{
			{Test: "person/duplicate", Reason: "A copied page is a file of its own; nothing in the folder makes it an item of stet."},
		},
	})
}

// website is the folder as a web server sees it, and as somebody with an account on the machine.
type website string

var shownTitle = regexp.MustCompile(`<meta property="og:title" content="([^"]*)">`)

func (w website) Items(_ context.Context, about string) (items []connectortest.JudgedItem, err error) {
	pages, err := fs.Glob(os.DirFS(string(w)), "*/index.html")
	for _, name := range pages {
		page, err := os.ReadFile(filepath.Join(string(w), name))
		if err != nil {
			return nil, err
		}
		slug := filepath.Dir(name)
		if m := shownTitle.FindSubmatch(page); m != nil && slug != "tags" && strings.Contains(html.UnescapeString(string(m[1])), about) {
			items = append(items, connectortest.JudgedItem{ID: slug, Title: html.UnescapeString(string(m[1])), Slug: slug, Public: true})
		}
	}
	return items, err
}

// page is the file of an item, as the record of stet names it.
func (w website) page(id string) (string, error) {
	data, err := os.ReadFile(filepath.Join(string(w), ".stet", "items", id+".json"))
	if err != nil {
		return "", err
	}
	var record struct{ Page struct{ Path string } }
	err = json.Unmarshal(data, &record)
	return filepath.Join(string(w), record.Page.Path), err
}

func (w website) Edit(_ context.Context, id string) error {
	name, err := w.page(id)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, "<p>By hand.</p>\n"...), 0o644)
}

func (w website) Trash(ctx context.Context, id string) error { return w.Delete(ctx, id) }

func (w website) Delete(_ context.Context, id string) error {
	name, err := w.page(id)
	if err != nil {
		return err
	}
	return os.Remove(name)
}

func (website) Duplicate(context.Context, string) error { return errors.ErrUnsupported }

func (w website) TakeSlug(_ context.Context, slug string) (string, error) {
	if err := os.MkdirAll(filepath.Join(string(w), slug), 0o755); err != nil {
		return "", err
	}
	page := `<meta property="og:title" content="Somebody else's">` + "\n"
	return slug, os.WriteFile(filepath.Join(string(w), slug, "index.html"), []byte(page), 0o644)
}
