package queue

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"stet/internal/store"
)

// Config of a Queue; the zero value is usable.
type Config struct {
	PublishWorkers int           // publish jobs at once on this node; 32 where 0
	GateWorkers    int           // gate jobs at once on this node; 4 where 0
	Timeout        time.Duration // of one attempt; 60 s where 0. Calls to a CMS must end well before
	SoftStop       time.Duration // for running work to end by itself in Stop; 25 s where 0
	Poll           time.Duration // how often to look for jobs nobody announced; 1 s where 0
	Retry          time.Duration // before an attempt that failed is repeated, times its number up to 5; 1 s where 0
	TTL            time.Duration // PostgreSQL: silence after which a node is dead; 10 s where 0
	Log            *slog.Logger  // nil: none
}

const (
	// cooldown is the least time between two fetches. The first after a pause is never delayed by it.
	cooldown = 2 * time.Millisecond
	// maxAttempts ends a job that fails for ever, as a dead end nobody waits for: what is still wanted is asked for
	// anew. It leaves room below the largest smallint, the type of River's column, which a fetch must not overrun.
	maxAttempts = 10_000
	// statementTimeout is for statements that run after their caller's context has ended.
	statementTimeout = 5 * time.Second
)

func (c Config) withDefaults() Config {
	c.PublishWorkers = cmp.Or(c.PublishWorkers, 32)
	c.GateWorkers = cmp.Or(c.GateWorkers, 4)
	c.Timeout = cmp.Or(c.Timeout, time.Minute)
	c.SoftStop = cmp.Or(c.SoftStop, 25*time.Second)
	c.Poll = cmp.Or(c.Poll, time.Second)
	c.Retry = cmp.Or(c.Retry, time.Second)
	c.TTL = cmp.Or(c.TTL, 10*time.Second)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	return c
}

// river is the configuration of River's client. Each kind has a queue of its own name, so that slow systems outside
// never hold up the gate. Every node knows every kind, because the node that leads discards what it does not know.
func (q *Queue) river() *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker[gateArgs]{queue: q})
	river.AddWorker(workers, &worker[publishArgs]{queue: q})
	return &river.Config{
		ID: q.node,
		Queues: map[string]river.QueueConfig{
			string(store.GateJob):    {MaxWorkers: q.cfg.GateWorkers},
			string(store.PublishJob): {MaxWorkers: q.cfg.PublishWorkers},
		},
		Workers:             workers,
		FetchOnlyKnownKinds: true,
		FetchCooldown:       cooldown,
		FetchPollInterval:   q.cfg.Poll,
		JobTimeout:          q.cfg.Timeout,
		JobStuckThreshold:   10 * time.Second,
		MaxAttempts:         maxAttempts,
		// The backstop for a job that was fetched by a node which lives and never heard of it.
		RescueStuckJobsAfter: q.cfg.Timeout + time.Minute,
		RetryPolicy:          soon{},
		SoftStopTimeout:      q.cfg.SoftStop,
		// What happened is in the event log, so River's rows may go.
		CompletedJobRetentionPeriod: time.Hour,
		CancelledJobRetentionPeriod: 24 * time.Hour,
		DiscardedJobRetentionPeriod: 7 * 24 * time.Hour,
		Logger:                      slog.New(quiet{q.cfg.Log.Handler()}),
	}
}
