package engine

import (
	"context"
	"time"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// Reconcile asks for the work that is due: tries whose time has come, and work whose job was lost, so that the queue
// can be made again from the rows. It is called every second; it reports how much it asked for. What is due is decided
// by the store's clock, whatever the node's own says.
func (e *Engine) Reconcile(ctx context.Context) (asked int, err error) {
	err = e.update(ctx, func(u *unit) error {
		jobs, err := e.dueJobs(u, stet.Millis(u.Now()))
		asked = len(jobs)
		for _, job := range jobs {
			u.Enqueue(job)
		}
		return err
	})
	return asked, err
}

// batch bounds what one pass of the reconciler asks for; the rest is found by the next.
const batch = 500

func (e *Engine) dueJobs(r state.Reader, now int64) ([]store.Job, error) {
	due, err := state.All[*state.Publication](r, state.Query{Over: map[string]any{"due_at": int64(0)}, AtMost: map[string]any{"due_at": now}, Limit: batch})
	if err != nil {
		return nil, err
	}
	var jobs []store.Job
	for _, p := range due {
		if _, configured := e.targets[p.Target]; configured {
			jobs = append(jobs, store.Job{Kind: store.PublishJob, ContentID: p.ContentID, Target: p.Target})
		}
	}
	for _, gate := range []state.Gate{state.GateReceived, state.GateRevising} {
		unjudged, err := state.All[*state.Revision](r, state.Query{Equal: map[string]any{"gate": string(gate)},
			AtMost: map[string]any{"at": now - grace.Milliseconds()}, Limit: batch})
		if err != nil {
			return nil, err
		}
		for _, rev := range unjudged {
			jobs = append(jobs, store.Job{Kind: store.GateJob, ContentID: rev.ContentID})
		}
	}
	return jobs, nil
}

// grace is how long a job may wait for a worker before it counts as lost.
const grace = 15 * time.Second
