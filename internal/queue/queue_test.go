package queue_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/internal/queue"
	"stet/internal/store"
)

var (
	publishA = store.Job{Kind: store.PublishJob, ContentID: "a", Target: "blog"}
	publishB = store.Job{Kind: store.PublishJob, ContentID: "a", Target: "docs"}
	gateA    = store.Job{Kind: store.GateJob, ContentID: "a"}
)

// never is how often the tests poll: what starts has been woken.
const never = time.Hour

func TestAskingTwiceIsAskingOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q, running := w.open(queue.Config{Poll: never}), newRecorder()
		w.ask(q, publishA, publishA, gateA, publishB)
		w.ask(q, publishB, publishA)
		w.start(q, running)
		jobs := []store.Job{running.next(t).job, running.next(t).job, running.next(t).job}
		w.ask(q, jobs...) // they run now, and running jobs are unfinished ones
		if got := w.count(`SELECT count(*) FROM river_job`); got != 3 {
			t.Errorf("%d jobs are stored, want 3: %v", got, jobs)
		}
	})
}

func TestJobsShareTheFateOfTheirTransaction(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q, running := w.open(queue.Config{Poll: never}), newRecorder()
		changeOfMind := errors.New("change of mind")
		if err := w.tx(func(tx any) error {
			return errors.Join(q.Write(t.Context(), tx, []store.Job{publishA}, nil), changeOfMind)
		}); !errors.Is(err, changeOfMind) {
			t.Fatal(err)
		}
		if got := w.count(`SELECT count(*) FROM river_job`); got != 0 {
			t.Errorf("%d jobs after a rollback, want 0", got)
		}
		w.start(q, running)
		w.ask(q, publishA)
		first := running.next(t)
		if err := w.tx(func(tx any) error {
			return errors.Join(q.Write(t.Context(), tx, nil, []store.Claim{first.claim}), changeOfMind)
		}); !errors.Is(err, changeOfMind) {
			t.Fatal(err)
		}
		first.end <- changeOfMind
		second := running.next(t)
		w.complete(q, second)
		if got := w.count(`SELECT count(*) FROM river_job WHERE state = 'completed' AND attempt = 2`); got != 1 {
			t.Errorf("%d jobs completed by their second attempt, want 1", got)
		}
	})
}

func TestWorkCanAskForItselfAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q, running := w.open(queue.Config{Poll: never}), newRecorder()
		w.start(q, running)
		w.ask(q, publishA)
		first := running.next(t)
		w.must(w.tx(func(tx any) error {
			return q.Write(t.Context(), tx, []store.Job{publishA}, []store.Claim{first.claim})
		}))
		q.Committed([]store.Job{publishA})
		first.end <- nil
		again := running.next(t)
		if diff := cmp.Diff(publishA, again.job); diff != "" {
			t.Error(diff)
		}
		if first.name() == again.name() {
			t.Errorf("two jobs have the claim %s", again.name())
		}
		w.complete(q, again)
	})
}

func TestCommitWakesIdleNodes(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q, running := w.open(queue.Config{Poll: never}), newRecorder()
		w.start(q, running)
		for range 20 { // in a quick succession, which River's own announcements would thin out
			for _, job := range []store.Job{publishA, gateA} {
				w.ask(q, job)
				w.complete(q, running.next(t))
			}
		}
	})
}

func TestFailedAttemptIsRepeated(t *testing.T) {
	failures := map[string]func(a attempt){
		"error":                     func(a attempt) { a.end <- errors.New("broken pipe") },
		"panic":                     func(a attempt) { a.panic <- "index out of range" },
		"return without completing": func(a attempt) { a.end <- nil },
	}
	for name, fail := range failures {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w world) {
				q, running := w.open(queue.Config{Poll: never, Retry: time.Millisecond}), newRecorder()
				w.start(q, running)
				w.ask(q, publishA)
				fail(running.next(t))
				second := running.next(t)
				if !strings.HasPrefix(second.name(), q.Node()+"/") || !strings.HasSuffix(second.name(), ".2") {
					t.Errorf("claim %s, want %s/<job>.2", second.name(), q.Node())
				}
				w.complete(q, second)
			})
		})
	}
}

func TestAttemptEndsWhenItsTimeIsOver(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q, running := w.open(queue.Config{Poll: never, Timeout: 10 * time.Millisecond, Retry: time.Millisecond}), newRecorder()
		w.start(q, running)
		w.ask(q, publishA)
		first := running.next(t)
		<-first.ctx.Done()
		if got := context.Cause(first.ctx); !errors.Is(got, context.DeadlineExceeded) {
			t.Errorf("the attempt was cancelled by %v, want its deadline", got)
		}
		first.end <- first.ctx.Err()
		running.next(t)
	})
}

func TestJobsOfUnknownKindWait(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q, running := w.open(queue.Config{Poll: never}), newRecorder()
		w.exec(`INSERT INTO river_job (kind, queue, args, max_attempts) VALUES ('translate', 'publish', '{}', 1)`)
		w.start(q, running)
		w.ask(q, publishA)
		w.complete(q, running.next(t))
		if got := w.count(`SELECT count(*) FROM river_job WHERE kind = 'translate' AND state = 'available' AND attempt = 0`); got != 1 {
			t.Errorf("the job of a kind from the future was touched")
		}
		if err := w.tx(func(tx any) error {
			return q.Write(t.Context(), tx, []store.Job{{Kind: "translate", ContentID: "a"}}, nil)
		}); err == nil {
			t.Error("a job of an unknown kind was accepted")
		}
	})
}

func TestStopLetsRunningWorkEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q, running := w.open(queue.Config{Poll: never}), newRecorder()
		w.start(q, running)
		w.ask(q, publishA)
		a := running.next(t)
		stopped := make(chan error)
		go func() { stopped <- q.Stop(context.Background()) }()
		if err := a.ctx.Err(); err != nil {
			t.Errorf("running work was cancelled at once: %v", err)
		}
		w.complete(q, a)
		w.must(<-stopped)
		if got := w.count(`SELECT count(*) FROM river_job WHERE state = 'completed'`); got != 1 {
			t.Errorf("%d jobs completed, want 1", got)
		}
		if got := w.count(`SELECT count(*) FROM node`); got != 0 {
			t.Errorf("%d nodes after Stop, want 0", got)
		}
		w.ask(q, publishB) // for whoever comes next
		next := w.open(queue.Config{Poll: never})
		w.start(next, running)
		if b := running.next(t); b.job != publishB {
			t.Errorf("the next process works on %v, want %v", b.job, publishB)
		}
	})
}

func TestQueueThatOnlyWritesCanBeStopped(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q := w.open(queue.Config{})
		w.ask(q, publishA)
		w.must(q.Stop(t.Context()))
	})
}

func TestStopGivesUnfinishedWorkBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q, running := w.open(queue.Config{Poll: never, SoftStop: time.Millisecond}), newRecorder()
		w.start(q, running)
		w.ask(q, publishA, publishB)
		polite, deaf := running.next(t), running.next(t)
		ctx, cancel := context.WithCancel(context.Background())
		stopped := make(chan error)
		go func() { stopped <- q.Stop(ctx) }()
		<-polite.ctx.Done()
		polite.end <- polite.ctx.Err()
		cancel() // nobody waits for the one that does not hear
		if err := <-stopped; !errors.Is(err, context.Canceled) {
			t.Errorf("Stop returned %v, want that it was hurried", err)
		}
		if got := w.count(`SELECT count(*) FROM river_job WHERE state = 'running'`); got != 0 {
			t.Errorf("%d jobs still belong to the stopped node", got)
		}
		next, second := w.open(queue.Config{Poll: never}), newRecorder()
		w.start(next, second)
		w.complete(next, second.next(t))
		w.complete(next, second.next(t))
		deaf.end <- nil
	})
}

func TestDepthsCountUnfinishedJobs(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		q, running := w.open(queue.Config{Poll: never, PublishWorkers: 1}), newRecorder()
		w.start(q, running)
		w.ask(q, publishA)
		w.complete(q, running.next(t))
		w.ask(q, gateA)
		running.next(t)
		w.ask(q, publishA)
		running.next(t)
		w.ask(q, publishB)
		w.exec(`UPDATE river_job SET scheduled_at = '2020-01-01 00:00:00' WHERE state = 'available'`)
		got, err := q.Depths(t.Context())
		w.must(err)
		for i := range got {
			if long := got[i].Oldest > 24*time.Hour; long != (got[i].State == "available") || got[i].Oldest < 0 {
				t.Errorf("%v: the oldest is %v old", got[i], got[i].Oldest)
			}
			got[i].Oldest = 0
		}
		want := []queue.Depth{{Kind: store.GateJob, State: "running", Jobs: 1},
			{Kind: store.PublishJob, State: "available", Jobs: 1}, {Kind: store.PublishJob, State: "running", Jobs: 1}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestStoreWritesJobsWithItsUpdates(t *testing.T) {
	onBoth(t, func(t *testing.T, w world) {
		db := store.New(w.driver, store.Options{})
		t.Cleanup(func() { db.Close() })
		q, running := w.open(queue.Config{Poll: never}), newRecorder()
		db.Use(q)
		w.start(q, running)
		w.must(db.Update(t.Context(), func(tx *store.Tx) error {
			tx.Enqueue(publishA)
			return nil
		}))
		first := running.next(t)
		settle := func(tx *store.Tx) error {
			tx.Complete(first.claim)
			tx.Enqueue(publishA)
			return nil
		}
		w.must(db.Update(t.Context(), settle))
		first.end <- nil
		second := running.next(t)
		if err := db.Update(t.Context(), settle); !errors.Is(err, queue.ErrFenced) || !stet.IsKind(err, stet.Conflict) {
			t.Errorf("completing a settled job gave %v, want a conflict", err)
		}
		w.complete(q, second)
	})
}
