package queue_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"stet/internal/store"
)

// recorder is a handler whose every call is led by the test.
type recorder struct {
	started chan attempt
	over    chan struct{} // the test is over
	once    sync.Once
}

func newRecorder() *recorder {
	return &recorder{started: make(chan attempt), over: make(chan struct{})}
}

func (r *recorder) Work(ctx context.Context, job store.Job, claim store.Claim) error {
	a := attempt{ctx: ctx, job: job, claim: claim, end: make(chan error, 1), panic: make(chan string, 1)}
	select {
	case r.started <- a:
	case <-ctx.Done():
		return ctx.Err()
	case <-r.over:
		return errors.New("the test is over")
	}
	select {
	case err := <-a.end:
		return err
	case text := <-a.panic:
		panic(text)
	case <-r.over:
		return errors.New("the test is over")
	}
}

// next waits for the next call of Work.
func (r *recorder) next(t testing.TB) attempt {
	t.Helper()
	select {
	case a := <-r.started:
		return a
	case <-time.After(patience):
		t.Fatal("no job was started")
		panic("unreachable")
	}
}
