package block

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// table writes a table of plain cells. One with spans, a caption or columns of its own is custom HTML. The layout is
// said, because its default changed between versions of the editor.
func (w *writer) table(n *html.Node) bool {
	if n.DataAtom != atom.Table || !plainTable(n) {
		return false
	}
	part := &writer{shortcodes: w.shortcodes}
	for section := range n.ChildNodes() {
		if blank(section) {
			continue
		}
		part.WriteString("<" + section.Data + ">")
		for row := range section.ChildNodes() {
			if row.DataAtom == atom.Tr {
				part.row(row)
			}
		}
		part.WriteString("</" + section.Data + ">")
	}
	w.wrap("table", attrs{{"hasFixedLayout", false}}, `<figure class="wp-block-table"><table>`+part.String()+`</table></figure>`)
	return true
}

func (w *writer) row(row *html.Node) {
	w.WriteString("<tr>")
	for cell := range row.ChildNodes() {
		if blank(cell) {
			continue
		}
		w.WriteString("<" + cell.Data)
		if align, has := attr(cell, "align"); has {
			w.WriteString(` class="has-text-align-` + w.quote(align) + `" data-align="` + w.quote(align) + `"`)
		}
		w.WriteString(">" + strings.TrimSpace(w.inner(cell)) + "</" + cell.Data + ">")
	}
	w.WriteString("</tr>")
}

func plainTable(n *html.Node) bool {
	if len(n.Attr) > 0 {
		return false
	}
	for section := range n.ChildNodes() {
		if blank(section) {
			continue
		}
		if section.DataAtom != atom.Thead && section.DataAtom != atom.Tbody && section.DataAtom != atom.Tfoot || len(section.Attr) > 0 {
			return false
		}
		for row := range section.ChildNodes() {
			if !blank(row) && !plainRow(row) {
				return false
			}
		}
	}
	return n.FirstChild != nil
}

func plainRow(row *html.Node) bool {
	if row.DataAtom != atom.Tr || len(row.Attr) > 0 {
		return false
	}
	for cell := range row.ChildNodes() {
		if blank(cell) {
			continue
		}
		if cell.DataAtom != atom.Td && cell.DataAtom != atom.Th || !only(cell, "align") || hasBlocks(cell) {
			return false
		}
	}
	return true
}
