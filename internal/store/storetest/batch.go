package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"testing"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// together runs the functions in one batch, in their order, and gives their errors: another update holds the committer
// until all of them wait.
func together(t *testing.T, db *store.DB, fns ...func(*store.Tx) error) []error {
	t.Helper()
	errs := make([]error, len(fns))
	var wg sync.WaitGroup
	release := hold(t, db, &wg)
	for i, fn := range fns {
		wg.Go(func() { errs[i] = db.Update(context.Background(), fn) })
		for db.Waiting() <= i {
			runtime.Gosched()
		}
	}
	release()
	wg.Wait()
	return errs
}

// hold keeps the committer busy, with an update that writes nothing, until release is called.
func hold(t *testing.T, db *store.DB, wg *sync.WaitGroup) (release func()) {
	t.Helper()
	busy, free := make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		err := db.Update(context.Background(), func(*store.Tx) error {
			close(busy)
			<-free
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-busy
	return func() { close(free) }
}

func put(i int) func(*store.Tx) error {
	return func(tx *store.Tx) error { return tx.Put(setting(i)) }
}

func appending(ids ...string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		for _, id := range ids {
			if err := tx.Append(note(id)); err != nil {
				return err
			}
		}
		return nil
	}
}

func ids(entries []*state.Entry) (out []string) {
	for _, e := range entries {
		out = append(out, e.EventID)
	}
	return out
}

func testUndoesOnlyTheFailedFunction(t *testing.T, base Database) {
	db := begin(t, base, nil)
	update(t, db, put(1))
	wrong := errors.New("wrong")
	errs := together(t, db,
		func(tx *store.Tx) error {
			return errors.Join(tx.Put(&state.Setting{Name: "s001", Value: "first"}), tx.Put(setting(2)), tx.Append(note("e1")))
		},
		func(tx *store.Tx) error { // changes what the first wrote, what is stored and what is new, and fails
			got := &state.Setting{Name: "s001"}
			if found, err := tx.Get(got); err != nil || !found || got.Value != "first" {
				t.Errorf("sees %v %v %v of the function before it", got, found, err)
			}
			return errors.Join(tx.Delete(setting(1)), tx.Put(&state.Setting{Name: "s002", Value: "no"}), tx.Put(setting(3)),
				tx.Append(note("e2"), note("e3")), wrong)
		},
		func(tx *store.Tx) error {
			got := &state.Setting{Name: "s002"}
			if found, err := tx.Get(got); err != nil || !found || got.Value != "2" {
				t.Errorf("sees %v %v %v after the undo", got, found, err)
			}
			return tx.Append(note("e3"))
		})
	if errs[0] != nil || !errors.Is(errs[1], wrong) || errs[2] != nil {
		t.Fatalf("errors: %v", errs)
	}
	if got := ids(log(t, db)); !reflect.DeepEqual(got, []string{"e1", "e3"}) {
		t.Errorf("log: %v", got)
	}
	got := settings(t, db)
	if len(got) != 2 || got[0].Value != "first" || got[1].Value != "2" {
		t.Errorf("settings: %v", names(got))
	}
	verified(t, db, 2)
}

func testUndoesAFunctionThatPanics(t *testing.T, base Database) {
	db := begin(t, base, nil)
	func() {
		defer func() {
			if got := recover(); got != "boom" {
				t.Errorf("the caller recovered %v", got)
			}
		}()
		_ = db.Update(t.Context(), func(tx *store.Tx) error {
			if err := tx.Append(note("e1")); err != nil {
				return err
			}
			panic("boom")
		})
	}()
	update(t, db, appending("e2"))
	verified(t, db, 1)
}

func testSharesCommits(t *testing.T, base Database) {
	var f faults
	db := begin(t, base, &f)
	var fns []func(*store.Tx) error
	var times [2]int64
	for i := range 64 {
		fns = append(fns, func(tx *store.Tx) error {
			times[i%2] = tx.Now().UnixNano()
			return errors.Join(tx.Append(note(fmt.Sprint("e", i))), tx.Put(setting(i)))
		})
	}
	if err := errors.Join(together(t, db, fns...)...); err != nil {
		t.Fatal(err)
	}
	if f.commits != 1 {
		t.Errorf("%d commits for one batch", f.commits)
	}
	if times[0] != times[1] || times[0]%1e6 != 0 || times[0] == 0 {
		t.Errorf("times of the batch: %v", times)
	}
	verified(t, db, 64)
}

func testNumbersEventsWithoutGaps(t *testing.T, base Database) {
	db := begin(t, base, nil)
	const callers, each = 32, 8
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				err := db.Update(context.Background(), func(tx *store.Tx) error {
					id := fmt.Sprintf("%d-%d", c, i)
					if err := tx.Append(note(id), note(id+"b")); err != nil {
						return err
					}
					if i%4 == 3 {
						return errors.New("changed its mind")
					}
					return nil
				})
				if (err != nil) != (i%4 == 3) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i, e := range log(t, db) {
		if e.Seq != int64(i+1) || e.At == 0 || len(e.Leaf) != 32 {
			t.Fatalf("event %d: %+v", i, e)
		}
	}
	verified(t, db, callers*each*2*3/4)
}

func testRefusesAnEventTwice(t *testing.T, base Database) {
	db := begin(t, base, nil)
	update(t, db, appending("e1"))
	errs := together(t, db, appending("e1"), appending("e2"), appending("e2"), appending("e3", "e3"), appending(""))
	for i, wants := range []bool{true, false, true, true} {
		e, ok := errors.AsType[*stet.Error](errs[i])
		if got := ok && e.Kind == stet.Conflict && e.Code == "event_exists"; got != wants {
			t.Errorf("function %d: %v", i, errs[i])
		}
	}
	if errs[4] == nil {
		t.Error("an event without an id was taken")
	}
	verified(t, db, 2)
}

// What was announced is read as of the function's turn, not as of the announcement.
func testReadsAhead(t *testing.T, base Database) {
	db := begin(t, base, nil)
	update(t, db, put(1))
	all := state.Query{Over: map[string]any{"name": ""}}
	ahead := []store.Read{{Row: &state.Setting{Name: "s001"}}, {Row: &state.Setting{Name: "s002"}}, {Row: &state.Setting{}, Query: &all}}
	given := *ahead[0].Row.(*state.Setting)
	var wg sync.WaitGroup
	release := hold(t, db, &wg)
	look := func(want ...string) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			rows, err := state.All[*state.Setting](tx, all)
			if got := names(rows); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("finds %v, %v, want %v", got, err, want)
			}
			for _, name := range []string{"s001", "s002"} {
				found, err := tx.Get(&state.Setting{Name: name})
				if want := slices.Contains(want, name); err != nil || found != want {
					t.Errorf("%s: found %v, %v", name, found, err)
				}
			}
			return nil
		}
	}
	for i, fn := range []func(*store.Tx) error{
		look("s001"),
		func(tx *store.Tx) error { return errors.Join(tx.Delete(setting(1)), tx.Put(setting(2))) },
		look("s002"),
	} {
		wg.Go(func() {
			if err := db.Update(context.Background(), fn, ahead...); err != nil {
				t.Error(err)
			}
		})
		for db.Waiting() <= i {
			runtime.Gosched()
		}
	}
	release()
	wg.Wait()
	if got := *ahead[0].Row.(*state.Setting); got != given {
		t.Errorf("the announced row was changed to %v", got)
	}
}

func testDropsWhatIsCancelledWhileItWaits(t *testing.T, base Database) {
	db := begin(t, base, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	release := hold(t, db, &wg)
	wg.Go(func() {
		if err := db.Update(ctx, put(1)); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled while waiting: %v", err)
		}
	})
	for db.Waiting() == 0 {
		runtime.Gosched()
	}
	cancel()
	for db.Waiting() == 1 { // it leaves at once, not when its turn comes
		runtime.Gosched()
	}
	release()
	wg.Wait()
	if err := db.Update(ctx, put(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
	running, cancel := context.WithCancel(t.Context())
	if err := db.Update(running, func(tx *store.Tx) error {
		cancel()
		return tx.Put(setting(2))
	}); err != nil {
		t.Errorf("cancelled while running: %v", err)
	}
	if got := names(settings(t, db)); !reflect.DeepEqual(got, []string{"s002"}) {
		t.Errorf("settings: %v", got)
	}
}

func testRefusesAfterClose(t *testing.T, base Database) {
	db := begin(t, base, nil)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), put(1)); !stet.IsKind(err, stet.Unavailable) {
		t.Errorf("after Close: %v", err)
	}
}
