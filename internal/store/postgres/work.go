package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/ahead"
	"stet/internal/store/sqltext"
)

// reader reads rows in a transaction.
type reader struct {
	ctx context.Context
	tx  pgx.Tx
}

func (r reader) Get(row state.Row) (bool, error) {
	err := r.tx.QueryRow(r.ctx, sqltext.Of(row.Table()).Get, sqltext.Key(row)...).Scan(row.Fields()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (r reader) Find(proto state.Row, q state.Query) ([]state.Row, error) {
	text, args := sqltext.Find(proto.Table(), q)
	rows, err := r.tx.Query(r.ctx, text, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, proto)
}

func collect(rows pgx.Rows, proto state.Row) ([]state.Row, error) {
	return pgx.CollectRows(rows, func(found pgx.CollectableRow) (state.Row, error) {
		row := state.New(proto)
		return row, found.Scan(row.Fields()...)
	})
}

type work struct {
	reader
	seen ahead.Cache
	tx   pgx.Tx
	now  time.Time
	head state.Head
}

// lockHead makes this the only writer until it ends, and reads the clock after that: now() is when the transaction
// began to wait, and would put its events before those it waited for.
func (w *work) lockHead(ctx context.Context) error {
	w.head.Name = "log"
	var now int64
	var b pgx.Batch
	b.Queue("SELECT size, frontier FROM log_head WHERE name = 'log' FOR UPDATE").QueryRow(func(row pgx.Row) error {
		return row.Scan(&w.head.Size, &w.head.Frontier)
	})
	b.Queue("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").QueryRow(func(row pgx.Row) error {
		return row.Scan(&now)
	})
	err := w.tx.SendBatch(ctx, &b).Close()
	w.now = stet.Time(now)
	return w.classify(err)
}

func (w *work) Now() time.Time { return w.now }

func (w *work) Get(row state.Row) (bool, error) {
	if head, ok := row.(*state.Head); ok && head.Name == w.head.Name {
		*head = w.head
		return true, nil
	}
	if found, known := w.seen.Get(row); known {
		return found, nil
	}
	found, err := w.reader.Get(row)
	if err == nil {
		w.seen.Got(row, found)
	}
	return found, w.classify(err)
}

func (w *work) Find(proto state.Row, q state.Query) ([]state.Row, error) {
	if rows, known := w.seen.Find(proto, q); known {
		return rows, nil
	}
	rows, err := w.reader.Find(proto, q)
	return rows, w.classify(err)
}

// Flush sends everything at once.
func (w *work) Flush(ctx context.Context, c store.Changes) error {
	var b pgx.Batch
	for _, row := range c.Deletes {
		b.Queue(sqltext.Of(row.Table()).Delete, sqltext.Key(row)...)
	}
	for rows := range c.Tables() {
		if len(rows) == 1 { // the plain statement is the cheaper one
			b.Queue(sqltext.Of(rows[0].Table()).Put, sqltext.Values(rows[0])...)
		} else {
			b.Queue(insertMany(rows[0]), arrays(sqltext.All(rows))...)
		}
	}
	if b.Len() == 0 {
		return w.classify(c.WriteJobs(ctx, w.tx))
	}
	if err := w.tx.SendBatch(ctx, &b).Close(); err != nil {
		if id, taken := takenID(err, c.Puts); taken {
			return store.EventExists(id)
		}
		return w.classify(fmt.Errorf("write rows: %w", err))
	}
	return w.classify(c.WriteJobs(ctx, w.tx))
}

func (w *work) Commit(ctx context.Context) error { return committed(w.tx.Commit(ctx)) }

func (w *work) Rollback() { rollback(w.tx) }

// patience is for a rollback, which must not wait for a server that is gone; pgx then drops the connection.
const patience = 5 * time.Second

func rollback(tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = tx.Rollback(ctx) // what is not committed is gone in any case
}
