package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/qa/report"
)

const launch = "---\ntitle: Launch\n---\n\nSend an e-mail to 😀 Ann <b>now</b>.\n\n\tIt is very, very good: 100% [sure] | @ann #12 ``` ::set-env\u202e\x1b[2J and a line that is long enough to be cut in two places, whatever the terminal is.\n"

// find makes a finding at the first place of a text in the article.
func find(rule, text string, severity qa.Severity) qa.Finding {
	at := strings.Index(launch, text)
	category := map[string]qa.Category{"VOI": qa.Voice, "STR": qa.Structure, "MET": qa.Meta, "GRD": qa.Grounding}[rule[:3]]
	return qa.Finding{Rule: rule, Category: category, Severity: severity, Text: text, Hash: qa.HashOf(rule, text, launch),
		Message: "“" + text + "” should not stand here.", Remedy: "Use another word.",
		Where: qa.Where{Field: "body", Start: position(at), End: position(at + len(text))}}
}

// position is found in another way than the package does.
func position(at int) prose.Position {
	before := launch[:at]
	line := before[strings.LastIndex(before, "\n")+1:]
	wide := strings.Count(line, "😀")
	return prose.Position{Byte: at, Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(line) + 1, UTF16: utf8.RuneCountInString(line) + wide + 1}
}

func number(n int) *int { return &n }

// failing is a run with everything a report can hold.
func failing() report.Run {
	email := find("VOI-002-preferred-term", "e-mail", qa.Error)
	at := email.Where.Start.Byte
	email.Fix = &qa.Fix{Title: "Replace with email", Safe: true, Edits: []qa.Edit{{Start: at, End: at + 6, Text: "email"}}}
	waived := find("VOI-001-banned", "very", qa.Warning)
	waived.Waived = &qa.Waiver{Rule: waived.Rule, Hash: waived.Hash, Reason: "a quotation", By: "ann@example.com", Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	old := find("VOI-001-banned", "good", qa.Warning)
	old.Old = true
	fact := find("GRD-001-contradicted-value", "100%", qa.Blocker)
	fact.Evidence = "pricing.md: It is 90% for all."
	missing := qa.Finding{Rule: "MET-002-description", Category: qa.Meta, Severity: qa.Warning, Message: "There is no description.\r\nA second line: 50%, at most.", Hash: "00",
		Where: qa.Where{Field: "meta_description", Start: prose.Position{Line: 1, Column: 1, UTF16: 1}, End: prose.Position{Line: 1, Column: 1, UTF16: 1}}}
	bad := qa.Report{File: "docs/a b%,:[x].md", ContentID: "launch", Title: "Launch", Policy: "default@sha256:ab", Score: 71, Threshold: 80, Words: 20,
		Categories: []qa.CategoryScore{{Category: qa.Structure, Score: number(100), Floor: 60}, {Category: qa.Voice, Score: number(55), Floor: 60},
			{Category: qa.Grounding, Floor: 60}, {Category: qa.Meta, Score: number(80), Floor: 60}},
		Findings: []qa.Finding{missing, email, find("VOI-010-repetition", "😀", qa.Info), waived, old, fact, fact},
		Reasons:  []string{"The article scores 71; it needs 80.", "voice scores 55; it needs 60."}, Errors: []string{"STR-008-link-broken: time is up"},
		Unchecked: []string{"Whether who did what is right: only numbers, dates and names were compared."}, Counts: map[qa.Severity]int{qa.Blocker: 2, qa.Error: 1, qa.Warning: 1, qa.Info: 1}}
	good := qa.Report{File: "docs/good.md", Title: "Good", Policy: bad.Policy, Passed: true, Score: 97, Threshold: 80, Findings: []qa.Finding{find("VOI-001-banned", "cut", qa.Warning)},
		Counts: map[qa.Severity]int{qa.Warning: 1}}
	event := good
	event.File, event.ContentID, event.Title = "", "pages/x", "From an event"
	return report.Run{Policy: bad.Policy, Version: "v1.2.3", Now: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC), Known: "known to the baseline",
		Rules: []*qa.Rule{{ID: "STR-001-single-h1", Kind: "structure", Category: qa.Structure, Severity: qa.Error, Weight: 3, Remedy: "Keep one."},
			{ID: "VOI-001-banned", Kind: "forbid", Category: qa.Voice, Severity: qa.Warning, Message: "Leave %{match} out."}},
		Entries: []report.Entry{{Report: bad, File: launch}, {Report: good, File: launch}, {Report: event, Fields: map[string]string{"body": launch}}}}
}

func write(t *testing.T, format report.Format, run report.Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(&b, format, run); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryFormatGivesTheSameBytesAgain(t *testing.T) {
	for _, format := range report.Formats {
		if first, second := write(t, format, failing()), write(t, format, failing()); first != second {
			t.Errorf("%s: two runs differ", format)
		}
		if out := write(t, format, report.Run{}); format == report.JSON && !strings.Contains(out, `"reports": []`) {
			t.Errorf("%s of nothing: %s", format, out)
		}
	}
	if err := report.Write(&bytes.Buffer{}, "yaml", report.Run{}); err == nil || !strings.Contains(err.Error(), "sarif") {
		t.Errorf("an unknown format gives %v", err)
	}
}
