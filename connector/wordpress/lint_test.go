package wordpress_test

import (
	"strings"
	"testing"

	"stet"
	"stet/connector"
	"stet/connector/wordpress/fake"
)

func TestLintTellsWhatIsLost(t *testing.T) {
	_, c := start(t, fake.Options{}, nil)
	lint := c.(connector.Linter).Lint
	body := func(text string) stet.Document {
		return stet.Document{Title: "T", Slug: "t", Body: stet.Body{Format: "markdown", Text: text}}
	}
	for _, c := range []struct {
		text string
		want []string // rule, and a part of the message
	}{
		{"Plain *text*, `code <b>`, a [link](https://example.com) and\n\n- [x] a task\n\n| a |\n|:-:|\n| b |\n\n```go\nx < y\n```\n\nNote[^1].\n\n[^1]: Here.\n", nil},
		{"<iframe src=\"https://example.com/video\"></iframe>\n\nand <iframe src=\"https://example.com/2\"></iframe>", []string{"<iframe>"}},
		{"<script>alert(1)</script>\n\n<style>p { color: red }</style>\n\n<form><input name=\"a\"></form>", []string{"<script>", "<style>", "<form>", "element <input>"}},
		{"<p style=\"color: red\" onclick=\"x()\" class=\"lead\">text</p>", []string{"attribute style of <p>", "attribute onclick", "attribute class"}},
		{"<a href=\"javascript:alert(1)\">x</a>", []string{"attribute href"}},
		{"![a](images/a.png) ![a](images/a.png) ![b](/b.png) ![](https://example.com/c.png)", []string{"images/a.png", "/b.png"}},
	} {
		var got []string
		findings := lint(body(c.text))
		for _, f := range findings {
			got = append(got, f.Message)
			if f.Rule == "" || f.Remedy == "" || f.Pointer != "/body/text" || !strings.Contains(c.text, f.Text) || f.Text == "" {
				t.Errorf("%q: the finding is %+v; its text must stand in the body", c.text, f)
			}
		}
		ok := len(got) == len(c.want)
		for i := range min(len(got), len(c.want)) {
			ok = ok && strings.Contains(got[i], c.want[i])
		}
		if !ok {
			t.Errorf("%q:\n%q\nwant %q", c.text, got, c.want)
		}
	}
	doc := body("text")
	doc.Slug, doc.Hero = "Über", &stet.Image{URL: "hero.png"}
	if f := lint(doc); len(f) != 2 || f[0].Rule != connector.PictureLeft || f[0].Pointer != "/hero_image/url" || f[1].Rule != connector.SlugRefused || f[1].Pointer != "/canonical_slug" {
		t.Errorf("slug and featured image: %+v", f)
	}
}

// What Lint does not name is kept, and what it names is not there: the two must not drift apart.
func TestLintAgreesWithWhatIsPublished(t *testing.T) {
	wp, c := start(t, fake.Options{}, map[string]string{"images": "keep"})
	for i, text := range []string{"<iframe src=\"https://example.com\"></iframe>", "<p data-x=\"1\" id=\"kept\">t</p>", "<video src=\"https://example.com/v\"></video>",
		"<details open><summary>s</summary>d</details>", "<svg><circle/></svg>", "<q cite=\"https://example.com\">q</q>"} {
		w := write(1, func(d *stet.Document) { d.Slug, d.Body.Text = "text-"+itoa(i), text })
		w.Marker = strings.Repeat(string(rune('a'+i)), 26)
		content := page(t, wp, published(t, c, w).ID).Content
		name := strings.FieldsFunc(text, func(r rune) bool { return r == '<' || r == ' ' || r == '>' })[0]
		lost := false
		for _, f := range c.(connector.Linter).Lint(w.Doc) {
			lost = lost || strings.Contains(f.Message, "element <"+name+">")
		}
		if kept := strings.Contains(content, "<"+name); kept == lost {
			t.Errorf("%s: lost by Lint %t, kept in the post %t\n%s", text, lost, kept, content)
		}
	}
	_, trusting := start(t, fake.Options{}, map[string]string{"html": "trusted"})
	if f := trusting.(connector.Linter).Lint(write(1, func(d *stet.Document) { d.Body.Text = "<iframe src=x></iframe>" }).Doc); len(f) != 0 {
		t.Errorf("a site that takes everything: %+v", f)
	}
}
