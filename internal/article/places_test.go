package article_test

import (
	"strings"
	"testing"

	"stet/internal/article"
)

func TestLocateFindsFieldsInTheirFile(t *testing.T) {
	yaml := "---\ntitle: \"Launch of it\"\ndescription: It's one.\nexcerpt: 'It''s two.'\ntags: [a, b]\nimage: {url: 'https://example.com/a.png', alt: Alt text}\n---\n\n\nText and more.\n"
	toml := "+++\ntitle = 'Launch of it'\ndate = 2026-11-24\n[hero]\nurl = 'https://example.com/a.png'\nalt = 'Alt text'\n[taxonomies]\ntags = ['x']\n+++\nText and more.\n"
	bare := "# Launch of it #\n\nText and more.\n"
	page := "<!DOCTYPE html><html lang=de><head><title>Launch | Example</title></head><body><header>\n<h1>Launch of <b>it</b></h1></header>\n<p>Text and more.</p></body></html>"
	for _, c := range []struct {
		name, file, text, field, part string
		want                          string // the bytes of the file
		exact                         bool
	}{
		{"body", "a.md", yaml, "body", "and", "and", true},
		{"title in quotes", "a.md", yaml, "title", "of it", "of it", true},
		{"description", "a.md", yaml, "meta_description", "one", "one", true},
		{"escaped", "a.md", yaml, "summary", "two", "excerpt: 'It''s two.'", false},
		{"alt in a map", "a.md", yaml, "hero_alt", "text", "text", true},
		{"tags", "a.md", yaml, "tags", "", "tags: [a, b]", false},
		{"missing", "a.md", yaml, "canonical_url", "", "", false},
		{"TOML title", "a.md", toml, "title", "of it", "of it", true},
		{"TOML table", "a.md", toml, "hero_alt", "text", "text", true},
		{"TOML taxonomy", "a.md", toml, "tags", "", "tags = ['x']", false},
		{"TOML body", "a.md", toml, "body", "and", "and", true},
		{"heading", "a.md", bare, "title", "of it", "of it", true},
		{"body under a heading", "a.md", bare, "body", "and", "and", true},
		{"HTML body", "a.html", page, "body", "and", "and", true},
		{"HTML title", "a.html", page, "title", "of it", "", false},
	} {
		for kind, text := range map[string]string{"LF": c.text, "CRLF with a mark": "\ufeff" + strings.ReplaceAll(c.text, "\n", "\r\n")} {
			a, err := article.Parse(c.file, []byte(text))
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			p, err := article.Locate(c.file, []byte(text), a.Document)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			value := map[string]string{"body": a.Document.Body.Text, "title": a.Document.Title, "summary": a.Document.Summary,
				"meta_description": a.Document.Metadata.Description}[c.field]
			if a.Document.Hero != nil && c.field == "hero_alt" {
				value = a.Document.Hero.Alt
			}
			at := strings.Index(value, c.part)
			from, to, exact := p.Span(c.field, at, at+len(c.part))
			if got := text[from:to]; got != c.want || exact != c.exact {
				t.Errorf("%s (%s): %d..%d %q, exact %t", c.name, kind, from, to, got, exact)
			}
		}
	}
}

func TestParseReadsHTML(t *testing.T) {
	page := `<html lang="de"><head><title>Launch | Example</title><meta name="description" content="One sentence."><link rel="canonical" href="https://example.com/l">
<meta property="og:image" content="https://example.com/a.png"></head><body><nav>Home</nav><main><h1>Launch</h1><p>Text.</p></main><footer>F</footer></body></html>`
	a, err := article.Parse("launch.html", []byte(page))
	if err != nil {
		t.Fatal(err)
	}
	d := a.Document
	if d.Title != "Launch" || d.Body.Format != "html" || d.Body.Text != "<p>Text.</p>" || d.Locale != "de" || d.Summary != "One sentence." ||
		d.Metadata.CanonicalURL != "https://example.com/l" || d.Metadata.OGImage != "https://example.com/a.png" {
		t.Errorf("%+v", d)
	}
	b, err := article.Parse("b.htm", []byte("---\ntitle: T\nlang: en\n---\n<p>One</p><h1>Two</h1>"))
	if err != nil || b.Document.Title != "T" || b.Document.Locale != "en" || b.Document.Body.Text != "<p>One</p><h1>Two</h1>" {
		t.Errorf("%+v, %v", b.Document, err)
	}
	if _, err := article.Parse("c.html", []byte("<p>One")); err == nil {
		t.Error("a page without a title is read")
	}
}

// FuzzLocate: every byte of the body stands in the file as Span says, whatever the file's line ends.
func FuzzLocate(f *testing.F) {
	f.Add("---\ntitle: T\n---\n\nText\r\nmore\rand\n", false)
	f.Add("\ufeff# T\r\n\r\n\r\nText\f\r\n", false)
	f.Add("<title>T</title><body>a\r\n<p>b</body>", true)
	f.Fuzz(func(t *testing.T, text string, html bool) {
		name := map[bool]string{true: "a.html", false: "a.md"}[html]
		a, err := article.Parse(name, []byte(text))
		if err != nil {
			return
		}
		p, err := article.Locate(name, []byte(text), a.Document)
		if err != nil {
			t.Fatal(err)
		}
		body := a.Document.Body.Text
		for i := range len(body) {
			from, to, _ := p.Span("body", i, i+1)
			got := text[from:to]
			if got != body[i:i+1] && (body[i] != '\n' || strings.Trim(got, "\r\n") != "") && (body[i] != ' ' || got != "\f" && got != "\v") {
				t.Fatalf("byte %d of the body, %q, is %q", i, body[i], got)
			}
		}
		for _, field := range []string{"title", "summary", "hero_alt", "meta_title", "tags", "x"} {
			if from, to, _ := p.Span(field, 0, 1); from < 0 || to < from || to > len(text) {
				t.Fatalf("%s: %d..%d of %d", field, from, to, len(text))
			}
		}
	})
}
