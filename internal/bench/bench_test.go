package bench_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"stet/internal/bench"
)

// A run in miniature: its figures say nothing, but that they are there, what is counted, and that nothing is left.
func TestRun(t *testing.T) {
	folder := t.TempDir()
	stores := 1
	opts := bench.Options{Folder: folder, Duration: 20 * time.Millisecond, Rounds: 1, Rate: 20, Quiet: 200 * time.Millisecond, Backlog: 3,
		Postgres: os.Getenv("STET_TEST_POSTGRES")}
	if opts.Postgres != "" {
		stores = 2
	}
	report, err := bench.Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Stores) != stores || report.Syncs == 0 {
		t.Errorf("%d stores, %.0f syncs/s", len(report.Stores), report.Syncs)
	}
	for _, s := range report.Stores {
		for what, v := range map[string]float64{"ingest": s.Ingest.PerSecond, "p99": s.Ingest.P99, "busy": s.Ingest.BusyPerSecond,
			"share": s.Ingest.OfBareRows, "commits": s.Limits.Commits, "rows": s.Limits.Rows, "jobs": s.Limits.Jobs,
			"overhead": s.Publish.P50, "publishes": s.Publish.PerSecond} {
			if v <= 0 {
				t.Errorf("%s: %s is %v", s.Name, what, v)
			}
		}
		if s.Publish.CMS < 250 { // find, create, read, publish, read
			t.Errorf("%s: the CMS took %.0f ms for five calls of 50 ms", s.Name, s.Publish.CMS)
		}
		checkCommits(t, s)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	checkTexts(t, report)
}

// The promise of docs/benchmarks.md: a publish syncs at most ten times, and each time has a name.
func checkCommits(t *testing.T, s bench.Store) {
	t.Helper()
	counts := map[string]float64{}
	for _, step := range s.Publish.Commits {
		counts[step.Name] = step.Count
	}
	if s.Publish.Syncs > 10 {
		t.Errorf("%s: %.1f commits for a publish: %v", s.Name, s.Publish.Syncs, counts)
	}
	for name, want := range map[string]float64{
		"publish_request": 1, "the queue hands out a job": 2, "publish_started": 1, "intent_logged (create)": 1, "intent_logged (publish)": 1,
		"intent_resolved, publish_succeeded, publish_settled": 1,
	} {
		if counts[name] != want {
			t.Errorf("%s: %q %v times, want %v; all: %v", s.Name, name, counts[name], want, counts)
		}
	}
}

func checkTexts(t *testing.T, report bench.Report) {
	t.Helper()
	var text bytes.Buffer
	report.WriteMarkdown(&text)
	if !strings.Contains(text.String(), "| **Durable ingest**, deliveries/s |  | ") || !strings.Contains(text.String(), "not measured") {
		t.Errorf("the table:\n%s", text.String())
	}
	raw, err := json.Marshal(report)
	if err != nil || !strings.Contains(string(raw), `"of_bare_rows":`) {
		t.Errorf("JSON: %s, %v", raw, err)
	}
}
