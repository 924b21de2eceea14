package block

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// writer writes nodes as HTML in one fixed way: the way of the block editor, where that has one.
type writer struct {
	strings.Builder
	shortcodes bool
}

var textEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\u00a0", "&nbsp;")

// shortcode is what WordPress could take for one of its shortcodes and run. It looks inside attributes and listings too.
var shortcode = regexp.MustCompile(`\[(/?[A-Za-z\[])`)

func (w *writer) escape(s string) string {
	s = textEscape.Replace(s)
	if !w.shortcodes {
		s = shortcode.ReplaceAllString(s, "&#91;$1")
	}
	return s
}

// node writes one node and what is in it. White space counts only inside pre.
func (w *writer) node(n *html.Node, pre bool) {
	switch {
	case n.Type == html.TextNode && rawText(n.Parent):
		w.WriteString(n.Data)
	case n.Type == html.TextNode && pre:
		w.WriteString(w.escape(n.Data))
	case n.Type == html.TextNode:
		w.WriteString(w.escape(collapse(n.Data)))
	case n.Type == html.ElementNode:
		w.element(n, pre)
	}
}

func (w *writer) element(n *html.Node, pre bool) {
	w.WriteString("<" + n.Data)
	for _, a := range n.Attr {
		w.WriteString(" " + a.Key)
		if a.Val != "" || !boolean[a.Key] {
			w.WriteString(`="` + w.quote(a.Val) + `"`)
		}
	}
	if void[n.DataAtom] {
		w.WriteString(voidEnd(n.DataAtom))
		return
	}
	w.WriteString(">")
	w.inside(n, pre || n.DataAtom == atom.Pre || n.DataAtom == atom.Textarea)
	w.WriteString("</" + n.Data + ">")
}

func (w *writer) quote(v string) string { return strings.ReplaceAll(w.escape(v), `"`, "&quot;") }

// inside writes what is in a node. White space next to a line break or the tag of a block says nothing.
func (w *writer) inside(n *html.Node, pre bool) {
	for c := range n.ChildNodes() {
		if !pre && c.Type == html.TextNode && !rawText(n) {
			w.text(c)
			continue
		}
		w.node(c, pre)
	}
}

func (w *writer) text(n *html.Node) {
	text := collapse(n.Data)
	if n.PrevSibling == nil && isBlock(n.Parent) || n.PrevSibling != nil && breaks(n.PrevSibling) {
		text = strings.TrimLeft(text, " ")
	}
	if n.NextSibling == nil && isBlock(n.Parent) || n.NextSibling != nil && breaks(n.NextSibling) {
		text = strings.TrimRight(text, " ")
	}
	w.WriteString(w.escape(text))
}

// inner gives what is in a node, without the space around it.
func (w *writer) inner(n *html.Node) string {
	part := &writer{shortcodes: w.shortcodes}
	part.inside(n, false)
	return strings.Trim(part.String(), " \n")
}

// plain writes everything as HTML, a block a line.
func (w *writer) plain(root *html.Node) {
	for n := range root.ChildNodes() {
		if blank(n) {
			continue
		}
		if w.Len() > 0 && (breaks(n) || n.PrevSibling != nil && breaks(n.PrevSibling)) {
			w.WriteString("\n\n")
		}
		if n.Type == html.TextNode {
			w.text(n)
			continue
		}
		w.node(n, false)
	}
}

// collapse makes every run of white space one space, as a browser does. The no-break space is none.
func collapse(s string) string {
	var b strings.Builder
	space := false
	for _, c := range s {
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(c)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}

var void = map[atom.Atom]bool{atom.Area: true, atom.Base: true, atom.Br: true, atom.Col: true, atom.Embed: true, atom.Hr: true, atom.Img: true,
	atom.Input: true, atom.Link: true, atom.Meta: true, atom.Source: true, atom.Track: true, atom.Wbr: true}

// voidEnd: the editor closes images and rules, and leaves line breaks open.
func voidEnd(a atom.Atom) string {
	if a == atom.Img || a == atom.Hr {
		return "/>"
	}
	return ">"
}

var boolean = map[string]bool{"open": true, "reversed": true, "checked": true, "controls": true, "allowfullscreen": true, "async": true, "defer": true}

func rawText(n *html.Node) bool {
	if n == nil {
		return false
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Iframe, atom.Noembed, atom.Noframes, atom.Xmp, atom.Noscript:
		return true
	}
	return false
}

// phrasing are the elements that stand within a line.
var phrasing = map[atom.Atom]bool{atom.A: true, atom.Abbr: true, atom.B: true, atom.Cite: true, atom.Code: true, atom.Del: true, atom.Dfn: true,
	atom.Em: true, atom.I: true, atom.Img: true, atom.Ins: true, atom.Kbd: true, atom.Mark: true, atom.Q: true, atom.Rb: true, atom.Rp: true,
	atom.Rt: true, atom.Ruby: true, atom.S: true, atom.Samp: true, atom.Small: true, atom.Span: true, atom.Strong: true, atom.Sub: true,
	atom.Sup: true, atom.U: true, atom.Var: true, atom.Br: true, atom.Time: true, atom.Bdi: true, atom.Bdo: true, atom.Wbr: true}

func isBlock(n *html.Node) bool { return n.Type == html.ElementNode && !phrasing[n.DataAtom] }

// breaks reports whether white space beside the node says nothing.
func breaks(n *html.Node) bool { return isBlock(n) || n.DataAtom == atom.Br }
