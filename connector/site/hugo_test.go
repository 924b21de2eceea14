package site_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stet/connector"
)

// TestHugoBuildsWhatIsWritten lets the real Hugo build the files and looks at its pages.
func TestHugoBuildsWhatIsWritten(t *testing.T) {
	hugo, err := exec.LookPath("hugo")
	if err != nil {
		if os.Getenv("STET_REQUIRE_HUGO") == "1" {
			t.Fatal(err)
		}
		t.Skip("hugo is not installed")
	}
	work := t.TempDir()
	if err := os.CopyFS(work, os.DirFS("testdata/hugo")); err != nil {
		t.Fatal(err)
	}
	c := openSite(t, map[string]string{"path": filepath.Join(work, "content/posts"), "format": "markdown", "base_url": "https://example.com/posts/"})
	for _, w := range hugoWrites(t) {
		upsert(t, c, w)
	}
	gone := article("gone", "Taken down.")
	item := upsert(t, c, gone)
	gone.ApplySeq = 2
	if err := c.(connector.Unpublisher).Unpublish(t.Context(), item.ID, gone); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), hugo, "--source", work, "--destination", filepath.Join(work, "public"))
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("hugo: %v\n%s", err, out)
	}
	public := state(t, filepath.Join(work, "public"), true)
	for name, want := range map[string][]string{
		"posts/a-tour-of-the-text/index.html": {"<title>A tour of the text</title>", `content="post/a-tour-of-the-text 12"`, "<time>2026-01-31</time>", "{{&lt; shortcodes &gt;}}", "{{ templates }}", "<li>C&#43;&#43;</li>", "<table>"},
		"posts/braces/index.html":             {"{{% x %}} and {{&lt; y", "{{&lt;/* z */&gt;}}", "<title>no: &#34;1e3&#34; # 2024-01-01</title>"},
		"posts/new-name/index.html":           {"moved"},
		"posts/old-name/index.html":           {"https://example.com/posts/new-name/"},
		"posts/größe/index.html":              {"Maß"},
	} {
		for _, part := range want {
			if !strings.Contains(public[name], part) {
				t.Errorf("%s has no %q:\n%s", name, part, public[name])
			}
		}
	}
	for name, data := range public {
		if strings.Contains(name, "gone") || strings.Contains(name, ".json") || strings.Contains(data, strings.Repeat("m", 26)) {
			t.Errorf("hugo published %s", name)
		}
	}
}

func hugoWrites(t *testing.T) []connector.Write {
	braces := article("braces", "{{% x %}} and {{< y\nz >}} and `{{</* z */>}}` stay.")
	braces.Doc.Title = `no: "1e3" # 2024-01-01`
	moved := article("old-name", "It moved.")
	again := moved
	again.ApplySeq, again.Doc.Slug = 2, "new-name"
	umlaut := article("größe", "Maß")
	umlaut.Key.ContentID = "post/size"
	return []connector.Write{tour(t), braces, moved, again, umlaut}
}
