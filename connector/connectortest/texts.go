package connectortest

import (
	"strings"

	"stet"
)

// nasty is a text, title or slug that a CMS may change.
type nasty struct {
	name, title, words, slug string
}

// nasties are what people really write, and what breaks.
func nasties() []nasty {
	return []nasty{
		{name: "quotes", title: `"Quoted" 'single' & <b>bold</b> – dash`, words: `He said "no" -- it's 'fine' & so on... (c) 3x4 'tis`},
		{name: "script", title: `<script>alert(1)</script> in the title`, words: "Before `<script>alert(1)</script>` after & <em>more</em>"},
		{name: "entities", title: `A &amp; B &lt; C &#8217; D`, words: `Kept as &amp;amp; and &lt; and a < b && c > d`},
		{name: "four_byte", title: "Rocket 🚀 and 𝕄ath", words: "Family 👩‍👩‍👧‍👦, flag 🇯🇵, 𠜎 and a combining é"},
		{name: "right_to_left", title: "שלום עולם مرحبا", words: "مرحبا بالعالم, mixed with English, \u202Bmarked\u202C"},
		{name: "large", title: "Two hundred thousand", words: strings.Repeat("Lorem ipsum dolor sit amet. ", 7500)},
		{name: "shortcodes", title: "[gallery ids=1] in a title", words: "[gallery ids=\"1,2\"] and [caption]x[/caption] and [not a shortcode] and [[escaped]]"},
		{name: "backslashes", title: `C:\new\table and \\ twice`, words: `A path C:\new\table, a regular expression \d+\.\\, an end \`},
		{name: "white_space", title: "  leading, trailing and  double  ", words: "  leading\tand trailing   "},
		{name: "percent", title: "100% %s %d %20 {{ moustache }} ${dollar} $1", words: "100% %s %20 {{ moustache }} {% tag %} ${dollar} $1 \\$2"},
		{name: "long_title", title: strings.TrimSpace(strings.Repeat("A long title ", 20)), words: "Short."},
		{name: "comment", title: "A <!-- comment --> here", words: "Before <!-- wp:paragraph --> <!--more--> after"},
		{name: "slug_case", title: "Upper case", words: "Text.", slug: "Upper-Case-"},
		{name: "slug_dashes", title: "Dashes", words: "Text.", slug: "two--dashes--"},
		{name: "slug_unicode", title: "Letters", words: "Text.", slug: "größe-東京-"},
		{name: "slug_digits", title: "Digits", words: "Text.", slug: "2026-"},
		{name: "slug_dots", title: "Dots", words: "Text.", slug: "go1.26.html-"},
	}
}

// check publishes the text and reads it back: equal in the connector's normal form, or refused by name before anything
// was public. A slug may be refused; a text needs a Deviation for that.
func (n nasty) check(s *suite, t T) {
	b, p := s.bench(t, 1), s.piece()
	p.version = 1
	p.doc.Title = n.title + " " + p.token
	if n.name == "white_space" {
		p.doc.Title = " " + p.token + n.title
	}
	p.doc.Body.Text = text(p.doc.Body.Format, n.words)
	p.doc.Summary = n.words[:min(len(n.words), 100)]
	if strings.ContainsAny(p.doc.Summary, "\t") || n.name == "large" {
		p.doc.Summary = "A summary."
	}
	if n.slug != "" {
		p.doc.Slug = n.slug + p.token
	}
	b.send(p)
	b.settle()
	pub := b.publication(p)
	if pub.State == stet.StateDead && n.slug != "" {
		t.Logf("refused: %s", pub.Reason)
		n.refused(b, p)
		return
	}
	if pub.State != stet.StatePublished && pub.State != stet.StateSettled {
		t.Fatalf("stet says %s: %s\n%s", pub.State, pub.Reason, b.story(12))
	}
	n.equal(b, p, pub.RemoteID)
}

// equal holds the item against the fingerprint of what was written, once more and past the engine.
func (n nasty) equal(b *bench, p *piece, id string) {
	way := b.nodes[0].way
	want, err := way.Fingerprint(way.last(p.id))
	if err != nil {
		b.t.Fatalf("fingerprint: %v", err)
	}
	item, err := way.Read(b.t.Context(), id)
	if err != nil {
		b.t.Fatalf("read: %v", err)
	}
	if item.Live != want || !item.Public {
		b.t.Errorf("read back: public %t, Live %s; want true and %s", item.Public, item.Live, want)
	}
	if item.Slug != "" && item.Slug != p.doc.Slug {
		b.t.Errorf("the slug is %q, it should be %q", item.Slug, p.doc.Slug)
	}
	if f := b.judge(p); len(f.public) != 1 || len(f.drafts) != 0 && b.suite.caps.Trash {
		b.t.Errorf("the CMS has %d public items and %d drafts", len(f.public), len(f.drafts))
	}
}

func (n nasty) refused(b *bench, p *piece) {
	if f := b.judge(p); len(f.public) > 0 {
		b.t.Errorf("refused, and public all the same")
	}
}
