package prose

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
)

func (m *reader) link(n *ast.Link) {
	span := m.linkSpan(n, n.Pos())
	link := Link{Span: span, Block: m.next()}
	link.Target, link.Address = m.target(n.Destination, n.Reference != nil, span)
	link.Title = m.title(n.Title)
	index, plain := len(m.text.Links), len(m.plain)
	m.text.Links = append(m.text.Links, link)
	m.open(&m.inLink)
	m.inline(n)
	m.close(&m.inLink)
	m.text.Links[index].Plain = strings.TrimSpace(string(m.plain[plain:]))
}

// linkSpan is where a link or an image stands.
func (m *reader) linkSpan(n ast.Node, start int) Span {
	start = max(0, min(start, len(m.source)))
	return Span{start, max(start, min(m.links.ends[n], len(m.source)))}
}

// target is the address of a link, and where it stands unless it is a reference's.
func (m *reader) target(destination []byte, reference bool, span Span) (string, Span) {
	address := Span{}
	if !reference && len(destination) > 0 {
		if at := bytes.LastIndex(m.masked[span.Start:span.End], destination); at >= 0 {
			address = Span{span.Start + at, span.Start + at + len(destination)}
		}
	}
	if !reference || len(destination) == 0 {
		m.resolvedBytes += len(destination)
		return resolved(m.unmasked(destination, span), true), address
	}
	return m.once(destination, func() string {
		return resolved(m.unmasked(destination, Span{0, len(m.source)}), true)
	}), address
}

func (m *reader) title(title []byte) string {
	if len(title) == 0 {
		return ""
	}
	return m.once(title, func() string { return resolved(string(title), true) })
}

// once makes a text of a definition that many links may refer to, once for all of them.
func (m *reader) once(text []byte, read func() string) string {
	known, ok := m.defined[&text[0]]
	if !ok {
		known = read()
		m.defined[&text[0]] = known
	}
	m.resolvedBytes += len(known)
	return known
}

// picture notes an image. Its text is an alternative, not part of what is read.
func (m *reader) picture(n *ast.Image) {
	span := m.linkSpan(n, n.Pos())
	alt := run{source: m.source, masked: m.masked}
	alternative(n, &alt)
	image := Image{Span: span, Alt: string(alt.plain), HasAlt: true, Title: m.title(n.Title), Block: m.next()}
	image.Source, _ = m.target(n.Destination, n.Reference != nil, span)
	if len(alt.origin) > 0 {
		last := alt.origin[len(alt.origin)-1]
		image.Alternative = Span{alt.origin[0].source, last.source + last.size}
	} else if strings.HasPrefix(m.source[span.Start:], "![]") {
		image.Alternative = Span{span.Start + 2, span.Start + 2}
	}
	m.text.Images = append(m.text.Images, image)
}

// alternative collects the text within an image.
func alternative(parent ast.Node, r *run) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		t, ok := n.(*ast.Text)
		if !ok {
			alternative(n, r)
			continue
		}
		if t.IsRaw() {
			r.copy(t.Segment.Start, t.Segment.Stop)
		} else {
			r.resolve(t.Segment.Start, t.Segment.Stop, true)
		}
		if t.SoftLineBreak() || t.HardLineBreak() {
			r.put(" ", t.Segment.Stop, t.Segment.Stop)
		}
	}
}

// broken adds the references without a definition to the links, each to its block.
func (m *reader) broken() {
	for _, l := range m.links.broken {
		block, found := m.text.blockAt(l.Start)
		if !found {
			continue
		}
		m.text.Links = append(m.text.Links, Link{Span: l.Span, Target: l.label, Plain: l.label, Block: block, Broken: true, Image: l.image})
	}
}
