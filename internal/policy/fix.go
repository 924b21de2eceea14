package policy

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"stet"
	"stet/internal/prose"
	"stet/internal/qa"
)

// maxRounds is how often Fix looks at a document again: a fix may make room for another.
const maxRounds = 5

// Apply makes the edits of findings in one field of an article: its text and the findings whose edits are in the result.
// Edits that overlap those of a finding before them are left for another time. Without unsafe, only safe fixes are made;
// those of waived findings never are.
func Apply(field, text string, findings []qa.Finding, unsafe bool) (string, []qa.Finding) {
	var fixable []qa.Finding
	for _, f := range findings {
		if f.Fix != nil && f.Where.Field == field && f.Waived == nil && (f.Fix.Safe || unsafe) && fits(f.Fix.Edits, text) {
			fixable = append(fixable, f)
		}
	}
	slices.SortStableFunc(fixable, func(a, b qa.Finding) int { return cmp.Compare(a.Fix.Edits[0].Start, b.Fix.Edits[0].Start) })
	var edits []qa.Edit
	var applied []qa.Finding
	for _, f := range fixable {
		if apart(edits, f.Fix.Edits) {
			edits, applied = append(edits, f.Fix.Edits...), append(applied, f)
		}
	}
	slices.SortFunc(edits, func(a, b qa.Edit) int { return cmp.Compare(a.Start, b.Start) })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.Start])
		b.WriteString(e.Text)
		at = e.End
	}
	b.WriteString(text[at:])
	return b.String(), applied
}

// fits tells whether edits are ones of a text: within it, in order and without overlap.
func fits(edits []qa.Edit, text string) bool {
	at := 0
	for _, e := range edits {
		if e.Start < at || e.End < e.Start || e.End > len(text) {
			return false
		}
		at = e.End
	}
	return len(edits) > 0
}

// apart tells whether none of the new edits touches a byte of the others, or is inserted where another one is.
func apart(others, edits []qa.Edit) bool {
	for _, e := range edits {
		for _, o := range others {
			if e.Start < o.End && o.Start < e.End || e.Start == o.Start {
				return false
			}
		}
	}
	return true
}

// inLabel tells whether an edit is in the text of a link that is also the name of its definition: [text] or [text][]. With
// another text it would be a link no more.
func inLabel(body *prose.Text, e qa.Edit) bool {
	after, _ := slices.BinarySearchFunc(body.Links, e.Start, func(l prose.Link, at int) int {
		if l.Span.Start <= at {
			return -1
		}
		return 1
	})
	if after == 0 || body.Links[after-1].Span.End <= e.Start {
		return false
	}
	link := body.Links[after-1].Span
	text := body.Source[link.Start:link.End]
	return strings.HasSuffix(text, "][]") || strings.HasSuffix(text, "]") && !strings.Contains(text, "][")
}

// Fix makes the safe fixes of a document until there is none left, at most five times over, and gives the document, the
// findings that were fixed, and the verdict on the result.
func (p *Pack) Fix(ctx context.Context, contentID string, doc stet.Document, site qa.Site, now time.Time) (stet.Document, []qa.Finding, qa.Report, error) {
	var fixed []qa.Finding
	for round := 0; ; round++ {
		a, err := Article(contentID, doc, site)
		if err != nil {
			return doc, fixed, qa.Report{}, err
		}
		a.Now = now
		report := p.Judge(ctx, a)
		if round == maxRounds {
			return doc, fixed, report, nil
		}
		next, applied := ApplySafe(doc, report.Findings)
		if len(applied) == 0 {
			return doc, fixed, report, nil
		}
		doc, fixed = next, append(fixed, applied...)
	}
}

// ApplySafe makes the safe fixes of findings in every text of a document, once.
func ApplySafe(doc stet.Document, findings []qa.Finding) (stet.Document, []qa.Finding) {
	var all []qa.Finding
	if doc.Hero != nil {
		hero := *doc.Hero
		doc.Hero = &hero
	}
	for name, text := range texts(&doc) {
		out, applied := Apply(name, *text, findings, false)
		*text, all = out, append(all, applied...)
	}
	return doc, all
}

// texts are the places of a document's texts by the names of fields, in the order of reports.
func texts(doc *stet.Document) func(yield func(string, *string) bool) {
	return func(yield func(string, *string) bool) {
		more := yield("title", &doc.Title) && yield("summary", &doc.Summary) && yield("meta_title", &doc.Metadata.Title) &&
			yield("meta_description", &doc.Metadata.Description)
		if more && doc.Hero != nil {
			more = yield("hero_alt", &doc.Hero.Alt)
		}
		if more {
			yield("body", &doc.Body.Text)
		}
	}
}
