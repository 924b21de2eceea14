package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"stet/internal/queue"
	"stet/internal/store"
)

const (
	groupSize = 64   // rows in a commit, as many as the store puts into one
	jobsAhead = 2000 // that wait before the workers start
	workers   = 32   // that do nothing, as many as the program has for publishing
	// fetchCooldown is that of the program's queue.
	fetchCooldown = 2 * time.Millisecond
)

// bare writes with a store's driver and nothing else.
type bare interface {
	// insert writes event rows, numbered from first, and jobs in one transaction.
	insert(ctx context.Context, first int64, data [][]byte, jobs func(tx any) error) error
	// drain inserts no-op jobs, then starts River and waits until they are done.
	drain(ctx context.Context, jobs int, workers *river.Workers) (time.Duration, error)
}

// bare measures the limits of the driver on a new store.
func (r *run) bare(ctx context.Context, p place) (commits, rows, jobs float64, err error) {
	b, err := p.open(ctx, queue.Config{Log: quietLog()})
	if err != nil {
		return 0, 0, 0, err
	}
	defer func() { err = errors.Join(err, b.driver.Close(), b.close()) }()
	seq := int64(0)
	write := func(n int, insert bool) error {
		data := make([][]byte, n)
		var list []store.Job
		for i := range data {
			id := contentID('b', seq+int64(i))
			data[i] = r.mail.logged(id)
			list = append(list, store.Job{Kind: store.GateJob, ContentID: id})
		}
		seq += int64(n)
		return b.bare.insert(ctx, seq-int64(n)+1, data, func(tx any) error {
			if !insert {
				return nil
			}
			return b.queue.Write(ctx, tx, list, nil)
		})
	}
	if commits, err = repeat(r.Duration/2, func() (int, error) { return 1, write(1, false) }); err != nil {
		return 0, 0, 0, err
	}
	if rows, err = repeat(r.Duration, func() (int, error) { return groupSize, write(groupSize, true) }); err != nil {
		return 0, 0, 0, err
	}
	jobs, err = noops(ctx, b.bare)
	return commits, rows, jobs, err
}

// repeat calls step for a while and gives how much it did in a second.
func repeat(during time.Duration, step func() (int, error)) (float64, error) {
	start, total := time.Now(), 0
	for time.Since(start) < during {
		n, err := step()
		if err != nil {
			return 0, err
		}
		total += n
	}
	return float64(total) / time.Since(start).Seconds(), nil
}

type noopArgs struct {
	N int `json:"n"`
}

func (noopArgs) Kind() string { return "bench_noop" }

type noop struct{ river.WorkerDefaults[noopArgs] }

func (*noop) Work(context.Context, *river.Job[noopArgs]) error { return nil }

func noops(ctx context.Context, b bare) (float64, error) {
	w := river.NewWorkers()
	river.AddWorker(w, &noop{})
	took, err := b.drain(ctx, jobsAhead, w)
	return jobsAhead / took.Seconds(), err
}

// riverConfig is the program's where it matters for speed.
func riverConfig(w *river.Workers) *river.Config {
	return &river.Config{Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}}, Workers: w,
		FetchCooldown: fetchCooldown, FetchPollInterval: 10 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)}
}

// drain is the part that both databases share: from the start of the workers until the last job is completed on disk.
func drain[Tx any](ctx context.Context, client *river.Client[Tx], jobs int) (time.Duration, error) {
	params := make([]river.InsertManyParams, jobs)
	for i := range params {
		params[i] = river.InsertManyParams{Args: noopArgs{i}}
	}
	if _, err := client.InsertManyFast(ctx, params); err != nil {
		return 0, fmt.Errorf("insert jobs: %w", err)
	}
	completed, forget := client.SubscribeConfig(&river.SubscribeConfig{Kinds: []river.EventKind{river.EventKindJobCompleted}, ChanSize: jobs})
	defer forget()
	start := time.Now()
	if err := client.Start(ctx); err != nil {
		return 0, fmt.Errorf("start River: %w", err)
	}
	for range jobs {
		select {
		case <-completed:
		case <-ctx.Done():
			return 0, errors.Join(ctx.Err(), client.Stop(context.WithoutCancel(ctx)))
		}
	}
	took := time.Since(start)
	return took, client.Stop(context.WithoutCancel(ctx))
}
