package prose

import "strings"

// blockTags end the paragraph that is open; other tags stand within it.
var blockTags = set(`address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
	footer form head header hgroup hr html legend li main menu nav ol option p pre script search section select style summary
	table tbody td template textarea tfoot th thead title tr ul h1 h2 h3 h4 h5 h6`)

// silent elements have no text, or none that is read as the article's.
var silent = set(`head title script style template svg math iframe object noscript select textarea button audio video canvas pre`)

func (h *markup) tagToken(raw string, span Span) {
	name := tagName(raw)
	base := strings.TrimPrefix(name, "/")
	if h.skip != "" {
		h.skipTag(name, span)
		return
	}
	if blockTags[base] {
		if base[0] == 'h' && len(base) == 2 && base[1] >= '1' && base[1] <= '6' {
			h.headingTag(name, raw, span)
			return
		}
		if h.heading == 0 && h.words {
			h.flush(span.Start)
		}
		h.structure(name, span)
	}
	h.tag(raw, span)
	if name == base && silent[name] && !strings.HasSuffix(raw, "/>") {
		h.skip, h.skipped, h.skipFrom = name, 1, span.Start
	}
}

// skipTag counts the elements within one that has no text.
func (h *markup) skipTag(name string, span Span) {
	switch name {
	case h.skip:
		h.skipped++
	case "/" + h.skip:
		h.skipped--
	}
	if h.skipped > 0 {
		return
	}
	skip := h.skip
	h.skip = ""
	if !h.words || h.heading > 0 {
		return
	}
	switch skip {
	case "pre":
		h.add(Block{Kind: Code, Span: Span{h.skipFrom, span.End}, Quoted: h.quotes > 0})
	case "script", "style":
		h.add(Block{Kind: HTML, Span: Span{h.skipFrom, span.End}, Quoted: h.quotes > 0})
	}
	if len(h.plain) == 0 {
		h.from, h.end = span.End, span.End
	}
}

func (h *markup) headingTag(name, raw string, span Span) {
	if name[0] != '/' {
		h.endHeading(span.Start)
		h.flush(span.Start)
		h.tag(raw, span)
		h.heading, h.from = int(name[1]-'0'), span.Start
		return
	}
	h.endHeading(span.End)
}

// endHeading makes a heading of what was read since its tag.
func (h *markup) endHeading(at int) {
	if h.heading == 0 {
		return
	}
	h.closeAnchor(at)
	span := Span{h.from, at}
	if h.slugs == nil {
		h.slugs = slugs{}
	}
	h.anchor(h.slugs.unique(githubSlug(strings.TrimSpace(string(h.plain)))), span)
	h.finish(Block{Kind: Heading, Level: h.heading, Span: span, Quoted: h.quoted || h.quotes > 0})
	h.heading, h.from, h.end = 0, at, at
}

// structure keeps account of lists, quotes and tables.
func (h *markup) structure(name string, span Span) {
	switch name {
	case "blockquote":
		h.quotes++
	case "/blockquote":
		h.quotes = max(0, h.quotes-1)
	}
	if h.words {
		h.list(name, span)
	}
	h.table(name, span)
}

func (h *markup) list(name string, span Span) {
	last := len(h.lists) - 1
	switch name {
	case "ol", "ul", "menu":
		h.lists = append(h.lists, len(h.text.Lists))
		h.text.Lists = append(h.text.Lists, Listing{Span: span, Ordered: name == "ol", Depth: last + 2})
	case "li":
		if last >= 0 {
			h.text.Lists[h.lists[last]].Items++
		}
	case "/ol", "/ul", "/menu":
		if last >= 0 {
			h.text.Lists[h.lists[last]].Span.End = span.End
			h.lists = h.lists[:last]
		}
	}
}

func (h *markup) table(name string, span Span) {
	if name == "table" {
		h.tables = append(h.tables, grid{index: len(h.text.Tables)})
		h.text.Tables = append(h.text.Tables, Table{Span: span})
		return
	}
	last := len(h.tables) - 1
	if last < 0 {
		return
	}
	g := &h.tables[last]
	switch name {
	case "tr":
		h.endRow(g)
		g.open = true
	case "/tr":
		h.endRow(g)
	case "td":
		h.cell = name
		g.values++
	case "th":
		h.cell = name
		g.heads++
	case "/td", "/th":
		h.cell = ""
	case "/table":
		h.endRow(g)
		h.text.Tables[g.index].Span.End = span.End
		h.tables = h.tables[:last]
		h.cell = ""
	}
}

// endRow counts the row that is open. One of header cells alone is the header.
func (h *markup) endRow(g *grid) {
	table := &h.text.Tables[g.index]
	if table.Columns = max(table.Columns, g.heads+g.values); g.values > 0 {
		table.Rows++
	}
	g.heads, g.values, g.open = 0, 0, false
	h.cell = ""
}
