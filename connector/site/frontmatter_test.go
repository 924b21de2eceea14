package site_test

import (
	"flag"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	"stet/connector"
)

// TestFrontMatterIsReadBack writes any text into the front matter of each flavor and reads it with a YAML parser.
func TestFrontMatterIsReadBack(t *testing.T) {
	if err := flag.Set("rapid.checks", "20"); err != nil { // each waits for the disk
		t.Fatal(err)
	}
	for flavor, file := range map[string]string{"hugo": "hello.md", "astro": "hello.md", "eleventy": "hello.md", "jekyll": "_posts/2026-01-31-hello.md"} {
		opt := options(t, map[string]string{"format": "markdown", "flavor": flavor})
		c := openSite(t, opt)
		seq := int64(0)
		texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"no", "1e3", "2024-01-01", "1:30", "---", "a: b", "# x", "@x", "*x", "&x", "~", "null", "'", "\"", "\\", "\u2028", "\u0085", "\x00", "\x7f", "a\nb"}))
		rapid.Check(t, func(r *rapid.T) {
			title, tag := texts.Draw(r, "title"), texts.Draw(r, "tag")
			seq++
			w := article("hello", "text")
			w.ApplySeq, w.Doc.Title, w.Doc.Tags = seq, title, []string{tag}
			if _, err := c.(connector.Upserter).Upsert(t.Context(), w); err != nil {
				r.Fatal(err)
			}
			front, _, _ := strings.Cut(strings.TrimPrefix(readFile(t, opt["path"], file), "---\n"), "\n---\n")
			var got struct {
				Title string
				Tags  []string
				Stet  struct {
					Content string `yaml:"content_id"`
				}
			}
			if err := yaml.Unmarshal([]byte(front), &got); err != nil {
				r.Fatalf("%v:\n%s", err, front)
			}
			if title != "" && got.Title != title || len(got.Tags) != 1 || got.Tags[0] != tag || got.Stet.Content != w.Key.ContentID {
				r.Fatalf("read %+q, wrote %+q %+q:\n%s", got, title, tag, front)
			}
		})
	}
}
