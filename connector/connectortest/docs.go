package connectortest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"stet/connector"
)

// updateDocs is the environment variable that has a run write its rows into Config.Docs.
const updateDocs = "STET_UPDATE_DOCS"

const (
	promises   = "What a target can promise"
	trials     = "What it was tried against"
	deviations = "Deviations"
)

// heads are the tables of the page, in order, each with its sentence and its columns.
var heads = []struct{ title, text, columns string }{
	{promises, "The class names the sub-protocol ([protocol](protocol.md), 1.7). The horizon is how late a request may still take effect.",
		"connector | class | drafts | client ids | separate draft | slug when taken | locking | strong lookup | atomic upsert | unpublish | trash | horizon | body"},
	{trials, "Operations are publishes, updates, unpublishes and rollbacks, each judged in the CMS itself once it had come to rest. " +
		"Duplicates are public items beyond the first, looked for after every attempt and at rest. The control does what most integrations do: it sends again whatever was not answered.",
		"connector | against | date | operations | faults injected | duplicates | lost | stale | orphan drafts | result"},
	{deviations, "A test that a connector does not pass, and why.", "connector | test | reason"},
}

const preface = `# Connectors

This page is made by the conformance suite (` + "`connector/connectortest`" + `): every connector runs it, and a run with
` + "`STET_UPDATE_DOCS=1`" + ` writes the connector's rows. A test fails when the first table is not what the code declares.
`

// page compares the connector's promises with Config.Docs, or writes its rows there.
func (s *suite) page(t T) {
	if s.cfg.Docs == "" {
		return
	}
	text, err := os.ReadFile(s.cfg.Docs)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("read the page of connectors: %v", err)
	}
	if os.Getenv(updateDocs) == "" {
		if row := promiseRow(s.report); !strings.Contains(string(text), row+"\n") {
			t.Errorf("%s does not hold what %s promises:\n%s\nRun the test with %s=1 to write it.", s.cfg.Docs, s.cfg.Name, row, updateDocs)
		}
		return
	}
	if err := os.WriteFile(s.cfg.Docs, []byte(UpdatePage(string(text), s.report)), 0o644); err != nil {
		t.Fatalf("write the page of connectors: %v", err)
	}
}

// UpdatePage puts the rows of a run into the page of connectors; those of other connectors, and of this one against
// something else, stay.
func UpdatePage(page string, r *Report) string {
	tables := parsePage(page)
	mine := func(row string) bool { return strings.HasPrefix(row, "| "+r.Name+" |") }
	here := func(row string) bool { return strings.HasPrefix(row, "| "+r.Name+" | "+r.Against+" |") }
	if !r.Control {
		tables[promises] = append(slices.DeleteFunc(tables[promises], mine), promiseRow(r))
	}
	tables[trials] = append(slices.DeleteFunc(tables[trials], here), trialRow(r))
	tables[deviations] = slices.DeleteFunc(tables[deviations], mine)
	for _, d := range r.Deviations {
		tables[deviations] = append(tables[deviations], row(r.Name, "`"+d.Test+"`", d.Reason))
	}
	var b strings.Builder
	b.WriteString(preface)
	for _, h := range heads {
		slices.Sort(tables[h.title])
		columns := strings.Split(h.columns, " | ")
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n%s\n|%s\n%s\n", h.title, h.text, row(columns...), strings.Repeat(" --- |", len(columns)),
			strings.Join(tables[h.title], "\n"))
	}
	return b.String()
}

// parsePage gives the rows of each table, without its head.
func parsePage(page string) map[string][]string {
	tables := map[string][]string{}
	title := ""
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "## "):
			title = strings.TrimPrefix(line, "## ")
		case strings.HasPrefix(line, "| connector |"), strings.HasPrefix(line, "| --- |"):
		case strings.HasPrefix(line, "| "):
			tables[title] = append(tables[title], line)
		}
	}
	return tables
}

func row(cells ...string) string {
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(cmp.Or(c, "-"), "|", `\|`)
	}
	return "| " + strings.Join(cells, " | ") + " |"
}

func promiseRow(r *Report) string {
	c := r.Capabilities
	return row(r.Name, string(c.Class), yes(c.Drafts), yes(c.ClientIDs), yes(c.SeparateDraft), taken(c), yes(c.Locking), yes(c.StrongLookup),
		yes(c.Upsert), yes(c.Unpublish), yes(c.Trash), short(c.Horizon), strings.Join(c.BodyFormats, ", "))
}

func trialRow(r *Report) string {
	return row(r.Name, r.Against, r.Day.Format(time.DateOnly), fmt.Sprint(r.Operations), fmt.Sprint(r.Faults),
		fmt.Sprint(max(r.Duplicates, r.Transient)), fmt.Sprint(r.Lost), fmt.Sprint(r.Stale), fmt.Sprint(r.Orphans), r.Result())
}

func taken(c connector.Capabilities) string {
	if c.SlugSuffix {
		return "changed"
	}
	return "refused"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func short(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return strings.TrimSuffix(d.String(), "0s")
}
