package block

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Normal is the form in which two contents are compared: what WordPress changes when it stores or gives back content
// makes no difference in it. That is the spelling of entities and attributes, white space outside of listings, and the
// spelling of block comments. Of a picture it makes no difference where it is kept: name gives the name to compare it by for
// the address that the content has, and empty where that address counts; nil: all do. It is for comparing only, and
// Normal(Normal(x)) means nothing.
func Normal(content string, name func(address string) string) string {
	z := nethtml.NewTokenizer(strings.NewReader(content))
	n := normal{name: name}
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				return "unreadable: " + content
			}
			return n.String()
		case nethtml.TextToken:
			n.text(string(z.Text())) // with its entities resolved
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			n.start(z.Token())
		case nethtml.EndTagToken:
			n.end(z.Token())
		case nethtml.CommentToken:
			n.tag(comment(string(z.Text())), true)
		case nethtml.DoctypeToken:
			n.tag("<!doctype>", true)
		}
	}
}

// normal is what was read so far.
type normal struct {
	name    func(string) string
	out     strings.Builder
	pending strings.Builder // text since the last tag
	after   bool            // the last tag was one beside which white space says nothing
	began   bool
	pre     int
}

func (n *normal) text(s string) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	n.pending.WriteString(s)
}

// tag writes the text before a tag, and the tag.
func (n *normal) tag(tag string, breaks bool) {
	n.flush(breaks)
	n.out.WriteString(tag)
	n.after, n.began = breaks, true
}

func (n *normal) flush(breaks bool) {
	text := n.pending.String()
	n.pending.Reset()
	if n.pre == 0 {
		text = collapse(text)
		if n.after || !n.began {
			text = strings.TrimLeft(text, " ")
		}
		if breaks {
			text = strings.TrimRight(text, " ")
		}
	}
	n.out.WriteString(html.EscapeString(text))
}

func (n *normal) start(t nethtml.Token) {
	switch t.DataAtom {
	case atom.Img:
		normalImage(&t, n.name)
	case atom.Figure:
		normalFigure(&t)
	}
	var b strings.Builder
	b.WriteString("<" + t.Data)
	slices.SortStableFunc(t.Attr, func(a, b nethtml.Attribute) int { return strings.Compare(a.Key, b.Key) })
	for _, a := range t.Attr {
		value := strings.TrimSpace(a.Val)
		if a.Key == "class" || a.Key == "rel" {
			words := strings.Fields(value)
			slices.Sort(words)
			value = strings.Join(slices.Compact(words), " ")
		}
		fmt.Fprintf(&b, " %s=%q", a.Key, value)
	}
	n.tag(b.String()+">", blocky(t.DataAtom))
	if t.DataAtom == atom.Pre {
		n.pre++
	}
}

func (n *normal) end(t nethtml.Token) {
	if void[t.DataAtom] {
		return
	}
	n.tag("</"+t.Data+">", blocky(t.DataAtom))
	if t.DataAtom == atom.Pre && n.pre > 0 {
		n.pre--
	}
}

func (n *normal) String() string {
	n.flush(true)
	return n.out.String()
}

func blocky(a atom.Atom) bool { return !phrasing[a] || a == atom.Br }

// comment brings the delimiter of a block to one spelling; any other comment stays as it is.
func comment(text string) string {
	text = strings.TrimSpace(text)
	name, rest, _ := strings.Cut(text, " ")
	if !strings.HasPrefix(strings.TrimPrefix(name, "/"), "wp:") {
		return "<!--" + text + "-->"
	}
	rest = strings.TrimSpace(rest)
	closed := strings.HasSuffix(rest, "/")
	rest = strings.TrimSpace(strings.TrimSuffix(rest, "/"))
	var v map[string]any
	dec := json.NewDecoder(bytes.NewReader([]byte(rest)))
	dec.UseNumber()
	name = strings.Replace(name, "wp:core/", "wp:", 1)
	if rest != "" && dec.Decode(&v) == nil && name == "wp:image" {
		normalImageBlock(v)
	}
	switch {
	case rest == "" || v != nil && len(v) == 0:
		rest = ""
	case v != nil:
		sorted, _ := json.Marshal(v) // object members in order of their names
		rest = string(sorted)
	}
	return fmt.Sprintf("<!--%s %s %t-->", name, rest, closed)
}
