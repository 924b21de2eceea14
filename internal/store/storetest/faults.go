package storetest

import (
	"context"
	"sync"

	"stet/internal/store"
)

// faults is a driver whose flushes and commits can be made to fail. It is set between updates, or from inside one.
type faults struct {
	store.Driver
	flush  func(c store.Changes) error     // before the flush; nil: none
	commit func(commit func() error) error // in place of the commit; nil: the commit

	mu      sync.Mutex
	commits int // that took effect
}

func (f *faults) Begin(ctx context.Context) (store.Work, error) {
	w, err := f.Driver.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &faultyWork{Work: w, faults: f}, nil
}

type faultyWork struct {
	store.Work
	faults *faults
}

func (w *faultyWork) Flush(ctx context.Context, c store.Changes) error {
	if f := w.faults.flush; f != nil {
		if err := f(c); err != nil {
			return err
		}
	}
	return w.Work.Flush(ctx, c)
}

// Commit rolls back what the fault did not let commit, as a server does whose connection is lost.
func (w *faultyWork) Commit(ctx context.Context) error {
	commit := func() error {
		w.faults.mu.Lock()
		w.faults.commits++
		w.faults.mu.Unlock()
		return w.Work.Commit(ctx)
	}
	if w.faults.commit == nil {
		return commit()
	}
	defer w.Work.Rollback()
	return w.faults.commit(commit)
}
