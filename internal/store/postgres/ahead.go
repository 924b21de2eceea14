package postgres

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/ahead"
	"stet/internal/store/sqltext"
)

// Prefetch makes all reads in one round trip, with one statement for a table.
func (w *work) Prefetch(ctx context.Context, reads []store.Read) error {
	var b pgx.Batch
	for _, g := range ahead.Groups(reads) {
		text, args := selectOne(g), g.Values[0]
		if len(g.Values) > 1 {
			text, args = selectMany(g), arrays(g.Values)
		}
		b.Queue(text, args...).Query(func(found pgx.Rows) error {
			rows, err := collect(found, g.Proto)
			if err == nil {
				g.Keep(&w.seen, rows)
			}
			return err
		})
	}
	return w.classify(w.tx.SendBatch(ctx, &b).Close())
}

var texts sync.Map // of what selectMany and insertMany made

// selectOne looks up one tuple of values.
func selectOne(g *ahead.Group) string {
	key := fmt.Sprint("one", g.Proto.Table().Name, g.Columns)
	if made, ok := texts.Load(key); ok {
		return made.(string)
	}
	conditions := make([]string, len(g.Columns))
	for i, c := range g.Columns {
		conditions[i] = fmt.Sprintf("%q = $%d", c, i+1)
	}
	text := sqltext.Of(g.Proto.Table()).Select + " WHERE " + strings.Join(conditions, " AND ")
	texts.Store(key, text)
	return text
}

// selectMany looks up each tuple of values by itself: LIMIT and OFFSET keep the planner from joining the whole table,
// which it would do, and go on doing, when it first sees the table while that is small.
func selectMany(g *ahead.Group) string {
	table := g.Proto.Table()
	key := fmt.Sprint(table.Name, g.Unique, g.Columns)
	if made, ok := texts.Load(key); ok {
		return made.(string)
	}
	conditions := make([]string, len(g.Columns))
	for i, c := range g.Columns {
		conditions[i] = fmt.Sprintf("t.%[1]q = k.%[1]q", c)
	}
	fence := " OFFSET 0"
	if g.Unique {
		fence = " LIMIT 1"
	}
	text := "SELECT r.* FROM unnest(" + marks(g.Values[0]) + ") AS k(" + sqltext.List(g.Columns) + "), LATERAL (" +
		sqltext.Of(table).Select + " AS t WHERE " + strings.Join(conditions, " AND ") + fence + ") AS r"
	texts.Store(key, text)
	return text
}

// insertMany is the statement that puts rows of one table, which are given as an array for each column.
func insertMany(row state.Row) string {
	table := row.Table()
	if made, ok := texts.Load(table); ok {
		return made.(string)
	}
	s := sqltext.Of(table)
	text := s.Insert + " SELECT * FROM unnest(" + marks(sqltext.Values(row)) + ")" + s.Conflict
	texts.Store(table, text)
	return text
}

// marks are parameters that are arrays of the types of values.
func marks(values []any) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprintf("$%d::%s[]", i+1, typeOf(v))
	}
	return strings.Join(list, ", ")
}

func typeOf(v any) string {
	switch v.(type) {
	case int64:
		return "bigint"
	case bool:
		return "boolean"
	case []byte:
		return "bytea"
	}
	return "text"
}

// arrays turns a list of rows of values into an array for each column.
func arrays(rows [][]any) []any {
	out := make([]any, len(rows[0]))
	for i, v := range rows[0] {
		switch v.(type) {
		case int64:
			out[i] = column[int64](rows, i)
		case bool:
			out[i] = column[bool](rows, i)
		case []byte:
			out[i] = column[[]byte](rows, i)
		default:
			out[i] = column[string](rows, i)
		}
	}
	return out
}

func column[T any](rows [][]any, i int) []T {
	out := make([]T, len(rows))
	for n, row := range rows {
		out[n] = row[i].(T)
	}
	return out
}
