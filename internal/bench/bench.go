// Package bench measures stet on this machine, and in the same run the limits of the disk and of the databases' drivers
// that its figures are to be read against.
package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The names of the stores.
const (
	SQLite   = "SQLite"
	Postgres = "PostgreSQL"
)

// Options of a run; the zero value measures SQLite in the system's temporary folder, without what needs a process.
type Options struct {
	Postgres string        // DSN of a server on which databases may be created; empty: SQLite alone
	Program  []string      // the stet to start for memory and recovery, without `serve`; empty: they are left out
	Folder   string        // where the files go, on the disk to be measured; empty: the system's temporary folder
	Duration time.Duration // of one measurement of a throughput in one round; 2 s where 0
	Rounds   int           // of every throughput, one after another in turn; 3 where 0
	Rate     float64       // publishes a second at low load; 10 where 0
	Quiet    time.Duration // how long the low load lasts; 15 s where 0
	Backlog  int           // publishes that wait at saturation; 400 where 0
	Watch    func(note string)
}

func (o Options) withDefaults() Options {
	o.Duration = cmp.Or(o.Duration, 2*time.Second)
	o.Rounds = cmp.Or(o.Rounds, 3)
	o.Rate = cmp.Or(o.Rate, 10)
	o.Quiet = cmp.Or(o.Quiet, 15*time.Second)
	o.Backlog = cmp.Or(o.Backlog, 400)
	o.Folder = cmp.Or(o.Folder, os.TempDir())
	if o.Watch == nil {
		o.Watch = func(string) {}
	}
	return o
}

// run is one run with what it shares.
type run struct {
	Options
	folder string // of this run, removed in the end
	mail   mail
}

// Run measures. The figures of a throughput are medians of the rounds. Everything the run makes, files, databases and
// processes, is gone when it returns.
func Run(ctx context.Context, opts Options) (report Report, err error) {
	start := time.Now()
	r := &run{Options: opts.withDefaults()}
	if r.folder, err = os.MkdirTemp(r.Folder, "stet-bench-"); err != nil {
		return Report{}, fmt.Errorf("make a folder for the measurements: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.folder)) }()
	if r.mail, err = newMail(); err != nil {
		return Report{}, err
	}
	places := []place{sqlitePlace{r.folder}}
	if r.Postgres != "" {
		places = append(places, postgresPlace{server: r.Postgres})
	}
	report = Report{Machine: thisMachine(r.folder), Body: len(r.mail.body("x")), Rounds: r.Rounds, RoundSeconds: r.Duration.Seconds(), Senders: senders,
		Stores: make([]Store, len(places))}
	for i, p := range places {
		report.Stores[i].Name = p.name()
		if report.Stores[i].Version, err = p.version(ctx); err != nil {
			return report, err
		}
	}
	if err := r.throughputs(ctx, places, &report); err != nil {
		return report, err
	}
	for i, p := range places {
		if err := r.publishing(ctx, p, &report.Stores[i]); err != nil {
			return report, fmt.Errorf("measure publishing on %s: %w", p.name(), err)
		}
		if err := r.processes(ctx, p, &report.Stores[i]); err != nil {
			return report, fmt.Errorf("measure a server on %s: %w", p.name(), err)
		}
	}
	report.Seconds = time.Since(start).Seconds()
	return report, nil
}

// throughputs takes the measurements in turn, so that a change of the machine's load meets all of them.
func (r *run) throughputs(ctx context.Context, places []place, report *Report) error {
	var syncs, rests []float64
	rounds := make([][]round, len(places))
	for n := range r.Rounds {
		r.Watch(fmt.Sprintf("round %d of %d: the disk", n+1, r.Rounds))
		rate, err := syncRate(filepath.Join(r.folder, "sync"), r.Duration/2)
		if err != nil {
			return err
		}
		rested, err := syncAfterRest(ctx, filepath.Join(r.folder, "sync"))
		if err != nil {
			return err
		}
		syncs, rests = append(syncs, rate), append(rests, rested)
		for i, p := range places {
			r.Watch(fmt.Sprintf("round %d of %d: %s", n+1, r.Rounds, p.name()))
			one, err := r.round(ctx, p)
			if err != nil {
				return fmt.Errorf("measure the throughput of %s: %w", p.name(), err)
			}
			rounds[i] = append(rounds[i], one)
		}
	}
	report.Syncs, report.RestedSync = median(syncs), median(rests)
	for i, list := range rounds {
		report.Stores[i].Ingest, report.Stores[i].Limits = summary(list)
	}
	return nil
}

// round is what one round found on one store; all but the latencies are per second.
type round struct {
	commits, rows, bareJobs float64
	door, busyDoor          doorRate
}

func (r *run) round(ctx context.Context, p place) (one round, err error) {
	if one.commits, one.rows, one.bareJobs, err = r.bare(ctx, p); err != nil {
		return one, err
	}
	if one.door, err = r.ingest(ctx, p, false); err != nil {
		return one, err
	}
	one.busyDoor, err = r.ingest(ctx, p, true)
	return one, err
}

func summary(list []round) (Ingest, Limits) {
	of := func(f func(round) float64) float64 {
		values := make([]float64, len(list))
		for i, one := range list {
			values[i] = f(one)
		}
		return median(values)
	}
	return Ingest{
			PerSecond:     of(func(o round) float64 { return o.door.perSecond }),
			P50:           of(func(o round) float64 { return o.door.p50 }),
			P99:           of(func(o round) float64 { return o.door.p99 }),
			BusyPerSecond: of(func(o round) float64 { return o.busyDoor.perSecond }),
			OfBareRows:    of(func(o round) float64 { return o.door.perSecond / o.rows }),
		}, Limits{
			Commits: of(func(o round) float64 { return o.commits }),
			Rows:    of(func(o round) float64 { return o.rows }),
			Jobs:    of(func(o round) float64 { return o.bareJobs }),
		}
}

func median(values []float64) float64 { return quantile(values, 0.5) }

// quantile is the value below which a share q of the values lies; 0 where there are none.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	if n := len(sorted); q == 0.5 && n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
