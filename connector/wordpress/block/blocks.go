package block

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// attrs are the attributes of a block, in the order in which they are written.
type attrs [][2]any

func (a attrs) String() string {
	if len(a) == 0 {
		return ""
	}
	var b strings.Builder
	for i, pair := range a {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(pair[0])
		value, _ := json.Marshal(pair[1]) // which writes <, > and & as WordPress does
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	text := strings.ReplaceAll(b.String(), "--", `\u002d\u002d`)
	return "{" + strings.ReplaceAll(text, `\"`, `\u0022`) + "} "
}

// open and shut are the comments around a block (serialize_block, wp-includes/blocks.php).
func (w *writer) open(name string, a attrs) {
	w.WriteString("<!-- wp:" + name + " " + a.String() + "-->\n")
}

func (w *writer) shut(name string) { w.WriteString("\n<!-- /wp:" + name + " -->") }

// wrap writes a block whose markup is ready.
func (w *writer) wrap(name string, a attrs, markup string) {
	w.open(name, a)
	w.WriteString(markup)
	w.shut(name)
}

// blocks writes what is in a node as blocks. Text and phrasing between them make paragraphs.
func (w *writer) blocks(parent *html.Node) {
	first := true
	next := func() {
		if !first {
			w.WriteString("\n\n")
		}
		first = false
	}
	for n := parent.FirstChild; n != nil; {
		if blank(n) {
			n = n.NextSibling
			continue
		}
		if !isBlock(n) {
			line := &html.Node{Type: html.ElementNode, Data: "p", DataAtom: atom.P}
			for n != nil && !isBlock(n) {
				following := n.NextSibling
				parent.RemoveChild(n)
				line.AppendChild(n)
				n = following
			}
			next()
			w.block(line)
			continue
		}
		following := n.NextSibling
		if !(n.DataAtom == atom.P && w.inner(n) == "") {
			next()
			w.block(n)
		}
		n = following
	}
}

// block writes one element as the block that is meant for it, and as custom HTML where there is none or where it has
// more to it than the block could keep.
func (w *writer) block(n *html.Node) {
	for _, kind := range []func(*html.Node) bool{w.image, w.paragraph, w.heading, w.list, w.quotation, w.code, w.table, w.separator} {
		if kind(n) {
			return
		}
	}
	part := &writer{shortcodes: w.shortcodes}
	part.node(n, false)
	w.wrap("html", nil, part.String())
}

func (w *writer) paragraph(n *html.Node) bool {
	if n.DataAtom != atom.P || len(n.Attr) > 0 {
		return false
	}
	w.wrap("paragraph", nil, "<p>"+w.inner(n)+"</p>")
	return true
}

func (w *writer) heading(n *html.Node) bool {
	level := headingLevel(n)
	if level == 0 || !only(n, "id") {
		return false
	}
	var a attrs
	if level != 2 {
		a = attrs{{"level", level}}
	}
	id := ""
	if v, has := attr(n, "id"); has {
		id = ` id="` + w.quote(v) + `"`
	}
	w.wrap("heading", a, `<`+n.Data+` class="wp-block-heading"`+id+`>`+w.inner(n)+`</`+n.Data+`>`)
	return true
}

// only reports whether a node has no attributes but these.
func only(n *html.Node, names ...string) bool {
	return !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return !slices.Contains(names, a.Key) })
}

// quotation holds blocks of its own.
func (w *writer) quotation(n *html.Node) bool {
	if n.DataAtom != atom.Blockquote || len(n.Attr) > 0 {
		return false
	}
	w.open("quote", nil)
	w.WriteString(`<blockquote class="wp-block-quote">`)
	w.blocks(n)
	w.WriteString(`</blockquote>`)
	w.shut("quote")
	return true
}

func (w *writer) separator(n *html.Node) bool {
	if n.DataAtom != atom.Hr {
		return false
	}
	w.wrap("separator", nil, `<hr class="wp-block-separator has-alpha-channel-opacity"/>`)
	return true
}

// code keeps the language of a listing as a class of the block, where highlighters look for it.
func (w *writer) code(n *html.Node) bool {
	if n.DataAtom != atom.Pre {
		return false
	}
	class := ""
	if c := n.FirstChild; c != nil && c.DataAtom == atom.Code && c.NextSibling == nil {
		class, _ = attr(c, "class")
	}
	text := strings.TrimSuffix(strings.ReplaceAll(textOf(n), "\r\n", "\n"), "\n")
	if class == "" {
		w.wrap("code", nil, `<pre class="wp-block-code"><code>`+w.escape(text)+`</code></pre>`)
		return true
	}
	w.wrap("code", attrs{{"className", class}}, `<pre class="wp-block-code `+w.quote(class)+`"><code>`+w.escape(text)+`</code></pre>`)
	return true
}

// image takes a picture alone in its paragraph, one inside a link, and a figure with a caption.
func (w *writer) image(n *html.Node) bool {
	if n.DataAtom != atom.P && n.DataAtom != atom.Figure || len(n.Attr) > 0 {
		return false
	}
	img, link, caption := picture(n)
	id := 0
	if img != nil {
		id = attachmentOf(img)
	}
	if img == nil || !only(img, "src", "alt", "title", "class") || id == 0 && !only(img, "src", "alt", "title") || link != nil && !only(link, "href") {
		return false
	}
	markup := &writer{shortcodes: w.shortcodes}
	src, _ := attr(img, "src")
	alt, _ := attr(img, "alt")
	markup.WriteString(`<img src="` + w.quote(src) + `" alt="` + w.quote(alt) + `"`)
	if title, has := attr(img, "title"); has {
		markup.WriteString(` title="` + w.quote(title) + `"`)
	}
	a, linked, size := attrs(nil), "none", ""
	if id != 0 {
		fmt.Fprintf(markup, ` class="%s%d"`, attachment, id)
		a, size = attrs{{"id", id}, {"sizeSlug", "full"}}, " size-full"
	}
	markup.WriteString("/>")
	body := markup.String()
	if link != nil {
		href, _ := attr(link, "href")
		body, linked = `<a href="`+w.quote(href)+`">`+body+`</a>`, "custom"
	}
	if id != 0 || linked != "none" {
		a = append(a, [2]any{"linkDestination", linked})
	}
	if caption != nil {
		body += `<figcaption class="wp-element-caption">` + w.inner(caption) + `</figcaption>`
	}
	w.wrap("image", a, `<figure class="wp-block-image`+size+`">`+body+`</figure>`)
	return true
}

// picture finds the one image of a node, which may be in a link, and its caption; img is nil where there is more to it.
func picture(n *html.Node) (img, link, caption *html.Node) {
	for c := range n.ChildNodes() {
		switch {
		case blank(c):
		case c.DataAtom == atom.Img && img == nil:
			img = c
		case c.DataAtom == atom.A && img == nil:
			inner, deeper, _ := picture(c)
			if inner == nil || deeper != nil {
				return nil, nil, nil
			}
			img, link = inner, c
		case c.DataAtom == atom.Figcaption && img != nil && len(c.Attr) == 0 && !hasBlocks(c):
			caption = c
		default:
			return nil, nil, nil
		}
	}
	return img, link, caption
}

func hasBlocks(n *html.Node) bool {
	for c := range n.ChildNodes() {
		if isBlock(c) {
			return true
		}
	}
	return false
}

func number(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil
}
