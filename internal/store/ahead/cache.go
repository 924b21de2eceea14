// Package ahead reads for a batch of updates at once what each of them is going to read, a statement for a table.
package ahead

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"stet/internal/state"
)

// Cache keeps what a write transaction has read. That stays true until its end: it is the only writer, and what it
// writes itself it writes after its last read. The zero Cache is empty.
type Cache struct {
	rows  map[string]state.Row   // by key; nil: there is none
	lists map[string][]state.Row // by query
}

// Get fills row from the kept one with its key. Known is false where that key was not read yet.
func (c *Cache) Get(row state.Row) (found, known bool) {
	if len(c.rows) == 0 {
		return false, false
	}
	kept, known := c.rows[keyOf(row)]
	if kept != nil {
		state.Copy(row, kept)
	}
	return kept != nil, known
}

// Got keeps a row that was read, or that there is none with its key.
func (c *Cache) Got(row state.Row, found bool) {
	if c.rows == nil {
		c.rows = map[string]state.Row{}
	}
	key := keyOf(row)
	c.rows[key] = nil
	if found {
		c.rows[key] = state.Clone(row)
	}
}

// Find gives copies of the kept rows that q selects. Known is false where they were not read yet.
func (c *Cache) Find(proto state.Row, q state.Query) (rows []state.Row, known bool) {
	if len(c.lists) == 0 || !plain(q) {
		return nil, false
	}
	kept, known := c.lists[queryOf(proto, q)]
	for _, row := range kept {
		rows = append(rows, state.Clone(row))
	}
	return rows, known
}

func (c *Cache) listed(proto state.Row, q state.Query, rows []state.Row) {
	if c.lists == nil {
		c.lists = map[string][]state.Row{}
	}
	c.lists[queryOf(proto, q)] = rows
}

// plain queries ask for equal values only.
func plain(q state.Query) bool { return len(q.Equal) > 0 && len(q.Over)+len(q.AtMost) == 0 }

func keyOf(row state.Row) string { return row.Table().Name + "\x00" + state.KeyOf(row) }

func queryOf(proto state.Row, q state.Query) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %t %d", proto.Table().Name, q.Desc, q.Limit)
	for _, column := range slices.Sorted(maps.Keys(q.Equal)) {
		fmt.Fprintf(&b, "\x00%s\x00%v", column, reflect.ValueOf(q.Equal[column]))
	}
	return b.String()
}
