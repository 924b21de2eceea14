package block

import (
	"fmt"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// list writes a list whose items hold lines and further lists. A listing, a table or a quote within an item has no
// place in the list block: such a list is custom HTML as a whole.
func (w *writer) list(n *html.Node) bool {
	if !plainList(n) {
		return false
	}
	var a attrs
	tag := "<" + n.Data
	if n.DataAtom == atom.Ol {
		a = append(a, [2]any{"ordered", true})
	}
	if _, reversed := attr(n, "reversed"); reversed {
		a = append(a, [2]any{"reversed", true})
		tag += " reversed"
	}
	if v, has := attr(n, "start"); has {
		start, _ := number(v)
		a = append(a, [2]any{"start", start})
		tag += fmt.Sprintf(` start="%d"`, start)
	}
	w.open("list", a)
	w.WriteString(tag + ` class="wp-block-list">`)
	first := true
	for li := range n.ChildNodes() {
		if li.DataAtom != atom.Li {
			continue
		}
		if !first {
			w.WriteString("\n\n")
		}
		first = false
		w.item(li)
	}
	w.WriteString("</" + n.Data + ">")
	w.shut("list")
	return true
}

// item writes the lines of an item, paragraphs apart by two breaks, and then its lists.
func (w *writer) item(li *html.Node) {
	w.open("list-item", nil)
	w.WriteString("<li>")
	line := &html.Node{Type: html.ElementNode, Data: "li", DataAtom: atom.Li}
	var lists []*html.Node
	for c := li.FirstChild; c != nil; {
		following := c.NextSibling
		li.RemoveChild(c)
		switch {
		case c.DataAtom == atom.Ul || c.DataAtom == atom.Ol:
			lists = append(lists, c)
		case c.DataAtom == atom.P:
			if line.FirstChild != nil {
				line.AppendChild(&html.Node{Type: html.ElementNode, Data: "br", DataAtom: atom.Br})
				line.AppendChild(&html.Node{Type: html.ElementNode, Data: "br", DataAtom: atom.Br})
			}
			for inner := c.FirstChild; inner != nil; inner = c.FirstChild {
				c.RemoveChild(inner)
				line.AppendChild(inner)
			}
		case blank(c) && (line.FirstChild == nil || following == nil || isBlock(following)):
		default:
			line.AppendChild(c)
		}
		c = following
	}
	w.WriteString(w.inner(line))
	for _, list := range lists {
		w.list(list)
	}
	w.WriteString("</li>")
	w.shut("list-item")
}

func plainList(n *html.Node) bool {
	if n.DataAtom != atom.Ul && n.DataAtom != atom.Ol || !only(n, "start", "reversed") {
		return false
	}
	if v, has := attr(n, "start"); has {
		if _, ok := number(v); !ok || n.DataAtom == atom.Ul {
			return false
		}
	}
	for li := range n.ChildNodes() {
		if blank(li) {
			continue
		}
		if li.DataAtom != atom.Li || len(li.Attr) > 0 || !plainItem(li) {
			return false
		}
	}
	return true
}

// plainItem: lines first, then lists.
func plainItem(li *html.Node) bool {
	lists := false
	for c := range li.ChildNodes() {
		switch {
		case blank(c):
		case c.DataAtom == atom.Ul || c.DataAtom == atom.Ol:
			if !plainList(c) {
				return false
			}
			lists = true
		case lists, isBlock(c) && (c.DataAtom != atom.P || len(c.Attr) > 0 || hasBlocks(c)):
			return false
		}
	}
	return true
}
