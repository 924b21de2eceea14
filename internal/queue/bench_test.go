package queue_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"stet/internal/queue"
	"stet/internal/store"
)

// prompt is a handler that tells when it was called and completes at once.
type prompt struct {
	w       world
	q       *queue.Queue
	started chan time.Time
}

func (p *prompt) Work(ctx context.Context, _ store.Job, claim store.Claim) error {
	p.started <- time.Now()
	return p.w.tx(func(tx any) error { return p.q.Write(ctx, tx, nil, []store.Claim{claim}) })
}

// BenchmarkStart measures the time from the commit of a job to the call of its handler, on a queue with nothing else to
// do.
func BenchmarkStart(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkStart(b, newSQLite(b)) })
	b.Run("postgres", func(b *testing.B) { benchmarkStart(b, newPostgres(b)) })
}

func benchmarkStart(b *testing.B, w world) {
	q := w.open(queue.Config{})
	h := &prompt{w: w, q: q, started: make(chan time.Time, 1)}
	w.start(q, h)
	var waits []time.Duration
	for b.Loop() {
		w.must(w.tx(func(tx any) error { return q.Write(b.Context(), tx, []store.Job{publishA}, nil) }))
		committed := time.Now()
		q.Committed([]store.Job{publishA})
		waits = append(waits, (<-h.started).Sub(committed))
		for w.count(`SELECT count(*) FROM river_job WHERE state = 'running'`) > 0 { // the next must not be a duplicate
		}
	}
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds()), "p99-µs")
}
