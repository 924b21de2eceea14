//go:build unix

package crash_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/client"
)

// toRest waits until every publication rests. What the crashes made dead letters is tried again, as an operator would:
// three deaths in a row make it poison, whoever caused them, and here they follow each other faster than work can end.
func (w *world) toRest(n *node) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	api := w.client(n)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for restless := w.restless(ctx, api); len(restless) > 0; restless = w.restless(ctx, api) {
		letters, err := api.CloseLetters(ctx, "redrive", client.Letters{Class: stet.DeadPoison, All: true})
		if err != nil && ctx.Err() == nil {
			w.t.Errorf("redrive: %v", err)
		}
		w.report.redriven += len(letters)
		select {
		case <-tick.C:
		case <-ctx.Done():
			w.t.Errorf("I42 no rest: %s; last words: %s", strings.Join(restless, "; "), w.lastWords())
			return
		}
	}
	w.senders.again()
}

// restless names the contents whose newest accepted version is not settled, with what they wait for.
func (w *world) restless(ctx context.Context, api *client.Client) (list []string) {
	newest := newestAccepted(w.senders.sent)
	seen := map[string]bool{}
	err := api.Contents(ctx, func(c client.Content) error {
		seen[c.ContentID] = true
		for _, p := range c.Publications {
			if p.State != stet.StateSettled || p.Version != newest[c.ContentID] {
				list = append(list, fmt.Sprintf("%s version %d is %s at %d: %s", c.ContentID, newest[c.ContentID], p.State, p.Version, p.Reason))
			}
		}
		if len(c.Publications) == 0 {
			list = append(list, c.ContentID+" has no publication yet")
		}
		return nil
	})
	if err != nil {
		return []string{err.Error()}
	}
	for id := range newest {
		if !seen[id] {
			list = append(list, id+" is unknown")
		}
	}
	return list
}

// export is the log as `stet events export` writes it.
func (w *world) export() (events []contract.LogEvent) {
	name := filepath.Join(w.t.TempDir(), "events.jsonl")
	if _, err := w.run("events", "export", "--output", name); err != nil {
		w.t.Fatal(err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		w.t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		var e contract.LogEvent
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			w.t.Fatalf("read the export: %v", err)
		}
		events = append(events, e)
	}
	return events
}
