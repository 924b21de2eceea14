package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"stet/internal/qa"
)

// SGR codes of a terminal.
const (
	bold   = "1"
	faint  = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

// printer writes for a terminal of a width and keeps the first error.
type printer struct {
	w     io.Writer
	color bool
	width int
	err   error
}

func writeText(w io.Writer, run Run) error {
	p := &printer{w: w, color: run.Color, width: max(cmp.Or(run.Width, 100), 30)}
	gap := false
	for i := range run.Entries {
		long := noteworthy(&run.Entries[i].Report)
		if long && i > 0 || gap {
			p.line("")
		}
		gap = long
		p.article(&run.Entries[i], run.Known)
	}
	t := run.tally()
	if t.articles > 1 {
		p.line("")
		verdict, code := verdictWord(t.passed == t.articles)
		text := fmt.Sprintf("%s: %s, %d passed, %d failed; %s", verdict, plural(t.articles, "article"), t.passed, t.articles-t.passed, found(t.found))
		for i, line := range wrapped(text, p.width) {
			if i == 0 {
				line = p.paint(code, verdict) + strings.TrimPrefix(line, verdict)
			}
			p.line("%s", line)
		}
	}
	return p.err
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, strings.TrimRight(fmt.Sprintf(format, args...), " "))
	}
}

func (p *printer) paint(code, text string) string {
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// block writes a text in lines, all of them indented; first stands before the first.
func (p *printer) block(indent int, first, text string) {
	margin := strings.Repeat(" ", indent+columnsOf(first))
	for i, line := range wrapped(text, max(p.width-len(margin), 20)) {
		if i == 0 {
			p.line("%s%s%s", strings.Repeat(" ", indent), first, line)
		} else {
			p.line("%s%s", margin, line)
		}
	}
}

func verdictWord(passed bool) (word, color string) {
	if passed {
		return "passed", green
	}
	return "failed", red
}

// noteworthy reports whether an article needs more than one line.
func noteworthy(r *qa.Report) bool { return !r.Passed || len(r.Findings) > 0 || len(r.Unchecked) > 0 }

func (p *printer) article(e *Entry, known string) {
	r := &e.Report
	verdict, code := verdictWord(r.Passed)
	name, score := clean(e.name()), fmt.Sprintf("score %d, needs %d", r.Score, r.Threshold)
	gap := "  "
	if columnsOf(name+gap+verdict+gap+score) > p.width {
		gap = "\n"
	}
	p.line("%s%s%s  %s", p.paint(bold, name), gap, p.paint(code, verdict), score)
	if !noteworthy(r) {
		return
	}
	if r.Title != "" {
		p.block(0, "", r.Title)
	}
	p.block(0, "", scores(r))
	for _, category := range categories(r) {
		p.category(e, category)
	}
	p.reasons(r)
	p.aside(r, known)
}

// scores is the line of the categories' scores.
func scores(r *qa.Report) string {
	var parts []string
	for _, c := range r.Categories {
		part := fmt.Sprintf("%s %s", c.Category, scoreWords(c))
		if c.Score != nil && *c.Score < c.Floor {
			part += fmt.Sprintf(" (needs %d)", c.Floor)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// categories are those with findings that count, in the report's order.
func categories(r *qa.Report) (list []qa.Category) {
	for _, c := range r.Categories {
		list = append(list, c.Category)
	}
	for i := range r.Findings {
		if c := r.Findings[i].Category; !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return slices.DeleteFunc(list, func(c qa.Category) bool {
		return !slices.ContainsFunc(r.Findings, func(f qa.Finding) bool { return f.Category == c && counts(&f) })
	})
}

func (p *printer) category(e *Entry, category qa.Category) {
	p.line("")
	p.line("  %s", p.paint(bold, string(category)))
	for i := range e.Report.Findings {
		if f := &e.Report.Findings[i]; f.Category == category && counts(f) {
			p.finding(e, f)
		}
	}
}

var severityColor = map[qa.Severity]string{qa.Blocker: bold + ";" + red, qa.Error: red, qa.Warning: yellow, qa.Info: cyan}

func (p *printer) finding(e *Entry, f *qa.Finding) {
	p.line("  %s  %s  %s  %s", place(e, f), p.paint(severityColor[f.Severity], string(f.Severity)), clean(f.Rule), p.paint(faint, clean(f.Hash)))
	p.block(4, "", f.Message)
	number := fmt.Sprint(f.Where.Start.Line)
	if line, marks := shown(e.text(f), f, p.width-len(number)-7); line != "" {
		p.line("    %s %s", p.paint(faint, number+" |"), line)
		p.line("    %s %s", p.paint(faint, strings.Repeat(" ", len(number))+" |"), p.paint(severityColor[f.Severity], marks))
	}
	if f.Evidence != "" {
		p.block(4, "Knowledge base: ", f.Evidence)
	}
	remedy := f.Remedy
	if f.Fix != nil && f.Fix.Safe {
		remedy = strings.TrimSpace(remedy + " (--fix does it)")
	}
	if remedy != "" {
		p.block(4, "> ", remedy)
	}
}

// place is where a finding stands: line and column of the file, with the field where positions are those of a field.
func place(e *Entry, f *qa.Finding) string {
	if f.Where.Start.Line == 0 {
		return clean(f.Where.Field)
	}
	at := fmt.Sprintf("%d:%d", f.Where.Start.Line, f.Where.Start.Column)
	if e.File == "" {
		return clean(f.Where.Field) + " " + at
	}
	return at
}

func (p *printer) reasons(r *qa.Report) {
	if len(r.Reasons)+len(r.Errors) == 0 {
		return
	}
	p.line("")
	for _, reason := range r.Reasons {
		p.block(2, "Failed: ", reason)
	}
	for _, err := range r.Errors {
		p.block(2, "Error: ", err)
	}
}

// aside tells what does not count, and what nobody looked at.
func (p *printer) aside(r *qa.Report, known string) {
	old := 0
	p.gapBefore(r)
	for i := range r.Findings {
		f := &r.Findings[i]
		switch {
		case f.Waived != nil:
			p.block(2, "Waived: ", fmt.Sprintf("%d:%d %s by %s until %s: %s", f.Where.Start.Line, f.Where.Start.Column, f.Rule, f.Waived.By,
				f.Waived.Until.Format(time.DateOnly), f.Waived.Reason))
		case f.Old:
			old++
		}
	}
	if old > 0 {
		p.block(2, "", fmt.Sprintf("%s not counted: %s.", plural(old, "finding"), cmp.Or(known, "known before")))
	}
	for _, sentence := range r.Unchecked {
		p.block(2, "Not checked: ", sentence)
	}
}

func (p *printer) gapBefore(r *qa.Report) {
	if len(r.Unchecked) > 0 || slices.ContainsFunc(r.Findings, func(f qa.Finding) bool { return !counts(&f) }) {
		p.line("")
	}
}
