package report

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"

	"stet/internal/qa"
)

// maxComment is how long a comment on GitHub may be; GitLab takes more. It counts UTF-16 code units, which are at least
// as many as characters.
const maxComment = 65536

// Marker begins every comment, so that a program finds its earlier one and replaces it.
const Marker = "<!-- stet qa -->"

// maxRows is how many findings of an article a comment names.
const maxRows = 50

// writeMarkdown writes the verdict, a table of the articles that need attention, and their findings folded. What does not
// fit is left out from the end, and the comment says so.
func writeMarkdown(w io.Writer, run Run) error {
	t := run.tally()
	c := &comment{left: maxComment - 200} // for the last sentence
	verdict := "passed"
	if t.passed < t.articles {
		verdict = fmt.Sprintf("%d of %s failed", t.articles-t.passed, plural(t.articles, "article"))
	}
	c.add(fmt.Sprintf("%s\n### stet QA: %s\n\n%s, %s. Policy `%s`.\n", Marker, verdict, plural(t.articles, "article"), found(t.found), code(run.Policy)))
	if t.old+t.waived > 0 {
		c.add(fmt.Sprintf("Not counted: %d known, %d waived.\n", t.old, t.waived))
	}
	shown := worstFirst(run.Entries)
	if len(shown) > 0 {
		c.add("\n| | article | score | findings |\n|---|---|---|---|\n")
	}
	for _, e := range shown {
		c.add(overview(e))
	}
	for _, e := range shown {
		c.add(details(e))
	}
	if c.cut > 0 {
		fmt.Fprintf(&c.text, "\n%s left out: the comment would be too long. `stet qa` shows everything.\n", plural(c.cut, "part"))
	}
	_, err := io.WriteString(w, c.text.String())
	return err
}

// comment is a text that takes parts as long as they fit.
type comment struct {
	text strings.Builder
	left int
	cut  int
}

func (c *comment) add(part string) {
	n := 0
	for _, r := range part {
		n += utf16.RuneLen(r)
	}
	if n > c.left || c.cut > 0 {
		c.cut++
		return
	}
	c.left -= n
	c.text.WriteString(part)
}

// worstFirst are the articles that failed, then those that passed with findings.
func worstFirst(entries []Entry) (list []*Entry) {
	for _, failed := range []bool{true, false} {
		for i := range entries {
			r := &entries[i].Report
			n := map[qa.Severity]int{}
			for j := range r.Findings {
				if counts(&r.Findings[j]) {
					n[r.Findings[j].Severity]++
				}
			}
			if r.Passed != failed && (failed || len(n) > 0) {
				list = append(list, &entries[i])
			}
		}
	}
	return list
}

func overview(e *Entry) string {
	n := map[qa.Severity]int{}
	for i := range e.Report.Findings {
		if f := &e.Report.Findings[i]; counts(f) {
			n[f.Severity]++
		}
	}
	mark := "passed"
	if !e.Report.Passed {
		mark = "**failed**"
	}
	return fmt.Sprintf("| %s | `%s` | %d (needs %d) | %s |\n", mark, code(e.name()), e.Report.Score, e.Report.Threshold, found(n))
}

func details(e *Entry) string {
	r := &e.Report
	var b strings.Builder
	fmt.Fprintf(&b, "\n<details><summary><code>%s</code>: score %d</summary>\n\n", escapeHTML(clean(e.name())), r.Score)
	if line := scores(r); line != "" {
		fmt.Fprintf(&b, "%s\n\n", plain(line))
	}
	for _, reason := range append(append([]string{}, r.Reasons...), r.Errors...) {
		fmt.Fprintf(&b, "- %s\n", plain(reason))
	}
	b.WriteString("\n| place | | rule | what and what to do |\n|---|---|---|---|\n")
	rows, more := 0, 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Old {
			continue
		}
		if rows++; rows > maxRows {
			more++
			continue
		}
		b.WriteString(row(e, f))
	}
	if more > 0 {
		fmt.Fprintf(&b, "\n%s more.\n", plural(more, "finding"))
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

func row(e *Entry, f *qa.Finding) string {
	what := plain(short(sentence(f), 400))
	if f.Evidence != "" {
		what += "<br>" + plain(short("Knowledge base: "+f.Evidence, 300))
	}
	kind := string(f.Severity)
	if f.Waived != nil {
		kind = "waived"
		what += "<br>" + plain(fmt.Sprintf("Waived by %s until %s: %s", f.Waived.By, f.Waived.Until.Format(time.DateOnly), short(f.Waived.Reason, 300)))
	}
	return fmt.Sprintf("| %s | %s | `%s`<br><sub>%s</sub> | %s |\n", plain(place(e, f)), kind, code(f.Rule), plain(f.Hash), what)
}

// plain writes a text from elsewhere so that nothing in it is Markdown, HTML, a mention or a reference to an issue.
func plain(text string) string { return escapeMarkdown.Replace(clean(text)) }

var escapeMarkdown = strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "|", "\\|", "~", "\\~",
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "@", "@\u2060", "#", "#\u2060", "://", ":\u2060//")

var escapeHTML = strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;", "@", "@\u2060").Replace

// code writes a text that stands between backticks in a table.
func code(text string) string {
	return strings.NewReplacer("`", "'", "|", "\\|").Replace(clean(text))
}

func short(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}
