package vale_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/internal/policy"
	"stet/internal/policy/vale"
)

// packOf writes imported rules as a pack and loads it.
func packOf(t testing.TB, result vale.Result) *policy.Pack {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "rules"), 0o755); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"policy.yaml": []byte("name: house\n")}
	for _, rule := range result.Rules {
		files[filepath.Join("rules", rule.File)] = rule.YAML
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pack, err := policy.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return pack
}

func TestImportedRulesFindWhatTheStyleFinds(t *testing.T) {
	result, err := vale.Import("testdata/House")
	if err != nil {
		t.Fatal(err)
	}
	pack := packOf(t, result)
	text := `# Linux Is Here

Really, e.g. a COLOR scheme, the 2nd cell phone was really simple syndication.

It is gone. It was painted. Log-in! The the adviser, an advisor.

The WHO (NATO), the API, NATO. !!
`
	article, err := policy.Article("", stet.Document{Body: stet.Body{Format: "markdown", Text: text}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range pack.Judge(context.Background(), article).Findings {
		got = append(got, fmt.Sprintf("%d:%d %s: %s", f.Where.Start.Line, f.Where.Start.Column, f.Rule[8:], f.Message))
	}
	want := []string{
		"1:3 house-headings: 'Linux Is Here' is no sentence.",
		"3:1 house-words: Say it without 'Really'.",
		"3:1 house-long: 13 words are too many.",
		"3:16 house-acronyms: 'COLOR' has no definition.",
		"3:16 house-words: Say it without 'COLOR'.",
		"3:34 house-words: Say it without '2nd'.",
		"3:38 house-words: Say it without 'cell phone'.",
		"5:4 house-passive: 'is gone' may be passive.",
		"5:16 house-passive: 'was painted' may be passive.",
		"5:29 house-terms: Use 'Sign in or Sign on' instead of 'Log-in'.",
		"5:37 house-twice: 'the' is repeated.",
		"5:37 house-long: 5 words are too many.",
		"5:57 house-spelling: 'advisor' is written in two ways.",
		"7:1 house-long: 6 words are too many.",
		"7:5 house-acronyms: 'WHO' has no definition.",
		"7:32 house-bomb: No '!!'.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestImportNamesWhatHasNoTranslation(t *testing.T) {
	result, err := vale.Import("testdata/House")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, left := range result.Left {
		got = append(got, left.Name+": "+left.Reason)
	}
	for i, want := range []string{
		`House.Bomb: token "(a{900}){900}": `,
		`House.Bomb: token "x*": the pattern matches the empty text`,
		"House.Made: script: it is a program",
		`House.Raw: scope "raw": there is no such place here`,
		`House.Terms: swap "abc": the replacement "" is empty`,
		`House.Words: token "\\b(?:b(?>c))\\b": `,
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Errorf("left %d is not %q; all are:\n%s", i, want, strings.Join(got, "\n"))
		}
	}
}

func TestImportIsTheSameEachTime(t *testing.T) {
	one, err := vale.Import("testdata/House")
	if err != nil {
		t.Fatal(err)
	}
	two, err := vale.Import("testdata/House")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(one, two); diff != "" {
		t.Error(diff)
	}
}

func TestImportRefusesWhatIsNoStyle(t *testing.T) {
	if _, err := vale.Import(t.TempDir()); err == nil || !strings.Contains(err.Error(), "it has no *.yml files") {
		t.Errorf("got %v", err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"A.yml": "extends: [", "B.yml": "extends: Other.Rule", "C.yml": "tokens: [a]"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	result, err := vale.Import(dir)
	if err != nil || len(result.Left) != 3 {
		t.Errorf("got %+v, %v, want three that are left", result, err)
	}
}
