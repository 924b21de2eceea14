// Package block turns the body of a document into content for WordPress: block markup that the editor opens without a
// warning, or plain HTML; and it brings both to a normal form in which what WordPress does to content makes no
// difference.
package block

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"stet"
)

// Options say what content is made.
type Options struct {
	Title     string // a first heading that repeats it is left out
	PlainHTML bool   // no block comments: for the classic editor
	Trusted   bool   // HTML passes as it is; the account needs the right unfiltered_html
	Shortcode bool   // [words in brackets] may be run by WordPress
	NoData    bool   // pictures within the text itself, at data: addresses, are refused

	Pictures map[string]Picture // where the site keeps those that were uploaded, by their address in what Render gives without
}

// markdown is GitHub's Markdown with footnotes. Raw HTML passes here and is cleaned afterwards, with the rest.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Linkify, extension.Strikethrough, extension.TaskList, extension.Footnote,
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))),
	goldmark.WithParserOptions(parser.WithAutoHeadingID()),
	goldmark.WithRendererOptions(goldhtml.WithUnsafe()),
)

// Render gives the content for a body. The error is of kind Unsupported for a format that is neither markdown nor html
// and Invalid where the text cannot be rendered.
func Render(body stet.Body, opt Options) (string, error) {
	text, err := markupOf(body)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(Images(text), func(img Image) bool { return dataAddress.MatchString(img.Source) }); i >= 0 && opt.NoData {
		return "", stet.Errorf(stet.Invalid, "image_data", "the body has a picture within itself (%.40s...); give it an address of its own", Images(text)[i].Source)
	}
	if !opt.Trusted {
		text = policy().Sanitize(text)
	}
	root, err := parse(text)
	if err != nil {
		return "", stet.Errorf(stet.Invalid, "body_invalid", "the HTML of the body cannot be read: %w", err)
	}
	prepare(root, opt)
	w := &writer{shortcodes: opt.Shortcode}
	if opt.PlainHTML {
		w.plain(root)
	} else {
		w.blocks(root)
	}
	return w.String(), nil
}

// markupOf is a body as HTML, before anything is left out.
func markupOf(body stet.Body) (string, error) {
	switch body.Format {
	case "markdown", "":
		if crowded(body.Text) {
			return "", stet.Errorf(stet.Invalid, "body_crowded", "a paragraph of the body has too many of the characters * _ ~ [ < ` to be rendered; shorten it")
		}
		var out bytes.Buffer
		if err := markdown.Convert([]byte(body.Text), &out); err != nil {
			return "", stet.Errorf(stet.Invalid, "body_invalid", "the Markdown of the body cannot be rendered: %w", err)
		}
		return out.String(), nil
	case "html":
		return body.Text, nil
	}
	return "", stet.Errorf(stet.Unsupported, "body_format", "the body format %q is not supported; use markdown or html", body.Format)
}

func parse(text string) (*html.Node, error) {
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(text), root)
	if err != nil {
		return nil, fmt.Errorf("parse HTML: %w", err)
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root, nil
}

// prepare drops comments, the repeated title, and what WordPress has no place for: the boxes of task lists become
// characters, headings make room for the title of the page, and pictures that were uploaded get their addresses.
func prepare(root *html.Node, opt Options) {
	dropTitle(root, opt.Title)
	var comments []*html.Node
	shift := 0
	for n := range root.Descendants() {
		switch {
		case n.Type == html.CommentNode || n.Type == html.DoctypeNode:
			comments = append(comments, n)
		case n.DataAtom == atom.Input:
			box := "☐"
			if _, checked := attr(n, "checked"); checked {
				box = "☑"
			}
			*n = html.Node{Parent: n.Parent, PrevSibling: n.PrevSibling, NextSibling: n.NextSibling, Type: html.TextNode, Data: box}
		case n.DataAtom == atom.H1:
			shift = 1
		}
		keepColons(n)
		place(n, opt.Pictures)
	}
	for _, n := range comments {
		n.Parent.RemoveChild(n)
	}
	unwrap(root)
	for n := range root.Descendants() {
		if level := headingLevel(n); level > 0 && shift > 0 {
			n.Data = fmt.Sprintf("h%d", min(level+shift, 6))
			n.DataAtom = atom.Lookup([]byte(n.Data))
		}
	}
}

// unwrap takes elements of a line away from around whole blocks, where an unclosed <b> puts them.
func unwrap(parent *html.Node) {
	for n := parent.FirstChild; n != nil; {
		if n.Type != html.ElementNode || isBlock(n) || !holdsBlock(n) {
			unwrap(n)
			n = n.NextSibling
			continue
		}
		first := n.FirstChild
		for c := first; c != nil; c = n.FirstChild {
			n.RemoveChild(c)
			parent.InsertBefore(c, n)
		}
		parent.RemoveChild(n)
		n = first
	}
}

func holdsBlock(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && isBlock(d) {
			return true
		}
	}
	return false
}

// keepColons hides colons where WordPress would take what stands before them for a scheme and remove it
// (wp_kses_bad_protocol): in addresses without a scheme, "#fn:1" for example, and so in the ids they lead to.
func keepColons(n *html.Node) {
	for i, a := range n.Attr {
		switch {
		case a.Key == "id", (a.Key == "href" || a.Key == "cite") && strings.HasPrefix(a.Val, "#"):
			n.Attr[i].Val = strings.ReplaceAll(a.Val, ":", "-")
		case (a.Key == "href" || a.Key == "src" || a.Key == "cite") && !scheme.MatchString(a.Val):
			n.Attr[i].Val = strings.ReplaceAll(a.Val, ":", "%3A")
		}
	}
}

var dataAddress = regexp.MustCompile(`(?i)^\s*data:`)

var scheme = regexp.MustCompile(`(?i)^[a-z][a-z0-9+.-]*:`)

func dropTitle(root *html.Node, title string) {
	for n := range root.ChildNodes() {
		if blank(n) {
			continue
		}
		if n.DataAtom == atom.H1 && oneLine(textOf(n)) == oneLine(title) {
			root.RemoveChild(n)
		}
		return
	}
}

func headingLevel(n *html.Node) int {
	if n.Type == html.ElementNode && len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
		return int(n.Data[1] - '0')
	}
	return 0
}

func blank(n *html.Node) bool { return n.Type == html.TextNode && strings.TrimSpace(n.Data) == "" }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// maxMarks is how many characters that may open or close something a paragraph may have. The time that the parser takes
// grows with their square, and no text that people write comes near.
const maxMarks = 1000

func crowded(text string) bool {
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		count := 0
		for i := range len(paragraph) {
			if strings.IndexByte("*_~[<`", paragraph[i]) >= 0 {
				count++
			}
		}
		if count > maxMarks {
			return true
		}
	}
	return false
}
