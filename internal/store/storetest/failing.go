package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// once gives an error the first time only.
func once(err error) func() error {
	return func() error {
		defer func() { err = nil }()
		return err
	}
}

func testCommitsOnceWhenTheAnswerIsLost(t *testing.T, base Database) {
	lose := once(store.ErrCommitUnknown)
	f := faults{commit: func(commit func() error) error { return errors.Join(commit(), lose()) }}
	db := begin(t, base, &f)
	queue := &jobs{}
	db.Use(queue)
	runs := 0
	update(t, db, func(tx *store.Tx) error {
		runs++
		tx.Enqueue(store.Job{Kind: store.GateJob, ContentID: "c"})
		return tx.Append(note("e1"))
	})
	if runs != 1 || len(queue.committed) != 1 {
		t.Errorf("ran %d times, jobs told: %v", runs, queue.committed)
	}
	verified(t, db, 1)
}

func testRunsAgainWhenTheCommitIsLost(t *testing.T, base Database) {
	lose := once(store.ErrCommitUnknown)
	f := faults{commit: func(commit func() error) error {
		if err := lose(); err != nil {
			return err
		}
		return commit()
	}}
	db := begin(t, base, &f)
	runs := 0
	update(t, db, func(tx *store.Tx) error {
		runs++
		return tx.Append(note("e1"))
	})
	if runs != 2 {
		t.Errorf("ran %d times", runs)
	}
	verified(t, db, 1)
}

func testTriesAgainWhatMayPass(t *testing.T, base Database) {
	flush, commit := once(store.ErrRetry), once(store.ErrRetry)
	f := faults{flush: func(store.Changes) error { return flush() }}
	f.commit = func(do func() error) error {
		if err := commit(); err != nil {
			return err
		}
		return do()
	}
	db := begin(t, base, &f)
	update(t, db, appending("e1"))
	verified(t, db, 1)
	f.flush = func(store.Changes) error { return store.ErrRetry }
	err := db.Update(t.Context(), appending("e2"))
	if !stet.IsKind(err, stet.Unavailable) || stet.OutcomeOf(err) != stet.NotApplied {
		t.Errorf("when it does not pass: %v", err)
	}
	f.flush = nil
	update(t, db, appending("e2"))
	verified(t, db, 2)
}

func testStopsWhenTheDiskFails(t *testing.T, base Database) {
	f := faults{commit: func(func() error) error { return fmt.Errorf("%w: sync", store.ErrBroken) }}
	db := begin(t, base, &f)
	errs := together(t, db, appending("e1"), put(1))
	f.commit = nil
	errs = append(errs, db.Update(t.Context(), put(2)))
	for i, err := range errs {
		if e, ok := errors.AsType[*stet.Error](err); !ok || e.Kind != stet.Unavailable || e.Code != "store_stopped" {
			t.Errorf("update %d: %v", i, err)
		}
	}
	if f.commits != 0 || len(log(t, db)) != 0 {
		t.Error("written after the disk failed")
	}
}

func testOneBadFunctionTakesNoOtherWithIt(t *testing.T, base Database) {
	wrong := errors.New("value out of range")
	f := faults{flush: func(c store.Changes) error {
		for _, row := range c.Puts {
			if s, ok := row.(*state.Setting); ok && s.Value == "13" {
				return wrong
			}
		}
		return nil
	}}
	db := begin(t, base, &f)
	errs := together(t, db, put(12), put(13), put(14), appending("e1"))
	if errs[0] != nil || !errors.Is(errs[1], wrong) || errs[2] != nil || errs[3] != nil {
		t.Errorf("errors: %v", errs)
	}
	if got := names(settings(t, db)); !reflect.DeepEqual(got, []string{"s012", "s014"}) {
		t.Errorf("settings: %v", got)
	}
}

// A function may refuse because of what another one in its batch wrote. When that is not committed, its refusal would
// be a lie.
func testAnswersOnlyFromWhatIsCommitted(t *testing.T, base Database) {
	lost := errors.New("disk quota")
	f := faults{flush: failFirst(2, lost)} // the batch, and then the first function alone
	db := begin(t, base, &f)
	taken := stet.Errorf(stet.Conflict, "taken", "taken")
	reserve := func(tx *store.Tx) error {
		found, err := tx.Get(setting(1))
		if err != nil || found {
			return errors.Join(err, taken)
		}
		return tx.Put(setting(1))
	}
	errs := together(t, db, reserve, reserve)
	if !errors.Is(errs[0], lost) || errs[1] != nil {
		t.Errorf("errors: %v", errs)
	}
}

// failFirst fails the first n flushes.
func failFirst(n int, err error) func(store.Changes) error {
	return func(store.Changes) error {
		if n--; n >= 0 {
			return err
		}
		return nil
	}
}
