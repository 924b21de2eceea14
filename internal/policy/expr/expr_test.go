package expr_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/internal/policy/expr"
	"stet/internal/prose"
	"stet/internal/qa"
)

type nowhere struct{}

func (nowhere) Internal(address string) bool     { return strings.HasPrefix(address, "/") }
func (nowhere) Page(string) (bool, string, bool) { return false, "", false }

func document(t *testing.T, body string) *expr.Document {
	t.Helper()
	text, err := prose.Parse("markdown", body)
	if err != nil {
		t.Fatal(err)
	}
	return expr.Of(&qa.Article{Type: "docs", Body: text, Site: nowhere{}, Doc: stet.Document{Title: "Title", Locale: "en-GB", Tags: []string{"news"},
		Fields: map[string]any{"series": "one", "part": int64(2)}}})
}

func TestConditionsKnowTheArticle(t *testing.T) {
	doc := document(t, "Two words.\n\n## First\n\nOne [link](/a) and ![alt](b.png)\n\n- x\n- y\n")
	for source, want := range map[string]bool{
		`doc.title == "Title" && doc.type == "docs"`:                           true,
		`doc.locale.startsWith("en") && doc.speaks("en") && !doc.speaks("de")`: true,
		`"news" in doc.tags && !("old" in doc.tags)`:                           true,
		`doc.headings.exists(h, h.level == 2 && h.text == "First")`:            true,
		`doc.sections.all(s, s.words < 3)`:                                     false,
		`doc.links.filter(l, l.internal).size() == 1`:                          true,
		`doc.images.all(i, i.alt != "")`:                                       true,
		`doc.words > 5 && doc.lists == 1 && doc.tables == 0`:                   true,
		`has(doc.fields.series) && doc.fields.part == 2`:                       true,
		`has(doc.fields.none)`:                                                 false,
		`doc.title.matches("^T")`:                                              true,
	} {
		c, err := expr.Compile(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got, err := c.Eval(t.Context(), doc); err != nil || got != want {
			t.Errorf("%s: %t, %v; want %t", source, got, err, want)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for source, want := range map[string]string{
		"doc.nothing == 1":                        "character 4",
		"doc.words == 'x'":                        "no matching overload",
		"doc.words":                               "gives int; a condition must be true or false",
		"doc.words >":                             "character 12",
		strings.Repeat("(", 400):                  "character",
		strings.Repeat("x", 5000):                 "",
		strings.Repeat("true && ", 3000) + "true": "",
		"doc.title.matches('(')":                  "",
		"lists.range(1000000000).size() > 0":      "undeclared",
	} {
		if _, err := expr.Compile(source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want an error with %q", source, err, want)
		}
	}
}

// TestBombsEndWithinBounds: a condition that would take all time or all memory ends with an error, and soon.
func TestBombsEndWithinBounds(t *testing.T) {
	doc := document(t, strings.Repeat("[a](b) ![c](d)\n\n## Heading\n\n", 2000))
	grow := "'0123456789'"
	for range 12 {
		grow = "(" + grow + ").replace('0', '0123456789').replace('1', '0123456789').replace('2', '0123456789')"
	}
	for name, source := range map[string]string{
		"three loops":     "doc.links.all(a, doc.links.all(b, doc.links.all(c, a.text != b.text + c.text + 'x')))",
		"growing list":    "doc.links.map(a, doc.links.map(b, doc.links.map(c, [a, b, c]))).size() > 0",
		"growing text":    grow + ".size() > 0",
		"format":          "doc.links.map(a, doc.links.map(b, '%s%s%s%s'.format([a.text, a.text, b.text, b.text]))).size() > 0",
		"regex of itself": "doc.links.all(a, doc.links.all(b, (a.text + b.text).matches('(a*)*(a*)*b')))",
	} {
		t.Run(name, func(t *testing.T) {
			c, err := expr.Compile(source)
			if err != nil {
				return // refused before it runs
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, err = c.Eval(ctx, doc)
			runtime.ReadMemStats(&after)
			if err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v, want an error of the bounds", err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 512<<20 {
				t.Errorf("used %d MiB (%v)", used>>20, err)
			}
		})
	}
}

func TestEvalEndsWithItsContext(t *testing.T) {
	c, err := expr.Compile("doc.links.all(a, doc.links.all(b, a.text == b.text))")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Eval(ctx, document(t, strings.Repeat("[a](b)\n", 400))); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}

func TestSpeaks(t *testing.T) {
	for _, c := range []struct {
		locale    string
		languages []string
		want      bool
	}{
		{"en-US", []string{"en"}, true}, {"en_us", []string{"en-US"}, true}, {"en", []string{"en-US"}, false}, {"", []string{"en"}, true},
		{"de", []string{"en", "de"}, true}, {"eno", []string{"en"}, false}, {"fr", []string{"*"}, true}, {"fr", nil, false},
	} {
		if got := expr.Speaks(c.locale, c.languages); got != c.want {
			t.Errorf("Speaks(%q, %v) = %t", c.locale, c.languages, got)
		}
	}
}
