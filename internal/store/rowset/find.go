package rowset

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"stet/internal/state"
)

// beyond sorts after every continuation of a key: no valid UTF-8 has this byte.
const beyond = "\xff"

// Find gives copies of the rows of the table of proto that q selects.
func (s *Set) Find(proto state.Row, q state.Query) ([]state.Row, error) {
	var out []state.Row
	s.scan(proto.Table(), q, func(row state.Row) bool {
		if q.Matches(row) {
			out = append(out, state.Clone(row))
		}
		return q.Limit == 0 || len(out) < q.Limit
	})
	return out, nil
}

// scan visits the rows that may match, in the order q asks for, until visit says false. Both kinds of tree give the
// order of the primary key: in an index the rows with one value stand in that order.
func (s *Set) scan(table *state.Table, q state.Query, visit func(state.Row) bool) {
	name, prefix := plan(table, q)
	t := s.trees[name]
	if t == nil {
		return
	}
	step := func(key string, row state.Row) bool {
		return strings.HasPrefix(key, prefix) && visit(row)
	}
	switch after, ok := lowest(table, name, q); {
	case q.Desc:
		t.Descend(prefix+beyond, step)
	case ok:
		t.Ascend(after+beyond, step)
	default:
		t.Ascend(prefix, step)
	}
}

// plan chooses the tree to walk and the part of the key that all matches share.
func plan(table *state.Table, q state.Query) (name, prefix string) {
	for _, column := range table.Columns[:table.Keys] {
		want, ok := q.Equal[column]
		if !ok {
			break
		}
		prefix += encode(reflect.ValueOf(want))
	}
	if prefix != "" {
		return table.Name, prefix
	}
	for _, column := range secondary[table.Name] {
		if want, ok := q.Equal[column]; ok {
			return table.Name + "." + column, encode(reflect.ValueOf(want))
		}
	}
	return table.Name, ""
}

// lowest is the key after which a walk of the primary tree may begin: q wants what is over a value of its first column.
func lowest(table *state.Table, name string, q state.Query) (string, bool) {
	want, ok := q.Over[table.Columns[0]]
	if !ok || name != table.Name {
		return "", false
	}
	return encode(reflect.ValueOf(want)), true
}

func columnKey(row state.Row, column string) string {
	i := slices.Index(row.Table().Columns, column)
	return encode(reflect.ValueOf(row.Fields()[i]).Elem())
}

// encode writes one value as state.KeyOf does.
func encode(v reflect.Value) string {
	if v.CanInt() {
		return fmt.Sprintf("%020d\x00", v.Int())
	}
	return v.String() + "\x00"
}
