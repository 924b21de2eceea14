package prose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet/internal/prose"
)

func parse(t *testing.T, format, source string) *prose.Text {
	t.Helper()
	text, err := prose.Parse(format, source)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return text
}

// outline writes the blocks of a text a line each.
func outline(text *prose.Text) []string {
	var lines []string
	for _, b := range text.Blocks {
		line := string(b.Kind)
		if b.Level > 0 {
			line += fmt.Sprint(b.Level)
		}
		if b.Quoted {
			line += " quoted"
		}
		if b.Header {
			line += " header"
		}
		lines = append(lines, fmt.Sprintf("%s %q", line, b.Plain))
	}
	return lines
}

func TestParseFindsTheBlocks(t *testing.T) {
	for _, c := range []struct {
		name, format, source string
		want                 []string
	}{
		{"paragraphs and headings", "markdown", "# One *two*\n\nText with `code` and [link](x).\nNext line.\n\nSetext\n---\n", []string{
			`heading1 "One two"`, `paragraph "Text with code and link. Next line."`, `heading2 "Setext"`}},
		{"lists and quotes", "markdown", "- a\n  - b\n\n> quoted\n> - in list\n", []string{
			`list1 "a"`, `list2 "b"`, `quote quoted "quoted"`, `list1 quoted "in list"`}},
		{"table", "markdown", "| A | B |\n|---|---|\n| 1 | `x` |\n", []string{
			`table header "A"`, `table header "B"`, `table "1"`, `table "x"`}},
		{"code and HTML", "markdown", "```go\nx := 1\n```\n\n    indented\n\n<div>raw <b>text</b></div>\n\n<!-- note -->\n\nEnd<!-- x --> <b>here</b>.\n", []string{
			`code ""`, `code ""`, `html ""`, `html ""`, `paragraph "End here."`}},
		{"heading in HTML", "markdown", "<p align=center><h1 id=top>A <em>title</em></h1>text</p>\n", []string{
			`html ""`, `heading1 "A title"`, `html ""`}},
		{"front matter", "markdown", "---\ntitle: A\n---\n\nText.\n", []string{`paragraph "Text."`}},
		{"TOML front matter", "markdown", "+++\ntitle = \"A\"\n+++\nText.\n", []string{`paragraph "Text."`}},
		{"rule that is no front matter", "markdown", "---\n\nText.\n\n---\n", []string{`paragraph "Text."`}},
		{"shortcodes", "markdown", "{{< figure src=\"a_b_c.png\" >}}\n\nSee {{% ref \"x\" %}} and {% include a.html %}now {{ page.title }}.\n", []string{
			`paragraph "See  and now ."`}},
		{"shortcode as an address", "markdown", "[a]({{< ref \"x.md\" >}})\n", []string{`paragraph "a"`}},
		{"entities and escapes", "markdown", `A \*b\* &amp; c &copy; \q &nosuch;` + "\n", []string{`paragraph "A *b* & c © \\q &nosuch;"`}},
		{"hard breaks", "markdown", "one  \ntwo\\\nthree<br>four\n", []string{`paragraph "one\ntwo\nthree\nfour"`}},
		{"windows line ends", "markdown", "# T\r\n\r\none\r\ntwo  \r\nthree\r\n", []string{`heading1 "T"`, `paragraph "one two\nthree"`}},
		{"image alone", "markdown", "![alt](a.png)\n", []string{`paragraph ""`}},
		{"footnotes in the order of the source", "markdown", "A[^1].\n\n[^1]: Note.\n\nB.\n", []string{
			`paragraph "A."`, `paragraph "Note."`, `paragraph "B."`}},
		{"address", "markdown", "See https://example.com/a-b and <me@example.com>.\n", []string{
			`paragraph "See https://example.com/a-b and me@example.com."`}},
		{"tasks", "markdown", "- [ ] open\n- [x] done\n", []string{`list1 "open"`, `list1 "done"`}},
		{"heading with attributes", "markdown", "## Title {#own .class}\n", []string{`heading2 "Title"`}},

		{"HTML", "html", "<h2>A &amp; B</h2><p>One\n  <b>two</b>&nbsp;x.</p><ul><li>a<ul><li>b</ul><li>c</ul><blockquote><p>q</blockquote>", []string{
			`heading2 "A & B"`, `paragraph "One two\u00a0x."`, `list1 "a"`, `list2 "b"`, `list1 "c"`, `quote quoted "q"`}},
		{"HTML table", "html", "<table><tr><th>A<th>B<tr><td>1<td>2</table>after", []string{
			`table header "A"`, `table header "B"`, `table "1"`, `table "2"`, `paragraph "after"`}},
		{"HTML without text", "html", "<head><title>t</title></head><script>var x</script><pre>code</pre><p>a<br>b<svg><text>no</text></svg>c</p><!-- n -->", []string{
			`html ""`, `code ""`, `paragraph "a\nbc"`}},
		{"HTML without paragraphs", "html", "just <i>text</i>", []string{`paragraph "just text"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, outline(parse(t, c.format, c.source))); diff != "" {
				t.Errorf("blocks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseFindsLinksAndImages(t *testing.T) {
	source := strings.Join([]string{
		"[in *line*](https://example.com/a?b=1&amp;c=2 \"Ti\\\"tle\") and [ref][one], [two][], [three].",
		"[bad][missing] and ![bad image][gone], rows[0][1], https://example.com/x, <b@example.com>.",
		"![al*t*](a.png 'T') ![](b.png) <img src='c.png'> <img alt=\"\" src=d.png> <a href=\"/e\" title=f>g <b>h</b></a> <a name=i></a>",
		"", "[one]: /1 'first'", "[two]: </2>", "[three]: /3",
		"", "<div><a href=\"/raw\">in HTML</a></div>", "", "[short]({{< ref \"x.md\" >}})", "",
	}, "\n")
	text := parse(t, "markdown", source)
	var got []string
	for _, l := range text.Links {
		got = append(got, fmt.Sprintf("%s -> %s | %s | %s | %s | auto %t broken %t", text.Source[l.Span.Start:l.Span.End], l.Target, l.Title, l.Plain, text.Source[l.Address.Start:l.Address.End], l.Auto, l.Broken))
	}
	for _, i := range text.Images {
		got = append(got, fmt.Sprintf("%s -> %s | %s %t %s | %s", text.Source[i.Span.Start:i.Span.End], i.Source, i.Alt, i.HasAlt, text.Source[i.Alternative.Start:i.Alternative.End], i.Title))
	}
	want := []string{
		"[in *line*](https://example.com/a?b=1&amp;c=2 \"Ti\\\"tle\") -> https://example.com/a?b=1&c=2 | Ti\"tle | in line | https://example.com/a?b=1&amp;c=2 | auto false broken false",
		"[ref][one] -> /1 | first | ref |  | auto false broken false",
		"[two][] -> /2 |  | two |  | auto false broken false",
		"[three] -> /3 |  | three |  | auto false broken false",
		"[bad][missing] -> missing |  | missing |  | auto false broken true",
		"![bad image][gone] -> gone |  | gone |  | auto false broken true",
		"https://example.com/x -> https://example.com/x |  | https://example.com/x | https://example.com/x | auto true broken false",
		"<b@example.com> -> mailto:b@example.com |  | b@example.com |  | auto true broken false",
		"<a href=\"/e\" title=f>g <b>h</b></a> -> /e | f | g h | /e | auto false broken false",
		"<a href=\"/raw\">in HTML</a> -> /raw |  | in HTML | /raw | auto false broken false",
		"[short]({{< ref \"x.md\" >}}) -> {{< ref \"x.md\" >}} |  | short | {{< ref \"x.md\" >}} | auto false broken false",
		"![al*t*](a.png 'T') -> a.png | alt true al*t | T",
		"![](b.png) -> b.png |  true  | ",
		"<img src='c.png'> -> c.png |  false  | ",
		"<img alt=\"\" src=d.png> -> d.png |  true  | ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("links and images (-want +got):\n%s", diff)
	}
	if _, ok := text.Anchors["i"]; !ok {
		t.Errorf("the anchor i is missing: %v", text.Anchors)
	}
}

func indexOf(t *testing.T, s, part string) int {
	t.Helper()
	at := strings.Index(s, part)
	if at < 0 {
		t.Fatalf("%q is not in %q", part, s)
	}
	return at
}

func TestBodyHasNoFrontMatter(t *testing.T) {
	const source = "---\nnote: bad words\n---\n\nText {{ x }}.\n"
	file := parse(t, "markdown", source)
	if got := outline(file); len(got) != 1 || len(file.Hidden) != 2 || file.Hidden[0] != (prose.Span{Start: 0, End: 24}) {
		t.Errorf("Parse: %q, hidden %v", got, file.Hidden)
	}
	body, err := prose.Body("markdown", source)
	if err != nil {
		t.Fatal(err)
	}
	if got := outline(body); len(got) != 2 || got[0] != `heading2 "note: bad words"` || len(body.Hidden) != 1 {
		t.Errorf("Body: %q, hidden %v", got, body.Hidden)
	}
}
