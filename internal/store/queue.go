package store

import (
	"slices"
	"sync"
)

// queue holds the requests that wait for the committer, the oldest first.
type queue struct {
	mu      sync.Mutex
	waiting []*request
	closed  bool
	ready   chan struct{} // has an element while there is something to take, or the queue is closed
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

func (q *queue) signal() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

func (q *queue) add(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return errClosed()
	}
	q.waiting = append(q.waiting, r)
	q.signal()
	return nil
}

// withdraw reports whether r was still waiting, and takes it out.
func (q *queue) withdraw(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, r)
	if i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	return i >= 0
}

// take waits for requests and gives up to most of them: what is there, as waiting for more would only cost time. Under
// load the next batch fills up while this one is being committed. No requests mean that the queue is closed and empty.
func (q *queue) take(most int) []*request {
	for {
		<-q.ready
		q.mu.Lock()
		n := min(most, len(q.waiting))
		batch := slices.Clone(q.waiting[:n])
		q.waiting = slices.Delete(q.waiting, 0, n)
		if len(q.waiting) > 0 || q.closed {
			q.signal()
		}
		closed := q.closed
		q.mu.Unlock()
		if n > 0 || closed {
			return batch
		}
	}
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// close refuses new requests; those that wait are still taken.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.signal()
}
