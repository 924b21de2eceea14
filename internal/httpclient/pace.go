package httpclient

import (
	"context"
	"sync"
	"time"

	"stet"
)

// patience is how long a call waits for its turn before it gives its worker back with Throttled.
const patience = 5 * time.Second

// Pace limits the calls to one target: so many at a time, so far apart, and none while the target asked for a pause.
// It holds for whoever shares it, which is one process.
type Pace struct {
	slots    chan struct{}
	interval time.Duration

	mu   sync.Mutex
	next time.Time // no call starts before it
}

// NewPace allows concurrency calls at a time (at least one) and perSecond calls a second, evenly spaced, without
// bursts; 0 is no limit of the rate.
func NewPace(concurrency int, perSecond float64) *Pace {
	p := &Pace{slots: make(chan struct{}, max(concurrency, 1))}
	if perSecond > 0 {
		p.interval = time.Duration(float64(time.Second) / perSecond)
	}
	return p
}

// DefaultPace is four calls at a time and ten a second, which a small CMS bears.
func DefaultPace() *Pace { return NewPace(4, 10) }

// Pause lets no call start before d has passed. It never shortens an earlier pause.
func (p *Pace) Pause(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.next) {
		p.next = until
	}
}

// enter waits for a turn; done ends it. The error is Throttled, with the time to come back, when the turn is further
// away than patience or than ctx lives, else that of ctx.
func (p *Pace) enter(ctx context.Context) (done func(), err error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	done = func() { <-p.slots }
	for {
		wait := p.take()
		if wait <= 0 {
			return done, nil
		}
		if err := sleep(ctx, wait); err != nil {
			done()
			return nil, err
		}
	}
}

// take takes the turn and gives 0, or says how long to wait before asking again: a pause may come in between.
func (p *Pace) take() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if wait := p.next.Sub(now); wait > 0 {
		return wait
	}
	p.next = now.Add(p.interval)
	return 0
}

func sleep(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); d > patience || ok && time.Until(end) < d {
		return &stet.Error{Kind: stet.Throttled, Code: "paced", RetryAfter: d,
			Message: "the target may not be called again for " + d.Round(time.Millisecond).String()}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
