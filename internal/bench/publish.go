package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	cmsPause   = 50 * time.Millisecond
	warmUp     = 5 // publishes before anything counts
	patience   = 2 * time.Minute
	countedFor = 20 // publishes whose commits are counted
)

// publishing measures the way from the door to the page.
func (r *run) publishing(ctx context.Context, p place, s *Store) error {
	s.Publish = Publish{CMSMillis: millis(cmsPause), Workers: workers}
	r.Watch(p.name() + ": publishes at low load")
	if err := r.latency(ctx, p, &s.Publish); err != nil {
		return err
	}
	r.Watch(p.name() + ": publishes at saturation")
	if err := r.saturation(ctx, p, &s.Publish); err != nil {
		return err
	}
	r.Watch(p.name() + ": commits of a publish")
	return r.commits(ctx, p, &s.Publish)
}

// arrivals tells when contents were published.
type arrivals struct {
	mu   sync.Mutex
	at   map[string]time.Time
	each chan string
}

func newArrivals(most int) *arrivals {
	return &arrivals{at: map[string]time.Time{}, each: make(chan string, most)}
}

func (a *arrivals) succeeded(contentID string) {
	a.mu.Lock()
	a.at[contentID] = time.Now()
	a.mu.Unlock()
	a.each <- contentID
}

func (a *arrivals) when(contentID string) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at[contentID]
}

// wait returns when n more contents were published.
func (a *arrivals) wait(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for i := range n {
		select {
		case <-a.each:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d articles were not published: %w", n-i, n, ctx.Err())
		}
	}
	return nil
}

// working starts a node that publishes and has published something.
func (r *run) working(ctx context.Context, p place, cms *cms, most int) (*node, *arrivals, error) {
	n, err := r.start(ctx, p, cms, nil)
	if err != nil {
		return nil, nil, err
	}
	a := newArrivals(most + warmUp)
	n.observer.succeeded = a.succeeded
	if err := errors.Join(n.work(ctx), r.one(ctx, n, a, 'w', warmUp)); err != nil {
		return nil, nil, errors.Join(err, n.stop(ctx))
	}
	return n, a, nil
}

// one publishes count articles, one after another.
func (r *run) one(ctx context.Context, n *node, a *arrivals, series byte, count int64) error {
	s, err := dial(ctx, n.addr, r.mail)
	if err != nil {
		return err
	}
	defer s.conn.Close()
	for i := range count {
		if err := errors.Join(s.deliver(contentID(series, i)), a.wait(ctx, 1)); err != nil {
			return err
		}
	}
	return nil
}

// latency sends articles at random times and takes the CMS's own time off what each took.
func (r *run) latency(ctx context.Context, p place, out *Publish) error {
	count := int(r.Rate * r.Quiet.Seconds())
	cms := newCMS(cmsPause)
	n, a, err := r.working(ctx, p, cms, count)
	if err != nil {
		return err
	}
	sent, err := r.trickle(ctx, n, count)
	err = errors.Join(err, a.wait(ctx, count), n.stop(ctx))
	if err != nil {
		return err
	}
	var own, theirs []float64
	for i, at := range sent {
		id := contentID('l', int64(i))
		theirs = append(theirs, millis(cms.took(id)))
		own = append(own, millis(a.when(id).Sub(at)-cms.took(id)))
	}
	out.Count, out.CMS, out.P50, out.P99 = count, median(theirs), median(own), quantile(own, 0.99)
	return nil
}

// trickle sends at the times of a Poisson process, each article on a connection of its own that is open before, and
// gives the times at which they were sent. An article that is late does not hold up the next.
func (r *run) trickle(ctx context.Context, n *node, count int) ([]time.Time, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	dice := rand.New(rand.NewPCG(1, 2))
	sent := make([]time.Time, count)
	var wg sync.WaitGroup
	for i := range count {
		s, err := dial(ctx, n.addr, r.mail)
		if err != nil {
			return nil, err
		}
		select {
		case <-time.After(time.Duration(dice.ExpFloat64() / r.Rate * float64(time.Second))):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		sent[i] = time.Now()
		wg.Go(func() {
			defer s.conn.Close()
			if err := s.deliver(contentID('l', int64(i))); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return sent, context.Cause(ctx)
}

// saturation publishes a backlog that was delivered at once.
func (r *run) saturation(ctx context.Context, p place, out *Publish) (err error) {
	n, a, err := r.working(ctx, p, newCMS(cmsPause), r.Backlog)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.stop(ctx)) }()
	start := time.Now()
	err = together(ctx, n.addr, r.mail, func(i int, s *sender) error {
		for ; i < r.Backlog; i += senders {
			if err := s.deliver(contentID('s', int64(i))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := a.wait(ctx, r.Backlog); err != nil {
		return err
	}
	out.PerSecond = float64(r.Backlog) / time.Since(start).Seconds()
	return nil
}
