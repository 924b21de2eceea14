package storetest

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet/internal/state"
)

// Column is a column as a database describes it. Type is that of the Go value: int64, bool, string or bytes.
type Column struct {
	Type string
	Key  int // position in the primary key from 1; 0: not in it
}

// Schema is the columns by table and name.
type Schema map[string]map[string]Column

// CheckSchema compares what the migrations made with what the rows need. As every driver is compared with the same
// rows, the databases cannot drift apart.
func CheckSchema(t *testing.T, got Schema) {
	t.Helper()
	want := Schema{}
	for _, row := range state.Tables() {
		table := row.Table()
		want[table.Name] = map[string]Column{}
		for i, f := range row.Fields() {
			c := Column{Type: typeOf(reflect.TypeOf(f).Elem())}
			if i < table.Keys {
				c.Key = i + 1
			}
			want[table.Name][table.Columns[i]] = c
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			delete(got, name) // of the queue and of the migrations
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func typeOf(t reflect.Type) string {
	if t.Kind() == reflect.Slice {
		return "bytes"
	}
	return t.Kind().String()
}
