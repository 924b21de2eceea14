package site_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/html"

	"stet"
	"stet/connector"
	"stet/connector/site"
)

func TestSlugsThatAreRefused(t *testing.T) {
	opt := options(t, nil)
	c := openSite(t, opt)
	for _, slug := range []string{
		"", "../../etc/cron.d/x", `..\x`, "/etc/passwd", "%2e%2e%2f", "a\x00b", "CON", "con", "com1", "lpt³", "nul", "a.", ".htaccess",
		".git/hooks/post-checkout", ".stet", strings.Repeat("a", 101), "Upper", "ＦＵＬＬ", "cafe\u0301", "zero\u200bwidth", "rtl\u202eoverride",
		"two words", "-", "-a", "_a", "index", "tags", "page", "feed", "feed.xml", "404", "a/b", "a\nb", "\xff\xfe", "\u3164", "\u0301a", "İ", "ǅ",
	} {
		w := article("x", "text")
		w.Doc.Slug = slug
		_, err := c.(connector.Upserter).Upsert(t.Context(), w)
		wantError(t, err, stet.Invalid, "slug_invalid")
	}
	if _, err := os.Stat(filepath.Join(opt["path"], "index.html")); err == nil {
		t.Error("a refused write left something")
	}
	for _, slug := range []string{"a", "2026", "a-b_c", "größe", "статья", "记事", "नमस्ते", "บทความ", "مقال", strings.Repeat("a", 100)} {
		w := article(slug, "text")
		w.Key.ContentID = "ok/" + site.ItemID(stet.Key{ContentID: slug})
		if item := upsert(t, c, w); !strings.HasPrefix(item.URL, "https://example.com/blog/") {
			t.Errorf("%q has the address %q", slug, item.URL)
		}
	}
}

func TestItemIDsAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, id := range []string{"a", "A", "a.", "a-", "a/b", "a:b", "a_b", "a-b", "con", "CON", strings.Repeat("x", 200), strings.Repeat("x", 199) + "X"} {
		name := site.ItemID(stet.Key{ContentID: id})
		if other, taken := seen[strings.ToLower(name)]; taken || len(name) > 70 {
			t.Errorf("%q and %q have the id %q", id, other, name)
		}
		seen[strings.ToLower(name)] = id
	}
}

// TestHostileContentIsInert publishes what attackers send and looks at the parsed page for anything that acts.
func TestHostileContentIsInert(t *testing.T) {
	attacks := []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `[x](javascript:alert(1))`, `[x](JaVaScRiPt&#58;alert(1))`,
		`<a href="java&#10;script:alert(1)">x</a>`, `<a href="data:text/html,<script>alert(1)</script>">x</a>`, `<svg onload=alert(1)><script>1</script></svg>`,
		`<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`, `<iframe src=https://example.com></iframe>`, `<style>body{display:none}</style>`,
		`<div style="position:fixed">x</div>`, `<base href=https://evil.example/>`, `<meta http-equiv=refresh content="0;url=https://evil.example">`, `<form action=https://evil.example><input name=q></form>`,
		`</script><script>alert(1)</script>`, `</div></article></main><script>alert(1)</script>`, `<!--><script>alert(1)</script>-->`, `<template><script>1</script></template>`,
		`<object data=x></object><embed src=x>`, `<video src=x onplay=alert(1)></video>`, "```\"><script>\n<script>alert(1)</script>\n```", `<p class="site skip" id="main">x</p>`, "\u202ertl", `{{ .Secret }} {{< x >}} {% raw %}`,
	}
	opt := options(t, nil)
	c := openSite(t, opt)
	seq := int64(0)
	for _, attack := range attacks {
		for _, format := range []string{"markdown", "html"} {
			seq++
			w := article("attack", attack)
			w.ApplySeq = seq
			d := &w.Doc
			d.Body.Format, d.Title, d.Summary, d.Authors, d.Tags, d.Locale = format, attack, attack, []string{attack}, []string{attack}, attack
			d.Metadata = stet.Metadata{Title: attack, Description: attack, CanonicalURL: "javascript:alert(1)", OGImage: attack}
			d.Hero = &stet.Image{URL: "javascript:alert(1)", Alt: attack}
			upsert(t, c, w)
			for name, data := range state(t, opt["path"], false) {
				if strings.HasSuffix(name, ".html") {
					inert(t, attack, name, data)
				}
			}
		}
	}
}

var allowedAttr = regexp.MustCompile(`^(on.*|style|srcdoc|action|formaction)$`)

func inert(t *testing.T, attack, name, page string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script":
			if n.Attr[0].Val != "application/ld+json" || !json.Valid([]byte(n.FirstChild.Data)) {
				t.Errorf("%s: %q became a script", name, attack)
			}
		case "style", "iframe", "form", "base", "object", "embed", "svg", "math", "template":
			t.Errorf("%s: %q became <%s>", name, attack, n.Data)
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			acts := a.Key == "href" || a.Key == "src"
			if allowedAttr.MatchString(a.Key) || acts && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:")) {
				t.Errorf("%s: %q became %s=%q", name, attack, a.Key, a.Val)
			}
			if a.Key == "http-equiv" && a.Val == "refresh" {
				t.Errorf("%s: %q became a refresh", name, attack)
			}
		}
	}
}

// TestWorstCasesEnd would not end within the time of a test run if any of these were quadratic.
func TestWorstCasesEnd(t *testing.T) {
	c := openSite(t, nil)
	const size = 1 << 18
	cases := []struct{ format, unit, kind string }{
		{"markdown", "<div>", "nested"}, {"markdown", "> ", "nested"}, {"markdown", "- ", "nested"}, {"markdown", "[", "marks"}, {"markdown", "*a_ ", "marks"},
		{"markdown", "![](", "marks"}, {"markdown", "<a href='x' ", "marks"}, {"markdown", "a`", "marks"}, {"markdown", "{{<", "marks"}, {"markdown", "*a\n", "marks"},
		{"markdown", "# *a ", "marks"}, {"markdown", "|*a", "marks"}, {"markdown", "~~~c\n/*", "code"}, {"markdown", "a\n", "long"}, {"markdown", "[^1]: x\n\n", "long"},
		{"html", "<div>", "nested"}, {"html", "<b><p>", "nested"}, {"html", "<b></b>", "long"}, {"html", "</p>", "long"}, {"html", "<a href='x' ", "long"}, {"html", "&amp", "long"},
	}
	for i, one := range cases {
		start := time.Now()
		w := article("worst", strings.Repeat(one.unit, size/len(one.unit)))
		w.ApplySeq, w.Doc.Body.Format = int64(i+1), one.format
		_, err := c.(connector.Upserter).Upsert(t.Context(), w)
		if err != nil && stet.KindOf(err) != stet.Invalid {
			t.Errorf("%q: %v", one.unit, err)
		}
		t.Logf("%s %q: %v, %v", one.kind, one.unit, time.Since(start).Round(time.Millisecond), err)
	}
	w := article("large", strings.Repeat("x", 2<<20+1))
	_, err := c.(connector.Upserter).Upsert(t.Context(), w)
	wantError(t, err, stet.TooLarge, "body_too_large")
}

func TestPlantedLinksAreNotFollowed(t *testing.T) {
	for _, link := range []string{"hello", "hello/index.html", "index.html", ".stet", ".stet/items", ".stet/lock", ".stet/tmp/1", "tags"} {
		opt, outside := options(t, nil), t.TempDir()
		secret := filepath.Join(outside, "index.html")
		if err := os.WriteFile(secret, []byte("outside"), 0o600); err != nil {
			t.Fatal(err)
		}
		to := outside
		if strings.Contains(filepath.Base(link), ".html") || strings.HasSuffix(link, "lock") || strings.HasSuffix(link, "1") {
			to = secret
		}
		name := filepath.Join(opt["path"], link)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
		c := openSite(t, opt)
		w := article("hello", "text")
		w.Doc.Tags = []string{"T"}
		_, err := c.(connector.Upserter).Upsert(t.Context(), w)
		if left, _ := os.ReadDir(outside); len(left) != 1 || readFile(t, outside, "index.html") != "outside" {
			t.Errorf("%s was followed: %v, %v", link, left, err)
		}
		if err != nil && stet.KindOf(err) != stet.Configuration {
			t.Errorf("%s: %v, want a configuration error or success", link, err)
		}
	}
}

func TestFilesOfOthersAreKept(t *testing.T) {
	opt := options(t, nil)
	for _, name := range []string{"robots.txt", "hello/index.html"} {
		if err := os.MkdirAll(filepath.Join(opt["path"], filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(opt["path"], name), []byte("by hand"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := openSite(t, opt)
	_, err := c.(connector.Upserter).Upsert(t.Context(), article("hello", "text"))
	wantError(t, err, stet.Conflict, "slug_taken")
	upsert(t, c, article("other", "text"))
	for _, name := range []string{"robots.txt", "hello/index.html"} {
		if got := readFile(t, opt["path"], name); got != "by hand" {
			t.Errorf("%s is now %q", name, got)
		}
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	opt := options(t, nil)
	opt["path"] = filepath.Join(opt["path"], "new")
	c := openSite(t, opt)
	if err := c.(connector.Checker).Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	upsert(t, c, article("hello", "text"))
	want := readFile(t, opt["path"], "index.html")
	if err := os.WriteFile(filepath.Join(opt["path"], "index.html"), []byte("broken"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.(connector.Checker).Check(t.Context()); err != nil || readFile(t, opt["path"], "index.html") != want {
		t.Errorf("check did not repair the index: %v", err)
	}
	for fault, want := range map[error]stet.Kind{syscall.EROFS: stet.Configuration, syscall.EACCES: stet.Configuration, syscall.ENOSPC: stet.Unavailable, syscall.EIO: stet.Unavailable} {
		site.SetFault(c, func(op, _ string) error {
			if op == "create" {
				return fault
			}
			return nil
		})
		err := c.(connector.Checker).Check(t.Context())
		if stet.KindOf(err) != want || !strings.Contains(err.Error(), opt["path"]) {
			t.Errorf("%v: %v", fault, err)
		}
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	for name, value := range map[string]string{"path": "", "base_url": "ftp://example.com", "language": "not a language", "theme_css": "testdata/missing.css"} {
		opt := options(t, nil)
		opt[name] = value
		_, err := site.Spec().Open(t.Context(), connector.Env{Options: opt})
		if stet.KindOf(err) != stet.Configuration || !strings.Contains(err.Error(), name) {
			t.Errorf("%s %q: %v", name, value, err)
		}
	}
}
