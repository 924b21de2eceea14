package queue

import (
	"context"
	"errors"
	"sync"
)

var (
	errSilent = errors.New("this node could not show that it is alive, so its work is stopped before others take it over")
	errBuried = errors.New("this node was found dead and its work given to others")
)

// lifeline ties running work to the life of its node. It can be cut and mended any number of times.
type lifeline struct {
	mu    sync.Mutex
	alive context.Context // ends when the line is cut
	end   context.CancelCauseFunc
}

func newLifeline() *lifeline {
	l := &lifeline{}
	l.alive, l.end = context.WithCancelCause(context.Background())
	return l
}

// bind gives a context that ends with ctx and with the line as it is now.
func (l *lifeline) bind(ctx context.Context) (bound context.Context, unbind func()) {
	l.mu.Lock()
	alive := l.alive
	l.mu.Unlock()
	bound, cancel := context.WithCancelCause(ctx)
	if alive.Err() != nil { // AfterFunc would do the same a little later
		cancel(context.Cause(alive))
	}
	stop := context.AfterFunc(alive, func() { cancel(context.Cause(alive)) })
	return bound, func() {
		stop()
		cancel(nil)
	}
}

// cut ends what is bound, and what will be until mend.
func (l *lifeline) cut(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end(cause)
}

func (l *lifeline) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.alive.Err() != nil {
		l.alive, l.end = context.WithCancelCause(context.Background())
	}
}
