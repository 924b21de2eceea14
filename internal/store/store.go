// Package store keeps the rows of state and the event log on a database. Write transactions run one after another, and
// many share one commit.
package store

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"stet/internal/state"
)

// Options of a DB; the zero value is usable.
type Options struct {
	Now         func() time.Time // for databases without a clock of their own; time.Now where nil
	MaxBatch    int              // updates that may share one commit; 64 where 0
	Synchronous bool             // every update commits alone, in the caller's goroutine
	Log         *slog.Logger     // of retries; nil: none
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxBatch == 0 {
		o.MaxBatch = 64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// DB is the store. Its methods may be called by many goroutines.
type DB struct {
	driver  Driver
	opts    Options
	jobs    Jobs
	queue   *queue
	closing chan struct{}
	done    chan struct{} // the committer has ended
	close   sync.Once

	writing sync.Mutex // held while a batch runs
	broken  error      // why the store must not be written any more
}

// New makes a DB of an open driver, which it closes in the end.
func New(d Driver, opts Options) *DB {
	db := &DB{driver: d, opts: opts.withDefaults(), queue: newQueue(), closing: make(chan struct{}), done: make(chan struct{})}
	if opts.Synchronous {
		close(db.done)
	} else {
		go db.run()
	}
	return db
}

// Use makes jobs the queue that writes with the updates to come.
func (db *DB) Use(jobs Jobs) {
	db.writing.Lock()
	defer db.writing.Unlock()
	db.jobs = jobs
}

// View runs fn on the committed rows as of one moment. It never waits for updates.
func (db *DB) View(ctx context.Context, fn func(state.Reader) error) error {
	return db.driver.View(ctx, fn)
}

// Update runs fn in a write transaction and returns when that is on disk. When fn returns an error nothing of it is
// written, and Update returns that error once everything fn has read is on disk.
//
// fn may run more than once, so it must be a function of what it reads; ids are made before. It may read only through
// its Tx: a DB's own methods would wait for it for ever. When ctx ends before fn runs, Update returns its error; after
// that the transaction is carried through.
//
// What fn is known to read may be announced as ahead; that changes nothing but the time it takes.
//
// An error with the kind Unavailable means that the database could not be reached; what then became of the transaction
// may be unknown, and the same update can be tried again.
func (db *DB) Update(ctx context.Context, fn func(*Tx) error, ahead ...Read) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := newRequest(ctx, fn, ahead)
	if r.here = db.opts.Synchronous; r.here {
		db.write([]*request{r})
		return r.err
	}
	if err := db.queue.add(r); err != nil {
		return err
	}
	return r.wait(db.queue.withdraw)
}

// Waiting is the number of updates that wait for their turn.
func (db *DB) Waiting() int { return db.queue.len() }

// Close carries through what waits, refuses new ones and closes the database.
func (db *DB) Close() (err error) {
	db.close.Do(func() {
		db.queue.close()
		close(db.closing)
		<-db.done
		db.writing.Lock()
		defer db.writing.Unlock()
		db.broken = errClosed()
		err = db.driver.Close()
	})
	return err
}
