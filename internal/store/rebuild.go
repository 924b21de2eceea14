package store

import (
	"context"
	"fmt"
	"reflect"

	"stet/internal/state"
	"stet/internal/store/rowset"
)

// Difference is one value that is not what the log says. A row that is on one side only has an empty Column, and nil
// on the other side.
type Difference struct {
	Table, Key, Column string
	Stored, Folded     any
}

func (d Difference) String() string {
	return fmt.Sprintf("%s %s %s: stored %v, the log gives %v", d.Table, d.Key, d.Column, d.Stored, d.Folded)
}

// Check folds the whole log again, in memory, and gives where the stored rows differ from that.
func Check(r state.Reader) ([]Difference, error) {
	var differences []Difference
	err := compare(r, func(stored, folded state.Row) error {
		differences = append(differences, differ(stored, folded)...)
		return nil
	})
	return differences, err
}

// Rebuild makes the folded rows what the log says, in one transaction, and gives what was different.
func Rebuild(ctx context.Context, db *DB) ([]Difference, error) {
	var differences []Difference
	err := db.Update(ctx, func(tx *Tx) error {
		differences = nil
		return compare(tx, func(stored, folded state.Row) error {
			differences = append(differences, differ(stored, folded)...)
			if folded == nil {
				return tx.Delete(stored)
			}
			return tx.Put(folded)
		})
	})
	return differences, err
}

// compare calls visit for the pairs of rows that are not equal; one of a pair may be nil.
func compare(r state.Reader, visit func(stored, folded state.Row) error) error {
	var folded rowset.Set
	if err := eachEntry(r, func(e *state.Entry) error { return state.Fold(&folded, e.Event()) }); err != nil {
		return err
	}
	for _, proto := range state.Tables() {
		if !proto.Table().Folded {
			continue
		}
		if err := compareTable(r, &folded, proto, visit); err != nil {
			return fmt.Errorf("compare table %s: %w", proto.Table().Name, err)
		}
	}
	return nil
}

func compareTable(r state.Reader, folded *rowset.Set, proto state.Row, visit func(stored, folded state.Row) error) error {
	stored, err := r.Find(proto, state.Query{})
	if err != nil {
		return err
	}
	wanted, err := folded.Find(proto, state.Query{})
	if err != nil {
		return err
	}
	for len(stored)+len(wanted) > 0 { // both are in the order of the key
		a, b := first(stored), first(wanted)
		switch {
		case b == nil || a != nil && state.KeyOf(a) < state.KeyOf(b):
			b = nil
		case a == nil || state.KeyOf(b) < state.KeyOf(a):
			a = nil
		}
		if a != nil {
			stored = stored[1:]
		}
		if b != nil {
			wanted = wanted[1:]
		}
		if !reflect.DeepEqual(a, b) {
			if err := visit(a, b); err != nil {
				return err
			}
		}
	}
	return nil
}

func first(rows []state.Row) state.Row {
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}

// differ lists the columns in which two rows with one key differ.
func differ(stored, folded state.Row) []Difference {
	if stored == nil {
		return []Difference{{Table: folded.Table().Name, Key: name(folded), Folded: folded}}
	}
	if folded == nil {
		return []Difference{{Table: stored.Table().Name, Key: name(stored), Stored: stored}}
	}
	var out []Difference
	a, b := stored.Fields(), folded.Fields()
	for i, column := range stored.Table().Columns {
		x, y := reflect.ValueOf(a[i]).Elem().Interface(), reflect.ValueOf(b[i]).Elem().Interface()
		if !reflect.DeepEqual(x, y) {
			out = append(out, Difference{Table: stored.Table().Name, Key: name(stored), Column: column, Stored: x, Folded: y})
		}
	}
	return out
}

// name is the key of a row for people.
func name(row state.Row) string {
	out := ""
	for i, f := range row.Fields()[:row.Table().Keys] {
		if i > 0 {
			out += ", "
		}
		out += fmt.Sprint(reflect.ValueOf(f).Elem())
	}
	return "(" + out + ")"
}
