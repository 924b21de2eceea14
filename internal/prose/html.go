package prose

import (
	"strings"

	"golang.org/x/net/html"
)

func parseHTML(source string) (*Text, error) {
	h := &markup{builder: newBuilder(source), words: true}
	h.read(Span{0, len(source)})
	h.flush(len(source))
	return h.done(), nil
}

// fragment reads raw HTML within Markdown: it has no words, but headings, links, images, tables and ids count.
func (m *reader) fragment(span Span, at place) {
	h := &markup{builder: m.builder, quoted: at.quoted, slugs: m.slugs, from: span.Start}
	if telling(m.source[span.Start:span.End]) {
		h.read(span)
	}
	if len(h.tables) > 0 { // it goes on behind an empty line, out of our sight
		h.text.Tables = h.text.Tables[:h.tables[0].index]
	}
	h.flush(span.End)
}

// telling reports whether raw HTML may hold anything that fragment looks for, since most of it does not.
func telling(raw string) bool {
	for at := range len(raw) - 2 {
		switch raw[at : at+2] {
		case "<h", "<H", "<i", "<I", "<a", "<A", "<t", "<T", "id", "ID", "Id":
			return true
		}
	}
	return false
}

// markup turns the tags of HTML into blocks.
type markup struct {
	*builder
	words  bool // whether text outside headings counts
	slugs  slugs
	quoted bool

	from    int   // where the block being made begins
	end     int   // where its last text ends
	heading int   // level of the heading that is open, 0 for none
	lists   []int // indices in Text.Lists
	quotes  int
	cell    string // td or th, if open
	tables  []grid

	skip     string // name of the element whose content is no text
	skipped  int    // how many of that name are open
	skipFrom int    // where the first of them begins
}

// grid counts a table that is open.
type grid struct {
	index         int // in Text.Tables
	heads, values int // cells of the row that is open
	open          bool
}

func (h *markup) read(span Span) {
	z := html.NewTokenizer(strings.NewReader(h.source[span.Start:span.End]))
	at := span.Start
	for {
		kind := z.Next()
		raw := len(z.Raw())
		token := Span{at, at + raw}
		at += raw
		switch kind {
		case html.ErrorToken:
			return
		case html.TextToken:
			h.textToken(token)
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			h.tagToken(h.source[token.Start:token.End], token)
		}
	}
}

func (h *markup) textToken(token Span) {
	if !h.words && h.cell == "th" && strings.TrimSpace(h.source[token.Start:token.End]) != "" {
		h.text.Tables[h.tables[len(h.tables)-1].index].Header = true
	}
	if h.skip != "" || !h.words && h.heading == 0 && h.anchored == nil {
		return
	}
	for start := token.Start; start < token.End; {
		text := h.source[start:token.End]
		space := len(text) - len(strings.TrimLeft(text, " \t\r\n\f"))
		if space > 0 {
			if n := len(h.plain); n > 0 && h.plain[n-1] != ' ' && h.plain[n-1] != '\n' {
				h.space(start, start+space)
			}
			start += space
			continue
		}
		end := strings.IndexAny(text, " \t\r\n\f")
		for end >= 0 && end+1 < len(text) && text[end] == ' ' && !isSpace(text[end+1]) {
			more := strings.IndexAny(text[end+1:], " \t\r\n\f")
			if more < 0 {
				end = len(text)
				break
			}
			end += 1 + more
		}
		if end < 0 {
			end = len(text)
		}
		if len(h.plain) == 0 && h.heading == 0 && h.words {
			h.from = start
		}
		h.resolve(start, start+end, false)
		start += end
		h.end = start
	}
}

func (h *markup) space(start, end int) {
	if h.source[start:end] == " " {
		h.exact(start, end)
	} else {
		h.put(" ", start, end)
	}
}

// flush makes a block of what was read up to an offset.
func (h *markup) flush(at int) {
	h.closeAnchor(at)
	block := Block{Kind: Paragraph, Span: Span{min(h.from, at), max(h.end, min(h.from, at))}, Quoted: h.quoted || h.quotes > 0}
	switch {
	case !h.words:
		h.raw(at)
		return
	case h.cell != "":
		block.Kind, block.Header = Cell, h.cell == "th"
	case len(h.lists) > 0:
		block.Kind, block.Level = List, len(h.lists)
	case h.quotes > 0:
		block.Kind = Quote
	}
	words := h.text.Words
	h.finish(block)
	if n := len(h.tables); n > 0 && block.Header && h.text.Words > words {
		h.text.Tables[h.tables[n-1].index].Header = true
	}
	h.from, h.end = at, at
}

// raw adds what was read as a block of HTML.
func (h *markup) raw(at int) {
	h.plain, h.origin = h.plain[:0], h.origin[:0]
	if at > h.from {
		h.add(Block{Kind: HTML, Span: Span{h.from, at}, Quoted: h.quoted})
	}
	h.from, h.end = at, at
}
