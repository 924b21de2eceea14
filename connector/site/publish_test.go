package site_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/connector"
	"stet/connector/site"
)

func article(slug, text string) connector.Write {
	return write(stet.Document{Title: "On " + slug, Slug: slug, Body: stet.Body{Text: text}, Fields: map[string]any{"date": "2026-01-31"}})
}

// state is every file below a folder with its bytes and its time.
func state(t testing.TB, folder string, hidden bool) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && d.Name() == ".stet" && !hidden {
				return fs.SkipDir
			}
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(folder, name)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func wantError(t testing.TB, err error, kind stet.Kind, code string) {
	t.Helper()
	e, _ := err.(*stet.Error)
	if e == nil || e.Kind != kind || e.Code != code || e.Outcome != stet.NotApplied {
		t.Fatalf("error %v (%+v), want %s %s, not applied", err, e, kind, code)
	}
}

func TestUpsertIsReadBack(t *testing.T) {
	c := openSite(t, nil)
	w := article("hello", "One.")
	item := upsert(t, c, w)
	want, _ := c.Fingerprint(w)
	if item.Live != want || !item.Public || item.Slug != "hello" || item.URL != "https://example.com/blog/hello/" || item.Seq != 1 {
		t.Errorf("item %+v, want public and live %s", item, want)
	}
	read, err := c.Read(t.Context(), item.ID)
	if diff := cmp.Diff(item, read); diff != "" || err != nil {
		t.Errorf("read %v:\n%s", err, diff)
	}
	found, err := c.Find(t.Context(), w)
	if diff := cmp.Diff([]connector.Item{item}, found); diff != "" || err != nil {
		t.Errorf("find %v:\n%s", err, diff)
	}
	w.Doc.Slug = "other"
	if other, _ := c.Fingerprint(w); other != want {
		t.Error("the fingerprint depends on the slug")
	}
	if _, err := c.Read(t.Context(), site.ItemID(stet.Key{ContentID: "nobody"})); stet.KindOf(err) != stet.NotFound {
		t.Errorf("read of nobody: %v", err)
	}
}

func TestRepeatChangesNothing(t *testing.T) {
	opt := options(t, nil)
	c := openSite(t, opt)
	writes := []connector.Write{article("one", "1"), article("two", "2"), article("three", "3")}
	for _, w := range writes {
		upsert(t, c, w)
	}
	before := times(t, opt["path"])
	for _, again := range []connector.Connector{c, openSite(t, opt)} {
		for _, w := range writes {
			upsert(t, again, w)
		}
	}
	if diff := cmp.Diff(before, times(t, opt["path"])); diff != "" {
		t.Errorf("a repeat wrote something:\n%s", diff)
	}
}

func times(t testing.TB, folder string) map[string]time.Time {
	t.Helper()
	found := map[string]time.Time{}
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if name != folder+"/.stet/tmp" {
			found[name] = info.ModTime()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestOlderWriteIsRefused(t *testing.T) {
	c := openSite(t, nil)
	old, w := article("hello", "One."), article("hello", "Two.")
	w.ApplySeq, w.Version = 5, 2
	item := upsert(t, c, w)
	old.ApplySeq = 4
	_, err := c.(connector.Upserter).Upsert(t.Context(), old)
	wantError(t, err, stet.Conflict, "stale_write")

	old.ApplySeq = 5
	_, err = c.(connector.Upserter).Upsert(t.Context(), old)
	wantError(t, err, stet.Conflict, "sequence_reused")

	w.ApplySeq = 6
	if err := c.(connector.Unpublisher).Unpublish(t.Context(), item.ID, w); err != nil {
		t.Fatal(err)
	}
	old.ApplySeq = 5
	_, err = c.(connector.Upserter).Upsert(t.Context(), old)
	wantError(t, err, stet.Conflict, "stale_write")
}

func TestEditedPageIsSeenAndKept(t *testing.T) {
	opt := options(t, nil)
	c := openSite(t, opt)
	w := article("hello", "One.")
	first := upsert(t, c, w)
	page := filepath.Join(opt["path"], "hello/index.html")
	edited := strings.Replace(readFile(t, opt["path"], "hello/index.html"), "One.", "Won.", 1)
	if err := os.WriteFile(page, []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
	item, err := c.Read(t.Context(), first.ID)
	if err != nil || item.Live == first.Live || item.Rev == first.Rev || !item.Public {
		t.Fatalf("read %+v %v, want another live and another rev", item, err)
	}
	w.ApplySeq, w.Rev = 2, first.Rev
	_, err = c.(connector.Upserter).Upsert(t.Context(), w)
	wantError(t, err, stet.Conflict, "rev_changed")

	w.Rev = item.Rev // an operator decided to overwrite
	if upsert(t, c, w).Live != first.Live {
		t.Error("the overwrite did not take effect")
	}
	if err := os.Remove(page); err != nil {
		t.Fatal(err)
	}
	if item, err = openSite(t, opt).Read(t.Context(), first.ID); err != nil || item.Public || item.Live != "" {
		t.Errorf("read of a removed page: %+v %v", item, err)
	}
}

func TestSlugChangeLeavesARedirect(t *testing.T) {
	opt := options(t, nil)
	c := openSite(t, opt)
	for i, slug := range []string{"a", "b", "c", "a", "d"} {
		w := article("a", "text")
		w.ApplySeq, w.Doc.Slug = int64(i+1), slug
		upsert(t, c, w)
		if pages, _ := filepath.Glob(opt["path"] + "/?/index.html"); len(pages) != 1 {
			t.Errorf("pages %v after the slug %s, want one", pages, slug)
		}
	}
	want := "/blog/a /blog/d/ 301\n/blog/a/ /blog/d/ 301\n/blog/b /blog/d/ 301\n/blog/b/ /blog/d/ 301\n/blog/c /blog/d/ 301\n/blog/c/ /blog/d/ 301\n"
	if diff := cmp.Diff(want, readFile(t, opt["path"], "_redirects")); diff != "" {
		t.Error(diff)
	}
	taker := article("b", "another content takes the slug")
	upsert(t, c, taker)
	if got := readFile(t, opt["path"], "_redirects"); strings.Contains(got, "/blog/b ") {
		t.Errorf("a page is redirected:\n%s", got)
	}
}

func TestUnpublishTakesThePageAway(t *testing.T) {
	opt := options(t, nil)
	c := openSite(t, opt)
	w := article("hello", "One.")
	w.Doc.Tags = []string{"Only"}
	item := upsert(t, c, w)
	w.ApplySeq = 2
	for range 2 {
		if err := c.(connector.Unpublisher).Unpublish(t.Context(), item.ID, w); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range state(t, opt["path"], false) {
		if strings.Contains(name, "hello") || strings.Contains(name, "only") || strings.Contains(data, "/hello") {
			t.Errorf("%s still tells of the article", name)
		}
	}
	if seen, err := c.Read(t.Context(), item.ID); err != nil || seen.Public || seen.Live != "" || seen.Seq != 2 {
		t.Errorf("read %+v %v", seen, err)
	}
	w.ApplySeq = 3
	if !upsert(t, c, w).Public {
		t.Error("publishing again failed")
	}
}

func TestAnotherInstallationIsForeign(t *testing.T) {
	c := openSite(t, nil)
	w := article("hello", "One.")
	upsert(t, c, w)
	w.Marker, w.ApplySeq = strings.Repeat("z", 26), 9
	found, err := c.Find(t.Context(), w)
	if err != nil || len(found) != 1 || !found[0].Foreign {
		t.Errorf("find %+v %v, want a foreign item", found, err)
	}
	_, err = c.(connector.Upserter).Upsert(t.Context(), w)
	wantError(t, err, stet.Conflict, "foreign_item")
}

func TestOptionsChangeEveryPage(t *testing.T) {
	opt := options(t, nil)
	first := upsert(t, openSite(t, opt), article("hello", "One."))
	opt["title"] = "Another Name"
	c := openSite(t, opt)
	upsert(t, c, article("second", "Two."))
	if !strings.Contains(readFile(t, opt["path"], "hello/index.html"), "Another Name") {
		t.Error("a page has the old title of the site")
	}
	if item, err := c.Read(t.Context(), first.ID); err != nil || item.Live != first.Live {
		t.Errorf("the new look counts as drift: %+v %v", item, err)
	}
}

func TestManyArticlesArePaged(t *testing.T) {
	opt := options(t, nil)
	c := openSite(t, opt)
	for i := range 45 {
		w := article("n"+string(rune('a'+i/26))+string(rune('a'+i%26)), "text")
		w.Doc.Fields["date"] = time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		upsert(t, c, w)
	}
	root, page := readFile(t, opt["path"], "index.html"), readFile(t, opt["path"], "page/1/index.html")
	if n := strings.Count(root, "<h2"); n != 25 || !strings.Contains(root, `href="/blog/page/1/">Older`) {
		t.Errorf("the first page has %d articles, want the newest 25 and a link", n)
	}
	if n := strings.Count(page, "<h2"); n != 20 || !strings.Contains(page, "/blog/naa/") || !strings.Contains(page, `href="/blog/">← Newer`) {
		t.Errorf("page 1 has %d articles, want the oldest 20", n)
	}
}
