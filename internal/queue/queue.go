// Package queue runs jobs: it writes them in the store's transactions, hands each to one worker at a time, and brings
// them back when a worker or its process dies. River keeps them; what they mean, when they are due and what became of
// them is the engine's.
package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"stet/internal/store"
)

// ErrFenced says that an attempt has lost its job to a newer one and that nothing of its transaction was written.
var ErrFenced = store.ErrFenced

// Handler does the work of a job.
type Handler interface {
	// Work does what job asks for and completes claim, through the store, in the transaction of the outcome; a Work
	// that returns without having done so has failed, and the job is tried again some seconds later. An error is one of
	// the machinery: a CMS that refuses is an outcome. ctx ends when the time for the attempt is over, when the queue
	// stops, and when this node may have been declared dead; context.Cause tells which.
	Work(ctx context.Context, job store.Job, claim store.Claim) error
}

// database is what differs between SQLite and PostgreSQL. Every statement that settles a job names the attempt, so an
// attempt that was given up for dead settles nothing.
type database interface {
	// write completes claims, then inserts jobs, in the open transaction tx. It returns ErrFenced for a lost claim.
	write(ctx context.Context, tx any, insert []river.InsertManyParams, complete []*claim) error
	// release makes a running job available after a delay and reports whether it was still the claim's.
	release(ctx context.Context, c *claim, after time.Duration) (bool, error)
	// enter makes the node known before it fetches, leave gives back what it holds and forgets it.
	enter(ctx context.Context, node string, life *lifeline) error
	leave(ctx context.Context, node string) error
	// wake makes all nodes fetch from the queues at once.
	wake(queues []string)
	depths(ctx context.Context) ([]Depth, error)
}

// client is the part of river.Client that does not depend on the type of a transaction.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
}

// Queue is the queue of one process. It implements store.Jobs from the beginning; Start makes it work as well.
type Queue struct {
	cfg    Config
	node   string
	db     database
	client client
	life   *lifeline

	handler  Handler
	stopping chan struct{}
	stop     sync.Once
}

var _ store.Jobs = (*Queue)(nil)

func newQueue(cfg Config) *Queue {
	return &Queue{
		cfg:      cfg.withDefaults(),
		node:     "node-" + strings.ToLower(rand.Text()[:12]),
		life:     newLifeline(),
		stopping: make(chan struct{}),
	}
}

// Node names this process since its start; no other process, before or after it, has the same name. Its row in the
// table node exists from Start until Stop, or until others find it dead.
func (q *Queue) Node() string { return q.node }

// Start takes up what dead processes left behind and begins to work with h. It may be called once; ctx bounds the
// start only.
func (q *Queue) Start(ctx context.Context, h Handler) error {
	q.handler = h
	if err := q.db.enter(ctx, q.node, q.life); err != nil {
		return fmt.Errorf("enter queue as %s: %w", q.node, err)
	}
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(fmt.Errorf("start queue: %w", err), q.db.leave(ctx, q.node))
	}
	return nil
}

// Stop fetches nothing more, lets running work end, cancels it after Config.SoftStop, and gives unfinished jobs back.
// When ctx ends first it no longer waits for work that ignores its cancellation. A queue that was never started may be
// stopped as well.
func (q *Queue) Stop(ctx context.Context) (err error) {
	q.stop.Do(func() {
		close(q.stopping)
		err = q.client.Stop(ctx)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), statementTimeout)
		defer cancel()
		err = errors.Join(err, q.db.leave(ctx, q.node))
	})
	if err != nil {
		return fmt.Errorf("stop queue: %w", err)
	}
	return nil
}

// Write implements store.Jobs. A job that already waits or runs is not inserted again: whoever asks for work first
// writes what is wanted, in the same transaction, and whoever completes it reads what is wanted in the transaction that
// completes. The error Is ErrFenced when a claim was lost.
func (q *Queue) Write(ctx context.Context, tx any, insert []store.Job, complete []store.Claim) error {
	claims := make([]*claim, len(complete))
	for i, c := range complete {
		own, ok := c.(*claim)
		if !ok {
			return fmt.Errorf("complete job: a %T is no claim of this queue", c)
		}
		claims[i] = own
	}
	params, err := insertParams(insert)
	if err != nil {
		return err
	}
	return q.db.write(ctx, tx, params, claims)
}

// Committed implements store.Jobs: it has the jobs fetched at once.
func (q *Queue) Committed(insert []store.Job) {
	q.db.wake(queuesOf(insert))
}

// Depth counts the unfinished jobs of one kind in one state of River's.
type Depth struct {
	Kind   store.JobKind
	State  string // available, running; rarely pending, scheduled, retryable
	Jobs   int64
	Oldest time.Duration // how long the oldest has been due, or has been running; never negative
}

// Depths counts the unfinished jobs of all nodes. It reads an index of them, not the finished ones.
func (q *Queue) Depths(ctx context.Context) ([]Depth, error) {
	depths, err := q.db.depths(ctx)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	for i := range depths {
		depths[i].Oldest = max(0, depths[i].Oldest)
	}
	return depths, nil
}
