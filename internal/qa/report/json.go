package report

import (
	"encoding/json"
	"io"

	"stet/internal/qa"
)

// document is the JSON of a run.
type document struct {
	Policy   string              `json:"policy"`
	Passed   bool                `json:"passed"`
	Articles int                 `json:"articles"`
	Failed   int                 `json:"failed"`
	Counts   map[qa.Severity]int `json:"counts"` // of findings that count
	Old      int                 `json:"old,omitempty"`
	Waived   int                 `json:"waived,omitempty"`
	Reports  []qa.Report         `json:"reports"`
}

func writeJSON(w io.Writer, run Run) error {
	t := run.tally()
	doc := document{Policy: run.Policy, Passed: t.passed == t.articles, Articles: t.articles, Failed: t.articles - t.passed,
		Counts: t.found, Old: t.old, Waived: t.waived, Reports: []qa.Report{}}
	for _, e := range run.Entries {
		if e.Report.Findings == nil {
			e.Report.Findings = []qa.Finding{}
		}
		doc.Reports = append(doc.Reports, e.Report)
	}
	return encode(w, doc)
}

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
