package revise

import (
	"cmp"
	"slices"
	"strings"

	"stet"
	"stet/internal/qa"
)

// Fix applies the safe fixes of findings that are not waived to a document, and gives those whose fix was applied. Of
// fixes that overlap the first counts; the others may find their place in the next round. The given document stays as it
// is.
func Fix(doc stet.Document, findings []qa.Finding) (fixed stet.Document, applied []qa.Finding) {
	fixed = copied(doc)
	for _, field := range fields {
		text := textOf(&fixed, field)
		if text == nil {
			continue
		}
		var changed string
		var used []qa.Finding
		if changed, used = fixText(*text, field, findings); len(used) > 0 {
			*text = changed
			applied = append(applied, used...)
		}
	}
	return fixed, applied
}

func fixText(text, field string, findings []qa.Finding) (string, []qa.Finding) {
	var edits []qa.Edit
	var used []qa.Finding
	for _, f := range findings {
		if f.Where.Field != field || f.Waived != nil || f.Fix == nil || !f.Fix.Safe || len(f.Fix.Edits) == 0 {
			continue
		}
		if fits(text, f.Fix.Edits, edits) {
			edits, used = append(edits, f.Fix.Edits...), append(used, f)
		}
	}
	slices.SortFunc(edits, func(a, b qa.Edit) int { return cmp.Compare(a.Start, b.Start) })
	var out strings.Builder
	at := 0
	for _, e := range edits {
		out.WriteString(text[at:e.Start])
		out.WriteString(e.Text)
		at = e.End
	}
	out.WriteString(text[at:])
	return out.String(), used
}

// fits reports whether edits are inside the text, in order, and touch nothing that is changed already.
func fits(text string, edits, taken []qa.Edit) bool {
	at := 0
	for _, e := range edits {
		if e.Start < at || e.End < e.Start || e.End > len(text) {
			return false
		}
		at = e.End
		for _, t := range taken {
			if e.Start <= t.End && t.Start <= e.End {
				return false
			}
		}
	}
	return true
}
