package sqlite

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/sqltext"
)

// rebind turns $1 into ?1: to SQLite, $1 is a name.
func rebind(text string) string { return strings.ReplaceAll(text, "$", "?") }

// reader reads rows in a transaction.
type reader struct {
	ctx context.Context
	tx  *sql.Tx
}

func (r reader) Get(row state.Row) (bool, error) {
	rows, err := r.tx.QueryContext(r.ctx, rebind(sqltext.Of(row.Table()).Get), sqltext.Key(row)...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	return true, rows.Scan(row.Fields()...)
}

func (r reader) Find(proto state.Row, q state.Query) ([]state.Row, error) {
	text, args := sqltext.Find(proto.Table(), q)
	rows, err := r.tx.QueryContext(r.ctx, rebind(text), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []state.Row
	for rows.Next() {
		row := state.New(proto)
		if err := rows.Scan(row.Fields()...); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

type work struct {
	reader
	driver *Driver
	tx     *sql.Tx
}

func (w *work) Get(row state.Row) (bool, error) {
	found, err := w.reader.Get(row)
	return found, w.driver.classify(err)
}

func (w *work) Find(proto state.Row, q state.Query) ([]state.Row, error) {
	rows, err := w.reader.Find(proto, q)
	return rows, w.driver.classify(err)
}

// Now is the zero time: the clock of SQLite is that of the process.
func (w *work) Now() time.Time { return time.Time{} }

func (w *work) Flush(ctx context.Context, c store.Changes) error {
	for _, row := range c.Deletes {
		if _, err := w.tx.ExecContext(ctx, rebind(sqltext.Of(row.Table()).Delete), sqltext.Key(row)...); err != nil {
			return w.driver.classify(err)
		}
	}
	for _, row := range c.Puts {
		_, err := w.tx.ExecContext(ctx, rebind(sqltext.Of(row.Table()).Put), sqltext.Values(row)...)
		if e, ok := row.(*state.Entry); ok && taken(err) {
			return store.EventExists(e.EventID)
		}
		if err != nil {
			return w.driver.classify(err)
		}
	}
	return w.driver.classify(c.WriteJobs(ctx, w.tx))
}

func (w *work) Commit(context.Context) error { return w.driver.classify(w.tx.Commit()) }

func (w *work) Rollback() { _ = w.tx.Rollback() } // what is not committed is gone in any case
