package store

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"stet/internal/state"
)

// Driver is a database. The store calls Begin from one goroutine at a time.
type Driver interface {
	// Begin starts a write transaction that no other writer of the database runs beside.
	Begin(ctx context.Context) (Work, error)
	// View runs fn on the committed rows as of one moment, without waiting for writers.
	View(ctx context.Context, fn func(state.Reader) error) error
	Close() error
}

// Work is an open write transaction. It ends with Commit, whatever that returns, or Rollback.
type Work interface {
	state.Reader
	// Now is the time of the transaction by the database's clock; the zero time where the database has none of its own.
	Now() time.Time
	// Flush writes the changes and lets the queue write its jobs. An event whose id is in the log already is refused with
	// EventExists. After an error only Rollback is left.
	Flush(ctx context.Context, c Changes) error
	Commit(ctx context.Context) error
	Rollback()
}

// Read is a read that an update is going to make: of Row's key or, where there is a Query, of the rows of Row's table
// that it selects.
type Read struct {
	Row   state.Row
	Query *state.Query
}

// Prefetcher is a Work for which many reads at once cost less than one after another.
type Prefetcher interface {
	// Prefetch makes the reads and keeps what they found for Get and Find. It leaves the given rows as they are.
	Prefetch(ctx context.Context, reads []Read) error
}

// What an error of a Driver or Work may wrap. Any other error means that the transaction did not take effect and that
// trying it again as it is would not help.
var (
	// ErrRetry: nothing took effect, and the same may succeed when tried again (deadlock, lost connection).
	ErrRetry = errors.New("transaction may be tried again")
	// ErrCommitUnknown: the connection was lost while committing; the transaction may have taken effect.
	ErrCommitUnknown = errors.New("it is not known whether the transaction was committed")
	// ErrBroken: what is on disk is not known any more; the store must not be used until it is opened again.
	ErrBroken = errors.New("the disk failed")
)

// Changes is what a transaction writes. Puts replace rows with the same key, except that an event is only ever
// inserted. No key is in both Puts and Deletes, or twice in one of them.
type Changes struct {
	Puts, Deletes []state.Row
	insert        []Job
	complete      []Claim
	jobs          Jobs
}

// Tables gives Puts table by table.
func (c Changes) Tables() iter.Seq[[]state.Row] {
	return func(yield func([]state.Row) bool) {
		for rest := c.Puts; len(rest) > 0; {
			table := rest[0].Table()
			n := slices.IndexFunc(rest, func(row state.Row) bool { return row.Table() != table })
			if n < 0 {
				n = len(rest)
			}
			if !yield(rest[:n]) {
				return
			}
			rest = rest[n:]
		}
	}
}

// WriteJobs lets the queue write in the raw transaction tx of the driver.
func (c Changes) WriteJobs(ctx context.Context, tx any) error {
	if c.jobs == nil || len(c.insert)+len(c.complete) == 0 {
		return nil
	}
	return c.jobs.Write(ctx, tx, c.insert, c.complete)
}

func (c Changes) empty() bool {
	return len(c.Puts)+len(c.Deletes)+len(c.insert)+len(c.complete) == 0
}
