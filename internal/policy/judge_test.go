package policy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stet"
	"stet/internal/policy"
	"stet/internal/qa"
)

// fake is a checker that does what a test wants.
type fake func(ctx context.Context, a *qa.Article) []qa.Result

func (f fake) Check(ctx context.Context, a *qa.Article) []qa.Result { return f(ctx, a) }

// trial is a pack of rules of the kind trial, which find what the test says.
func trial(t *testing.T, settings string, rules map[string]qa.Severity, check func(rules []*qa.Rule) qa.Checker) *policy.Pack {
	t.Helper()
	t.Cleanup(policy.AddKind("trial", check))
	files := map[string]string{"policy.yaml": "name: trial\n" + settings}
	for id, severity := range rules {
		files["rules/"+id+".yaml"] = fmt.Sprintf("id: %s\nkind: trial\nseverity: %s\n", id, severity)
	}
	p, err := policy.Load(pack(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// finding has each rule find some words of the body: as many as counts says.
func finding(counts map[string]int) func(rules []*qa.Rule) qa.Checker {
	return func(rules []*qa.Rule) qa.Checker {
		return fake(func(_ context.Context, a *qa.Article) (results []qa.Result) {
			for _, r := range rules {
				result := qa.Result{Rule: r}
				for i := range counts[r.ID] {
					at := a.Body.Position(min(i*4, len(a.Body.Source)))
					result.Findings = append(result.Findings, qa.Finding{Message: "found", Text: fmt.Sprint(i), Where: qa.Where{Field: "body", Start: at, End: at}})
				}
				results = append(results, result)
			}
			return results
		})
	}
}

func text(t *testing.T, body string) *qa.Article {
	t.Helper()
	a, err := policy.Article("a", stet.Document{Title: "Title", Body: stet.Body{Format: "markdown", Text: body}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.Now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	return a
}

func scores(r qa.Report) map[qa.Category]int {
	out := map[qa.Category]int{}
	for _, c := range r.Categories {
		if c.Score != nil {
			out[c.Category] = *c.Score
		}
	}
	return out
}

func TestScore(t *testing.T) {
	sentences := strings.Repeat("One two. ", 40)
	for _, c := range []struct {
		name    string
		rules   map[string]qa.Severity
		counts  map[string]int
		scores  map[qa.Category]int
		overall int
		passed  bool
	}{
		{"nothing found", map[string]qa.Severity{"STR-101": "error", "VOI-101": "error"}, nil, map[qa.Category]int{"structure": 100, "voice": 100}, 100, true},
		{"many findings of a rule count once in structure", map[string]qa.Severity{"STR-101": "error", "STR-102": "error", "STR-103": "warning"},
			map[string]int{"STR-103": 9}, map[qa.Category]int{"structure": 85}, 85, true}, // 6/7
		{"the lowest category weighs more", map[string]qa.Severity{"STR-101": "error", "MET-101": "error", "MET-102": "error"},
			map[string]int{"MET-101": 1}, map[qa.Category]int{"structure": 100, "meta": 50}, 65, false}, // 0.6*75+0.4*50
		{"voice: 3 of 40 and 3 of 4", map[string]qa.Severity{"VOI-101": "error"}, map[string]int{"VOI-101": 1}, map[qa.Category]int{"voice": 75}, 75, false}, // (93+57)/2
		{"a floor", map[string]qa.Severity{"STR-101": "error", "VOI-101": "error", "MET-101": "error", "SEO-101": "error"}, map[string]int{"VOI-101": 3},
			map[qa.Category]int{"structure": 100, "voice": 55, "meta": 100, "seo": 100}, 75, false}, // (81+30)/2
		{"a blocker", map[string]qa.Severity{"STR-101": "blocker", "STR-102": "error", "STR-103": "error", "MET-101": "error"}, map[string]int{"STR-101": 1},
			map[qa.Category]int{"structure": 54, "meta": 100}, 67, false},
		{"info costs nothing", map[string]qa.Severity{"STR-101": "info", "VOI-101": "info"}, map[string]int{"STR-101": 5, "VOI-101": 5},
			map[qa.Category]int{"voice": 100}, 100, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := trial(t, "", c.rules, finding(c.counts))
			r := p.Judge(t.Context(), text(t, sentences))
			if got := scores(r); fmt.Sprint(got) != fmt.Sprint(c.scores) || r.Score != c.overall || r.Passed != c.passed {
				t.Errorf("got %v, overall %d, passed %t (%v); want %v, %d, %t", got, r.Score, r.Passed, r.Reasons, c.scores, c.overall, c.passed)
			}
		})
	}
}

// TestOneBlockerFailsWhateverTheScore: the score alone would do.
func TestOneBlockerFailsWhateverTheScore(t *testing.T) {
	rules := map[string]qa.Severity{"STR-101": "blocker"}
	for i := range 20 {
		rules[fmt.Sprintf("STR-2%02d", i)] = "error"
	}
	r := trial(t, "", rules, finding(map[string]int{"STR-101": 1})).Judge(t.Context(), text(t, "One."))
	if r.Passed || r.Score < 80 || fmt.Sprint(r.Reasons) != "[1 finding blocks: STR-101]" {
		t.Errorf("passed %t with %d: %v", r.Passed, r.Score, r.Reasons)
	}
}

// TestACheckThatCannotBeMadeIsNeverAPass: by an error, a panic, missing results or a deadline, even of a rule that does not score.
func TestACheckThatCannotBeMadeIsNeverAPass(t *testing.T) {
	for name, c := range map[string]struct {
		check fake
		want  string
	}{
		"an error":        {func(context.Context, *qa.Article) []qa.Result { return []qa.Result{{Err: errors.New("no\nindex")}} }, "STR-101: no index"},
		"a panic":         {func(context.Context, *qa.Article) []qa.Result { panic("index out of range") }, "STR-101: the check broke down: index out of range at stet/"},
		"missing results": {func(context.Context, *qa.Article) []qa.Result { return nil }, "STR-101: the check gave 0 results for 1 rules"},
		"a deadline that it looks at": {func(ctx context.Context, _ *qa.Article) []qa.Result {
			<-ctx.Done()
			return []qa.Result{{Err: ctx.Err()}}
		}, "STR-101: it was not done within 300ms (deadline in policy.yaml)"},
	} {
		t.Run(name, func(t *testing.T) {
			p := trial(t, "deadline: 300ms\n", map[string]qa.Severity{"STR-101": "info"}, func([]*qa.Rule) qa.Checker { return c.check })
			a := text(t, "One.")
			synctest.Test(t, func(t *testing.T) {
				r := p.Judge(t.Context(), a)
				if r.Passed || len(r.Errors) != 1 || !strings.HasPrefix(r.Errors[0], c.want) || fmt.Sprint(r.Reasons) != "[1 check could not be made]" {
					t.Errorf("passed %t: %q, %q; want %q", r.Passed, r.Errors, r.Reasons, c.want)
				}
			})
		})
	}
}

// TestADeadlineHoldsForACheckerThatDoesNotLook: and those after it are not asked.
func TestADeadlineHoldsForACheckerThatDoesNotLook(t *testing.T) {
	end := make(chan struct{})
	p := trial(t, "deadline: 1s\n", map[string]qa.Severity{"STR-101": "error"}, func([]*qa.Rule) qa.Checker {
		return fake(func(context.Context, *qa.Article) []qa.Result { <-end; return nil })
	})
	a := text(t, "One.")
	synctest.Test(t, func(t *testing.T) {
		end = make(chan struct{})
		defer close(end)
		began := time.Now()
		if r := p.Judge(t.Context(), a); r.Passed || time.Since(began) != time.Second {
			t.Errorf("passed %t after %s", r.Passed, time.Since(began))
		}
	})
}

// TestAConditionThatFailsIsNeverAPass: neither in when nor in assert.
func TestAConditionThatFailsIsNeverAPass(t *testing.T) {
	for _, key := range []string{"when", "assert"} {
		rule := "id: MET-101\nkind: expr\nseverity: info\nmessage: m\nassert: 'true'\n"
		rule = strings.Replace(rule, "assert: 'true'", "assert: 'true'\nwhen: 'true'", 1)
		rule = strings.Replace(rule, key+": 'true'", key+": doc.fields.missing == 1", 1)
		p, err := policy.Load(pack(t, map[string]string{"policy.yaml": "name: a\n", "rules/a.yaml": rule}))
		if err != nil {
			t.Fatal(err)
		}
		if r := p.Judge(t.Context(), text(t, "One.")); r.Passed || len(r.Errors) != 1 || !strings.Contains(r.Errors[0], "no such key: missing") {
			t.Errorf("%s: passed %t: %q", key, r.Passed, r.Errors)
		}
	}
}

func TestConditionsAndLanguagesChooseRules(t *testing.T) {
	p, err := policy.Load(pack(t, map[string]string{"policy.yaml": "name: a\nlanguages: [en, fr]\n", "rules/a.yaml": `
- {id: VOI-101, kind: forbid, severity: warning, words: [taxi]}
- {id: VOI-102, kind: forbid, severity: warning, words: [taxi], locales: [de]}
- {id: VOI-103, kind: forbid, severity: warning, words: [taxi], locales: ["*"], when: doc.words > 1}
`}))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ locale, body, want string }{
		{"", "Taxi now.", "VOI-101 VOI-103"}, {"en-GB", "Taxi", "VOI-101"}, {"fr", "Taxi", "VOI-101"}, {"de", "Taxi", "VOI-102"}, {"es", "Un taxi", "VOI-103"},
	} {
		a := text(t, c.body)
		a.Doc.Locale = c.locale
		r := p.Judge(t.Context(), a)
		var ids []string
		for _, f := range r.Findings {
			ids = append(ids, f.Rule)
		}
		if got := strings.Join(ids, " "); got != c.want || (len(r.Unchecked) > 0) != (c.locale == "de" || c.locale == "es") {
			t.Errorf("%s: %s, unchecked %q; want %s", c.locale, got, r.Unchecked, c.want)
		}
	}
}

// TestWaivers: one that holds lets its finding pass and is listed; one that has ended fails the article.
func TestWaivers(t *testing.T) {
	rules := "- {id: VOI-101, kind: forbid, severity: blocker, words: [taxi]}\n- {id: VOI-102, kind: forbid, severity: warning, words: [bus]}\n"
	plain, err := policy.Load(pack(t, map[string]string{"policy.yaml": "name: a\n", "rules/a.yaml": rules}))
	if err != nil {
		t.Fatal(err)
	}
	a := text(t, "A taxi.")
	before := plain.Judge(t.Context(), a)
	if before.Passed || len(before.Findings) != 1 {
		t.Fatalf("%+v", before)
	}
	hash := before.Findings[0].Hash
	for _, c := range []struct {
		name, until, settings string
		passed                bool
		findings              int
		says                  string
	}{
		{"holds to the end of its last day", "2026-11-24", "", true, 1, ""},
		{"ended", "2026-11-23", "", false, 2, "the waiver of VOI-101 ended on 2026-11-23 (" + hash},
		{"too long", "2027-11-24", "", false, 2, "is to end on 2027-11-24; it may last 180 days"},
		{"as long as the pack allows", "2026-12-01", "waivers: {max_days: 7}\n", true, 1, ""},
		{"longer than the pack allows", "2026-12-02", "waivers: {max_days: 7}\n", false, 2, "it may last 7 days"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := policy.Load(pack(t, map[string]string{"policy.yaml": "name: a\n" + c.settings, "rules/a.yaml": rules,
				"waivers.yaml": fmt.Sprintf("- {rule: VOI-101, hash: %q, reason: A quotation, by: ann, until: %s}\n", hash, c.until)}))
			if err != nil {
				t.Fatal(err)
			}
			r := p.Judge(t.Context(), a)
			told, _ := json.Marshal(r.Findings)
			if r.Passed != c.passed || len(r.Findings) != c.findings || !strings.Contains(string(told), c.says) {
				t.Errorf("passed %t with %s", r.Passed, told)
			}
			if c.passed && (r.Findings[0].Waived == nil || r.Findings[0].Waived.By != "ann" || r.Score != 100) {
				t.Errorf("score %d, %s", r.Score, told)
			}
		})
	}
	for want, w := range map[string]string{
		`which is no rule of this pack; did you mean "VOI-101"?`:    `{rule: VOI-1O1, hash: "0123456789abcdef", reason: r, by: ann, until: 2026-12-01}`,
		`it must be the 16 hex digits`:                              `{rule: VOI-101, hash: "xyz", reason: r, by: ann, until: 2026-12-01}`,
		`has no reason`:                                             `{rule: VOI-101, hash: "0123456789abcdef", reason: " ", by: ann, until: 2026-12-01}`,
		`does not say who gives it`:                                 `{rule: VOI-101, hash: "0123456789abcdef", reason: r, until: 2026-12-01}`,
		`has no end`:                                                `{rule: VOI-101, hash: "0123456789abcdef", reason: r, by: ann}`,
		`until is "soon"; it must be a day`:                         `{rule: VOI-101, hash: "0123456789abcdef", reason: r, by: ann, until: soon}`,
		`"bob" may not waive; waivers.by in policy.yaml allows ann`: `{rule: VOI-101, hash: "0123456789abcdef", reason: r, by: bob, until: 2026-12-01}`,
		`VOI-102 cannot be waived`:                                  `{rule: VOI-102, hash: "0123456789abcdef", reason: r, by: ann, until: 2026-12-01}`,
	} {
		_, err := policy.Load(pack(t, map[string]string{"policy.yaml": "name: a\nwaivers: {by: [ann], never: [VOI-102]}\n", "rules/a.yaml": rules, "waivers.yaml": "- " + w + "\n"}))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "waivers.yaml:1:3: ") {
			t.Errorf("%s: %v, want %s", w, err, want)
		}
	}
}

// with has every result report atoms as well.
func (f fake) with(atoms qa.Atoms) fake {
	return func(ctx context.Context, a *qa.Article) []qa.Result {
		results := f(ctx, a)
		for i := range results {
			results[i].Atoms = atoms
		}
		return results
	}
}

// TestAPackIsSafeForManyGoroutines: and gives them the same report.
func TestAPackIsSafeForManyGoroutines(t *testing.T) {
	p, err := policy.Shipped("llm")
	if err != nil {
		t.Fatal(err)
	}
	p.Deadline = time.Minute
	a := text(t, "We utilize the the list.\n\n## A Heading\n\n- See [here](#nowhere).\n")
	want, err := json.Marshal(p.Judge(t.Context(), a))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got, err := json.Marshal(p.Judge(t.Context(), a)); err != nil || string(got) != string(want) {
				t.Errorf("%v: %s\nwant %s", err, got, want)
			}
		})
	}
	all.Wait()
}
