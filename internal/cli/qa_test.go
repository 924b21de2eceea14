package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// house writes a policy of one rule, which says email for e-mail, and gives its folder.
func house(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{"policy.yaml": "name: house\n", "rules/a.yaml": `- id: VOI-101-words
  kind: substitute
  severity: error
  swap: {e-mail: email, in order to: to, so called: "so-called: “x” #"}
  remedy: Use “%{to}”.
  fix: {kind: replace, safe: true}
`}
	for name, text := range files {
		put(t, filepath.Join(dir, name), text)
	}
	return dir
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

// TestFixChangesWhatItSaysAndNothingElse: whatever the form of the front matter and the line ends.
func TestFixChangesWhatItSaysAndNothingElse(t *testing.T) {
	policy := house(t)
	for _, c := range []struct{ name, before, after string }{
		{"body", "# T\n\nAn e-mail.", "# T\n\nAn email."},
		{"two in a line", "# T\n\nAn e-mail in order to e-mail.\n", "# T\n\nAn email to email.\n"},
		{"over a line", "# T\n\nAn e-mail in\norder to go.\n", ""}, // see below: any of two forms
		{"title in quotes", "---\ntitle: 'The e-mail'\n---\nText.\n", "---\ntitle: 'The email'\n---\nText.\n"},
		{"title in TOML", "+++\ntitle = \"The e-mail\"\ndraft = true\n+++\nText.\n", "+++\ntitle = \"The email\"\ndraft = true\n+++\nText.\n"},
		{"title with an escape", "---\ntitle: 'It''s an e-mail'\n---\nAn e-mail.\n", "---\ntitle: 'It''s an e-mail'\n---\nAn email.\n"},
		{"description for two fields", "---\ntitle: T\ndescription: An e-mail.\n---\nText.\n", "---\ntitle: T\ndescription: An email.\n---\nText.\n"},
		{"a fix that front matter cannot hold", "---\ntitle: So called\n---\nAn e-mail.\n", "---\ntitle: So called\n---\nAn email.\n"},
		{"heading", "# The e-mail\n\nText.\n", "# The email\n\nText.\n"},
		{"HTML", "<title>T</title><body><p>An e-mail &amp; more.</p></body>", "<title>T</title><body><p>An email &amp; more.</p></body>"},
		{"code stays", "# T\n\n`e-mail` and\n\n    e-mail\n", "# T\n\n`e-mail` and\n\n    e-mail\n"},
	} {
		for kind, shape := range map[string]func(string) string{
			"LF":               func(s string) string { return s },
			"CRLF with a mark": func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") },
		} {
			name := filepath.Join(t.TempDir(), "a.md")
			if strings.HasPrefix(c.before, "<") {
				name = strings.TrimSuffix(name, ".md") + ".html"
			}
			put(t, name, shape(c.before))
			if code, out, errs := run(t, "qa", "--policy", policy, "--fix", name); code > 1 {
				t.Fatalf("%s: code %d %s %s", c.name, code, out, errs)
			}
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if c.after == "" {
				if got := string(raw); strings.Contains(got, "e-mail") || kind != "LF" && strings.Contains(strings.ReplaceAll(got, "\r\n", ""), "\n") {
					t.Errorf("%s, %s: %q", c.name, kind, got)
				}
				continue
			}
			if got := string(raw); got != shape(c.after) {
				t.Errorf("%s, %s:\n got %q\nwant %q", c.name, kind, got, shape(c.after))
			}
			if info, _ := os.Stat(name); info.Mode().Perm() != 0o640 {
				t.Errorf("%s: mode %v", c.name, info.Mode())
			}
		}
	}
}

// TestManyArticlesComeInTheirOrder: work on several cores does not show in the result.
func TestManyArticlesComeInTheirOrder(t *testing.T) {
	policy, dir := house(t), t.TempDir()
	for i := range 60 {
		put(t, filepath.Join(dir, fmt.Sprintf("%02d.md", i)), "# T\n\n"+strings.Repeat("An e-mail.\n\n", (60-i)%7)+"\n")
	}
	_, first, _ := run(t, "qa", "--policy", policy, dir)
	_, second, _ := run(t, "qa", "--policy", policy, dir)
	if first != second {
		t.Error("two runs differ")
	}
	at := -1
	for i := range 60 {
		next := strings.Index(first, fmt.Sprintf("%02d.md", i))
		if next <= at {
			t.Fatalf("%02d.md does not stand behind the one before it", i)
		}
		at = next
	}
}

// TestABaselineHoldsWhereStetIsRun: its names do not depend on the current folder.
func TestABaselineHoldsWhereStetIsRun(t *testing.T) {
	policy, dir := house(t), t.TempDir()
	put(t, filepath.Join(dir, "docs", "a.md"), "# T\n\n"+strings.Repeat("An e-mail.\n\n", 30))
	baseline := filepath.Join(dir, "qa.json")
	if code, _, _ := run(t, "qa", "--policy", policy, filepath.Join(dir, "docs")); code != 1 {
		t.Fatalf("the article passes without a baseline: %d", code)
	}
	if code, _, errs := run(t, "qa", "--policy", policy, filepath.Join(dir, "docs"), "--baseline", baseline, "--write-baseline"); code != 0 {
		t.Fatalf("%d %s", code, errs)
	}
	t.Chdir(filepath.Join(dir, "docs"))
	if code, out, errs := run(t, "qa", "--policy", policy, "a.md", "--baseline", "../qa.json"); code != 0 {
		t.Errorf("%d %s %s", code, out, errs)
	}
}
