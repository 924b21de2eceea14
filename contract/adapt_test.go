package contract_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"pgregory.net/rapid"

	"stet"
	"stet/contract"
)

// render is a plain goldmark, apart from the one the adapter uses.
func render(t testing.TB, markdown string) string {
	t.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote), goldmark.WithRendererOptions(html.WithUnsafe()))
	var out bytes.Buffer
	if err := md.Convert([]byte(markdown), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGoldensOfBothVersionsAreEachOther(t *testing.T) {
	for _, name := range []string{"draft_ready", "publish_request", "unpublish_request"} {
		v1, v2 := mustDecode(t, golden(t, name+".v1")), mustDecode(t, golden(t, name+".v2"))
		v2.EventID = v1.EventID
		if diff := cmp.Diff(v2, v1.ToV2()); diff != "" {
			t.Errorf("%s: -version 2 +adapted version 1\n%s", name, diff)
		}
		if diff := cmp.Diff(v1, v2.ToV1()); diff != "" {
			t.Errorf("%s: -version 1 +adapted version 2\n%s", name, diff)
		}
		if diff := cmp.Diff(v1, v1.ToV1()); diff != "" {
			t.Errorf("%s: version 1 changed on its way to version 1\n%s", name, diff)
		}
		if name == "unpublish_request" {
			continue
		}
		d1, err1 := v1.Document()
		d2, err2 := v2.Document()
		if err1 != nil || err2 != nil || contract.ContentHash(d1) != contract.ContentHash(d2) {
			t.Errorf("%s: the content hashes differ: %v %v\n%s", name, err1, err2, cmp.Diff(d1, d2))
		}
	}
}

func TestArticlesKeepTheirMeaning(t *testing.T) {
	files, err := filepath.Glob("testdata/articles/*.md")
	if err != nil || len(files) < 5 {
		t.Fatalf("articles: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, text, ok := strings.Cut(strings.TrimPrefix(string(raw), "+++\n"), "\n+++\n")
			if !ok {
				t.Fatal("no front matter")
			}
			e := mustDecode(t, []byte(edited(t, "publish_request.v1", text, "data", "content", "body", "text")))
			there := e.ToV2()
			if _, err := contract.Encode(there); err != nil {
				t.Fatalf("version 2 of it: %v", err)
			}
			back := there.ToV1()
			if diff := cmp.Diff(render(t, text), render(t, back.Data.Content.Body.Text)); diff != "" {
				t.Errorf("-before +after\n%s", diff)
			}
			if diff := cmp.Diff(there, back.ToV2()); diff != "" {
				t.Errorf("blocks change the second time: -first +second\n%s", diff)
			}
			back.Data.Content.Body = e.Data.Content.Body
			if diff := cmp.Diff(e, back); diff != "" {
				t.Errorf("more than the text changed\n%s", diff)
			}
		})
	}
}

func TestAdapterKeepsMarkdown(t *testing.T) {
	for name, text := range map[string]string{
		"references":           "See [a][A], [B][] and [c] and ![p][c].\n\n> quoted [over\n> lines][c]\n\n[a]: https://example.com/a \"It's\"\n[b]: <https://example.com/b (1)> 'say \"b\"'\n[c]: /c\n",
		"image by reference":   "![An *old* bridge][x]\n\n![plain][x]\n\n[x]: /x.png \"T\"\n",
		"escapes":              "\\# no heading, \\*no emphasis\\*, &amp; &copy; a\\_b\n",
		"nested lists":         "- a\n  - b\n\n    c\n  - d\n\n1) x\n2) y\n\n3. z\n",
		"two lists":            "- a\n\n* b\n\n- c\n",
		"lazy":                 "> a\nb\n\n- c\nd\n    - e\n",
		"fences":               "````md\n```\nx\n```\n````\n\n~~~ a`b\nx\n~~~\n\n    indented\n\n```\n```\n",
		"html":                 "<div>\n\n*a*\n\n</div>\n\n<pre>\n\nx\n</pre>\n\n<!-- a\n\nb -->\n\nend\n",
		"setext":               "Title\n===\n\nSub # \n---\n\n# C \\#\n\n##\n",
		"tasks":                "- [ ] a\n- [x] b\n",
		"table":                "| a | b \\| c |\n|:--|--:|\n| `x \\| y` | *z* |\n\n| a | b |\n|---|---|\n| only |\n",
		"footnotes":            "a[^1] b[^n]\n\n[^1]: One.\n\n    Two.\n[^n]: - list\n",
		"list from 0":          "0. a\n1. b\n",
		"breaks":               "a  \nb\\\nc\n",
		"after a definition":   "[x]: /x\n2. no list\n",
		"strike and addresses": "~~a~~ https://example.com/ <https://example.org/>\n",
		"windows":              "# a\r\n\r\nb\r\nc\r\n",
		"deep quotes":          strings.Repeat("> ", 11) + "a\n",
		"long rules":           strings.Repeat("-", 200) + "\n\n```\n" + strings.Repeat("*", 200) + "\n```\n",
		"empty":                "",
		"white":                "\n \n",
	} {
		t.Run(name, func(t *testing.T) {
			back := contract.Markdown(contract.Blocks(text))
			if diff := cmp.Diff(render(t, text), render(t, back)); diff != "" {
				t.Errorf("-before +after\n%s\nMarkdown:\n%s", diff, back)
			}
		})
	}
}

func TestReferencesAreResolvedInEachBlock(t *testing.T) {
	blocks := contract.Blocks("Read [it][x].\n\n[x]: https://example.com/x\n")
	want := []contract.Block{{Type: "paragraph", Text: "Read [it](https://example.com/x)."}}
	if diff := cmp.Diff(want, blocks); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestAnHTMLBodyIsOneBlock(t *testing.T) {
	for _, text := range []string{"", "<p>a</p>\n\n\n<p>b</p>", "no tags at all"} {
		e := contract.Wrap(contract.Envelope{}, stet.Document{Body: stet.Body{Format: "html", Text: text}})
		there := e.ToV2()
		if n := len(there.Data.Content.Blocks); n > 1 || n == 0 && text != "" {
			t.Errorf("%q has %d blocks", text, n)
		}
		if got := there.ToV1().Data.Content.Body.Text; got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
}

func TestATextMadeToKeepAParserBusyIsOneCodeBlock(t *testing.T) {
	for _, text := range []string{strings.Repeat(">", 100_000), strings.Repeat("- ", 50_000), strings.Repeat("[a](", 25_000), strings.Repeat("[a][", 25_000)} {
		want := []contract.Block{{Type: "code", Info: "markdown", Text: text}}
		if diff := cmp.Diff(want, contract.Blocks(text)); diff != "" {
			t.Errorf("%q...: -want +got\n%.300s", text[:8], diff)
		}
		if got := contract.Markdown([]contract.Block{{Type: "html", Text: "<a>" + text}}); !strings.HasPrefix(got, "<div>\n") {
			t.Errorf("%q... is written as %.40q", text[:8], got)
		}
	}
}

func TestHTMLBlocksStayHTML(t *testing.T) {
	long := "<p>" + strings.Repeat("x", 70_000) + "</p>"
	if got := contract.Markdown([]contract.Block{{Type: "html", Text: long}}); !strings.HasPrefix(got, "<div>\n<p>") {
		t.Errorf("a long block is written as %.40q", got) // unread, so wrapped
	}
	for name, text := range map[string]string{
		"block": "<div>\n*a*\n</div>", "empty lines": "<div>\n\n*a*\n\n</div>", "inline": "<b>x</b> *a*", "text": "*a*",
		"open comment": "<!-- a", "open pre": "<pre>\n\nx", "comment": "<!-- a\n\nb -->", "fence within": "<p>\n\n```\n</p>",
	} {
		t.Run(name, func(t *testing.T) {
			blocks := []contract.Block{{Type: "html", Text: text}, {Type: "paragraph", Text: "after *it*"}}
			got := render(t, contract.Markdown(blocks))
			if !strings.HasSuffix(got, "<p>after <em>it</em></p>\n") || strings.Contains(got, "<em>a</em>") || strings.Contains(got, "<code>") {
				t.Errorf("rendered as %s", got)
			}
		})
	}
}

func TestDeepNestingStaysWithinTheLimits(t *testing.T) {
	for _, piece := range []string{"> ", "- ", "1. "} {
		e := contract.Wrap(mustDecode(t, golden(t, "draft_ready.v1")),
			stet.Document{Title: "t", Slug: "s", Body: stet.Body{Format: "markdown", Text: strings.Repeat(piece, 60) + "deep"}})
		body, err := contract.Encode(e.ToV2())
		if err != nil {
			t.Fatalf("%q: %v", piece, err)
		}
		if !bytes.Contains(body, []byte("deep")) {
			t.Errorf("%q: the innermost text is lost", piece)
		}
	}
}

// TestWrittenBlocksStayWhatTheyAre writes blocks with text that looks like other blocks and reads them back.
func TestWrittenBlocksStayWhatTheyAre(t *testing.T) {
	word := rapid.SampledFrom([]string{"a", "b c", "# x", "- x", "1. x", "> x", "===", "---", "***", "```", "~~~", "[r]: /x", "+ y", "12) z", "_ _ _"})
	paragraph := rapid.Custom(func(t *rapid.T) contract.Block {
		return contract.Block{Type: "paragraph", Text: strings.Join(rapid.SliceOfN(word, 1, 3).Draw(t, "lines"), "\n")}
	})
	leaf := rapid.OneOf(paragraph, rapid.Custom(func(t *rapid.T) contract.Block {
		return rapid.SampledFrom([]contract.Block{
			{Type: "divider"}, {Type: "heading", Level: 2, Text: "h ##"}, {Type: "code", Info: "go", Text: "```\n\n\tx\n"},
			{Type: "code", Text: "\n"}, {Type: "html", Text: "<div>\n<b>x</b>\n</div>\n"},
			{Type: "image", URL: "/a_b (1).png?x=1&copy=2", Alt: "a ] *b*", Title: `say "x"`},
			{Type: "table", Align: []string{"left"}, Header: []string{"a|b"}, Rows: [][]string{{"`c|d`"}}},
		}).Draw(t, "leaf")
	}))
	list := rapid.Custom(func(t *rapid.T) contract.Block {
		b := contract.Block{Type: "list", Ordered: rapid.Bool().Draw(t, "ordered")}
		for range rapid.IntRange(2, 3).Draw(t, "items") {
			b.Items = append(b.Items, contract.Item{Blocks: rapid.SliceOfN(leaf, 1, 3).Draw(t, "item")})
		}
		return b
	})
	quote := rapid.Custom(func(t *rapid.T) contract.Block {
		return contract.Block{Type: "quote", Blocks: rapid.SliceOfN(rapid.OneOf(leaf, list), 1, 3).Draw(t, "quoted")}
	})
	rapid.Check(t, func(t *rapid.T) {
		blocks := rapid.SliceOfN(rapid.OneOf(leaf, list, quote), 1, 4).Draw(t, "blocks")
		text := contract.Markdown(blocks)
		got := contract.Blocks(text)
		if diff := cmp.Diff(outline(blocks), outline(got)); diff != "" {
			t.Fatalf("-written +read\n%s\nMarkdown:\n%s", diff, text)
		}
	})
}

var escapes = regexp.MustCompile(`\\([[:punct:]])`)

// outline is the blocks without the differences that do not show: escapes, ends of code, and spacing of lists.
func outline(blocks []contract.Block) []contract.Block {
	var out []contract.Block
	for _, b := range blocks {
		b.Text = escapes.ReplaceAllString(strings.TrimRight(b.Text, "\n"), "$1")
		b.Tight = false
		b.Blocks = outline(b.Blocks)
		items := b.Items
		b.Items = nil
		for _, item := range items {
			b.Items = append(b.Items, contract.Item{Blocks: outline(item.Blocks)})
		}
		out = append(out, b)
	}
	return out
}
