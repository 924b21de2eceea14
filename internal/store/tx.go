package store

import (
	"fmt"
	"slices"
	"time"

	"stet"
	"stet/internal/ledger"
	"stet/internal/state"
)

// Tx is one unit of work in a write transaction; it is a state.Rows. Its reads see its own changes and those of the
// units before it. It may be used only inside the function it was given to, by one goroutine.
type Tx struct {
	rows     *overlay
	now      time.Time
	frontier ledger.Frontier
	ids      map[string]bool // of the events appended in this transaction
	last     string          // id of the newest of them
	insert   []Job
	complete []Claim
}

func newTx(work Work, now time.Time) (*Tx, error) {
	tx := &Tx{rows: &overlay{base: work}, now: now.Truncate(time.Millisecond).UTC(), ids: map[string]bool{}}
	head := state.Head{Name: "log"}
	if _, err := work.Get(&head); err != nil {
		return nil, err
	}
	return tx, tx.frontier.UnmarshalBinary(head.Frontier)
}

// Now is the time of the transaction in milliseconds, the same for all its units.
func (tx *Tx) Now() time.Time { return tx.now }

// Get fills row from the stored one with the same key and reports whether there is one.
func (tx *Tx) Get(row state.Row) (bool, error) { return tx.rows.Get(row) }

// Find gives the rows of the table of proto that q selects.
func (tx *Tx) Find(proto state.Row, q state.Query) ([]state.Row, error) {
	return tx.rows.Find(proto, q)
}

// Put inserts or replaces a row. The log's own tables are refused: Append writes them.
func (tx *Tx) Put(row state.Row) error {
	if err := writable(row); err != nil {
		return err
	}
	return tx.rows.put(row)
}

// Delete removes the row with the same key, if there is one.
func (tx *Tx) Delete(row state.Row) error {
	if err := writable(row); err != nil {
		return err
	}
	return tx.rows.delete(row)
}

func writable(row state.Row) error {
	switch row.(type) {
	case *state.Entry, *state.Head:
		return fmt.Errorf("write table %s: only Append writes the log", row.Table().Name)
	}
	return nil
}

// Append writes events at the end of the log and folds them into the rows. It gives each its Seq, and its At where that
// is zero. An event whose id is in the log already makes the update a Conflict with the code event_exists, here or when
// it is written.
func (tx *Tx) Append(events ...stet.Event) error {
	for _, e := range events {
		if err := tx.append(e); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) append(e stet.Event) error {
	switch {
	case e.ID == "":
		return fmt.Errorf("append event: it has no id")
	case tx.ids[e.ID]:
		return EventExists(e.ID)
	}
	e.Seq = tx.frontier.Size() + 1
	if e.At.IsZero() {
		e.At = tx.now
	}
	e.At = stet.Time(stet.Millis(e.At)) // as the log will give it back
	leaf := ledger.Leaf(e)
	entry := state.NewEntry(e)
	entry.Leaf = leaf[:]
	if err := tx.rows.put(entry); err != nil {
		return err
	}
	tx.frontier.Append(leaf)
	tx.ids[e.ID], tx.last = true, e.ID
	tx.rows.undo = append(tx.rows.undo, func() { delete(tx.ids, e.ID) })
	return state.Fold(tx, e)
}

// Enqueue asks for a job once the transaction is committed.
func (tx *Tx) Enqueue(job Job) {
	if !slices.Contains(tx.insert, job) {
		tx.insert = append(tx.insert, job)
	}
}

// Complete ends the job that holds the claim, together with the transaction.
func (tx *Tx) Complete(claim Claim) { tx.complete = append(tx.complete, claim) }

// unit runs fn and takes its changes back when it fails, also by a panic.
func (tx *Tx) unit(fn func(*Tx) error) (err error) {
	tx.rows.mark()
	before, kept := *tx, false
	defer func() {
		if !kept {
			tx.rows.rewind()
			*tx = before
		}
	}()
	err = fn(tx)
	kept = err == nil
	return err
}

// changes is what is to be written so far.
func (tx *Tx) changes(jobs Jobs) (Changes, error) {
	c := Changes{Puts: tx.rows.puts.Rows(), Deletes: tx.rows.deletes.Rows(), insert: tx.insert, complete: tx.complete, jobs: jobs}
	if tx.last == "" {
		return c, nil
	}
	frontier, err := tx.frontier.MarshalBinary()
	c.Puts = append(c.Puts, &state.Head{Name: "log", Size: tx.frontier.Size(), Frontier: frontier})
	return c, err
}
