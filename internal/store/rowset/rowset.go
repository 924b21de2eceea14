// Package rowset keeps rows of state in memory, in the order of their keys. It is the memory store, the buffer of a
// transaction, and where the log is folded again to check the stored rows.
package rowset

import (
	"github.com/tidwall/btree"

	"stet/internal/state"
)

// Set is a set of rows of any tables; it is a state.Rows. A row in it is never changed, only replaced, so sets may
// share rows. The zero Set is empty. It is not safe for concurrent use, but snapshots are independent.
type Set struct {
	trees map[string]*tree // by table, and by table and column for the indexes
}

type tree = btree.Map[string, state.Row]

// secondary lists the columns by which rows are also kept: what the fold and the engine look up other than by key.
var secondary = map[string][]string{
	"event":       {"event_id", "content_id", "idempotency_key"},
	"revision":    {"idempotency_key", "gate"},
	"slug":        {"content_id"},
	"tombstone":   {"content_id"},
	"dead_letter": {"content_id"},
}

// Snapshot is the set as it is now, at a cost that does not depend on its size.
func (s *Set) Snapshot() *Set {
	out := &Set{trees: make(map[string]*tree, len(s.trees))}
	for name, t := range s.trees {
		out.trees[name] = t.Copy()
	}
	return out
}

// Len is the number of rows of the table of proto.
func (s *Set) Len(proto state.Row) int {
	if t := s.trees[proto.Table().Name]; t != nil {
		return t.Len()
	}
	return 0
}

// Get fills row from the one with the same key.
func (s *Set) Get(row state.Row) (bool, error) {
	stored := s.stored(row, state.KeyOf(row))
	if stored == nil {
		return false, nil
	}
	state.Copy(row, stored)
	return true, nil
}

// Put inserts or replaces a copy of row.
func (s *Set) Put(row state.Row) error {
	row = state.Clone(row)
	table, key := row.Table(), state.KeyOf(row)
	s.unindex(row, key)
	s.tree(table.Name).Set(key, row)
	for _, column := range secondary[table.Name] {
		s.tree(table.Name+"."+column).Set(columnKey(row, column)+key, row)
	}
	return nil
}

// Delete removes the row with the same key, if it is there.
func (s *Set) Delete(row state.Row) error {
	key := state.KeyOf(row)
	s.unindex(row, key)
	s.tree(row.Table().Name).Delete(key)
	return nil
}

// unindex removes the row stored under key from the indexes.
func (s *Set) unindex(row state.Row, key string) {
	columns := secondary[row.Table().Name]
	if len(columns) == 0 {
		return
	}
	stored := s.stored(row, key)
	if stored == nil {
		return
	}
	for _, column := range columns {
		s.tree(row.Table().Name + "." + column).Delete(columnKey(stored, column) + key)
	}
}

func (s *Set) stored(row state.Row, key string) state.Row {
	t := s.trees[row.Table().Name]
	if t == nil {
		return nil
	}
	stored, _ := t.Get(key)
	return stored
}

func (s *Set) tree(name string) *tree {
	if s.trees == nil {
		s.trees = map[string]*tree{}
	}
	t := s.trees[name]
	if t == nil {
		t = new(tree)
		s.trees[name] = t
	}
	return t
}

// Rows lists all rows, by table in the order of state.Tables and by key. They are the set's own: read them only.
func (s *Set) Rows() []state.Row {
	var out []state.Row
	for _, proto := range state.Tables() {
		if t := s.trees[proto.Table().Name]; t != nil {
			out = append(out, t.Values()...)
		}
	}
	return out
}
