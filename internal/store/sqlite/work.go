package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/ahead"
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
	return r.rows(rebind(text), args, proto)
}

// rows gives what a query finds, as rows of the table of proto.
func (r reader) rows(text string, args []any, proto state.Row) ([]state.Row, error) {
	rows, err := r.tx.QueryContext(r.ctx, text, args...)
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
	seen   ahead.Cache
}

func (w *work) Get(row state.Row) (bool, error) {
	if found, known := w.seen.Get(row); known {
		return found, nil
	}
	found, err := w.reader.Get(row)
	if err == nil {
		w.seen.Got(row, found)
	}
	return found, w.driver.classify(err)
}

func (w *work) Find(proto state.Row, q state.Query) ([]state.Row, error) {
	if rows, known := w.seen.Find(proto, q); known {
		return rows, nil
	}
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
	for rows := range c.Tables() {
		if err := w.put(ctx, rows); err != nil {
			return err
		}
	}
	return w.driver.classify(c.WriteJobs(ctx, w.tx))
}

// put writes rows of one table, many in a statement where there are many.
func (w *work) put(ctx context.Context, rows []state.Row) error {
	for len(rows) > 0 {
		n := 1
		if i := slices.IndexFunc(sizes, func(size int) bool { return size <= len(rows) }); i >= 0 {
			n = sizes[i]
		}
		_, err := w.tx.ExecContext(ctx, insertMany(rows[0].Table(), n), slices.Concat(sqltext.All(rows[:n])...)...)
		if taken(err) {
			return w.whichTaken(rows[:n], err)
		}
		if err != nil {
			return w.driver.classify(err)
		}
		rows = rows[n:]
	}
	return nil
}

// whichTaken finds the event that the log has already; the statement that met it has changed nothing.
func (w *work) whichTaken(rows []state.Row, err error) error {
	for _, row := range rows {
		e, ok := row.(*state.Entry)
		if !ok {
			break
		}
		found, lookup := w.reader.Find(e, state.Query{Equal: map[string]any{"event_id": e.EventID}, Limit: 1})
		if lookup == nil && len(found) > 0 {
			return store.EventExists(e.EventID)
		}
	}
	return w.driver.classify(err)
}

func (w *work) Commit(context.Context) error { return w.driver.classify(w.tx.Commit()) }

func (w *work) Rollback() { _ = w.tx.Rollback() } // what is not committed is gone in any case
