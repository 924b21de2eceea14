package memory_test

import (
	"context"
	"errors"
	"testing"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/memory"
)

func put(name string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		tx.Enqueue(store.Job{ContentID: name})
		return errors.Join(tx.Put(&state.Setting{Name: name}), tx.Append(stet.Event{ID: name, Type: stet.RolledBack}))
	}
}

func settings(t *testing.T, d *memory.Driver) (n int) {
	t.Helper()
	err := d.View(t.Context(), func(r state.Reader) error {
		found, err := r.Find(&state.Setting{}, state.Query{})
		n = len(found)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// inMemory is a queue that takes jobs when the transaction takes effect.
type inMemory struct{ taken []string }

func (q *inMemory) Write(_ context.Context, tx any, insert []store.Job, _ []store.Claim) error {
	tx.(*memory.Tx).OnCommit(func() {
		for _, j := range insert {
			q.taken = append(q.taken, j.ContentID)
		}
	})
	return nil
}

func (q *inMemory) Committed([]store.Job) {}

func TestCommitHookDecides(t *testing.T) {
	var d memory.Driver
	var q inMemory
	db := store.New(&d, store.Options{Synchronous: true})
	defer db.Close()
	db.Use(&q)
	wrong := errors.New("wrong")

	d.Commit = func(func()) error { return wrong }
	if err := db.Update(t.Context(), put("a")); !errors.Is(err, wrong) || settings(t, &d) != 0 || len(q.taken) != 0 {
		t.Errorf("not applied: %v, %d rows, jobs %v", err, settings(t, &d), q.taken)
	}
	d.Commit = func(apply func()) error { apply(); return wrong }
	if err := db.Update(t.Context(), put("b")); !errors.Is(err, wrong) || settings(t, &d) != 1 || len(q.taken) != 1 {
		t.Errorf("applied: %v, %d rows, jobs %v", err, settings(t, &d), q.taken)
	}
}

func TestRestoresASnapshot(t *testing.T) {
	var d memory.Driver
	db := store.New(&d, store.Options{Synchronous: true})
	defer db.Close()
	for _, name := range []string{"a", "b"} {
		if err := db.Update(t.Context(), put(name)); err != nil {
			t.Fatal(err)
		}
	}
	backup := d.Snapshot()
	if err := db.Update(t.Context(), put("c")); err != nil {
		t.Fatal(err)
	}
	d.Restore(backup)
	if n := settings(t, &d); n != 2 {
		t.Errorf("%d rows after the restore", n)
	}
	if err := db.Update(t.Context(), put("c")); err != nil { // its event is not in the restored log
		t.Fatal(err)
	}
	d.Restore(backup)
	if n := settings(t, &d); n != 2 {
		t.Errorf("%d rows after the second restore: the backup was changed", n)
	}
}
