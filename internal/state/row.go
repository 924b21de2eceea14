// Package state holds the rows of the store and the fold that makes them from the log. Every change of state is an
// event; Fold is the only code that turns events into rows, so the rows can be thrown away and made again.
package state

import (
	"fmt"
	"reflect"
)

// Table describes one table. The first Keys columns are its primary key.
type Table struct {
	Name    string
	Keys    int
	Folded  bool // a fold of the log; the others coordinate work (leases, deliveries) and are not rebuilt
	Columns []string
}

// Row is a row of one table. Fields gives pointers to its values in the order of Table.Columns; their types are
// string, int64, bool, []byte, or named types of these.
type Row interface {
	Table() *Table
	Fields() []any
}

// Query selects rows of a table. Conditions are joined by "and"; rows come in the order of the primary key.
type Query struct {
	Equal  map[string]any // column = value
	Over   map[string]any // column > value
	AtMost map[string]any // column <= value
	Desc   bool
	Limit  int // 0: all
}

// Reader reads rows as of one moment.
type Reader interface {
	// Get fills row from the stored one with the same key and reports whether there is one.
	Get(row Row) (bool, error)
	// Find gives the rows of the table of proto that q selects.
	Find(proto Row, q Query) ([]Row, error)
}

// Rows reads and writes rows inside one transaction.
type Rows interface {
	Reader
	Put(row Row) error // insert or replace
	Delete(row Row) error
}

// All is Find with the row's own type: All[*Publication](tx, q).
func All[R Row](r Reader, q Query) ([]R, error) {
	var proto R
	rows, err := r.Find(New(proto).(R), q)
	if err != nil {
		return nil, err
	}
	out := make([]R, len(rows))
	for i, row := range rows {
		out[i] = row.(R)
	}
	return out, nil
}

// New makes an empty row of the same table.
func New(row Row) Row { return reflect.New(reflect.TypeOf(row).Elem()).Interface().(Row) }

// Clone copies a row.
func Clone(row Row) Row {
	out := reflect.New(reflect.TypeOf(row).Elem())
	out.Elem().Set(reflect.ValueOf(row).Elem())
	return out.Interface().(Row)
}

// Copy overwrites to with from; both are rows of one table.
func Copy(to, from Row) { reflect.ValueOf(to).Elem().Set(reflect.ValueOf(from).Elem()) }

// KeyOf is the primary key as one string that sorts as the key does, for maps and trees.
func KeyOf(row Row) string {
	var b []byte
	for _, f := range row.Fields()[:row.Table().Keys] {
		switch v := f.(type) {
		case *string:
			b = append(b, *v...)
		case *int64:
			b = append(b, fmt.Sprintf("%020d", *v)...)
		default:
			b = append(b, reflect.ValueOf(f).Elem().String()...)
		}
		b = append(b, 0)
	}
	return string(b)
}
