package queue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"stet/internal/queue"
	"stet/internal/store"
)

// release makes running jobs available, as is done with those of a dead node.
const release = `UPDATE river_job SET state = 'available' WHERE state = 'running'`

// However an attempt ends that was given up for dead, the newer one is not disturbed.
func TestLateAttemptSettlesNothing(t *testing.T) {
	ends := map[string]func(a attempt){
		"returns nil":      func(a attempt) { a.end <- nil },
		"returns an error": func(a attempt) { a.end <- errors.New("timeout") },
		"is fenced":        func(a attempt) { a.end <- queue.ErrFenced },
		"panics":           func(a attempt) { a.panic <- "nil map" },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w world) {
				old, oldRunning := w.open(queue.Config{Poll: never, PublishWorkers: 1}), newRecorder() // it is busy, and fetches no more
				w.start(old, oldRunning)
				w.ask(old, publishA)
				late := oldRunning.next(t)
				w.exec(release)
				q, running := w.open(queue.Config{Poll: never}), newRecorder()
				w.start(q, running)
				newer := running.next(t)

				err := w.tx(func(tx any) error {
					return old.Write(t.Context(), tx, []store.Job{publishB}, []store.Claim{late.claim})
				})
				if !errors.Is(err, queue.ErrFenced) {
					t.Errorf("the late attempt's completion gave %v, want %v", err, queue.ErrFenced)
				}
				end(late)
				w.must(old.Stop(t.Context())) // which lets River write what it still holds
				if got := w.count(`SELECT count(*) FROM river_job WHERE state = 'running' AND attempt = 2`); got != 1 {
					t.Error("the late attempt has settled the newer one")
				}
				w.complete(q, newer)
			})
		})
	}
}

// This is what River does by itself, and why the queue settles its jobs alone. When it fails after an upgrade, River
// may have learned to fence, and executor in driver.go may have become unnecessary.
func TestRiverAloneLetsALateAttemptSettleANewerOne(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		if w.sql != nil {
			riverAlone(t, w, riversqlite.New(w.sql))
		} else {
			riverAlone[pgx.Tx](t, w, riverpgxv5.New(w.pool))
		}
	})
}

type plainArgs struct{}

func (plainArgs) Kind() string { return "plain" }

func riverAlone[Tx any](t *testing.T, w world, driver riverdriver.Driver[Tx]) {
	client := func(work func(context.Context) error) *river.Client[Tx] {
		workers := river.NewWorkers()
		river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[plainArgs]) error { return work(ctx) }))
		c, err := river.NewClient(driver, &river.Config{Workers: workers, Logger: slog.New(slog.DiscardHandler),
			FetchPollInterval: never, Queues: map[string]river.QueueConfig{"default": {MaxWorkers: 1}}})
		w.must(err)
		w.must(c.Start(context.Background()))
		return c
	}
	first, end := make(chan bool), make(chan bool)
	old := client(func(context.Context) error {
		first <- true
		<-end
		return nil
	})
	_, err := old.Insert(t.Context(), plainArgs{}, nil)
	w.must(err)
	<-first
	w.exec(release)
	second := make(chan bool)
	newer := client(func(ctx context.Context) error {
		second <- true
		<-ctx.Done()
		return ctx.Err()
	})
	<-second
	end <- true
	w.must(old.Stop(t.Context()))
	if got := w.count(`SELECT count(*) FROM river_job WHERE state = 'completed' AND attempt = 2`); got != 1 {
		t.Error("River did not complete the running second attempt when the first returned")
	}
	w.must(newer.StopAndCancel(t.Context()))
}

func TestSettledClaimCannotBeSettledAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q, running := w.open(queue.Config{Poll: never}), newRecorder()
		w.start(q, running)
		w.ask(q, publishA)
		a := running.next(t)
		complete := func(tx any) error { return q.Write(t.Context(), tx, nil, []store.Claim{a.claim}) }
		w.must(w.tx(complete))
		if err := w.tx(complete); !errors.Is(err, queue.ErrFenced) {
			t.Errorf("the second completion gave %v, want %v", err, queue.ErrFenced)
		}
		if err := w.tx(func(tx any) error { return q.Write(t.Context(), tx, nil, []store.Claim{"mine"}) }); err == nil {
			t.Error("a claim of another make was accepted")
		}
		a.end <- fmt.Errorf("after the commit")
		w.must(q.Stop(t.Context()))
		if got := w.count(`SELECT count(*) FROM river_job WHERE state = 'completed' AND attempt = 1`); got != 1 {
			t.Error("an error after the commit has undone the completion")
		}
	})
}

// A job that fails for ever ends, since its number of attempts must stay a smallint.
func TestLastAttemptEndsTheJob(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q, running := w.open(queue.Config{Poll: never, Retry: time.Millisecond}), newRecorder()
		w.start(q, running)
		w.ask(q, publishA)
		a := running.next(t)
		w.exec(`UPDATE river_job SET max_attempts = 1`)
		a.end <- errors.New("again")
		w.must(q.Stop(t.Context()))
		if got := w.count(`SELECT count(*) FROM river_job WHERE state = 'discarded' AND finalized_at IS NOT NULL`); got != 1 {
			t.Error("the last attempt did not end the job")
		}
	})
}
