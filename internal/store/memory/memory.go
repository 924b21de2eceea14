// Package memory is the store's driver without a disk, for tests and the simulation.
package memory

import (
	"context"
	"errors"
	"sync"
	"time"

	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/rowset"
)

// Driver keeps the rows in memory. The zero Driver is an empty database.
type Driver struct {
	// Commit, where set, is called in place of each commit and decides its fate: it may call apply, which makes the
	// transaction take effect, or not, and returns what the store is told.
	Commit func(apply func()) error

	mu   sync.Mutex
	rows rowset.Set
}

// Open gives a DB on a new Driver.
func Open(opts store.Options) *store.DB { return store.New(new(Driver), opts) }

// Snapshot is a backup of the database as it is now; it is cheap.
func (d *Driver) Snapshot() *rowset.Set {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rows.Snapshot()
}

// Restore makes the database what it was. No transaction may be open.
func (d *Driver) Restore(backup *rowset.Set) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rows = *backup.Snapshot()
}

// View reads a snapshot.
func (d *Driver) View(ctx context.Context, fn func(state.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return fn(d.Snapshot())
}

// Begin opens a transaction. Its raw transaction, for store.Jobs, is the *Tx.
func (d *Driver) Begin(context.Context) (store.Work, error) { return &Tx{driver: d}, nil }

// Close does nothing: a closed database can be used by another DB, as a file can be opened again.
func (d *Driver) Close() error { return nil }

// Tx is an open transaction.
type Tx struct {
	driver  *Driver
	changes store.Changes
	effects []func()
}

// OnCommit has f called when the transaction takes effect, for what a queue keeps in memory.
func (t *Tx) OnCommit(f func()) { t.effects = append(t.effects, f) }

// Now is the zero time: memory has no clock.
func (t *Tx) Now() time.Time { return time.Time{} }

// Get reads the committed rows: nobody else writes while the transaction is open.
func (t *Tx) Get(row state.Row) (bool, error) {
	t.driver.mu.Lock()
	defer t.driver.mu.Unlock()
	return t.driver.rows.Get(row)
}

// Find reads the committed rows.
func (t *Tx) Find(proto state.Row, q state.Query) ([]state.Row, error) {
	t.driver.mu.Lock()
	defer t.driver.mu.Unlock()
	return t.driver.rows.Find(proto, q)
}

// Flush keeps the changes for the commit.
func (t *Tx) Flush(ctx context.Context, c store.Changes) error {
	for _, row := range c.Puts {
		e, ok := row.(*state.Entry)
		if !ok {
			continue
		}
		twins, err := t.Find(e, state.Query{Equal: map[string]any{"event_id": e.EventID}, Limit: 1})
		if err != nil || len(twins) > 0 {
			return errors.Join(err, store.EventExists(e.EventID))
		}
	}
	t.changes = c
	return c.WriteJobs(ctx, t)
}

// Commit makes the changes take effect, unless Driver.Commit decides otherwise.
func (t *Tx) Commit(context.Context) error {
	var fault error
	apply := func() { fault = t.apply() }
	if hook := t.driver.Commit; hook != nil {
		return errors.Join(hook(apply), fault)
	}
	apply()
	return fault
}

// Rollback forgets the changes.
func (t *Tx) Rollback() { t.changes, t.effects = store.Changes{}, nil }

func (t *Tx) apply() error {
	err := t.write()
	for _, f := range t.effects {
		f()
	}
	return err
}

func (t *Tx) write() error {
	t.driver.mu.Lock()
	defer t.driver.mu.Unlock()
	var errs []error
	for _, row := range t.changes.Puts {
		errs = append(errs, t.driver.rows.Put(row))
	}
	for _, row := range t.changes.Deletes {
		errs = append(errs, t.driver.rows.Delete(row))
	}
	return errors.Join(errs...)
}
