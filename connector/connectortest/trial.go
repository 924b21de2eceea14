package connectortest

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
)

// Result is what became of one test of the suite.
type Result struct {
	Name     string
	Failed   bool
	Skipped  bool
	Messages []string
}

// Try runs the suite, or only the tests named, without a testing.T and tells what failed: for a connector that must
// fail.
func Try(ctx context.Context, cfg Config, only ...string) (*Report, []Result) {
	s := newSuite(cfg)
	var results []Result
	root := &trial{ctx: ctx}
	s.run(root, func(name string, fn func(T)) {
		t := &trial{ctx: ctx}
		t.do(fn)
		results = append(results, Result{name, t.failed, t.skipped, t.messages})
	}, only...)
	root.end()
	return s.report, results
}

// trial is a T that takes notes.
type trial struct {
	ctx             context.Context
	mu              sync.Mutex
	failed, skipped bool
	messages        []string
	cleanups        []func()
}

// do runs fn until it returns or gives up.
func (t *trial) do(fn func(T)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn(t)
	}()
	<-done
	t.end()
}

func (t *trial) end() {
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
	t.cleanups = nil
}

func (t *trial) note(failed, skipped bool, format string, args []any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failed = t.failed || failed
	t.skipped = t.skipped || skipped
	t.messages = append(t.messages, fmt.Sprintf(format, args...))
}

func (t *trial) Context() context.Context          { return t.ctx }
func (t *trial) Cleanup(f func())                  { t.cleanups = append(t.cleanups, f) }
func (t *trial) Logf(format string, args ...any)   { t.note(false, false, format, args) }
func (t *trial) Errorf(format string, args ...any) { t.note(true, false, format, args) }
func (t *trial) Fatalf(format string, args ...any) {
	t.note(true, false, format, args)
	runtime.Goexit()
}
func (t *trial) Skipf(format string, args ...any) {
	t.note(false, true, format, args)
	runtime.Goexit()
}

func (t *trial) Failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

func (t *trial) TempDir() string {
	dir, err := os.MkdirTemp("", "trial")
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
