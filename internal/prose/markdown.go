package prose

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// markdown is CommonMark with tables, strikethrough, task lists, bare addresses, footnotes and heading attributes.
var markdown = goldmark.New(goldmark.WithParser(newParser()), goldmark.WithExtensions(extension.GFM, extension.Footnote))

// parseMarkdown reads a text whose front matter ends at from.
func parseMarkdown(source string, from int) (*Text, error) {
	if err := tame(source); err != nil {
		return nil, err
	}
	m := &reader{builder: newBuilder(source), links: &linkNotes{ends: map[ast.Node]int{}}, defined: map[*byte]string{}, slugs: slugs{}, plainSlugs: slugs{}, hyphenSlugs: slugs{}}
	m.masked, m.text.Hidden = masked(source, from)
	pc := parser.NewContext()
	pc.Set(linkNotesKey, m.links)
	root := markdown.Parser().Parse(text.NewReader(m.masked), parser.WithContext(pc))
	m.blocks(root, place{kind: Paragraph})
	if m.resolvedBytes > maxAddresses {
		return nil, fmt.Errorf("read %d links: their addresses have %d bytes altogether; at most %d can be read", len(m.text.Links), m.resolvedBytes, maxAddresses)
	}
	m.order()
	m.broken()
	return m.done(), nil
}

// reader turns goldmark's tree into a Text.
type reader struct {
	*builder
	links                          *linkNotes
	slugs, plainSlugs, hyphenSlugs slugs
	defined                        map[*byte]string // addresses and titles of references, by where they stand
	resolvedBytes                  int              // of addresses and titles, one of a reference for each link
}

// place is where a block stands.
type place struct {
	kind   Kind // of its paragraphs
	quoted bool
	depth  int // of lists
}

func (m *reader) blocks(parent ast.Node, at place) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		m.block(n, at)
	}
}

func (m *reader) block(n ast.Node, at place) {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		m.inline(n)
		m.finish(Block{Kind: at.kind, Level: at.depth, Span: m.span(n), Quoted: at.quoted})
	case *ast.Heading:
		m.heading(n, at)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		if span := m.span(n); span.End > span.Start {
			m.add(Block{Kind: Code, Span: span, Quoted: at.quoted})
		}
	case *ast.HTMLBlock:
		span := m.span(n)
		if n.HasClosure() {
			span.End = max(span.End, n.ClosureLine.Stop)
		}
		m.fragment(span, at)
	case *ast.Blockquote:
		m.blocks(n, place{kind: Quote, quoted: true, depth: at.depth})
	case *ast.List:
		m.list(n, place{kind: List, quoted: at.quoted, depth: at.depth + 1})
	case *east.Table:
		m.table(n, at)
	default: // items, footnotes and their list
		m.blocks(n, at)
	}
}

// span is where the lines of a block stand, without the white space at their end.
func (m *reader) span(n ast.Node) Span {
	lines := n.Lines()
	if lines.Len() == 0 {
		at := max(0, min(n.Pos(), len(m.source)))
		return Span{at, at}
	}
	span := Span{lines.At(0).Start, min(lines.At(lines.Len()-1).Stop, len(m.source))}
	for span.End > span.Start && isSpace(m.source[span.End-1]) {
		span.End--
	}
	return span
}

func (m *reader) heading(n *ast.Heading, at place) {
	m.inline(n)
	text := m.span(n)
	span := m.headingLine(text)
	plain := string(m.plain) // with the space before a comment, of which GitHub makes a hyphen
	m.anchor(m.slugs.unique(githubSlug(plain)), span)
	m.anchor(m.plainSlugs.unique(plainSlug(m.source[text.Start:text.End])), span)
	m.anchor(m.hyphenSlugs.unique(hyphenSlug(strings.TrimSpace(plain))), span)
	if id, ok := n.AttributeString("id"); ok {
		if id, ok := id.([]byte); ok {
			m.anchor(string(id), span)
			m.anchor(githubSlug(plain+m.source[text.End:lineEnd(m.source, text.End)]), span) // GitHub shows the attribute
		}
	}
	m.finish(Block{Kind: Heading, Level: n.Level, Span: span, Quoted: at.quoted})
}

// headingLine is the span of a heading with its marks: the #s before and after it, or the line under it.
func (m *reader) headingLine(text Span) Span {
	start := text.Start
	for start > 0 && (m.source[start-1] == ' ' || m.source[start-1] == '\t') {
		start--
	}
	hash := start
	for hash > 0 && m.source[hash-1] == '#' {
		hash--
	}
	end := lineEnd(m.source, text.End)
	if hash < start || strings.HasPrefix(m.source[text.Start:], "#") {
		return Span{min(hash, text.Start), end}
	}
	if end < len(m.source) {
		end = lineEnd(m.source, end+1)
	}
	return Span{text.Start, end}
}

// lineEnd is where the line of an offset ends, before its line feed and the white space at its end.
func lineEnd(source string, at int) int {
	end := strings.IndexByte(source[at:], '\n')
	if end < 0 {
		end = len(source) - at
	}
	return at + len(strings.TrimRight(source[at:at+end], " \t\r"))
}

func (m *reader) list(n *ast.List, at place) {
	first, index := m.next(), len(m.text.Lists)
	m.text.Lists = append(m.text.Lists, Listing{Items: n.ChildCount(), Ordered: n.IsOrdered(), Depth: at.depth})
	start := max(0, min(n.Pos(), len(m.source)))
	m.blocks(n, at)
	m.text.Lists[index].Span = m.around(start, first)
}

// around is the span from start to the end of the last block since first.
func (m *reader) around(start, first int) Span {
	span := Span{start, start}
	for _, b := range m.text.Blocks[first:] {
		span.Start, span.End = min(span.Start, b.Span.Start), max(span.End, b.Span.End)
	}
	return span
}

func (m *reader) table(n *east.Table, at place) {
	first := m.next()
	table := Table{Columns: len(n.Alignments)}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		_, header := row.(*east.TableHeader)
		if !header {
			table.Rows++
		}
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			before := m.text.Words
			m.inline(cell)
			m.finish(Block{Kind: Cell, Span: m.span(cell), Quoted: at.quoted, Header: header})
			table.Header = table.Header || header && m.text.Words > before
		}
	}
	table.Span = m.around(max(0, min(n.Pos(), len(m.source))), first)
	m.text.Tables = append(m.text.Tables, table)
}

// inline collects the text of a block or of what stands in one.
func (m *reader) inline(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			m.words(n)
		case *ast.String:
			m.put(string(n.Value), m.lastSource(), m.lastSource())
		case *ast.CodeSpan:
			m.codeSpan(n)
		case *ast.AutoLink:
			m.autoLink(n)
		case *ast.RawHTML:
			m.rawHTML(n)
		case *ast.Link:
			m.link(n)
		case *ast.Image:
			m.picture(n)
		case *east.FootnoteLink, *east.FootnoteBacklink, *east.TaskCheckBox:
		default: // emphasis, strikethrough
			m.inline(n)
		}
	}
}

// lastSource is where the text collected so far ends in the source.
func (m *reader) lastSource() int {
	if len(m.origin) == 0 {
		return 0
	}
	last := m.origin[len(m.origin)-1]
	return last.source + last.size
}

func (m *reader) words(n *ast.Text) {
	start, stop := n.Segment.Start, n.Segment.Stop
	switch {
	case !n.SoftLineBreak() && !n.HardLineBreak():
		m.resolve(start, stop, true)
		return
	case n.HardLineBreak() && stop > start && m.source[stop-1] == '\\':
		stop--
	}
	for stop > start && isSpace(m.source[stop-1]) {
		stop--
	}
	m.resolve(start, stop, true)
	end := min(len(m.source), stop+len(m.source[stop:])-len(strings.TrimLeft(m.source[stop:], "\\ \t\r\n")))
	if n.HardLineBreak() {
		m.put("\n", stop, end)
	} else if len(m.plain) > 0 {
		m.put(" ", stop, end)
	}
}

func (m *reader) codeSpan(n *ast.CodeSpan) {
	m.open(&m.inCode)
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		t, ok := c.(*ast.Text)
		if !ok {
			continue
		}
		segment := m.masked[t.Segment.Start:t.Segment.Stop]
		end := t.Segment.Start + len(bytes.TrimRight(segment, "\r\n"))
		m.exact(t.Segment.Start, end)
		if end < t.Segment.Stop {
			m.put(" ", end, t.Segment.Stop)
		}
	}
	m.close(&m.inCode)
}

func (m *reader) autoLink(n *ast.AutoLink) {
	label := n.Label(m.masked)
	start := max(n.Pos(), 0)
	at := bytes.Index(m.masked[start:], label)
	if at < 0 {
		return
	}
	start += at
	end := start + len(label)
	span := Span{start, end}
	if start > 0 && m.source[start-1] == '<' && end < len(m.source) && m.source[end] == '>' {
		span = Span{start - 1, end + 1}
	}
	target := string(n.URL(m.masked))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(target), "mailto:") {
		target = "mailto:" + target
	}
	link := Link{Span: span, Target: target, Plain: m.source[start:end], Block: m.next(), Auto: true}
	if target == link.Plain {
		link.Address = Span{start, end}
	}
	m.text.Links = append(m.text.Links, link)
	m.open(&m.inCode)
	m.open(&m.inLink)
	m.exact(start, end)
	m.close(&m.inLink)
	m.close(&m.inCode)
}

func (m *reader) rawHTML(n *ast.RawHTML) {
	if n.Segments.Len() == 0 {
		return
	}
	span := Span{n.Segments.At(0).Start, n.Segments.At(n.Segments.Len() - 1).Stop}
	m.tag(m.source[span.Start:span.End], span)
}
