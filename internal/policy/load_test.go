package policy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stet"
	"stet/internal/policy"
)

// pack writes the files of a pack and gives its folder.
func pack(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const rule = `id: MET-101-summary
kind: expr
severity: warning
assert: doc.summary != ""
message: There is no summary.
`

// TestLoadSaysWhatIsWrong: every mistake is told with file, line, column and what to do.
func TestLoadSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, policy, rule, want string }{
		{"no YAML", "name: a\n", "id: [", "rules/a.yaml:1:5: this is no YAML"},
		{"an unknown key of the pack", "name: a\ntreshold: 3\n", rule, `policy.yaml:2:1: policy.yaml has no "treshold"; did you mean "threshold"?`},
		{"a key twice", "name: a\nname: b\n", rule, `policy.yaml:2:1: "name" is there twice in policy.yaml, first in line 1; keep one`},
		{"no name", "threshold: 3\n", rule, "policy.yaml:1:1: policy.yaml has no name; add one"},
		{"a wrong type", "name: a\nthreshold: high\n", rule, `policy.yaml:2:12: threshold is "high"; it must be a whole number`},
		{"out of bounds", "name: a\nthreshold: 101\n", rule, `policy.yaml:2:12: threshold is 101; it must be 0 to 100`},
		{"an unknown category", "name: a\nfloors: {voise: 3}\n", rule, `floors has no "voise"; did you mean "voice"? allowed are structure`},
		{"an unknown base", "name: a\nextends: defaul\n", rule, `policy.yaml:2:10: extends is "defaul": there is no such folder, and no pack of that name; did you mean "default"?`},
		{"a circle", "name: a\nextends: .\n", rule, "which extends this pack"},
		{"an anchor", "name: &a a\n", rule, "policy.yaml:1:7: an anchor (&), an alias (*) or a merge (<<) stands here; write the value out"},
		{"an alias bomb", "name: a\nlanguages: [&a [x], *a, *a]\n", rule, "an anchor (&)"},
		{"deep", "name: " + strings.Repeat("[", 100) + "\n", rule, "policy.yaml:1:1: brackets or dashes are nested deeper than 32"},
		{"dashes", "name:\n  " + strings.Repeat("- ", 50_000) + "x\n", rule, "policy.yaml:2:1: brackets or dashes are nested deeper than 32"},
		{"large", "name: " + strings.Repeat("a", 2<<20), rule, "policy.yaml:1:1: has 2097158 bytes; a file may have 1048576: split it"},
		{"empty", "", rule, "policy.yaml:1:1: the file is empty"},
		{"two documents", "name: a\n---\nname: b\n", rule, "policy.yaml:2:1: a second document begins here"},
		{"no knowledge base", "name: a\nkb: ../nothing\n", rule, `policy.yaml:2:5: kb is "../nothing": there is no such folder`},
		{"no id", "name: a\n", "kind: expr\n", "rules/a.yaml:1:1: the rule has no id; add one"},
		{"a bad id", "name: a\n", "id: FOO-1\nkind: expr\n", `rules/a.yaml:1:5: id is "FOO-1"; it must begin with STR, VOI, GRD, MET or SEO`},
		{"an unknown kind", "name: a\n", "id: MET-101\nkind: exprr\nseverity: info\n", `rules/a.yaml:2:7: kind is "exprr"; did you mean "expr"? allowed are`},
		{"no kind", "name: a\n", "id: MET-101\n", "rules/a.yaml:1:5: MET-101 has no kind, and no base has such a rule to be changed"},
		{"a rule of no base", "name: a\nextends: default\n", "id: MET-002-descriptio\noff: true\n", `rules/a.yaml:2:6: MET-002-descriptio is switched off and no base has it; did you mean "MET-002-description"?`},
		{"an unknown severity", "name: a\n", "id: MET-101\nkind: expr\nseverity: warnin\n", `rules/a.yaml:3:11: severity is "warnin"; did you mean "warning"? allowed are blocker, error, warning, info`},
		{"a weight of nothing", "name: a\n", rule + "weight: 0\n", "rules/a.yaml:6:9: weight is 0; it must be 1 to 100"},
		{"an unknown key", "name: a\n", rule + "asert: x\n", `rules/a.yaml:6:1: kind expr has no "asert"; did you mean "assert"? allowed are assert, at, id, kind`},
		{"a condition that is none", "name: a\n", rule + "when: doc.words\n", `rules/a.yaml:6:7: when: "doc.words" gives int; a condition must be true or false`},
		{"a name that is none", "name: a\n", rule + "when: doc.wrds > 3\n", `rules/a.yaml:6:7: when: character 4 of "doc.wrds > 3": undefined field 'wrds'`},
		{"an assertion that is none", "name: a\n", strings.Replace(rule, "doc.summary", "doc.sumary", 1), `rules/a.yaml:4:9: MET-101-summary: assert: character 4`},
		{"two of one id", "name: a\n", "- " + strings.ReplaceAll(strings.TrimSpace(rule), "\n", "\n  ") + "\n- id: MET-101-summary\n", "rules/a.yaml:6:3: there are two rules MET-101-summary, the first in"},
		{"no rule", "name: a\n", "[]", "a has no rule"},
		{"a test with parts that no document has", "name: a\n", rule + "tests: [{name: t, input: x, want: [], with: {titel: x}}]\n",
			`rules/a.yaml:6:45: test "t": read with: json: unknown field "titel"; allowed are the names of the contract`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := policy.Load(pack(t, map[string]string{"policy.yaml": c.policy, "rules/a.yaml": c.rule}))
			if !stet.IsKind(err, stet.Configuration) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant an error of kind configuration with\n%s", err, c.want)
			}
		})
	}
}

func TestLoadTellsSeveralMistakesAtOnce(t *testing.T) {
	_, err := policy.Load(pack(t, map[string]string{"policy.yaml": "name: a\nx: 1\ny: 2\n", "rules/a.yaml": "id: MET-101\nkind: q\n",
		"terms/a.yaml": "- use: A\n", "facts/a.yaml": "- subject: A\n  value: 3\n", "waivers.yaml": "- rule: MET-9\n"}))
	for _, want := range []string{"policy.yaml:2:1", "policy.yaml:3:1", "rules/a.yaml:2:7", "terms/a.yaml:1:3", "facts/a.yaml:2:10", "waivers.yaml:1:3"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %s", err, want)
		}
	}
}

func TestLoadWithoutAPolicy(t *testing.T) {
	for _, dir := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		if _, err := policy.Load(dir); !stet.IsKind(err, stet.Configuration) || !strings.Contains(err.Error(), "`stet init` writes") {
			t.Errorf("%v", err)
		}
	}
}

// TestExtends: a pack changes, switches off and adds rules, and the hash knows every byte of it and of its base.
func TestExtends(t *testing.T) {
	base := map[string]string{"policy.yaml": "name: base\nthreshold: 70\nwaivers: {max_days: 9, by: [ann], never: [MET-101-summary]}\n", "rules/a.yaml": rule,
		"rules/b.yaml": strings.ReplaceAll(rule, "MET-101-summary", "MET-102-other")}
	dir := pack(t, base)
	child := pack(t, map[string]string{"policy.yaml": "name: child\nextends: " + filepath.ToSlash(dir) + "\nfloors: {meta: 10}\nwaivers: {by: []}\n",
		"rules/a.yaml": "- id: MET-101-summary\n  severity: error\n  assert: doc.words > 3\n- id: MET-102-other\n  off: true\n"})
	p, err := policy.Load(child)
	if err != nil {
		t.Fatal(err)
	}
	if p.Threshold != 70 || p.Floors["meta"] != 10 || p.Floors["voice"] != 60 || len(p.Rules) != 1 || p.Allowed.MaxDays != 9 || len(p.Allowed.By) != 0 ||
		len(p.Allowed.Never) != 1 {
		t.Errorf("got %+v", p)
	}
	r := p.Rule("MET-101-summary")
	if r.Severity != "error" || r.Weight != 3 || r.Message != "There is no summary." || !r.Changed {
		t.Errorf("got %+v", r.Rule)
	}
	before := p.Version()
	if err := os.WriteFile(filepath.Join(dir, "rules", "a.yaml"), []byte(rule+"why: because\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err = policy.Load(child)
	if err != nil || p.Version() == before || !strings.HasPrefix(before, "child@sha256:") || len(before) != len("child@sha256:")+12 {
		t.Errorf("%v: %s, and before the base changed %s", err, p.Version(), before)
	}
}

// TestAMistakeInAChangedRuleNamesItsOwnFile: not that of the base.
func TestAMistakeInAChangedRuleNamesItsOwnFile(t *testing.T) {
	dir := pack(t, map[string]string{"policy.yaml": "name: base\n", "rules/a.yaml": "# one\n# two\n" + rule})
	child := pack(t, map[string]string{"policy.yaml": "name: child\nextends: " + filepath.ToSlash(dir) + "\n", "rules/c.yaml": "id: MET-101-summary\nassert: doc.x\n"})
	if _, err := policy.Load(child); err == nil || !strings.Contains(err.Error(), filepath.ToSlash(child)+"/rules/c.yaml:2:9: ") {
		t.Errorf("%v", err)
	}
}
