package site

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// policy is what articles need and nothing that acts: no script, frame, form, style or event handler; addresses are
// http, https, mailto or inside the site. Classes are those that rendering itself makes.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowStandardURLs()
	p.RequireNoFollowOnLinks(false)
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "div", "span", "blockquote", "pre", "code",
		"ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td",
		"em", "strong", "b", "i", "u", "s", "del", "ins", "mark", "small", "sub", "sup", "kbd", "samp", "var", "q", "cite",
		"abbr", "dfn", "time", "bdi", "bdo", "wbr", "ruby", "rb", "rt", "rp", "figure", "figcaption", "details", "summary", "section", "aside")
	p.AllowNoAttrs().OnElements("span", "div", "a")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt", "width", "height").OnElements("img", "video", "audio")
	p.AllowAttrs("poster").OnElements("video")
	p.AllowAttrs("controls").OnElements("video", "audio")
	p.AllowElements("video", "audio")
	p.AllowAttrs("src", "type").OnElements("source")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").OnElements("input")
	p.AllowAttrs("value", "max").Matching(bluemonday.Number).OnElements("progress", "meter")
	p.AllowAttrs("open").OnElements("details")
	p.AllowAttrs("start", "reversed", "value").OnElements("ol", "li")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|right|center)$`)).OnElements("th", "td")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("th", "td", "col", "colgroup")
	p.AllowAttrs("datetime", "cite").Globally()
	p.AllowAttrs("title").Globally()
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[A-Za-z0-9-]{1,35}$`)).Globally()
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^(ltr|rtl|auto)$`)).OnElements("p", "div", "span", "bdo", "bdi", "td", "th")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^[\p{L}\p{M}\p{N}_:.-]{1,200}$`)).Globally()
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(language-[\w+#.-]+|footnote-ref|footnote-backref|footnotes|[a-z]{1,2}[a-z0-9]?|line|cl)$`)).Globally()
	p.AllowAttrs("role").Matching(regexp.MustCompile(`^doc-(noteref|backlink|endnotes)$`)).Globally()
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^0$`)).OnElements("pre")
	return p
})

// cleanHTML sanitises and balances a fragment, fits it below the page's own heading, and gives its first paragraph
// as an excerpt.
func cleanHTML(text, title string) (clean, excerpt string, err error) {
	body := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(policy().Sanitize(text)), body)
	if err != nil {
		return "", "", err
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	dropTitle(body, title)
	shift, mixed := 0, strings.ContainsFunc(text, rightToLeft)
	var tables []*html.Node
	for n := range body.Descendants() {
		switch n.DataAtom {
		case atom.Li, atom.Blockquote:
			if mixed {
				n.Attr = append(n.Attr, html.Attribute{Key: "dir", Val: "auto"}) // the mark stands where the text begins
			}
		case atom.H1:
			shift = 1
		case atom.Img:
			n.Attr = append(n.Attr, html.Attribute{Key: "loading", Val: "lazy"}, html.Attribute{Key: "decoding", Val: "async"})
		case atom.Input: // a task; whatever else it claims to be
			n.Attr = append(n.Attr, html.Attribute{Key: "aria-label", Val: "task"})
		case atom.Table:
			tables = append(tables, n)
		case atom.P:
			if excerpt == "" {
				excerpt = shorten(plainText(n), 220)
			}
		}
	}
	shiftHeadings(body, shift)
	for _, table := range tables {
		scrollable(table)
	}
	var out strings.Builder
	for n := range body.ChildNodes() {
		if err := html.Render(&out, n); err != nil {
			return "", "", err
		}
	}
	return out.String(), excerpt, nil
}

func rightToLeft(r rune) bool {
	return r > unicode.MaxLatin1 && unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam)
}

// dropTitle removes a first heading that repeats the title.
func dropTitle(body *html.Node, title string) {
	first := body.FirstChild
	for first != nil && first.Type == html.TextNode && strings.TrimSpace(first.Data) == "" {
		first = first.NextSibling
	}
	if first != nil && first.DataAtom == atom.H1 && plainText(first) == strings.Join(strings.Fields(title), " ") {
		body.RemoveChild(first)
	}
}

var headings = []atom.Atom{atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6}

// shiftHeadings makes room for the page's own h1.
func shiftHeadings(body *html.Node, by int) {
	if by == 0 {
		return
	}
	for n := range body.Descendants() {
		for level, heading := range headings {
			if n.Type == html.ElementNode && n.DataAtom == heading {
				n.DataAtom = headings[min(level+by, len(headings)-1)]
				n.Data = n.DataAtom.String()
				break
			}
		}
	}
}

// scrollable puts a wide table into a box of its own that the keyboard can scroll.
func scrollable(table *html.Node) {
	box := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div, Attr: []html.Attribute{
		{Key: "class", Val: "scroll"}, {Key: "tabindex", Val: "0"}, {Key: "role", Val: "region"}, {Key: "aria-label", Val: "Table"},
	}}
	table.Parent.InsertBefore(box, table)
	table.Parent.RemoveChild(table)
	box.AppendChild(table)
}

func plainText(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode && !inNote(d):
			text.WriteString(d.Data)
		case d.DataAtom == atom.Br:
			text.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

// inNote reports whether a text is the number of a footnote.
func inNote(n *html.Node) bool {
	return n.Parent != nil && n.Parent.DataAtom == atom.A && n.Parent.Parent != nil && n.Parent.Parent.DataAtom == atom.Sup
}

// shorten cuts a text after the last word that fits.
func shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	cut := string([]rune(text)[:limit])
	if i := strings.LastIndexByte(cut, ' '); i > limit/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,.;:–—-") + "…"
}
