package cli

import (
	"stet/internal/qa"
	"stet/internal/qa/report"
)

// locator turns places in an article's fields into places in its file.
type locator struct {
	piece
	lines *report.Lines
}

func newLocator(text string, p piece) *locator { return &locator{p, report.NewLines(text)} }

// report moves a report's findings into the file. A fix that cannot be made there as it is made in the field is left out.
func (l *locator) report(r *qa.Report) {
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Fix = l.fix(f)
		f.Where = l.file(f.Where)
	}
}

func (l *locator) file(w qa.Where) qa.Where {
	from, to, _ := l.places.Span(w.Field, w.Start.Byte, w.End.Byte)
	w.Start, w.End = l.lines.At(from), l.lines.At(to)
	return w
}

func (l *locator) fix(f *qa.Finding) *qa.Fix {
	if f.Fix == nil {
		return nil
	}
	fix := *f.Fix
	fix.Edits = nil
	for _, e := range f.Fix.Edits {
		from, to, exact := l.places.Span(f.Where.Field, e.Start, e.End)
		if !exact {
			return nil
		}
		fix.Edits = append(fix.Edits, qa.Edit{Start: from, End: to, Text: e.Text})
	}
	return &fix
}
