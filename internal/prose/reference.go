package prose

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// goldmark's tree says where a link begins but not where it ends, and nothing of references without a definition.
// linkParser watches goldmark's own parser and keeps both.
type linkParser struct{ parser.InlineParser }

type linkNotes struct {
	ends   map[ast.Node]int
	broken []brokenLink
	opened []int // brackets that are open
}

type brokenLink struct {
	Span
	label string
	image bool
}

var linkNotesKey = parser.NewContextKey()

// linkPriority is where goldmark's default list has its link parser.
const linkPriority = 200

func newParser() parser.Parser {
	inline := parser.DefaultInlineParsers()
	for i := range inline {
		if inline[i].Priority == linkPriority {
			inline[i] = util.Prioritized(linkParser{parser.NewLinkParser()}, linkPriority)
		}
	}
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(inline...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		parser.WithHeadingAttribute(), // ## Title {#fragment}
	)
}

// Parse is goldmark's, and takes note.
func (p linkParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, before := block.PeekLine()
	n := p.InlineParser.Parse(parent, block, pc)
	notes, ok := pc.Get(linkNotesKey).(*linkNotes)
	if !ok {
		return n
	}
	if line[0] != ']' {
		if n != nil {
			notes.opened = append(notes.opened, before.Start)
		}
		return n
	}
	if last := len(notes.opened) - 1; last >= 0 {
		start := notes.opened[last]
		notes.opened = notes.opened[:last]
		if n != nil {
			_, after := block.Position()
			notes.ends[n] = after.Start
		} else {
			notes.look(block.Source(), Span{start, before.Start}, line)
		}
	}
	return n
}

// CloseBlock is goldmark's.
func (p linkParser) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if notes, ok := pc.Get(linkNotesKey).(*linkNotes); ok {
		notes.opened = notes.opened[:0]
	}
	if closer, ok := p.InlineParser.(parser.CloseBlocker); ok {
		closer.CloseBlock(parent, block, pc)
	}
}

// look notes [text][label] and [label][] that no definition answers. Rest begins with the bracket that ends the text.
// What stands right behind a letter or a digit is an index, such as rows[0][1].
func (l *linkNotes) look(source []byte, text Span, rest []byte) {
	if len(rest) < 3 || rest[1] != '[' || text.Start > 0 && (letter[source[text.Start-1]&0x7F] && source[text.Start-1] < 0x80 || source[text.Start-1] == ']') {
		return
	}
	size := bytes.IndexByte(rest[2:], ']')
	if size < 0 || bytes.IndexByte(rest[2:2+size], '[') >= 0 {
		return
	}
	inner := text.Start + 1
	image := source[text.Start] == '!'
	if image {
		inner++
	}
	label := rest[2 : 2+size]
	if size == 0 {
		label = source[min(inner, text.End):text.End]
	}
	if label = bytes.TrimSpace(label); len(label) == 0 || label[0] == '^' || len(label) > 999 {
		return
	}
	l.broken = append(l.broken, brokenLink{Span{text.Start, text.End + 3 + size}, string(label), image})
}
