package page_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	gocmp "github.com/google/go-cmp/cmp"

	"stet"
	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/qa/page"
)

// ruleOf is a rule of a kind with keys of its own. Its fixes are safe.
func ruleOf(kind, keys string) *qa.Rule {
	return &qa.Rule{
		ID: "STR-001-test", Kind: kind, Category: qa.Structure, Severity: qa.Error, FixKind: "replace", Safe: true, File: "rule.yaml", Line: 3, Column: 1,
		Decode: func(into any) error {
			return yaml.NewDecoder(strings.NewReader(keys), yaml.Strict()).Decode(into)
		},
		At: func(key string) (int, int) {
			for i, line := range strings.Split(keys, "\n") {
				if strings.HasPrefix(line, key+":") {
					return i + 10, 1
				}
			}
			return 0, 0
		},
	}
}

// site has the pages that its map names, "" for one that is there, else where it moved.
type site map[string]string

func (s site) Internal(address string) bool { return strings.HasPrefix(address, "/") }

func (s site) Page(address string) (exists bool, redirect string, known bool) {
	if s == nil {
		return false, "", false
	}
	to, exists := s[address]
	return exists, to, true
}

func articleOf(t testing.TB, doc stet.Document, pages site) *qa.Article {
	t.Helper()
	body, err := prose.Parse(doc.Body.Format, doc.Body.Text)
	if err != nil {
		t.Fatal(err)
	}
	a := &qa.Article{ContentID: "a", Doc: doc, Type: "article", Body: body, Site: pages, Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	for _, f := range []struct{ name, text string }{
		{"title", doc.Title}, {"summary", doc.Summary}, {"meta_title", doc.Metadata.Title}, {"meta_description", doc.Metadata.Description},
	} {
		a.Fields = append(a.Fields, qa.Field{Name: f.name, Text: prose.Plain(f.text)})
	}
	if doc.Hero != nil {
		a.Fields = append(a.Fields, qa.Field{Name: "hero_alt", Text: prose.Plain(doc.Hero.Alt)})
	}
	return a
}

func resultOf(t testing.TB, rule *qa.Rule, a *qa.Article) qa.Result {
	t.Helper()
	checker, err := page.New(qa.Env{}, []*qa.Rule{rule})
	if err != nil {
		t.Fatal(err)
	}
	result := checker.Check(context.Background(), a)[0]
	if result.Err != nil {
		t.Fatal(result.Err)
	}
	return result
}

// example is a text with what a check says about it.
type example struct {
	name  string
	kind  string
	keys  string // of the rule; the first line names the check
	doc   stet.Document
	body  string // Markdown, in place of doc.Body
	html  string // HTML, likewise
	site  site
	want  []string // line:column message, or field message
	idle  bool
	fixed string // the body with all fixes made; empty: none is offered
	maybe bool   // the fixes are not safe
}

func run(t *testing.T, examples []example) {
	t.Helper()
	for _, e := range examples {
		t.Run(strings.TrimPrefix(strings.SplitN(e.keys, "\n", 2)[0], "check: ")+"/"+e.name, func(t *testing.T) {
			if e.body != "" {
				e.doc.Body = stet.Body{Format: "markdown", Text: e.body}
			}
			if e.html != "" {
				e.doc.Body = stet.Body{Format: "html", Text: e.html}
			}
			a := articleOf(t, e.doc, e.site)
			result := resultOf(t, ruleOf(e.kind, e.keys), a)
			var got []string
			for _, f := range result.Findings {
				got = append(got, line(f))
				if f.Remedy == "" || f.Hash == "" || strings.Contains(f.Message+f.Remedy, "%{") {
					t.Errorf("the finding is not complete: %+v", f)
				}
			}
			if diff := gocmp.Diff(e.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if result.Idle != e.idle {
				t.Errorf("Idle = %t, want %t", result.Idle, e.idle)
			}
			fixed, safe := fix(a.Body.Source, result.Findings)
			if fixed != e.fixed {
				t.Errorf("fixed = %q, want %q", fixed, e.fixed)
			}
			if fixed != "" && safe == e.maybe {
				t.Errorf("the fixes are safe: %t", safe)
			}
		})
	}
}

func line(f qa.Finding) string {
	if f.Where.Field == "body" {
		return fmt.Sprintf("%d:%d %s", f.Where.Start.Line, f.Where.Start.Column, f.Message)
	}
	return f.Where.Field + " " + f.Message
}

// fix makes all edits; empty where there is none.
func fix(source string, findings []qa.Finding) (fixed string, safe bool) {
	var edits []qa.Edit
	safe = true
	for _, f := range findings {
		if f.Fix != nil {
			edits, safe = append(edits, f.Fix.Edits...), safe && f.Fix.Safe
		}
	}
	slices.SortFunc(edits, func(a, b qa.Edit) int { return cmp.Compare(b.Start, a.Start) })
	if len(edits) == 0 {
		return "", true
	}
	for _, e := range edits {
		source = source[:e.Start] + e.Text + source[e.End:]
	}
	return source, safe
}

func TestMistakesInRulesAreFaults(t *testing.T) {
	for _, c := range []struct{ kind, keys, want string }{
		{"structure", "check: nothing", `rule.yaml:10:1: STR-001-test: check "nothing" is not known; kind structure has answer-first, article-length`},
		{"structure", "check: image-alt", `rule.yaml:10:1: STR-001-test: check image-alt is of kind image; kind structure has`},
		{"structure", "check: single-h1\nmax: 3", `rule.yaml:11:1: STR-001-test: max is no key of check single-h1; its keys are: title_is_h1`},
		{"structure", "check: table-header\nmin: 3", `rule.yaml:11:1: STR-001-test: min is no key of check table-header; its keys are: none`},
		{"structure", "check: heading-length\nmax: -1", `rule.yaml:11:1: STR-001-test: max is -1; it must be 0 or more`},
		{"meta", "check: title\nmin: 100", `rule.yaml:11:1: STR-001-test: min is 100 and max is 70`},
		{"structure", "check: required-section", `rule.yaml:3:1: STR-001-test: headings is empty`},
		{"meta", "check: keyphrase-placement\nplaces: [footer]", `place "footer" is not known; places are title`},
		{"jsonld", "check: jsonld-valid\ntypes: [Recipe]", `type "Recipe" is not known; types are Article`},
		{"link", "check: link-broken\nignore: ['[']", `pattern "[" is not complete`},
		{"forbid", "check: title", `kind "forbid" is not one of structure`},
	} {
		_, err := page.New(qa.Env{}, []*qa.Rule{ruleOf(c.kind, c.keys)})
		fault, ok := errors.AsType[*qa.Fault](err)
		if !ok || !strings.Contains(fault.Error(), c.want) {
			t.Errorf("New(%q) = %v, want a Fault with %q", c.keys, err, c.want)
		}
	}
}

func TestMessagesOfTheRuleTakeTheKindsPlace(t *testing.T) {
	rule := ruleOf("structure", "check: heading-length\nmax: 3")
	rule.Message, rule.Remedy = "%{count} > %{max}", "Cut to %{max}"
	f := resultOf(t, rule, articleOf(t, stet.Document{Body: stet.Body{Text: "# Four\n"}}, nil)).Findings[0]
	if f.Message != "4 > 3" || f.Remedy != "Cut to 3" {
		t.Errorf("message %q, remedy %q", f.Message, f.Remedy)
	}
}

func TestCheckStopsWithItsContext(t *testing.T) {
	checker, err := page.New(qa.Env{}, []*qa.Rule{ruleOf("structure", "check: article-length")})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if r := checker.Check(ctx, articleOf(t, stet.Document{}, nil))[0]; r.Err == nil || len(r.Findings) > 0 {
		t.Errorf("result = %+v, want an error", r)
	}
}
