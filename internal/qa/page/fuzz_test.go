package page_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/qa/page"
)

// everything has a rule for every check, with the smallest limits.
func everything(t testing.TB) (qa.Checker, []*qa.Rule) {
	t.Helper()
	var rules []*qa.Rule
	for _, c := range page.Checks() {
		keys := "check: " + c[1]
		switch c[1] {
		case "required-section":
			keys += "\nheadings: [A, '*', B]"
		case "internal-link-min", "question-headings", "faq-schema":
			keys += "\nfrom: 1"
		case "heading-length", "section-length", "paragraph-length":
			keys += "\nmax: 1"
		}
		rules = append(rules, ruleOf(c[0], keys))
	}
	checker, err := page.New(qa.Env{}, rules)
	if err != nil {
		t.Fatal(err)
	}
	return checker, rules
}

// FuzzFindingsStandInTheText checks that every finding and every edit lies within the text it is about.
func FuzzFindingsStandInTheText(f *testing.F) {
	f.Add("# A\n\n### B\n\n[here](/old) [x](#A-) ![](p.png) [a][b]\n\n- x\n\n| |\n|-|\n| a |\n", "T", `{"@type":"Article","headline":"x","image":["/p"]}`)
	f.Add("<script type=application/ld+json>{\"@graph\":[{\"@type\":\"FAQPage\",\"mainEntity\":[{}]}]}</script>\n\n<a id=x></a>", "", `[{"@id":"#a"},"x",1]`)
	checker, _ := everything(f)
	pages := site{"/old": "/new", "/new": ""}
	f.Fuzz(func(t *testing.T, body, title, jsonld string) {
		for _, format := range []string{"markdown", "html"} {
			text, err := prose.Parse(format, body)
			if err != nil {
				continue
			}
			doc := stet.Document{Title: title, Summary: title, Fields: map[string]any{"jsonld": jsonld, "keyphrase": title}}
			a := &qa.Article{Doc: doc, Body: text, Site: pages, Fields: []qa.Field{{Name: "title", Text: prose.Plain(title)}, {Name: "summary", Text: prose.Plain(title)}}}
			for _, r := range checker.Check(context.Background(), a) {
				if r.Err != nil {
					t.Fatal(r.Err)
				}
				if r.Idle && len(r.Findings) > 0 {
					t.Errorf("idle with findings: %+v", r.Findings)
				}
				for _, f := range r.Findings {
					checkFinding(t, text.Source, f)
				}
			}
		}
	})
}

func checkFinding(t *testing.T, source string, f qa.Finding) {
	t.Helper()
	start, end := f.Where.Start, f.Where.End
	if start.Line < 1 || start.Column < 1 || start.Byte > end.Byte || f.Where.Field == "body" && end.Byte > len(source) || len(f.Text) > 200 || f.Message == "" {
		t.Errorf("finding %+v", f)
	}
	if f.Fix == nil {
		return
	}
	last := 0
	for _, e := range f.Fix.Edits {
		if e.Start < last || e.End < e.Start || e.End > len(source) {
			t.Errorf("edit %+v of %q", e, source)
		}
		last = e.End
	}
}

func TestHostileArticlesEnd(t *testing.T) {
	const n = 20_000
	checker, _ := everything(t)
	for name, body := range map[string]string{
		"headings":           strings.Repeat("# a vs b?\n", n),
		"headings by turn":   strings.Repeat("# a\n\n### b\n\n###### c\n\n", n/3),
		"links":              strings.Repeat("[](x)\n\n", n),
		"fragments":          strings.Repeat("[a](#b)\n\n# b c\n\n", n/2),
		"pictures":           strings.Repeat("![](x)\n\n", n),
		"anchors":            strings.Repeat("<a id=x></a>\n\n", n/5),
		"lists":              strings.Repeat("- a\n\nb\n\n", n),
		"tables":             strings.Repeat("| |\n|-|\n| a |\n\n# x vs y\n\n", n/4),
		"questions":          ld(`{"@type": "FAQPage", "mainEntity": [`+strings.Repeat(`{"name": "q r s"},`, n)+`{}]}`, words(n)),
		"images in data":     ld(`{"@type": "Article", "image": [`+strings.Repeat(`"x",`, n)+`"y"]}`, strings.Repeat("![a](b)\n\n", n)),
		"authors in data":    ld(`{"@type": "Article", "author": [`+strings.Repeat(`"x",`, n)+`"y"]}`, "x"),
		"prices in data":     ld(`{"@type": "Product", "offers": [`+strings.Repeat(`{"price": 7},`, 2000)+`{}]}`, words(n)),
		"references in data": ld(`{"@graph": [{"@type": "Article", "author": [`+strings.Repeat(`{"@id": "#a"},`, n)+`1]}, {"@id": "#a", "name": [`+strings.Repeat(`"",`, n)+`""]}]}`, "x"),
		"articles in data":   ld(`{"@graph": [`+strings.Repeat(`{"@type": "Article", "image": "/q"},`, n)+`1]}`, strings.Repeat("![a](b)\n\n", n)),
		"scripts":            strings.Repeat("<script type=application/ld+json>{}</script>\n\n", n/10),
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			doc := stet.Document{Title: "Title", Authors: []string{"A", "B"}, Tags: strings.Fields(words(1000)), Fields: map[string]any{"keyphrase": "a b"}}
			doc.Body.Text = body
			for _, r := range checker.Check(context.Background(), articleOf(t, doc, site{"/x": ""})) {
				if r.Err != nil {
					t.Error(r.Err)
				}
			}
			if took := time.Since(begin); took > time.Minute {
				t.Errorf("took %v", took)
			} else if took > time.Second {
				t.Logf("SLOW %s took %v", name, took)
			}
		})
	}
}

func TestEveryCheckIsTested(t *testing.T) {
	if n := len(page.Checks()); n != 33 {
		t.Errorf("there are %d checks; the identifiers STR-001..014, MET-001..010 and SEO-001..009 are 33", n)
	}
}

// FuzzSafeFixesHelp checks that a safe fix takes its finding away and brings no other of any rule.
func FuzzSafeFixesHelp(f *testing.F) {
	for _, seed := range []string{"# A\n\n### B\n\n##### C\n\n## D\n\n# E\n", "## A\n\n#### B\n\n### C\n\n[x](#A-) [y](/old#q) <a href='/old'>z</a>\n\n#### A-\n", "Set\n===\n\n#### x\n"} {
		f.Add(seed)
	}
	var rules []*qa.Rule
	for _, keys := range [][2]string{{"structure", "check: single-h1"}, {"structure", "check: heading-skip"}, {"link", "check: link-broken"}, {"link", "check: fragment-missing"}} {
		rules = append(rules, ruleOf(keys[0], keys[1]))
	}
	checker, err := page.New(qa.Env{}, rules)
	if err != nil {
		f.Fatal(err)
	}
	all := func(t *testing.T, body string) (list []qa.Finding) {
		doc := stet.Document{Title: "T", Body: stet.Body{Format: "markdown", Text: body}}
		if _, err := prose.Parse("markdown", body); err != nil {
			t.Skip(err)
		}
		for _, r := range checker.Check(context.Background(), articleOf(t, doc, site{"/old": "/new", "/new": ""})) {
			list = append(list, r.Findings...)
		}
		return list
	}
	f.Fuzz(func(t *testing.T, body string) {
		before := all(t, body)
		for _, finding := range before {
			if finding.Fix == nil || !finding.Fix.Safe {
				continue
			}
			fixed, _ := fix(body, []qa.Finding{finding})
			if after := all(t, fixed); len(after) >= len(before) {
				t.Errorf("%q has %d findings, and %d after the fix of %q: %q", body, len(before), len(after), finding.Message, fixed)
			}
		}
	})
}
