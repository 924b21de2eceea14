package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/internal/policy"
	"stet/internal/qa"
)

func load(t *testing.T, files map[string]string) *policy.Pack {
	t.Helper()
	p, err := policy.Load(pack(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const taxi = `id: VOI-101-taxi
kind: substitute
severity: warning
why: We say cab.
swap: {taxi: cab, taxis: cabs}
fix: {kind: replace, safe: true}
remedy: Write “%{to}”.
tests:
  - {name: one, input: A taxi., want: ["1:3"], fixed: A cab.}
  - {name: none, input: A cab., want: []}
`

// TestTestNoticesEveryWayToBeWrong: a finding too many or too few, a wrong fix, a case with another verdict, a rule that no test sees at work.
func TestTestNoticesEveryWayToBeWrong(t *testing.T) {
	for _, c := range []struct{ name, rule, cases, want string }{
		{"right", taxi, "", ""},
		{"too few", strings.Replace(taxi, `["1:3"]`, `["1:3", "1:5"]`, 1), "", "VOI-101-taxi one: not found: 1:5 VOI-101-taxi; found: 1:3 VOI-101-taxi"},
		{"too many", strings.Replace(taxi, `["1:3"], fixed`, `[], fixed`, 1), "", "VOI-101-taxi one: found and not wanted: 1:3 VOI-101-taxi"},
		{"another fix", strings.Replace(taxi, "A cab.}", "A car.}", 1), "", `VOI-101-taxi one: the fixes give "A cab."; the test wants "A car."`},
		{"another count", strings.Replace(taxi, `want: ["1:3"]`, `count: 2`, 1), "", "VOI-101-taxi one: found 1: 1:3 VOI-101-taxi; the test wants 2"},
		{"uncovered", strings.Replace(taxi, `  - {name: one, input: A taxi., want: ["1:3"], fixed: A cab.}`+"\n", "", 1), "", "uncovered [VOI-101-taxi]"},
		{"a case covers", strings.Split(taxi, "tests:")[0], "- {name: c, input: A taxi., want: [\"1:3 VOI-101\"]}\n", ""},
		{"a case of another verdict", taxi, "- {name: c, input: A cab., passed: false}\n", " c: passed is true, score 100 (); the case wants false"},
		{"a case without its finding", taxi, "- {name: c, input: A cab., include: [\"1:3 VOI-101\"]}\n", " c: 1:3 VOI-101 is not found; found: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"policy.yaml": "name: a\n", "rules/a.yaml": c.rule}
			if c.cases != "" {
				files["cases/a.yaml"] = c.cases
			}
			r := policy.Test(t.Context(), load(t, files))
			var got []string
			for _, f := range r.Failures {
				if f.File == "" || f.Line == 0 {
					t.Errorf("no place: %+v", f)
				}
				got = append(got, fmt.Sprintf("%s %s: %s", f.Rule, f.Test, f.Message))
			}
			if len(r.Uncovered) > 0 && len(r.Failures) == 0 {
				got = append(got, fmt.Sprint("uncovered ", r.Uncovered))
			}
			if all := strings.Join(got, "\n"); all != c.want && (c.want == "" || !strings.Contains(all, c.want)) {
				t.Errorf("got %s\nwant %s", all, c.want)
			}
		})
	}
}

func TestACaseMayBeAFile(t *testing.T) {
	files := map[string]string{"policy.yaml": "name: a\n", "rules/a.yaml": taxi, "cases/a.yaml": "- {name: c, file: taxi.md, want: [\"title:1:1 VOI-101\"]}\n",
		"cases/taxi.md": "---\ntitle: Taxi\n---\nText.\n"}
	if r := policy.Test(t.Context(), load(t, files)); len(r.Failures) > 0 {
		t.Errorf("%+v", r.Failures)
	}
	files["cases/a.yaml"] = "- {name: c, file: cab.md, passed: true}\n"
	if _, err := policy.Load(pack(t, files)); err == nil || !strings.Contains(err.Error(), "cases/a.yaml:1:3: case \"c\": cannot read") {
		t.Errorf("%v", err)
	}
}

// TestMutateFindsWhatTestsDoNotHold: here the second word, which no test has.
func TestMutateFindsWhatTestsDoNotHold(t *testing.T) {
	tried, survivors := policy.Mutate(t.Context(), load(t, map[string]string{"policy.yaml": "name: a\n", "rules/a.yaml": taxi}))
	if tried != 2 || fmt.Sprint(survivors) != "[{VOI-101-taxi swap without taxis}]" {
		t.Errorf("%d tried, %v", tried, survivors)
	}
}

func TestDiffTellsWhatChanges(t *testing.T) {
	before := load(t, map[string]string{"policy.yaml": "name: a\n", "rules/a.yaml": taxi})
	after := load(t, map[string]string{"policy.yaml": "name: b\n", "rules/a.yaml": strings.Replace(taxi, "warning", "blocker", 1), "rules/b.yaml": rule})
	same := text(t, "A cab.")
	same.Doc.Summary = "s"
	changes, err := policy.Diff(t.Context(), before, after, []*qa.Article{text(t, "A taxi."), same})
	if err != nil || len(changes) != 1 || !changes[0].Turned() || len(changes[0].New) != 2 || len(changes[0].Gone) != 1 {
		t.Errorf("%v: %+v", err, changes)
	}
}

func TestExplain(t *testing.T) {
	p := load(t, map[string]string{"policy.yaml": "name: a\nwaivers: {by: [ann], max_days: 30}\n", "rules/a.yaml": taxi})
	e, err := policy.Explain(t.Context(), p, "VOI-101")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"VOI-101-taxi  voice, warning, weight 1, kind substitute\n", "rules/a.yaml:1", "\nWhy\n  We say cab.\n", "\nSettings\n  swap:\n    taxi: cab\n",
		"\nFinds, at 1:3: “taxi” is better written “cab”.\n  A taxi.\n", "\nFixed\n  A cab.\n", "\nFinds nothing in\n  A cab.\n", "by: ann, until: a day within 30 days"} {
		if !strings.Contains(e.String(), want) {
			t.Errorf("%s\nlacks %q", e, want)
		}
	}
	shared, err := policy.Shipped("default")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := policy.Explain(t.Context(), shared, "VOI-010"); err == nil || !strings.Contains(err.Error(), "name one: VOI-010-doubled-word, VOI-010-same-beginning") {
		t.Errorf("one short id for two rules: %v", err)
	}
	if _, err := policy.Explain(t.Context(), p, "VOI-101-taxy"); !stet.IsKind(err, stet.Invalid) || !strings.Contains(err.Error(), `did you mean "VOI-101-taxi"?`) {
		t.Errorf("%v", err)
	}
}

// TestApplyLeavesOutWhatOverlaps: and what is waived, unsafe or out of the text.
func TestApplyLeavesOutWhatOverlaps(t *testing.T) {
	at := func(start, end int, to string, safe bool) qa.Finding {
		return qa.Finding{Where: qa.Where{Field: "body"}, Fix: &qa.Fix{Safe: safe, Edits: []qa.Edit{{Start: start, End: end, Text: to}}}}
	}
	waived := at(6, 7, "W", true)
	waived.Waived = &qa.Waiver{}
	for _, c := range []struct {
		name     string
		findings []qa.Finding
		unsafe   bool
		want     string
		applied  int
	}{
		{"in order", []qa.Finding{at(4, 5, "E", true), at(0, 1, "A", true)}, false, "AbcdEfgh", 2},
		{"overlap", []qa.Finding{at(0, 3, "X", true), at(2, 4, "Y", true)}, false, "Xdefgh", 1},
		{"side by side", []qa.Finding{at(0, 2, "X", true), at(2, 4, "Y", true)}, false, "XYefgh", 2},
		{"two at one place", []qa.Finding{at(2, 2, "X", true), at(2, 2, "Y", true)}, false, "abXcdefgh", 1},
		{"unsafe", []qa.Finding{at(0, 1, "A", false)}, false, "abcdefgh", 0},
		{"unsafe, and asked for", []qa.Finding{at(0, 1, "A", false)}, true, "Abcdefgh", 1},
		{"waived", []qa.Finding{waived}, true, "abcdefgh", 0},
		{"out of the text", []qa.Finding{at(7, 9, "A", true), at(-1, 2, "B", true), at(3, 2, "C", true)}, false, "abcdefgh", 0},
	} {
		got, applied := policy.Apply("body", "abcdefgh", c.findings, c.unsafe)
		if got != c.want || len(applied) != c.applied {
			t.Errorf("%s: %q, %d applied; want %q, %d", c.name, got, len(applied), c.want, c.applied)
		}
	}
}

// TestAFixBreaksNoLink: the text of [a link] without an address is the name of its definition.
func TestAFixBreaksNoLink(t *testing.T) {
	p := load(t, map[string]string{"policy.yaml": "name: a\n", "rules/a.yaml": taxi})
	doc := stet.Document{Title: "T", Body: stet.Body{Format: "markdown", Text: "A taxi, [a taxi], [a taxi][], [a taxi][x], [taxi](/a), ![a taxi], *[the taxi][A  Taxi]*.\n\n[a taxi]: /b\n[x]: /c\n"}}
	const want = "A cab, [a taxi], [a taxi][], [a cab][x], [cab](/a), ![a taxi], *[the cab][A  Taxi]*.\n\n[a taxi]: /b\n[x]: /c\n"
	fixed, _, report, err := p.Fix(t.Context(), "a", doc, nil, time.Time{})
	if err != nil || fixed.Body.Text != want || len(report.Findings) != 2 {
		t.Errorf("%v: %q with %d findings", err, fixed.Body.Text, len(report.Findings))
	}
}

// TestFixGoesOnUntilNothingIsLeft: in every text of the document, and the document that was given stays as it is.
func TestFixGoesOnUntilNothingIsLeft(t *testing.T) {
	p := load(t, map[string]string{"policy.yaml": "name: a\n", "rules/a.yaml": taxi,
		"rules/b.yaml": "{id: VOI-102-cabs, kind: substitute, severity: warning, swap: {cab cab: two cabs}, fix: {kind: replace, safe: true}}\n"})
	hero := &stet.Image{URL: "https://example.com/a.png", Alt: "A taxi"}
	doc := stet.Document{Title: "Taxi taxi", Hero: hero, Body: stet.Body{Format: "markdown", Text: "A taxi taxi.\n"}}
	fixed, done, report, err := p.Fix(t.Context(), "a", doc, nil, time.Time{})
	if err != nil || fixed.Title != "Two cabs" || fixed.Body.Text != "A two cabs.\n" || len(done) != 6 || len(report.Findings) != 0 || hero.Alt != "A taxi" {
		t.Errorf("%v: %+v, %d done, %+v", err, fixed, len(done), report.Findings)
	}
}
