package block_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/connector/wordpress/block"
)

var update = flag.Bool("update", false, "write the golden files")

// The golden files hold markup in which the block library of WordPress 7.1 (wp.blocks.parse) finds no invalid block.
func TestMarkupIsThatOfTheEditor(t *testing.T) {
	sources, err := filepath.Glob("testdata/golden/*.md")
	if err != nil || len(sources) == 0 {
		t.Fatalf("no sources: %v", err)
	}
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for ending, opt := range map[string]block.Options{".blocks": {Title: "Title"}, ".html": {Title: "Title", PlainHTML: true}} {
			golden := strings.TrimSuffix(source, ".md") + ending
			got := render(t, string(text), opt) + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", golden, diff)
			}
		}
	}
}

func render(t testing.TB, text string, opt block.Options) string {
	t.Helper()
	out, err := block.Render(stet.Body{Format: "markdown", Text: text}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFormats(t *testing.T) {
	if _, err := block.Render(stet.Body{Format: "asciidoc", Text: "x"}, block.Options{}); !stet.IsKind(err, stet.Unsupported) {
		t.Errorf("an unknown format: %v", err)
	}
	got, err := block.Render(stet.Body{Format: "html", Text: "loose <b>text</b><h3>Head</h3>"}, block.Options{})
	want := "<!-- wp:paragraph -->\n<p>loose <b>text</b></p>\n<!-- /wp:paragraph -->\n\n<!-- wp:heading {\"level\":3} -->\n<h3 class=\"wp-block-heading\">Head</h3>\n<!-- /wp:heading -->"
	if err != nil || got != want {
		t.Errorf("HTML gives %q, %v", got, err)
	}
}

func TestTrustedHTMLPassesAndSafeHTMLDoesNot(t *testing.T) {
	body := stet.Body{Format: "html", Text: `<script type="application/ld+json">{"a":"b && c"}</script><p onclick="x()" style="color:red">x</p>`}
	trusted, err := block.Render(body, block.Options{Trusted: true})
	if err != nil || !strings.Contains(trusted, `{"a":"b && c"}</script>`) || !strings.Contains(trusted, "style=") {
		t.Errorf("trusted: %q, %v", trusted, err)
	}
	safe, err := block.Render(body, block.Options{})
	if err != nil || strings.Contains(safe, "script") || strings.Contains(safe, "on") && strings.Contains(safe, "onclick") || strings.Contains(safe, "style") || strings.Contains(safe, "ld+json") {
		t.Errorf("safe: %q, %v", safe, err)
	}
}

func TestATextOfMarksIsRefusedAtOnce(t *testing.T) {
	_, err := block.Render(stet.Body{Format: "markdown", Text: strings.Repeat("*a ", 100_000)}, block.Options{})
	if !stet.IsKind(err, stet.Invalid) {
		t.Errorf("100,000 stars: %v", err)
	}
}

func TestNormalKnowsWhatWordPressDoes(t *testing.T) {
	for name, pair := range map[string][2]string{
		"entities":         {`<p>a & b – &#8211; "q"</p>`, `<p>a &amp; b &#8211; – &quot;q&quot;</p>`},
		"void":             {`<p>a<br>b<img src="x" alt=""></p>`, `<p>a<br />b<img src='x' alt="" /></p>`},
		"order of names":   {`<a href="x" title="t">a</a>`, `<a title="t"  href="x">a</a>`},
		"order of classes": {`<p class="a b">x</p>`, `<p class="b  a">x</p>`},
		"white space":      {"<p>a  b</p>\r\n\r\n<p>c</p>", "<p>a b</p>\n<p>c</p>\n"},
		"block comments":   {`<!-- wp:x {"b":1,  "a":"x&y--z<"} -->`, `<!-- wp:core/x {"a":"x\u0026y\u002d\u002dz\u003c","b":1} -->`},
		"empty attributes": {`<!-- wp:x/y   {} /-->`, `<!-- wp:x/y /-->`},
	} {
		if a, b := block.Normal(pair[0], nil), block.Normal(pair[1], nil); a != b {
			t.Errorf("%s:\n%s\n%s", name, a, b)
		}
	}
	for name, pair := range map[string][2]string{
		"text":             {"<p>a</p>", "<p>b</p>"},
		"case":             {"<p>a</p>", "<p>A</p>"},
		"escaped or not":   {"<p>&lt;b&gt;</p>", "<p><b></p>"},
		"in a listing":     {"<pre>a  b</pre>", "<pre>a b</pre>"},
		"between words":    {"<p>a <b>b</b></p>", "<p>a<b>b</b></p>"},
		"an address":       {`<a href="x">a</a>`, `<a href="y">a</a>`},
		"block attributes": {`<!-- wp:x {"a":1} -->`, `<!-- wp:x {"a":2} -->`},
		"no-break space":   {"<p>a\u00a0b</p>", "<p>a b</p>"},
	} {
		if block.Normal(pair[0], nil) == block.Normal(pair[1], nil) {
			t.Errorf("%s: taken for the same: %q and %q", name, pair[0], pair[1])
		}
	}
}

var delimiter = regexp.MustCompile(`<!-- (/?)wp:([a-z-]+) (?:\{[^\n]*\} )?-->`)

// balanced reports the first fault in the nesting of block comments.
func balanced(content string) string {
	var open []string
	for _, m := range delimiter.FindAllStringSubmatch(content, -1) {
		switch {
		case m[1] == "":
			open = append(open, m[2])
		case len(open) == 0 || open[len(open)-1] != m[2]:
			return "/" + m[2]
		default:
			open = open[:len(open)-1]
		}
	}
	return strings.Join(open, " ")
}

// FuzzRender: whatever the text, the blocks are balanced, no comment but theirs is there, nothing that acts gets through,
// rendering is stable, and the normal form does not depend on how the comments are spelled.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{"# a\n\n- b\n  1. c\n\n> d\n\n```go\ne\n```\n", "<!-- wp:html --><b>x\n\n<!-- /wp:paragraph -->", "<table><tr><td>a<li>b", "[gallery]",
		"<a><div><p>x</a>", "![a](b)", "<pre>\n\n<code>x</pre>", "<details><summary>a</summary>\n\n- b\n", "a[^1]\n\n[^1]: b", "<h1>x<h2>y</h1>", "<ruby>a<rt>b</ruby>", "<ol start=x><li value=3>a"} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, plain bool) {
		opt := block.Options{PlainHTML: plain}
		out, err := block.Render(stet.Body{Format: "markdown", Text: text}, opt)
		if err != nil {
			return
		}
		if fault := balanced(out); fault != "" {
			t.Errorf("not balanced at %q: %q", fault, out)
		}
		if rest := delimiter.ReplaceAllString(out, ""); strings.Contains(rest, "<!--") || strings.Contains(strings.ToLower(rest), "<script") {
			t.Errorf("a comment or a script got through: %q", out)
		}
		again := render(t, text, opt)
		if again != out || block.Normal(out, nil) != block.Normal(strings.ReplaceAll(out, "\n", "\r\n"), nil) {
			t.Errorf("not stable: %q", out)
		}
	})
}
