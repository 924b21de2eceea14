package contract

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// A link's tail is what follows its text: "](address)", "][label]" or "]". goldmark's tree says whether a link was made
// by reference and what it refers to, but not where in the source its tail stands; linkParser watches goldmark's own
// parser and keeps that.
type tail struct {
	end  int    // in the source
	text string // what to write instead
}

type links struct {
	tails map[int]tail     // of links by reference, by the tail's start
	start map[ast.Node]int // of every link's tail
}

type linkParser struct{ parser.InlineParser }

var linksKey = parser.NewContextKey()

// linkPriority is where goldmark's default list has its link parser.
const linkPriority = 200

func newParser() parser.Parser {
	inline := parser.DefaultInlineParsers()
	for i := range inline {
		if inline[i].Priority == linkPriority {
			inline[i].Value = linkParser{parser.NewLinkParser()}
		}
	}
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(inline...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
	)
}

func newContext() (parser.Context, *links) {
	pc, found := parser.NewContext(), &links{map[int]tail{}, map[ast.Node]int{}}
	pc.Set(linksKey, found)
	return pc, found
}

func withContext(pc parser.Context) parser.ParseOption { return parser.WithContext(pc) }

// Parse is goldmark's, and takes note of the link it makes.
func (p linkParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	_, before := block.Position()
	n := p.InlineParser.Parse(parent, block, pc)
	found, ok := pc.Get(linksKey).(*links)
	if n == nil || !ok {
		return n
	}
	_, after := block.Position()
	switch n := n.(type) {
	case *ast.Link:
		found.note(n, n.Reference, before.Start, tail{after.Start, linkTail(n.Destination, n.Title)})
	case *ast.Image:
		found.note(n, n.Reference, before.Start, tail{after.Start, linkTail(n.Destination, n.Title)})
	}
	return n
}

// CloseBlock is goldmark's.
func (p linkParser) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if closer, ok := p.InlineParser.(parser.CloseBlocker); ok {
		closer.CloseBlock(parent, block, pc)
	}
}

func (l *links) note(n ast.Node, reference *ast.ReferenceLink, start int, t tail) {
	l.start[n] = start
	if reference != nil {
		l.tails[start] = t
	}
}

// linkTail writes address and title, both as a Markdown source has them, escapes included.
func linkTail(address, title []byte) string {
	a := string(address)
	if a == "" || strings.ContainsAny(a, " ()") {
		a = "<" + a + ">"
	}
	if len(title) == 0 {
		return "](" + a + ")"
	}
	return "](" + a + ` "` + escapeQuotes(oneLine(string(title))) + `")`
}

// escapeQuotes escapes the quotation marks that are not escaped yet.
func escapeQuotes(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			b.WriteByte(s[i])
			i++
		case s[i] == '"':
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// image is a picture whose alternative text is plain and on one line; others stay paragraphs.
func (r *reader) image(n *ast.Image) (Block, bool) {
	var alt strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		t, ok := c.(*ast.Text)
		if !ok || t.SoftLineBreak() || t.HardLineBreak() {
			return Block{}, false
		}
		alt.Write(t.Segment.Value(r.source))
	}
	b := Block{Type: "image", URL: plain(n.Destination), Alt: plain([]byte(alt.String())), Title: oneLine(plain(n.Title))}
	return b, b.URL != "" && len(b.URL) <= 2048 && !strings.ContainsAny(b.URL, "\t\r\n")
}

// plain resolves the escapes and character references of a Markdown source.
func plain(source []byte) string {
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(source))))
}
