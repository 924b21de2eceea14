package queue

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"stet/internal/store"
)

// claim is one attempt of one job. Attempts of a job are numbered by its fetches and never repeat.
type claim struct {
	node     string
	id       int64
	attempt  int
	complete atomic.Bool // in a transaction that may still fail; then Work returns an error
}

// String names the holder of a lease: "node-x/17.2" is the second attempt of job 17.
func (c *claim) String() string { return fmt.Sprintf("%s/%d.%d", c.node, c.id, c.attempt) }

// worker gives River's jobs of one kind to the handler.
type worker[A args] struct {
	river.WorkerDefaults[A]
	queue *Queue
}

// Work never returns an error: when it ends the job is settled already, and River must not settle it again.
func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	w.queue.work(ctx, job.Args.job(), &claim{node: w.queue.node, id: job.ID, attempt: job.Attempt})
	return nil
}

func (q *Queue) work(ctx context.Context, job store.Job, c *claim) {
	err := q.handle(ctx, job, c)
	if err == nil && c.complete.Load() {
		return
	}
	if err == nil {
		err = fmt.Errorf("work returned without completing its claim")
	}
	q.giveBack(ctx, job, c, err)
}

// handle calls the handler while this node is known to be alive.
func (q *Queue) handle(ctx context.Context, job store.Job, c *claim) (err error) {
	ctx, unbind := q.life.bind(ctx)
	defer unbind()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return q.handler.Work(ctx, job, c)
}

// giveBack makes the job available again, unless it is settled or has a newer attempt. While the database cannot be
// reached it keeps trying, because nobody else will release a job of a node that lives; a node that stops leaves the
// job to leave, or to those who find it dead.
func (q *Queue) giveBack(ctx context.Context, job store.Job, c *claim, cause error) {
	log := q.cfg.Log.With("job", string(job.Kind), "content_id", job.ContentID, "target", job.Target, "claim", c.String())
	ctx = context.WithoutCancel(ctx)
	for {
		delay := q.delay(c)
		held, err := q.release(ctx, c, delay)
		switch {
		case err == nil && held:
			log.Warn("queue: attempt failed, the job will be tried again", "after", delay, "error", cause)
			time.AfterFunc(delay, func() { q.wake(job.Kind) })
			return
		case err == nil:
			log.Info("queue: attempt ended after its job was settled or taken over", "error", cause)
			return
		}
		log.Error("queue: cannot give the job back, trying on", "error", err, "cause", cause)
		select {
		case <-q.stopping:
			return
		case <-time.After(q.cfg.Retry):
		}
	}
}

// wake fetches a job that has become due; a node that stops leaves that, and the telling, to others.
func (q *Queue) wake(kind store.JobKind) {
	select {
	case <-q.stopping:
	default:
		q.db.wake([]string{string(kind)})
	}
}

func (q *Queue) release(ctx context.Context, c *claim, delay time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, statementTimeout)
	defer cancel()
	return q.db.release(ctx, c, delay)
}

// delay before the next attempt; none when this node stops, since that is no fault of the job.
func (q *Queue) delay(c *claim) time.Duration {
	select {
	case <-q.stopping:
		return 0
	default:
		return q.cfg.Retry * time.Duration(min(c.attempt, 5))
	}
}

// soon is when River's rescuer has a job tried again.
type soon struct{}

func (soon) NextRetry(*rivertype.JobRow) time.Time { return time.Now().Add(time.Second) }

// quiet keeps River's reports of its normal life out of the log.
type quiet struct{ slog.Handler }

func (h quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}
