package prose_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet/internal/prose"
)

func TestSectionsFollowTheHeadings(t *testing.T) {
	text := parse(t, "markdown", "Intro here.\n\n# One\n\nTwo words.\n\n> ## Quoted\n\n## Empty\n### Last\nx\n")
	var got []prose.Section
	for _, s := range text.Sections {
		s.Span = prose.Span{}
		got = append(got, s)
	}
	want := []prose.Section{{Heading: -1, Words: 2}, {Heading: 1, Level: 1, Words: 3}, {Heading: 4, Level: 2}, {Heading: 5, Level: 3, Words: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
	if s := text.Sections[1].Span; text.Source[s.Start:s.End] != "# One\n\nTwo words.\n\n> ## Quoted\n\n" {
		t.Errorf("the second section is %q", text.Source[s.Start:s.End])
	}
}

func TestSpansOfHeadingsHoldTheirMarks(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"x\n\n## Two ##  \n\ny", "## Two ##"},
		{"  # One\n", "# One"},
		{"Set\next\n===\n\ny", "Set\next\n==="},
		{"> ### In a quote\n", "### In a quote"},
		{"## T {#id}\n", "## T {#id}"},
		{"##\n", "##"},
		{"<h2 class=a>T</h2>\n", "<h2 class=a>T</h2>"},
	} {
		text := parse(t, "markdown", c.source)
		for _, b := range text.Blocks {
			if got := c.source[b.Span.Start:b.Span.End]; b.Kind == prose.Heading && got != c.want {
				t.Errorf("the heading of %q is %q, want %q", c.source, got, c.want)
			}
		}
	}
}

func TestAnchors(t *testing.T) {
	text := parse(t, "markdown", "# Don't *stop*, it's `a_b`!\n## Twice\n## Twice\n## Über uns\n## T {#own}\n## C <!-- x -->\n<a id=here></a> <b id='there'>x</b> <a name=\"x y\">y</a>\n\n<div id=block>\n\n<h3>In HTML</h3>\n")
	want := []string{"block", "dont-stop-its-a_b", "dont-stop-its-a-b", "c-", "here", "in-html", "own", "ber-uns", "t", "t-own", "there", "twice", "twice-1", "über-uns", "x y"}
	got := slices.Sorted(maps.Keys(text.Anchors))
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("the anchor %q is missing in %q", name, got)
		}
	}
	html := parse(t, "html", "<h1>One two</h1><p id=p>x</p><h2 id=q>Y</h2>")
	if diff := cmp.Diff([]string{"one-two", "p", "q", "y"}, slices.Sorted(maps.Keys(html.Anchors))); diff != "" {
		t.Errorf("anchors of HTML (-want +got):\n%s", diff)
	}
}

func TestTablesAndLists(t *testing.T) {
	for _, c := range []struct {
		format, source string
		tables         []prose.Table
		lists          []prose.Listing
	}{
		{"markdown", "| A | B |\n|--|--|\n| 1 | 2 |\n| 3 |\n\n| |\n|-|\n| x |\n\n1. a\n2. b\n   - c\n",
			[]prose.Table{{Columns: 2, Rows: 2, Header: true}, {Columns: 1, Rows: 1}},
			[]prose.Listing{{Items: 2, Ordered: true, Depth: 1}, {Items: 1, Depth: 2}}},
		{"markdown", "<table>\n<tr><th><b>A</b><th>B\n<tr><td>1\n</table>\n\n<table><tr><td>1<td>2</table>\n\n<table>\n\n<tr><td>out of sight</table>\n",
			[]prose.Table{{Columns: 2, Rows: 1, Header: true}, {Columns: 2, Rows: 1}}, nil},
		{"html", "<table><thead><tr><th>A</th><th>B</th></tr></thead><tr><td>1</td><td>2</td></tr></table><table><tr><td>1</table><ol><li>a<li>b<ul><li>c</ul></ol>",
			[]prose.Table{{Columns: 2, Rows: 1, Header: true}, {Columns: 1, Rows: 1}},
			[]prose.Listing{{Items: 2, Ordered: true, Depth: 1}, {Items: 1, Depth: 2}}},
	} {
		text := parse(t, c.format, c.source)
		for i := range text.Tables {
			text.Tables[i].Span = prose.Span{}
		}
		for i := range text.Lists {
			text.Lists[i].Span = prose.Span{}
		}
		if diff := cmp.Diff(c.tables, text.Tables); diff != "" {
			t.Errorf("tables of %s (-want +got):\n%s", c.format, diff)
		}
		if diff := cmp.Diff(c.lists, text.Lists); diff != "" {
			t.Errorf("lists of %s (-want +got):\n%s", c.format, diff)
		}
	}
}

func TestOriginIsExactWhereTheBytesAreTheSame(t *testing.T) {
	text := parse(t, "markdown", "An *em* dash &mdash; and \\*stars\\*\nnext.\n")
	b := &text.Blocks[0]
	for _, c := range []struct {
		plain string
		exact bool
		want  string
	}{
		{"An", true, "An"}, {"em", true, "em"}, {"An em", false, "An *em"}, {"—", false, "&mdash;"}, {"stars", true, "stars"},
		{"*stars*", false, "*stars\\*"}, {"next", true, "next"}, {"* next", false, "*\nnext"},
	} {
		at := indexOf(t, b.Plain, c.plain)
		span, exact := b.Origin(at, at+len(c.plain))
		if got := text.Source[span.Start:span.End]; exact != c.exact || got != c.want {
			t.Errorf("Origin(%q) = %q, %t; want %q, %t", c.plain, got, exact, c.want, c.exact)
		}
	}
}
