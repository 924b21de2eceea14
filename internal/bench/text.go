package bench

import (
	"fmt"
	"io"
	"strings"
)

// The goals, as docs/benchmarks.md states them.
const (
	goalOfBareRows = 0.5
	goalOverhead   = 25.0 // ms
	goalSyncs      = 10.0
	goalRest       = 60.0   // MB
	goalRecovery   = 1000.0 // ms, on SQLite
)

// line is one line of the table: a value for each store.
type line struct {
	what, goal string
	of         func(Store) string
}

var lines = []line{
	{"**Durable ingest**, deliveries/s", "", func(s Store) string { return rate(s.Ingest.PerSecond) }},
	{"- answered in, p50 / p99", "", func(s Store) string { return both(s.Ingest.P50, s.Ingest.P99) }},
	{"- share of the bare rows with group commit", "≥ 0.50", func(s Store) string {
		return judged(fmt.Sprintf("%.2f", s.Ingest.OfBareRows), s.Ingest.OfBareRows >= goalOfBareRows)
	}},
	{"- while the gate and the publishers work, deliveries/s", "", func(s Store) string { return rate(s.Ingest.BusyPerSecond) }},
	{"Limit: bare commits/s, one row each", "", func(s Store) string { return rate(s.Limits.Commits) }},
	{"Limit: bare rows/s, 64 rows and jobs a commit", "", func(s Store) string { return rate(s.Limits.Rows) }},
	{"Limit: bare River jobs/s, no-op worker", "", func(s Store) string { return rate(s.Limits.Jobs) }},
	{"**Door to `publish_succeeded`**, without the CMS's time, p50", "< 25 ms", func(s Store) string {
		return judged(fmt.Sprintf("%.1f ms", s.Publish.P50), s.Publish.P50 < goalOverhead)
	}},
	{"- p99", "", func(s Store) string { return fmt.Sprintf("%.1f ms", s.Publish.P99) }},
	{"- the CMS's own time, p50", "", func(s Store) string { return fmt.Sprintf("%.0f ms", s.Publish.CMS) }},
	{"**Publishes/s** at saturation (what the CMS's time alone allows)", "", func(s Store) string {
		return fmt.Sprintf("%.0f (%.0f)", s.Publish.PerSecond, 1000*float64(s.Publish.Workers)/s.Publish.CMS)
	}},
	{"**fsyncs of a publish**", "≤ 10", func(s Store) string {
		return judged(fmt.Sprintf("%.1f", s.Publish.Syncs), s.Publish.Syncs <= goalSyncs)
	}},
	{"**Memory** of `stet serve` at rest", "< 60 MB", process(func(p Process) string {
		return judged(fmt.Sprintf("%.0f MB", p.Rest), p.Rest < goalRest)
	})},
	{"- peak under load", "", process(func(p Process) string { return fmt.Sprintf("%.0f MB", p.Busy) })},
	{"**Recovery** after SIGKILL, median", "< 1 s on SQLite", func(s Store) string {
		return process(func(p Process) string {
			text := fmt.Sprintf("%.2f s", p.Recovery/1000)
			if s.Name != SQLite {
				return text
			}
			return judged(text, p.Recovery < goalRecovery)
		})(s)
	}},
	{"- worst", "", process(func(p Process) string { return fmt.Sprintf("%.2f s", p.Worst/1000) })},
	{"- of it, until the door is open", "", process(func(p Process) string { return fmt.Sprintf("%.2f s", p.Start/1000) })},
}

func rate(v float64) string        { return fmt.Sprintf("%.0f", v) }
func both(p50, p99 float64) string { return fmt.Sprintf("%.1f / %.1f ms", p50, p99) }

func judged(text string, reached bool) string {
	if reached {
		return text + " ✓"
	}
	return text + " ✗"
}

func process(show func(Process) string) func(Store) string {
	return func(s Store) string {
		if s.Process == nil {
			return "not measured"
		}
		return show(*s.Process)
	}
}

// Table is the figures in rows, the first of which has the names of the columns.
func (r Report) Table() [][]string {
	head := []string{"", "Goal"}
	for _, s := range r.Stores {
		head = append(head, s.Name)
	}
	table := [][]string{head}
	for _, l := range lines {
		row := []string{l.what, l.goal}
		for _, s := range r.Stores {
			row = append(row, l.of(s))
		}
		table = append(table, row)
	}
	return table
}

// Facts are sentences that the table is to be read with.
func (r Report) Facts() []string {
	m := r.Machine
	facts := []string{
		fmt.Sprintf("Machine: %s, %d cores, %s, %s; %s; load %s before the run.", m.CPU, m.Cores, m.Memory, m.System, m.Go, m.Load),
		fmt.Sprintf("Disk: %s; %.0f appends of 4 kB with fdatasync a second; one after 10 ms of rest takes %.1f ms (p50).", m.Disk, r.Syncs, r.RestedSync),
		fmt.Sprintf("Run: %d senders at once, bodies of %d bytes, medians of %d rounds of %.1f s, %.0f s in all.", r.Senders, r.Body, r.Rounds, r.RoundSeconds, r.Seconds),
	}
	for _, s := range r.Stores {
		facts = append(facts, fmt.Sprintf("%s %s: %d publishes at low load, whose %.0f fsyncs would take %.1f ms at rest; %d workers and %.0f ms a call.",
			s.Name, s.Version, s.Publish.Count, s.Publish.Syncs, s.Publish.Syncs*r.RestedSync, s.Publish.Workers, s.Publish.CMSMillis))
	}
	return facts
}

// WriteMarkdown writes the report as it stands in docs/benchmarks.md.
func (r Report) WriteMarkdown(w io.Writer) {
	for _, f := range r.Facts() {
		fmt.Fprintf(w, "- %s\n", f)
	}
	fmt.Fprintln(w)
	writeTable(w, r.Table())
	for _, s := range r.Stores {
		fmt.Fprintf(w, "\nThe commits of one publish on %s, each one fsync:\n\n", s.Name)
		table := [][]string{{"Commit", "Times"}}
		for _, step := range s.Publish.Commits {
			table = append(table, []string{step.Name, fmt.Sprintf("%.2g", step.Count)})
		}
		writeTable(w, table)
	}
}

func writeTable(w io.Writer, table [][]string) {
	for i, row := range table {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintf(w, "|%s\n", strings.Repeat("---|", len(row)))
		}
	}
}
