// Package sqltext makes the SQL of the store from the description of its tables: one text for both databases, with the
// parameters $1, $2 and so on.
package sqltext

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"stet/internal/state"
)

// Statements are the texts for one table whose parameters are values of a row: Get and Delete take those of the key,
// Put takes all. Select, Insert and Conflict are the parts from which texts for many rows are made: Select ends before
// the condition, Insert before the values, and Conflict follows them.
type Statements struct {
	Get, Put, Delete         string
	Select, Insert, Conflict string
}

var made sync.Map // *state.Table to Statements

// Of gives the statements of a table.
func Of(t *state.Table) Statements {
	if s, ok := made.Load(t); ok {
		return s.(Statements)
	}
	s := Statements{
		Select:   "SELECT " + list(t.Columns) + " FROM " + quote(t.Name),
		Insert:   "INSERT INTO " + quote(t.Name) + " (" + list(t.Columns) + ")",
		Conflict: conflict(t),
		Delete:   "DELETE FROM " + quote(t.Name) + where(t.Columns[:t.Keys]),
	}
	s.Get = s.Select + where(t.Columns[:t.Keys])
	s.Put = s.Insert + " VALUES " + Tuples(len(t.Columns), 1) + s.Conflict
	made.Store(t, s)
	return s
}

// Tuples is a list of tuples of parameters: ($1, $2), ($3, $4).
func Tuples(columns, n int) string {
	var b strings.Builder
	for i := range n {
		marks := make([]string, columns)
		for c := range marks {
			marks[c] = mark(i*columns + c + 1)
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + strings.Join(marks, ", ") + ")")
	}
	return b.String()
}

// List is the columns as SQL names them.
func List(columns []string) string { return list(columns) }

// conflict replaces what has the same key; the log is only ever added to.
func conflict(t *state.Table) string {
	if t == (*state.Entry)(nil).Table() {
		return ""
	}
	var sets []string
	for _, c := range t.Columns[t.Keys:] {
		sets = append(sets, quote(c)+" = excluded."+quote(c))
	}
	return " ON CONFLICT (" + list(t.Columns[:t.Keys]) + ") DO UPDATE SET " + strings.Join(sets, ", ")
}

// Find gives the text of q on a table and its arguments. Queries of one shape have one text.
func Find(t *state.Table, q state.Query) (string, []any) {
	var conditions []string
	var args []any
	add := func(values map[string]any, operator string) {
		for _, column := range slices.Sorted(maps.Keys(values)) {
			args = append(args, Plain(reflect.ValueOf(values[column])))
			conditions = append(conditions, quote(column)+operator+mark(len(args)))
		}
	}
	add(q.Equal, " = ")
	add(q.Over, " > ")
	add(q.AtMost, " <= ")
	text := "SELECT " + list(t.Columns) + " FROM " + quote(t.Name)
	if len(conditions) > 0 {
		text += " WHERE " + strings.Join(conditions, " AND ")
	}
	text += " ORDER BY " + order(t.Columns[:t.Keys], q.Desc)
	if q.Limit > 0 {
		args = append(args, int64(q.Limit))
		text += " LIMIT " + mark(len(args))
	}
	return text, args
}

// Values are all of row's values, as arguments.
func Values(row state.Row) []any {
	fields := row.Fields()
	out := make([]any, len(fields))
	for i, f := range fields {
		out[i] = Plain(reflect.ValueOf(f).Elem())
	}
	return out
}

// All are the values of many rows.
func All(rows []state.Row) [][]any {
	out := make([][]any, len(rows))
	for i, row := range rows {
		out[i] = Values(row)
	}
	return out
}

// Key is the values of row's primary key, as arguments.
func Key(row state.Row) []any { return Values(row)[:row.Table().Keys] }

// Plain takes the names off a type, so that every driver knows it. Columns have no NULL.
func Plain(v reflect.Value) any {
	switch {
	case v.CanInt():
		return v.Int()
	case v.Kind() == reflect.Bool:
		return v.Bool()
	case v.Kind() == reflect.Slice:
		return append([]byte{}, v.Bytes()...)
	}
	return v.String()
}

func where(columns []string) string {
	conditions := make([]string, len(columns))
	for i, c := range columns {
		conditions[i] = quote(c) + " = " + mark(i+1)
	}
	return " WHERE " + strings.Join(conditions, " AND ")
}

func order(columns []string, desc bool) string {
	if !desc {
		return list(columns)
	}
	return strings.ReplaceAll(list(columns), ",", " DESC,") + " DESC"
}

func list(columns []string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = quote(c)
	}
	return strings.Join(quoted, ", ")
}

func mark(n int) string        { return fmt.Sprintf("$%d", n) }
func quote(name string) string { return `"` + name + `"` }
