package store

import "context"

// request is one Update on its way. The committer lends the transaction to the caller's goroutine, so that a panic or
// runtime.Goexit in fn ends the caller and not the committer.
type request struct {
	ctx   context.Context
	fn    func(*Tx) error
	ahead []Read        // what fn is going to read
	here  bool          // the caller's goroutine is the committing one
	gone  bool          // fn did not return, so nobody waits any more
	turn  chan *Tx      // lends the transaction
	back  chan bool     // gives it back, and says whether fn returned
	done  chan struct{} // closed when err is final
	err   error
}

func newRequest(ctx context.Context, fn func(*Tx) error, ahead []Read) *request {
	return &request{ctx: ctx, fn: fn, ahead: ahead, turn: make(chan *Tx), back: make(chan bool), done: make(chan struct{})}
}

// run has fn run in tx.
func (r *request) run(tx *Tx) {
	switch {
	case r.here:
		r.err = tx.unit(r.fn)
	case !r.gone:
		r.turn <- tx
		r.gone = !<-r.back
	}
}

// wait runs fn whenever it is given a transaction, until the request is done or, when ctx ends, withdrawn.
func (r *request) wait(withdraw func(*request) bool) error {
	ended := r.ctx.Done()
	for {
		select {
		case tx := <-r.turn:
			r.take(tx)
		case <-r.done:
			return r.err
		case <-ended:
			if withdraw(r) {
				return r.ctx.Err()
			}
			ended = nil
		}
	}
}

func (r *request) take(tx *Tx) {
	returned := false
	defer func() { r.back <- returned }()
	r.err = tx.unit(r.fn)
	returned = true
}

// finish tells the callers; err, where there is one, takes the place of what their functions returned.
func finish(batch []*request, err error) {
	for _, r := range batch {
		if err != nil {
			r.err = err
		}
		close(r.done)
	}
}
