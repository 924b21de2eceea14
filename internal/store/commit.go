package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stet/internal/state"
)

const (
	tries     = 8                     // of what meets errors that may pass
	firstWait = 10 * time.Millisecond // before the third try; doubled each time. The second comes at once
)

// run commits what is queued, batch by batch, until the store is closed.
func (db *DB) run() {
	defer close(db.done)
	for {
		batch := db.queue.take(db.opts.MaxBatch)
		if len(batch) == 0 {
			return
		}
		db.write(batch)
	}
}

// write carries a batch through and tells every caller. All of a batch share its fate, also those whose function
// returned an error or changed nothing: they have read what others in it wrote. When a batch cannot be written for a
// reason of its own, each request is tried alone, so that a bad one takes no other with it.
func (db *DB) write(batch []*request) {
	db.writing.Lock()
	defer db.writing.Unlock()
	err := db.persist(batch)
	if err == nil || len(batch) == 1 || errors.Is(err, ErrRetry) || errors.Is(err, ErrCommitUnknown) || db.broken != nil {
		finish(batch, public(err))
		return
	}
	for i := range batch {
		alone := batch[i : i+1]
		finish(alone, public(db.persist(alone)))
	}
}

// persist runs the batch in a transaction and commits it, several times if need be.
func (db *DB) persist(batch []*request) error {
	if db.broken != nil || len(batch) == 0 {
		return db.broken
	}
	ctx := context.Background() // no caller's end may undo what others wait for
	err := db.retry("update", func() error { return db.attempt(ctx, batch) })
	if errors.Is(err, ErrBroken) {
		db.broken = errBroken(err)
		return db.broken
	}
	return err
}

// retry calls fn until its error is not ErrRetry, waiting longer each time.
func (db *DB) retry(what string, fn func() error) error {
	var wait time.Duration
	for n := 1; ; n++ {
		err := fn()
		if !errors.Is(err, ErrRetry) || n == tries {
			return err
		}
		db.opts.Log.Warn("store: try again", "what", what, "try", n, "wait", wait, "error", err)
		select {
		case <-time.After(wait):
		case <-db.closing:
			return err
		}
		wait = max(firstWait, 2*wait)
	}
}

func (db *DB) attempt(ctx context.Context, batch []*request) error {
	work, err := db.driver.Begin(ctx)
	if err != nil {
		return err
	}
	committing := false
	defer func() {
		if !committing {
			work.Rollback()
		}
	}()
	if err := prefetch(ctx, work, batch); err != nil {
		return err
	}
	tx, err := db.begin(work)
	if err != nil {
		return err
	}
	changes, err := db.fill(tx, batch)
	if err != nil || changes.empty() {
		return err
	}
	if err := work.Flush(ctx, changes); err != nil {
		return err
	}
	committing = true
	if err := work.Commit(ctx); err != nil {
		if err = db.settle(ctx, tx.last, err); err != nil {
			return err
		}
	}
	if db.jobs != nil && len(tx.insert) > 0 {
		db.jobs.Committed(tx.insert)
	}
	return nil
}

// prefetch makes the announced reads of a whole batch at once, where that helps.
func prefetch(ctx context.Context, work Work, batch []*request) error {
	p, ok := work.(Prefetcher)
	if !ok {
		return nil
	}
	var reads []Read
	for _, r := range batch {
		reads = append(reads, r.ahead...)
	}
	if len(reads) == 0 {
		return nil
	}
	return p.Prefetch(ctx, reads)
}

func (db *DB) begin(work Work) (*Tx, error) {
	now := work.Now()
	if now.IsZero() {
		now = db.opts.Now()
	}
	return newTx(work, now)
}

// fill runs the requests one after another in tx and gives what they want written.
func (db *DB) fill(tx *Tx, batch []*request) (Changes, error) {
	for _, r := range batch {
		r.run(tx)
		if tx.rows.broken != nil { // a function may have passed over the failed read
			return Changes{}, tx.rows.broken
		}
	}
	return tx.changes(db.jobs)
}

// settle finds out what became of a commit that returned err: nil is committed. It looks inside a write transaction,
// because that waits until the database has ended the old one.
func (db *DB) settle(ctx context.Context, last string, err error) error {
	if !errors.Is(err, ErrCommitUnknown) {
		return err
	}
	if last == "" { // rows without events are made of what is read, and may be written twice
		return fmt.Errorf("%w: commit without events: %v", ErrRetry, err) //nolint:errorlint // only the first of the two is to be matched
	}
	var found []state.Row
	lookup := db.retry("look up commit", func() error {
		work, err := db.driver.Begin(ctx)
		if err != nil {
			return err
		}
		defer work.Rollback()
		found, err = work.Find(&state.Entry{}, state.Query{Equal: map[string]any{"event_id": last}, Limit: 1})
		return err
	})
	switch {
	case lookup != nil:
		return fmt.Errorf("%w, and looking it up failed: %v", err, lookup) //nolint:errorlint // only the first of the two is to be matched
	case len(found) == 0:
		return fmt.Errorf("%w: %v, and it is not there", ErrRetry, err) //nolint:errorlint // only the first of the two is to be matched
	}
	return nil
}
