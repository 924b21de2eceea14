package storetest

import (
	"errors"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

func testReadsItsOwnWrites(t *testing.T, base Database) {
	db := begin(t, base, nil)
	update(t, db, func(tx *store.Tx) error { return tx.Put(setting(1)) })
	update(t, db, func(tx *store.Tx) error {
		got := &state.Setting{Name: "s001"}
		if found, err := tx.Get(got); err != nil || !found || got.Value != "1" {
			t.Errorf("stored row: %v %v %v", got, found, err)
		}
		if err := tx.Put(&state.Setting{Name: "s001", Value: "new"}); err != nil {
			return err
		}
		if _, err := tx.Get(got); err != nil || got.Value != "new" {
			t.Errorf("after Put: %v %v", got, err)
		}
		got.Value = "changed by the caller" // and not in the store
		if err := tx.Delete(&state.Setting{Name: "s001"}); err != nil {
			return err
		}
		if found, err := tx.Get(got); err != nil || found {
			t.Errorf("after Delete: %v %v", found, err)
		}
		return tx.Put(setting(2))
	})
	if got := names(settings(t, db)); !reflect.DeepEqual(got, []string{"s002"}) {
		t.Errorf("committed: %v", got)
	}
}

// fill gives every column a value of its own that is hard to keep: bytes that are no text, the largest integers.
func fill(row state.Row, n int) {
	for i, f := range row.Fields() {
		switch v := reflect.ValueOf(f).Elem(); v.Kind() {
		case reflect.Int64:
			v.SetInt(stet.MaxVersion - int64(100*n+i))
		case reflect.Bool:
			v.SetBool((n+i)%2 == 0)
		case reflect.String:
			v.SetString("'\"ü\U0001F600\r\n" + string(rune('a'+n)) + string(rune('a'+i)))
		default:
			v.SetBytes([]byte{0, 0xff, byte(n), byte(i)})
		}
	}
}

func testKeepsEveryColumn(t *testing.T, base Database) {
	d := base.Open(t)
	defer d.Close()
	for _, proto := range state.Tables() {
		name := proto.Table().Name
		full, empty := state.New(proto), state.New(proto)
		fill(full, 1)
		write(t, d, store.Changes{Puts: []state.Row{full, empty}})
		for _, want := range []state.Row{full, empty} {
			got := state.New(proto)
			for i := range want.Table().Keys {
				reflect.ValueOf(got.Fields()[i]).Elem().Set(reflect.ValueOf(want.Fields()[i]).Elem())
			}
			err := d.View(t.Context(), func(r state.Reader) error {
				found, err := r.Get(got)
				if !found {
					t.Errorf("%s: not found", name)
				}
				return err
			})
			if diff := cmp.Diff(values(want), values(got)); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
	}
}

// values are a row's values; nil and no bytes are the same.
func values(row state.Row) (out []any) {
	for _, f := range row.Fields() {
		if b, ok := f.(*[]byte); ok {
			f = string(*b)
		}
		out = append(out, f)
	}
	return out
}

// write commits changes past the store.
func write(t *testing.T, d store.Driver, c store.Changes) {
	t.Helper()
	w, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(t.Context(), c); err != nil {
		w.Rollback()
		t.Fatal(err)
	}
	if err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func testFindsInOrderWithTheBuffer(t *testing.T, base Database) {
	db := begin(t, base, nil)
	update(t, db, func(tx *store.Tx) error { // s1 s3 s5 s7, and upper case, which sorts first
		return errors.Join(tx.Put(setting(1)), tx.Put(setting(3)), tx.Put(setting(5)), tx.Put(setting(7)), tx.Put(&state.Setting{Name: "Z"}))
	})
	update(t, db, func(tx *store.Tx) error {
		err := errors.Join(tx.Put(setting(2)), tx.Put(&state.Setting{Name: "s003", Value: "9"}), tx.Delete(setting(5)), tx.Put(setting(8)))
		if err != nil {
			return err
		}
		for _, c := range []struct {
			q    state.Query
			want []string
		}{
			{state.Query{}, []string{"Z", "s001", "s002", "s003", "s007", "s008"}},
			{state.Query{Desc: true}, []string{"s008", "s007", "s003", "s002", "s001", "Z"}},
			{state.Query{Limit: 2}, []string{"Z", "s001"}},
			{state.Query{Limit: 2, Desc: true}, []string{"s008", "s007"}},
			{state.Query{Over: map[string]any{"name": "s002"}, Limit: 2}, []string{"s003", "s007"}},
			{state.Query{Over: map[string]any{"name": "s001"}, AtMost: map[string]any{"name": "s007"}}, []string{"s002", "s003", "s007"}},
			{state.Query{Equal: map[string]any{"value": "3"}}, nil},
			{state.Query{Equal: map[string]any{"value": "9"}}, []string{"s003"}},
			{state.Query{Equal: map[string]any{"name": "s005"}}, nil},
		} {
			found, err := state.All[*state.Setting](tx, c.q)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(c.want, names(found)); diff != "" {
				t.Errorf("%+v: %s", c.q, diff)
			}
		}
		return nil
	})
}

func testRefusesToWriteTheLogAsRows(t *testing.T, base Database) {
	db := begin(t, base, nil)
	for _, row := range []state.Row{&state.Entry{Seq: 1}, &state.Head{Name: "log"}} {
		for _, do := range []func(*store.Tx) error{
			func(tx *store.Tx) error { return tx.Put(row) },
			func(tx *store.Tx) error { return tx.Delete(row) },
		} {
			if err := db.Update(t.Context(), do); err == nil {
				t.Errorf("table %s was written", row.Table().Name)
			}
		}
	}
}

func testSurvivesReopening(t *testing.T, base Database) {
	db := begin(t, base, nil)
	update(t, db, func(tx *store.Tx) error { return errors.Join(tx.Append(note("e1")), tx.Put(setting(1))) })
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = begin(t, base, nil)
	update(t, db, func(tx *store.Tx) error { return tx.Append(note("e2")) })
	if got := log(t, db); len(got) != 2 || got[1].Seq != 2 || got[0].EventID != "e1" {
		t.Errorf("log: %v", got)
	}
	if got := settings(t, db); len(got) != 1 {
		t.Errorf("settings: %v", got)
	}
}

func testViewsOneMoment(t *testing.T, base Database) {
	db := begin(t, base, nil)
	update(t, db, func(tx *store.Tx) error { return tx.Put(setting(1)) })
	err := db.View(t.Context(), func(r state.Reader) error {
		for range 2 {
			found, err := state.All[*state.Setting](r, state.Query{})
			if err != nil || len(found) != 1 {
				t.Errorf("view sees %v %v", names(found), err)
			}
			if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.Put(setting(2)) }); err != nil {
				return err
			}
		}
		return nil
	})
	if got := settings(t, db); err != nil || len(got) != 2 {
		t.Errorf("afterwards: %v %v", names(got), err)
	}
	wrong := errors.New("wrong")
	if err := db.View(t.Context(), func(state.Reader) error { return wrong }); !errors.Is(err, wrong) {
		t.Errorf("error of the function: %v", err)
	}
}
