package bench

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"modernc.org/sqlite"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// commits counts what a publish writes, by name. SQLite in WAL mode with synchronous=FULL syncs once for every commit
// that wrote a row, and PostgreSQL with synchronous_commit=on once for every such commit that nobody else's sync covers.
func (r *run) commits(ctx context.Context, p place, out *Publish) (err error) {
	l := &ledger{}
	n, err := r.start(ctx, p, newCMS(0), func(d store.Driver) store.Driver { return watched{d, l} })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.stop(ctx)) }()
	a := newArrivals(countedFor + warmUp)
	n.observer.succeeded = a.succeeded
	if n.watch == nil {
		l.blind = true
	} else if err := n.watch(l.committed); err != nil {
		return err
	}
	if err := errors.Join(n.work(ctx), r.one(ctx, n, a, 'w', warmUp)); err != nil {
		return err
	}
	l.reset()
	if err := r.one(ctx, n, a, 'c', countedFor); err != nil {
		return err
	}
	out.Commits = l.steps()
	for _, s := range out.Commits {
		out.Syncs += s.Count
	}
	return nil
}

// ledger counts commits by what they wrote.
type ledger struct {
	mu     sync.Mutex
	blind  bool   // nobody reports the commits of the connection
	next   string // what the store is about to commit
	counts map[string]int
	order  []string
}

func (l *ledger) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts, l.order = map[string]int{}, nil
}

func (l *ledger) add(name string) {
	if l.counts[name] == 0 {
		l.order = append(l.order, name)
	}
	if l.counts != nil {
		l.counts[name]++
	}
}

// announce names the commit that the store is about to make.
func (l *ledger) announce(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.blind {
		l.add(name)
		return
	}
	l.next = name
}

// committed is told of every commit of the connection that writes, with the tables it wrote. What the store did not
// announce is the queue's own: the fetch of a job, or its upkeep, which happens without any publish too.
func (l *ledger) committed(tables []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.next != "":
		l.add(l.next)
	case slices.Contains(tables, "river_job"):
		l.add(fetchName)
	}
	l.next = ""
}

const fetchName = "the queue hands out a job"

// steps are the counts of one publish. The queue's own commits, where nobody reports them, are one for each of its two
// jobs.
func (l *ledger) steps() (steps []Step) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, name := range l.order {
		steps = append(steps, Step{name, float64(l.counts[name]) / countedFor})
	}
	if l.blind {
		steps = append(steps, Step{fetchName, 2})
	}
	return steps
}

// watched is a driver whose commits are named.
type watched struct {
	store.Driver
	ledger *ledger
}

func (w watched) Begin(ctx context.Context) (store.Work, error) {
	work, err := w.Driver.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &watchedWork{Work: work, ledger: w.ledger}, nil
}

type watchedWork struct {
	store.Work
	ledger *ledger
	name   string
}

func (w *watchedWork) Flush(ctx context.Context, c store.Changes) error {
	w.name = nameOf(c)
	return w.Work.Flush(ctx, c)
}

func (w *watchedWork) Commit(ctx context.Context) error {
	w.ledger.announce(w.name)
	return w.Work.Commit(ctx)
}

// nameOf names a transaction by the events it writes.
func nameOf(c store.Changes) string {
	var entries []*state.Entry
	for _, row := range c.Puts {
		if e, ok := row.(*state.Entry); ok {
			entries = append(entries, e)
		}
	}
	if len(entries) == 0 {
		return "rows without an event"
	}
	slices.SortFunc(entries, func(a, b *state.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	var names []string
	for _, e := range entries {
		names = append(names, string(e.Type))
	}
	if last := entries[len(entries)-1]; last.Type == stet.IntentLogged {
		names[len(names)-1] += " " + opOf(last)
	}
	return strings.Join(slices.Compact(names), ", ")
}

func opOf(e *state.Entry) string {
	for _, op := range []stet.Op{stet.OpCreate, stet.OpPublish} {
		if strings.Contains(string(e.Data), fmt.Sprintf("%q", op)) {
			return "(" + string(op) + ")"
		}
	}
	return ""
}

// watchSQLite gives a function that has every commit reported that wrote a row.
func watchSQLite(ctx context.Context, db *sql.DB) func(func([]string)) error {
	return func(committed func([]string)) error {
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		return conn.Raw(func(c any) error {
			wrapped, ok := c.(interface{ Unwrap() driver.Conn })
			if !ok {
				return fmt.Errorf("watch commits: %T does not give the driver's own connection", c)
			}
			hooks, ok := wrapped.Unwrap().(sqlite.HookRegisterer)
			if !ok {
				return fmt.Errorf("watch commits: %T has no hooks", wrapped.Unwrap())
			}
			var tables []string // the driver calls the hooks one at a time
			hooks.RegisterPreUpdateHook(func(d sqlite.SQLitePreUpdateData) { tables = append(tables, d.TableName) })
			hooks.RegisterRollbackHook(func() { tables = nil })
			hooks.RegisterCommitHook(func() int32 {
				if len(tables) > 0 {
					committed(tables)
				}
				tables = nil
				return 0
			})
			return nil
		})
	}
}
