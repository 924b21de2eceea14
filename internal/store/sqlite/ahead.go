package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/ahead"
	"stet/internal/store/sqltext"
)

// sizes are how many rows one statement reads or writes, so that there are few statements to keep prepared. What is
// left over is written row by row; what is read is filled up with NULL, which finds nothing.
var sizes = []int{64, 16, 4}

// Prefetch makes the reads with few statements.
func (w *work) Prefetch(_ context.Context, reads []store.Read) error {
	for _, g := range ahead.Groups(reads) {
		var found []state.Row
		for part := range slices.Chunk(g.Values, sizes[0]) {
			n := enough(len(part))
			args := append(slices.Concat(part...), make([]any, (n-len(part))*len(g.Columns))...)
			rows, err := w.rows(selectMany(g, n), args, g.Proto)
			if err != nil {
				return w.driver.classify(err)
			}
			found = append(found, rows...)
		}
		g.Keep(&w.seen, found)
	}
	return nil
}

// enough is the smallest of the sizes that holds n.
func enough(n int) int {
	size := sizes[0]
	for _, s := range sizes {
		if s >= n {
			size = s
		}
	}
	return size
}

var texts sync.Map // of what once made

func once(key string, text func() string) string {
	if made, ok := texts.Load(key); ok {
		return made.(string)
	}
	made := rebind(text())
	texts.Store(key, made)
	return made
}

// selectMany looks up n tuples of values by an index: the order of a CROSS JOIN is kept
// (https://sqlite.org/optoverview.html, 7.2), where IN with a list of tuples would read the whole table.
func selectMany(g *ahead.Group, n int) string {
	table := g.Proto.Table()
	return once(fmt.Sprint("select", table.Name, g.Columns, n), func() string {
		names, conditions := make([]string, len(g.Columns)), make([]string, len(g.Columns))
		for i, c := range g.Columns {
			names[i] = fmt.Sprintf("k%d", i)
			conditions[i] = fmt.Sprintf("t.%q = k%d", c, i)
		}
		return "WITH k(" + strings.Join(names, ", ") + ") AS (VALUES " + sqltext.Tuples(len(names), n) + ") SELECT " +
			sqltext.List(table.Columns) + fmt.Sprintf(" FROM k CROSS JOIN %q AS t ON ", table.Name) + strings.Join(conditions, " AND ")
	})
}

func insertMany(t *state.Table, n int) string {
	return once(fmt.Sprint("insert", t.Name, n), func() string {
		s := sqltext.Of(t)
		return s.Insert + " VALUES " + sqltext.Tuples(len(t.Columns), n) + s.Conflict
	})
}
