package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/sqltext"
)

// seen keeps what a write transaction has read. That stays true until its end: it is the only writer, and what it
// writes itself it writes after its last read.
type seen struct {
	rows  map[string]state.Row   // nil: there is none
	lists map[string][]state.Row // by query
}

func keyOf(row state.Row) string { return row.Table().Name + "\x00" + state.KeyOf(row) }

func queryOf(text string, args []any) string { return fmt.Sprintf("%s %q", text, args) }

func (s *seen) get(row state.Row) (found, known bool) {
	kept, known := s.rows[keyOf(row)]
	if kept != nil {
		state.Copy(row, kept)
	}
	return kept != nil, known
}

func (s *seen) got(row state.Row, found bool) {
	if s.rows == nil {
		s.rows = map[string]state.Row{}
	}
	key := keyOf(row)
	s.rows[key] = nil
	if found {
		s.rows[key] = state.Clone(row)
	}
}

func (s *seen) find(proto state.Row, q state.Query) (rows []state.Row, known bool) {
	if len(s.lists) == 0 {
		return nil, false
	}
	kept, known := s.lists[queryOf(sqltext.Find(proto.Table(), q))]
	for _, row := range kept {
		rows = append(rows, state.Clone(row))
	}
	return rows, known
}

// Prefetch makes all reads in one round trip.
func (w *work) Prefetch(ctx context.Context, reads []store.Read) error {
	var b pgx.Batch
	for _, r := range reads {
		if r.Query == nil {
			w.fetchRow(&b, state.Clone(r.Row))
		} else {
			w.fetchList(&b, r)
		}
	}
	return w.classify(w.tx.SendBatch(ctx, &b).Close())
}

func (w *work) fetchRow(b *pgx.Batch, row state.Row) {
	b.Queue(sqltext.Of(row.Table()).Get, sqltext.Key(row)...).QueryRow(func(got pgx.Row) error {
		err := got.Scan(row.Fields()...)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		w.seen.got(row, err == nil)
		return nil
	})
}

func (w *work) fetchList(b *pgx.Batch, r store.Read) {
	text, args := sqltext.Find(r.Row.Table(), *r.Query)
	b.Queue(text, args...).Query(func(found pgx.Rows) error {
		rows, err := collect(found, r.Row)
		if w.seen.lists == nil {
			w.seen.lists = map[string][]state.Row{}
		}
		w.seen.lists[queryOf(text, args)] = rows
		return err
	})
}
