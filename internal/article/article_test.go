package article_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/contract"
	"stet/internal/article"
)

func body(text string) stet.Body { return stet.Body{Format: "markdown", Text: text} }

func TestParseReadsFrontMatter(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             article.Article
	}{
		{"YAML", "posts/launch.md", "---\ntitle: Launch\ntags: [a, b, a]\nauthor: Ann Example\ndescription: One sentence.\ndate: 2026-11-24\n---\n\nText.\n",
			article.Article{ContentID: "launch", Document: stet.Document{Title: "Launch", Slug: "launch", Body: body("Text.\n"), Tags: []string{"a", "b"},
				Authors: []string{"Ann Example"}, Summary: "One sentence.", Metadata: stet.Metadata{Description: "One sentence."},
				Fields: map[string]any{"date": "2026-11-24T00:00:00Z"}}}},
		{"TOML", "Rust-1.0@0.md", "+++\npath = \"2014/09/15/Rust-1.0\"\ntitle = \"Road\"\nauthors = [\"N. Example\"]\nrelease = true\nweight = 3\n+++\nText.\n",
			article.Article{ContentID: "Rust-1.0@0", Document: stet.Document{Title: "Road", Slug: "2014-09-15-rust-1-0", Body: body("Text.\n"),
				Authors: []string{"N. Example"}, Fields: map[string]any{"date": "2014-09-15T00:00:00Z", "path": "2014/09/15/Rust-1.0", "release": true, "weight": int64(3)}}}},
		{"TOML's own dates", "a.md", "+++\ntitle = \"T\"\ndate = 2026-03-04\nupdated = 2026-03-05T10:00:00\npublish_at = 2026-03-06T10:00:00+01:00\n+++\n",
			article.Article{ContentID: "a", Document: stet.Document{Title: "T", Slug: "a", Body: body(""), PublishAt: "2026-03-06T10:00:00+01:00",
				Fields: map[string]any{"date": "2026-03-04T00:00:00Z", "updated": "2026-03-05T10:00:00Z"}}}},
		{"no front matter", "notes.md", "# A *plain* title #\n\nText.\n",
			article.Article{ContentID: "notes", Document: stet.Document{Title: "A plain title", Slug: "notes", Body: body("Text.\n")}}},
		{"a title and a heading", "notes.md", "---\ntitle: One\n---\n# Two\n",
			article.Article{ContentID: "notes", Document: stet.Document{Title: "One", Slug: "notes", Body: body("# Two\n")}}},
		{"ids and version", "x.md", "---\ntitle: T\ncontent_id: docs/intro\nid: ignored\nslug: einführung\nversion: 12\ndraft: true\nlang: de\n---\n",
			article.Article{ContentID: "docs/intro", Version: 12, Draft: true, Document: stet.Document{Title: "T", Slug: "einführung", Locale: "de", Body: body("")}}},
		{"a page bundle", "posts/some-post/index.md", "# T\n", article.Article{ContentID: "some-post", Document: stet.Document{Title: "T", Slug: "some-post", Body: body("")}}},
		{"a day in the name", "2026-11-24-launch.md", "# T\n", article.Article{ContentID: "2026-11-24-launch", Document: stet.Document{Title: "T",
			Slug: "2026-11-24-launch", Body: body(""), Fields: map[string]any{"date": "2026-11-24T00:00:00Z"}}}},
		{"Zola's taxonomies, people as maps", "a.md", "+++\ntitle = \"T\"\n[taxonomies]\ntags = [\"x\"]\ncategories = [\"y\"]\n[[authors]]\nname = \"Ann\"\n+++\n",
			article.Article{ContentID: "a", Document: stet.Document{Title: "T", Slug: "a", Body: body(""), Authors: []string{"Ann"}, Tags: []string{"x"},
				Categories: []string{"y"}, Fields: map[string]any{"taxonomies": map[string]any{"tags": []any{"x"}, "categories": []any{"y"}}}}}},
		{"pictures", "a.md", "---\ntitle: T\ncover: {url: 'https://example.com/a.png', alt: A}\nimage: ./b.png\n---\n",
			article.Article{ContentID: "a", Document: stet.Document{Title: "T", Slug: "a", Body: body(""), Hero: &stet.Image{URL: "https://example.com/a.png", Alt: "A"},
				Fields: map[string]any{"image": "./b.png"}}}},
		{"Windows", "a.md", "\ufeff---\r\ntitle: T\r\n---\r\nOne\r\ntwo\f\r\n", article.Article{ContentID: "a", Document: stet.Document{Title: "T", Slug: "a", Body: body("One\ntwo \n")}}},
		{"a rule is no end", "a.md", "---\ntitle: T\n---\nOne\n\n---\n\ntwo\n", article.Article{ContentID: "a", Document: stet.Document{Title: "T", Slug: "a", Body: body("One\n\n---\n\ntwo\n")}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := article.Parse(c.file, []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"a.md", "Text alone.", "a.md has no title"},
		{"a.md", "---\ntitle: T\n", "never ends it; put a line ---"},
		{"a.md", "---\ntitle: T\ntags: [a\n---\n", "line 3"},
		{"a.md", "+++\ntitle = \"T\"\nx = = 1\n+++\n", "is no TOML: line 3"},
		{"a.md", "---\ntitle: T\na: &a [x, x]\nb: [*a, *a]\n---\n", "line 4: an alias"},
		{"a.md", "---\ntitle: T\na: " + strings.Repeat("x", 64<<10) + "\n---\n", "it may have 16384"},
		{"a.md", "---\ntitle: T\na: " + strings.Repeat("[", 1000) + "\n---\n", "nested too deeply"},
		{"a.md", "+++\ntitle = 'T'\na = " + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "\n+++\n", "nested too deeply"},
		{"a.md", "---\ntitle: T\nversion: -1\n---\n", "a whole number from 1"},
		{"a.md", "---\ntitle: T\nversion: 1.5\n---\n", "a whole number from 1"},
		{"a.md", "---\ntitle: T\ndraft: perhaps\n---\n", "true or false"},
		{"a.md", "---\ntitle: [T]\n---\n", `"title"`},
		{"a.md", "---\ntitle: T\ndate: tomorrow\n---\n", "write a day such as 2026-11-24"},
		{"a.md", "---\ntitle: T\ncontent_id: ../x\n---\n", `the content id "../x"`},
		{"例.md", "# T\n", "add content_id"},
		{"a.md", "# T\xff\n", "not UTF-8"},
	} {
		_, err := article.Parse(c.file, []byte(c.text))
		if !stet.IsKind(err, stet.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: %v, want an Invalid error with %q", c.file, c.text, err, c.want)
		}
	}
}

func TestSlugIsOneWordInAnyScript(t *testing.T) {
	for text, want := range map[string]string{
		"2014/09/15/Rust-1.0":     "2014-09-15-rust-1-0",
		"  Ein Übermaß  ":         "ein-übermaß",
		"校正記号「イキ」":                "校正記号-イキ",
		"मराठी भाषा":              "मराठी-भाषा",
		"../..":                   "",
		strings.Repeat("ab ", 60): strings.TrimSuffix(strings.Repeat("ab-", 33), "-"),
	} {
		if got := article.Slug(text); got != want {
			t.Errorf("Slug(%q) = %q, want %q", text, got, want)
		}
	}
}

// FuzzParse: whatever is read is an event that the contract carries, or the contract says where it is wrong; and reading
// is a function of the file alone.
func FuzzParse(f *testing.F) {
	seeds, err := filepath.Glob("../demo/articles/*.md")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range seeds {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("---\ntitle: {a: &x [1, .inf]}\nfields: {n: 1e400}\n---\n"))
	f.Add([]byte("+++\ntitle = 'T'\nx = inf\n[fields]\ny = 07:32:00\n+++\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := article.Parse("a.md", text)
		if err != nil {
			if !stet.IsKind(err, stet.Invalid) {
				t.Fatalf("%v is not Invalid", err)
			}
			return
		}
		b, err := article.Parse("a.md", text)
		if err != nil || contract.ContentHash(a.Document) != contract.ContentHash(b.Document) {
			t.Fatalf("read twice: %v", err)
		}
		if !stet.ValidContentID(a.ContentID) || a.Document.Title == "" || a.Document.Slug == "" {
			t.Fatalf("incomplete: %+v", a)
		}
	})
}
