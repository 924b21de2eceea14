package page

import (
	"slices"
	"sort"

	"stet/internal/prose"
	"stet/internal/qa"
)

func (l *look) tableHeader() {
	if len(l.Body.Tables) == 0 {
		l.idle()
	}
	for _, t := range l.Body.Tables {
		if !t.Header {
			l.body(t.Span, fault{message: "The table of %{columns} and %{rows} has no header.", remedy: "Name the columns in the first row.",
				values: values{"columns": plural(t.Columns, "column"), "rows": plural(t.Rows, "row")}})
		}
	}
}

func (l *look) listShape() {
	if len(l.Body.Lists) == 0 {
		l.idle()
	}
	for _, list := range l.Body.Lists {
		if over(list.Depth, l.Depth) {
			l.body(list.Span, fault{message: "The list is %{level} levels deep; at most %{depth} can be followed.", remedy: "Write the inner list as text, or give it a heading of its own.",
				values: values{"level": list.Depth, "depth": *l.Depth}})
			continue
		}
		if list.Depth > 1 && under(list.Items, l.Min) {
			continue // a remark on an item
		}
		l.limited(list.Items, func(f fault) *qa.Finding { return l.body(list.Span, f) },
			fault{message: "The list has %{items}; fewer than %{min} are no list.", remedy: "Write it as a sentence.", values: values{"items": plural(list.Items, "item")}},
			fault{message: "The list has %{items}; at most %{max} can be taken in.", remedy: "Group the items, or cut some.", values: values{"items": plural(list.Items, "item")}})
	}
}

// comparing are the words of a heading that promises a comparison.
var comparing = []string{"vs", "versus", "compared", "comparison", "compare", "differences", "vergleich", "unterschiede", "comparaison", "comparación"}

// tableForComparison wants a table where a heading promises a comparison.
func (l *look) tableForComparison() {
	any := false
	for i, s := range l.Body.Sections {
		if s.Heading < 0 || !slices.ContainsFunc(l.block(s.Heading).Words, func(w prose.Word) bool { return slices.Contains(l.Texts, w.Fold) }) {
			continue
		}
		any = true
		if h := l.block(s.Heading); !l.tabled(i) {
			l.body(h.Span, fault{"The section “%{heading}” compares without a table.", "Put what is compared into a table, a column for each.",
				values{"heading": short(h.Plain)}, h.Plain})
		}
	}
	if !any {
		l.idle()
	}
}

// tabled reports whether a section, or one below it, has a table.
func (l *look) tabled(section int) bool {
	own := l.Body.Sections[section]
	end := own.Span.End
	for _, s := range l.Body.Sections[section+1:] {
		if s.Level <= own.Level {
			break
		}
		end = s.Span.End
	}
	tables := l.Body.Tables
	first := sort.Search(len(tables), func(i int) bool { return tables[i].Span.Start >= own.Span.Start })
	return first < len(tables) && tables[first].Span.Start < end
}
