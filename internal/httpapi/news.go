package httpapi

import "sync"

// news tells those who wait that events were committed by this process.
type news struct {
	mu   sync.Mutex
	next chan struct{} // closed by the next tell
}

func newNews() *news { return &news{next: make(chan struct{})} }

// wait gives a channel that the next tell closes. It is asked for before one looks, so that nothing is missed.
func (n *news) wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.next
}

func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.next)
	n.next = make(chan struct{})
}
