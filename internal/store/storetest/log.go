package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"stet/internal/ledger"
	"stet/internal/state"
	"stet/internal/store"
)

// verified verifies the log and its size.
func verified(t *testing.T, db *store.DB, size int64) ledger.Head {
	t.Helper()
	head, err := verify(t, db)
	if err != nil || head.Size != size {
		t.Errorf("log of %d events: %v %v", size, head, err)
	}
	return head
}

func verify(t *testing.T, db *store.DB, kept ...ledger.Head) (head ledger.Head, err error) {
	t.Helper()
	err = db.View(t.Context(), func(r state.Reader) (err error) {
		head, err = store.Verify(r, kept...)
		return err
	})
	return head, err
}

func testVerifiesTheLog(t *testing.T, base Database) {
	db := begin(t, base, nil)
	verified(t, db, 0)
	update(t, db, appending("e1", "e2"))
	kept := verified(t, db, 2)
	var many []string
	for i := range 1100 { // more than are read at once
		many = append(many, fmt.Sprint("m", i))
	}
	update(t, db, appending(many...))
	if head, err := verify(t, db, kept); err != nil || head.Size != 1102 {
		t.Errorf("with the kept head: %v %v", head, err)
	}
	kept.Size++
	if _, err := verify(t, db, kept); err == nil {
		t.Error("a head that never was is found")
	}
}

func testFindsTampering(t *testing.T, base Database) {
	for name, c := range map[string]struct {
		tamper func(entries []*state.Entry, head *state.Head) []*state.Entry
		seq    int64
	}{
		"edited": {func(es []*state.Entry, _ *state.Head) []*state.Entry { es[2].Reason = "x"; return es }, 3},
		"removed": {func(es []*state.Entry, _ *state.Head) []*state.Entry {
			return append(es[:2:2], es[3:]...)
		}, 3},
		"reordered": {func(es []*state.Entry, _ *state.Head) []*state.Entry {
			es[1].Seq, es[2].Seq = es[2].Seq, es[1].Seq
			return es
		}, 2},
		"cut": {func(es []*state.Entry, _ *state.Head) []*state.Entry { return es[:4] }, 5},
		"rewritten": {func(es []*state.Entry, _ *state.Head) []*state.Entry {
			es[3].Reason = "x"
			leaf := ledger.Leaf(es[3].Event())
			es[3].Leaf = leaf[:]
			return es
		}, 5},
		"leaf cut":    {func(es []*state.Entry, _ *state.Head) []*state.Entry { es[4].Leaf = es[4].Leaf[:9]; return es }, 5},
		"head cut":    {func(es []*state.Entry, h *state.Head) []*state.Entry { h.Size, h.Frontier = 0, nil; return es }, 1},
		"head's size": {func(es []*state.Entry, h *state.Head) []*state.Entry { h.Size = 4; return es }, 6},
	} {
		t.Run(name, func(t *testing.T) {
			base := base.Fresh(t)
			db := begin(t, base, nil)
			update(t, db, appending("e1", "e2", "e3", "e4", "e5"))
			entries, heads := log(t, db), all[*state.Head](t, db)
			db.Close()
			rewrite(t, base, entries, c.tamper(clones(entries), heads[0]), heads[0])
			_, err := verify(t, begin(t, base, nil))
			fault, ok := errors.AsType[*ledger.Fault](err)
			if !ok || fault.Seq != c.seq {
				t.Errorf("found %v, want seq %d", err, c.seq)
			}
		})
	}
}

func clones(entries []*state.Entry) (out []*state.Entry) {
	for _, e := range entries {
		out = append(out, state.Clone(e).(*state.Entry))
	}
	return out
}

// rewrite puts other events in the place of those in the log. It makes sure that the database resists.
func rewrite(t *testing.T, base Database, old, entries []*state.Entry, head *state.Head) {
	t.Helper()
	d := base.Open(t)
	defer d.Close()
	c := store.Changes{}
	for _, e := range old {
		c.Deletes = append(c.Deletes, e)
	}
	if base.Unprotect != nil {
		resists(t, d, c)
		base.Unprotect(t, d)
	}
	write(t, d, c)
	c = store.Changes{Puts: []state.Row{head}}
	for _, e := range entries {
		c.Puts = append(c.Puts, e)
	}
	write(t, d, c)
}

func resists(t *testing.T, d store.Driver, c store.Changes) {
	t.Helper()
	w, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Rollback()
	if err := w.Flush(t.Context(), c); err == nil || !strings.Contains(err.Error(), "append-only") {
		t.Errorf("events were deleted: %v", err)
	}
}

func testChecksAndRebuildsTheRows(t *testing.T, base Database) {
	db := begin(t, base, nil)
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.Append(arrival("e1", "a", 1), arrival("e2", "b", 1), arrival("e3", "a", 2)), tx.Put(setting(1)))
	})
	if got := differences(t, db); len(got) != 0 {
		t.Fatalf("an untouched store differs: %v", got)
	}
	update(t, db, func(tx *store.Tx) error {
		a := &state.Content{ContentID: "a"}
		if _, err := tx.Get(a); err != nil {
			return err
		}
		a.Version, a.Source = 7, "x"
		return errors.Join(tx.Put(a), tx.Delete(&state.Content{ContentID: "b"}), tx.Put(&state.Slug{SlugKey: "k"}))
	})
	got := differences(t, db)
	if len(got) != 4 || got[0].Key != "(a)" || got[0].Column != "source" || got[0].Folded != "s" || got[1].Column != "version" ||
		got[1].Stored != int64(7) || got[2].Stored != nil || got[3].Folded != nil || got[3].Table != "slug" {
		t.Errorf("differences: %v", got)
	}
	rebuilt, err := store.Rebuild(t.Context(), db)
	if err != nil || len(rebuilt) != len(got) {
		t.Errorf("rebuild: %v %v", rebuilt, err)
	}
	if got := differences(t, db); len(got) != 0 || len(settings(t, db)) != 1 {
		t.Errorf("after the rebuild: %v", got)
	}
}

func differences(t *testing.T, db *store.DB) (out []store.Difference) {
	t.Helper()
	if err := db.View(t.Context(), func(r state.Reader) (err error) {
		out, err = store.Check(r)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}
