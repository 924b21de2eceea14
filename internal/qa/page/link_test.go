package page_test

import (
	"strings"
	"testing"

	"stet"
)

func TestLinks(t *testing.T) {
	pages := site{"/here": "", "/old": "/new", "/new": "", "/odd": "/a (b)"}
	run(t, []example{
		{name: "fine", kind: "link", keys: "check: link-broken", site: pages, body: "[a](/here#x) [b](https://example.com/?q=a%20b) [c](page.md) <d@example.com> [e](#x) [f]({{< ref \"x\" >}}) [g](tel:+49) [h](mailto:x@example.com)\n"},
		{name: "no target", kind: "link", keys: "check: link-broken", body: "See [this]().\n", want: []string{"1:5 The link “this” has no target."}},
		{name: "no definition", kind: "link", keys: "check: link-broken", body: "See [this][that].\n", want: []string{"1:5 The text refers to [that], which is defined nowhere."}},
		{name: "placeholder", kind: "link", keys: "check: link-broken", body: "[a](TODO) [b](#)\n", want: []string{"1:1 The link “a” goes to the placeholder “TODO”.", "1:11 The link “b” goes to the placeholder “#”."}},
		{name: "no address", kind: "link", keys: "check: link-broken", html: `<a href="http://[x">a</a> <a href="https:///x">b</a> <a href="a b">c</a>`,
			want: []string{"1:1 “http://[x” is no address.", "1:27 The address “https:///x” has no host.", "1:54 The address “a b” has white space in it."}},
		{name: "not for readers", kind: "link", keys: "check: link-broken", body: "[a](javascript:x) [b](http://localhost:1313/x)\n",
			want: []string{"1:1 The link “a” goes to “javascript:x”, which no reader can follow.", "1:19 The link “b” goes to “http://localhost:1313/x”, on the author's own machine."}},
		{name: "the site does not have it", kind: "link", keys: "check: link-broken", site: pages, body: "[a](/gone)\n", want: []string{"1:1 The link “a” goes to /gone, which the site does not have."}},
		{name: "moved", kind: "link", keys: "check: link-broken", site: pages, body: "[a](/old \"t\") and [r]\n\n[r]: /old\n",
			want:  []string{"1:1 The link “a” goes to /old, which has moved to /new.", "1:19 The link “r” goes to /old, which has moved to /new."},
			fixed: "[a](/new \"t\") and [r]\n\n[r]: /old\n"},
		{name: "with and without a slash", kind: "link", keys: "check: link-broken", site: site{"/a/": "", "/b": ""}, body: "[a](/a) [b](/b/?q#f) [c](/c/)\n",
			want: []string{"1:22 The link “c” goes to /c/, which the site does not have."}},
		{name: "moved to where the fragment is another", kind: "link", keys: "check: link-broken", site: site{"/a": "/b#c"}, body: "[a](/a#d)\n", want: []string{"1:1 The link “a” goes to /a#d, which has moved to /b#c."}},
		{name: "moved, with a fragment", kind: "link", keys: "check: link-broken", site: pages, html: `<a href="/old#x">a</a>`,
			want: []string{"1:1 The link “a” goes to /old#x, which has moved to /new."}, fixed: `<a href="/new#x">a</a>`},
		{name: "moved to where marks are needed", kind: "link", keys: "check: link-broken", site: pages, body: "[a](/odd)\n", want: []string{"1:1 The link “a” goes to /odd, which has moved to /a (b)."}},
		{name: "the site does not say", kind: "link", keys: "check: link-broken", body: "[a](/gone)\n"},
		{name: "ignored", kind: "link", keys: "check: link-broken\nignore: ['/go*', 'TODO']", site: pages, body: "[a](/gone/x) [b](TODO)\n"},
		{name: "picture without an address", kind: "link", keys: "check: link-broken", body: "![a]()\n", want: []string{"1:1 The picture “a” has no address."}},
		{name: "no links", kind: "link", keys: "check: link-broken", body: "a\n", idle: true},

		{name: "none", kind: "link", keys: "check: internal-link-min\nfrom: 2", site: pages, body: "one [two](https://example.com)\n", want: []string{"1:1 The article of 2 words has 0 links to other pages of the site; at least 1 is wanted."}},
		{name: "one", kind: "link", keys: "check: internal-link-min\nfrom: 2", body: "one [two](/here)\n"},
		{name: "the site is not known", kind: "link", keys: "check: internal-link-min\nfrom: 2", body: "one [two](https://example.com)\n", idle: true},
		{name: "no links", kind: "link", keys: "check: internal-link-min\nfrom: 2", body: "one two\n", want: []string{"1:1 The article of 2 words has 0 links to other pages of the site; at least 1 is wanted."}},
		{name: "relative", kind: "link", keys: "check: internal-link-min\nfrom: 2", body: "one [two](../here.md)\n"},
		{name: "short article", kind: "link", keys: "check: internal-link-min", body: "one\n", idle: true},

		{name: "there", kind: "link", keys: "check: fragment-missing", body: "# A b\n\n[a](#a-b) [b](#top) [c](#L10) [d](#x) [e](/p#gone) [f](#L1C2-L3C4)\n\n<a id=x></a>\n"},
		{name: "no line", kind: "link", keys: "check: fragment-missing", body: "[a](#L10C)\n", want: []string{"1:1 The link “a” goes to #L10C, which the article does not have."}},
		{name: "other case", kind: "link", keys: "check: fragment-missing", body: "# A b\n\n[a](#A-b)\n", want: []string{"3:1 The link “a” goes to #A-b, which the article does not have."}, fixed: "# A b\n\n[a](#a-b)\n"},
		{name: "other punctuation", kind: "link", keys: "check: fragment-missing", body: "# A b\n\n[a](#a_b)\n", want: []string{"3:1 The link “a” goes to #a_b, which the article does not have."}, fixed: "# A b\n\n[a](#a-b)\n", maybe: true},
		{name: "gone", kind: "link", keys: "check: fragment-missing", body: "# A b\n\n[a](#c)\n", want: []string{"3:1 The link “a” goes to #c, which the article does not have."}},
		{name: "percent", kind: "link", keys: "check: fragment-missing", body: "# Über\n\n[a](#%C3%BCber)\n"},
		{name: "no fragments", kind: "link", keys: "check: fragment-missing", body: "[a](/b)\n", idle: true},

		{name: "no link to it", kind: "link", keys: "check: orphan-anchor", body: "<a id=\"x\"></a> <a name='y'></a> [y](#y)\n\n## T {#z}\n", want: []string{"1:1 Nothing in the article links to the anchor #x."}},
		{name: "none", kind: "link", keys: "check: orphan-anchor", body: "# T\n", idle: true},

		{name: "vague", kind: "link", keys: "check: link-text", body: "[Click here!](a) [the *docs*](b) https://example.com [`here`](c)\n",
			want: []string{"1:1 The link text “Click here!” does not tell where it goes.", "1:54 The link text “here” does not tell where it goes."}},
		{name: "own texts", kind: "link", keys: "check: link-text\ntexts: [docs]", body: "[docs](a) [here](b)\n", want: []string{"1:1 The link text “docs” does not tell where it goes."}},
		{name: "no text", kind: "link", keys: "check: link-text", body: "[](a) [![](p.png)](b) [![alt](p.png)](c) [+](d)\n", want: []string{"1:1 The link to a has no text.", "1:7 The link to b has no text."}},
		{name: "in HTML", kind: "link", keys: "check: link-text", body: "<div><a href=\"a\">the docs</a></div>\n"},
		{name: "no links", kind: "link", keys: "check: link-text", body: "a\n", idle: true},
	})
}

func TestImages(t *testing.T) {
	run(t, []example{
		{name: "none", kind: "image", keys: "check: image-alt", body: "![](a.png) <img src=b.png> <img src=c.png alt=''>\n",
			want: []string{"1:1 The picture a.png has no text for those who do not see it.", "1:12 The picture b.png has no text for those who do not see it."}},
		{name: "decoration is not allowed", kind: "image", keys: "check: image-alt\ndecorative: false", body: "<img src=c.png alt=''>\n", want: []string{"1:1 The picture c.png has no text for those who do not see it."}},
		{name: "name of a file", kind: "image", keys: "check: image-alt", body: "![photo.JPG](a.png) ![IMG_1](x/IMG_1.png) ![Chart](chart.png)\n",
			want: []string{"1:1 The alternative text “photo.JPG” is the name of a file.", "1:21 The alternative text “IMG_1” is the name of a file."}},
		{name: "long", kind: "image", keys: "check: image-alt\nmax: 4", body: "![Fünf!](a.png)\n", want: []string{"1:1 The alternative text has 5 characters; at most 4 are listened to."}},
		{name: "hero", kind: "image", keys: "check: image-alt", doc: stet.Document{Hero: &stet.Image{URL: "https://example.com/h.png"}}, body: "a\n",
			want: []string{"hero_alt The picture https://example.com/h.png has no text for those who do not see it."}},
		{name: "no pictures", kind: "image", keys: "check: image-alt", body: "a\n", idle: true},
	})
}

// counting counts how often a site is asked.
type counting struct {
	site
	asked *int
}

func (c counting) Page(address string) (exists bool, redirect string, known bool) {
	*c.asked++
	return c.site.Page(address)
}

func TestASiteIsAskedOnceForAPage(t *testing.T) {
	a := articleOf(t, stet.Document{Body: stet.Body{Text: strings.Repeat("[a](/a#x) [b](/b/) ", 100)}}, nil)
	asked := 0
	a.Site = counting{site{"/a": "", "/b/": ""}, &asked}
	if r := resultOf(t, ruleOf("link", "check: link-broken"), a); len(r.Findings) > 0 || asked != 2 {
		t.Errorf("%d findings, asked %d times, want 0 and 2", len(r.Findings), asked)
	}
}

// informed is a site for which other sites were asked.
type informed struct {
	site
	answers map[string]string // why a page is not there; empty: it is
}

func (i informed) Outside(address string) (broken string, known bool) {
	broken, known = i.answers[address]
	return broken, known
}

func TestLinksToOtherSites(t *testing.T) {
	a := articleOf(t, stet.Document{Body: stet.Body{Text: "[a](https://example.com/a) [b](https://example.com/b?q#f) [c](http://example.org/)"}}, nil)
	a.Site = informed{site{}, map[string]string{"https://example.com/a": "", "https://example.com/b?q#f": "answers 404"}}
	r := resultOf(t, ruleOf("link", "check: link-broken"), a)
	if len(r.Findings) != 1 || r.Findings[0].Message != "The link “b” goes to https://example.com/b?q#f, which answers 404." {
		t.Errorf("findings: %+v", r.Findings)
	}
	if len(r.Unchecked) != 1 {
		t.Errorf("unchecked: %q", r.Unchecked)
	}
}
