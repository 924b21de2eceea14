package site_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/connector"
)

var update = flag.Bool("update", false, "write the golden files")

// tour is an article with everything that a text may have.
func tour(t testing.TB) connector.Write {
	t.Helper()
	text, err := os.ReadFile("testdata/article.md")
	if err != nil {
		t.Fatal(err)
	}
	w := write(stet.Document{
		Title: "A tour of the text", Slug: "a-tour-of-the-text", Locale: "en",
		Body:    stet.Body{Format: "markdown", Text: string(text)},
		Summary: "What a text may have, and \"quotes\" & signs.",
		Authors: []string{"Ada Example"}, Tags: []string{"Text", "C++"}, Categories: []string{"no"},
		Metadata: stet.Metadata{Title: "A tour", Description: "Everything that a text may have."},
		Hero:     &stet.Image{URL: "https://example.com/hero.png", Alt: "A hero"},
		Fields:   map[string]any{"date": "2026-01-31", "series": "1e3", "weight": 3},
	})
	w.Version = 12
	return w
}

func TestArticleEqualsGolden(t *testing.T) {
	cases := []struct {
		name, page string
		opt        map[string]string
	}{
		{"html", "a-tour-of-the-text/index.html", nil},
		{"hugo", "a-tour-of-the-text.md", map[string]string{"format": "markdown", "flavor": "hugo"}},
		{"astro", "a-tour-of-the-text.md", map[string]string{"format": "markdown", "flavor": "astro"}},
		{"eleventy", "a-tour-of-the-text.md", map[string]string{"format": "markdown", "flavor": "eleventy"}},
		{"jekyll", "_posts/2026-01-31-a-tour-of-the-text.md", map[string]string{"format": "markdown", "flavor": "jekyll"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			opt := options(t, c.opt)
			upsert(t, openSite(t, opt), tour(t))
			got := readFile(t, opt["path"], c.page)
			equalGolden(t, "testdata/"+c.name+".golden", got)
		})
	}
}

func TestDerivedFilesEqualGolden(t *testing.T) {
	opt := options(t, nil)
	c := openSite(t, opt)
	w := tour(t)
	w.Doc.Slug = "first-name"
	upsert(t, c, w)
	w = tour(t)
	w.ApplySeq = 2
	upsert(t, c, w)
	for _, name := range []string{"index.html", "tags/index.html", "tags/c-plus-plus/index.html", "feed.xml", "sitemap.xml", "robots.txt", "_redirects", "404.html"} {
		equalGolden(t, "testdata/site/"+name, readFile(t, opt["path"], name))
	}
}

func equalGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-golden +got); if it should, run go test -update:\n%s", name, diff)
	}
}
