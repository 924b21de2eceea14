package site_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"golang.org/x/sync/errgroup"

	"stet"
	"stet/connector"
)

// TestCorpusMeasured publishes every Markdown file with TOML front matter of the folder STET_CORPUS and logs the time.
// With STET_OUT the site stays there to be looked at.
func TestCorpusMeasured(t *testing.T) {
	folder := os.Getenv("STET_CORPUS")
	if folder == "" {
		t.Skip("STET_CORPUS names no folder of articles")
	}
	writes := readArticles(t, folder)
	for _, workers := range []int{1, 8} {
		out := os.Getenv("STET_OUT")
		if out == "" || workers > 1 {
			out = t.TempDir()
		}
		up := openSite(t, map[string]string{"path": out}).(connector.Upserter)
		group, ctx := errgroup.WithContext(t.Context())
		group.SetLimit(workers)
		start := time.Now()
		for _, w := range writes {
			group.Go(func() error {
				_, err := up.Upsert(ctx, w)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		t.Logf("%d articles, %d at a time: %v, %v each", len(writes), workers, took.Round(time.Millisecond), (took / time.Duration(len(writes))).Round(10*time.Microsecond))
	}
}

var datePath = regexp.MustCompile(`^(?:inside-rust/)?(\d{4})/(\d{2})/(\d{2})/(.+)$`)

// readArticles makes one write of each file.
func readArticles(t testing.TB, folder string) []connector.Write {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var writes []connector.Write
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(data), "+++\n")
		front, text, ok := strings.Cut(rest, "+++\n")
		var meta struct {
			Path, Title, Description string
			Authors                  []string
			Extra                    struct {
				Team    string
				Release bool
			}
		}
		if _, err := toml.Decode(front, &meta); err != nil || !ok {
			t.Fatalf("read %s: %v", name, err)
		}
		id := strings.TrimSuffix(filepath.Base(name), ".md")
		w := write(stet.Document{Title: meta.Title, Authors: meta.Authors, Summary: meta.Description, Fields: map[string]any{}})
		w.Key.ContentID = id
		w.Doc.Body.Text = text
		w.Doc.Slug = strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(id), "-"), "-")
		if m := datePath.FindStringSubmatch(meta.Path); m != nil {
			w.Doc.Fields["date"] = strings.Join(m[1:4], "-")
		}
		if meta.Extra.Release {
			w.Doc.Tags = append(w.Doc.Tags, "Release")
		}
		if meta.Extra.Team != "" {
			w.Doc.Tags = append(w.Doc.Tags, meta.Extra.Team)
		}
		writes = append(writes, w)
	}
	return writes
}
