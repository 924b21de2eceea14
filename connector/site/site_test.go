package site_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stet"
	"stet/connector"
	"stet/connector/site"
)

// openSite opens a target of a new folder, with the defaults of Spec and then opt.
func openSite(t testing.TB, opt map[string]string) connector.Connector {
	t.Helper()
	c, err := site.Spec().Open(t.Context(), connector.Env{Target: "blog", Options: options(t, opt)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func options(t testing.TB, opt map[string]string) map[string]string {
	t.Helper()
	all := map[string]string{"path": "", "base_url": "https://example.com/blog/", "title": "Example Blog", "description": "Notes on software."}
	for _, o := range site.Spec().Options {
		if o.Default != "" && all[o.Name] == "" {
			all[o.Name] = o.Default
		}
	}
	maps.Copy(all, opt)
	if all["path"] == "" {
		all["path"] = t.TempDir()
	}
	return all
}

// write makes the first write of a document; the content_id is the slug's.
func write(doc stet.Document) connector.Write {
	if doc.Body.Format == "" {
		doc.Body.Format = "markdown"
	}
	return connector.Write{
		Key: stet.Key{ContentID: "post/" + doc.Slug, Target: "blog"}, Marker: strings.Repeat("m", 26),
		Epoch: 1, ApplySeq: 1, Version: 1, Doc: doc,
	}
}

func upsert(t testing.TB, c connector.Connector, w connector.Write) connector.Item {
	t.Helper()
	item, err := c.(connector.Upserter).Upsert(t.Context(), w)
	if err != nil {
		t.Fatalf("upsert %s: %v", w.Key, err)
	}
	return item
}

func readFile(t testing.TB, folder, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
