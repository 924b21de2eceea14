package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"stet"
	"stet/internal/client"
)

const (
	parallel = 8    // senders of one half of the deliveries; one sends the other half
	tries    = 1000 // a sender here never gives up before the run does
	// longestPause is shorter than real senders wait, so that the demo does not take their hours.
	longestPause = 250 * time.Millisecond
)

// answers are what the door said, as the senders remember it.
type answers struct {
	mu         sync.Mutex
	versions   map[string]map[int64]bool // by content: versions that got a 2xx
	deliveries int
	good       int
	stale      int
	retries    int
}

func newAnswers() *answers { return &answers{versions: map[string]map[int64]bool{}} }

func (a *answers) accepted() (n int) {
	for _, versions := range a.versions {
		n += len(versions)
	}
	return n
}

// newest is the highest version of a content that the door said it has.
func (a *answers) newest(contentID string) (newest int64) {
	for v := range a.versions[contentID] {
		newest = max(newest, v)
	}
	return newest
}

func (a *answers) note(dl delivery, err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.deliveries++
	known, refused := errors.AsType[*stet.Error](err)
	switch {
	case err == nil:
		a.good++
		if a.versions[dl.contentID] == nil {
			a.versions[dl.contentID] = map[int64]bool{}
		}
		a.versions[dl.contentID][dl.version] = true
	case refused && known.Code == "stale_version":
		a.stale++
	default:
		return fmt.Errorf("deliver version %d of %s: %w", dl.version, dl.contentID, err)
	}
	return nil
}

// send brings deliveries to the door, half of them in parallel, and kills the server after as many answers as kills
// says.
func (d *day) send(ctx context.Context, phase string, list []delivery, kills []int) error {
	group, ctx := errgroup.WithContext(ctx)
	one, many := make(chan delivery), make(chan delivery)
	answered := make(chan struct{}, len(list))
	for _, queue := range []chan delivery{one, many} {
		half := list[:len(list)/2]
		if queue == many {
			half = list[len(list)/2:]
		}
		group.Go(func() error {
			defer close(queue)
			for _, dl := range half {
				select {
				case queue <- dl:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
	}
	for i := range 1 + parallel {
		queue := many
		if i == 0 {
			queue = one
		}
		group.Go(func() error { return d.sender(ctx, queue, answered) })
	}
	group.Go(func() error { return d.accompany(ctx, phase, len(list), kills, answered) })
	err := group.Wait()
	d.report.Deliveries, d.report.Retries = d.answers.deliveries, d.answers.retries
	return err
}

func (d *day) sender(ctx context.Context, queue <-chan delivery, answered chan<- struct{}) error {
	door := client.Door{Source: source, Secret: d.place.secret, Tries: tries, Pause: briefly,
		Notice: func(string, int, error) { d.answers.mu.Lock(); d.answers.retries++; d.answers.mu.Unlock() }}
	for dl := range queue {
		_, err := d.client.Send(ctx, door, dl.id, dl.body)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := d.answers.note(dl, err); err != nil {
			return err
		}
		answered <- struct{}{}
	}
	return nil
}

func briefly(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(min(pause, longestPause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// accompany counts answers, tells them, and kills when it is time.
func (d *day) accompany(ctx context.Context, phase string, total int, kills []int, answered <-chan struct{}) error {
	d.opts.Watch(Moment{Phase: phase, Total: total})
	for done := 1; done <= total; done++ {
		select {
		case <-answered:
		case <-ctx.Done():
			return ctx.Err()
		}
		d.opts.Watch(Moment{Phase: phase, Done: done, Total: total})
		if len(kills) == 0 || done < kills[0] {
			continue
		}
		kills = kills[1:]
		if err := d.server.kill(); err != nil {
			return err
		}
		d.report.Kills++
		start := time.Now()
		if err := d.server.start(ctx); err != nil {
			return err
		}
		d.opts.Watch(Moment{Phase: phase, Done: done, Total: total,
			Note: fmt.Sprintf("SIGKILL after %d of %d deliveries; it works again after %s", done, total, time.Since(start).Round(time.Millisecond))})
	}
	return nil
}
