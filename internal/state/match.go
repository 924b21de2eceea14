package state

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Matches reports whether q selects row, ordering and limit aside.
func (q Query) Matches(row Row) bool {
	holds := func(conditions map[string]any, ok func(c int) bool) bool {
		for column, want := range conditions {
			if !ok(compare(value(row, column), reflect.ValueOf(want))) {
				return false
			}
		}
		return true
	}
	return holds(q.Equal, func(c int) bool { return c == 0 }) &&
		holds(q.Over, func(c int) bool { return c > 0 }) &&
		holds(q.AtMost, func(c int) bool { return c <= 0 })
}

// Arrange sorts rows by key as q asks and cuts them to its limit.
func (q Query) Arrange(rows []Row) []Row {
	slices.SortFunc(rows, func(a, b Row) int {
		c := compareKeys(a, b)
		if q.Desc {
			return -c
		}
		return c
	})
	if q.Limit > 0 && len(rows) > q.Limit {
		rows = rows[:q.Limit]
	}
	return rows
}

func compareKeys(a, b Row) int {
	fa, fb := a.Fields(), b.Fields()
	for i := range a.Table().Keys {
		if c := compare(reflect.ValueOf(fa[i]).Elem(), reflect.ValueOf(fb[i]).Elem()); c != 0 {
			return c
		}
	}
	return 0
}

func value(row Row, column string) reflect.Value {
	i := slices.Index(row.Table().Columns, column)
	if i < 0 {
		panic(fmt.Sprintf("state: table %s has no column %s", row.Table().Name, column))
	}
	return reflect.ValueOf(row.Fields()[i]).Elem()
}

func compare(a, b reflect.Value) int {
	switch a.Kind() {
	case reflect.Int64:
		return int(min(1, max(-1, a.Int()-b.Int())))
	case reflect.Bool:
		return strings.Compare(fmt.Sprint(a.Bool()), fmt.Sprint(b.Bool()))
	default:
		return strings.Compare(a.String(), b.String())
	}
}
