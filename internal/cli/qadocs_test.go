package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stet/internal/policy"
	"stet/internal/qa/ground"
	"stet/internal/qa/page"
	"stet/internal/qa/report"
	"stet/internal/qa/word"
)

// TestTheRulesOfTheDocsFindWhatTheySay: the page shows every kind of rule with an example that loads and holds.
func TestTheRulesOfTheDocsFindWhatTheySay(t *testing.T) {
	raw, err := os.ReadFile("../../docs/qa.md")
	if err != nil {
		t.Fatal(err)
	}
	docs := string(raw)
	rules := ""
	for _, m := range regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllStringSubmatch(docs, -1) {
		rules += m[1]
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "rules"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"policy.yaml": "name: shown\n", "rules/shown.yaml": rules} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pack, err := policy.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	tested := policy.Test(t.Context(), pack)
	for _, f := range tested.Failures {
		t.Errorf("%s %s: %s", f.Rule, f.Test, f.Message)
	}
	if len(tested.Uncovered) > 0 {
		t.Errorf("no test makes these find anything: %v", tested.Uncovered)
	}
	var kinds []string
	for _, r := range pack.Rules {
		kinds = append(kinds, r.Kind)
	}
	for _, kind := range slices.Concat(word.Kinds, page.Kinds, ground.Kinds, []string{"expr"}) {
		if !slices.Contains(kinds, kind) {
			t.Errorf("no example shows the kind %s", kind)
		}
	}
}

func TestTheDocsNameEveryFormatAndPack(t *testing.T) {
	raw, err := os.ReadFile("../../docs/qa.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range report.Formats {
		if !strings.Contains(string(raw), "| `"+string(format)+"` |") {
			t.Errorf("docs/qa.md does not name the format %s", format)
		}
	}
	for _, name := range policy.ShippedNames() {
		if !strings.Contains(string(raw), "| `"+name+"` |") {
			t.Errorf("docs/qa.md does not name the pack %s", name)
		}
	}
}
