package connectortest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/engine"
	"stet/internal/publish"
	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/memory"
)

const (
	target = "cms"
	source = "desk"
	lease  = time.Minute

	maxSteps = 400
)

// clock is the time of an installation: it stands still while calls are made and jumps to what is due next.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) to(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}

// journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// bench is an installation of stet with one target: a store in memory, a queue, and one or more nodes, each with its
// own way to the CMS.
type bench struct {
	t       T
	suite   *suite
	clock   *clock
	db      *store.DB
	jobs    *jobs
	nodes   []*node
	journal *journal
}

// node is one process of stet.
type node struct {
	engine *engine.Engine
	way    *Wrapped
	proxy  *Proxy
}

func (s *suite) bench(t T, nodes int) *bench {
	b := &bench{t: t, suite: s, clock: &clock{now: time.Now().UTC().Truncate(time.Millisecond)}, jobs: &jobs{}, journal: &journal{}}
	b.jobs.now = b.clock.Now
	b.db = memory.Open(store.Options{Synchronous: true, Now: b.clock.Now})
	b.db.Use(b.jobs)
	for i := range nodes {
		b.nodes = append(b.nodes, b.node(i))
	}
	t.Cleanup(b.close)
	return b
}

func (b *bench) node(i int) *node {
	way, proxy := b.way()
	caps := way.Capabilities()
	e := engine.New(b.db, engine.Config{
		Sources: []engine.Source{{Name: source, Targets: []string{target}}},
		Targets: []engine.Target{{Name: target, Kind: b.suite.cfg.Spec.Kind, Connector: way, MaxBackoff: 2 * time.Minute,
			Policy: publish.Policy{Horizon: caps.Horizon}}},
		Node: fmt.Sprintf("node%d", i), Lease: lease, Crashes: 100, Now: b.clock.Now, Pause: b.pause,
		Log: slog.New(slog.NewTextHandler(b.journal, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err := e.Open(b.t.Context()); err != nil {
		b.t.Fatalf("open engine: %v", err)
	}
	return &node{e, way, proxy}
}

// pause is a wait for an asynchronous publish: the clock jumps, and the CMS gets a moment of real time.
func (b *bench) pause(ctx context.Context, d time.Duration) error {
	b.clock.to(b.clock.Now().Add(d))
	timer := time.NewTimer(10 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// way opens the connector under test behind a line of its own.
func (b *bench) way() (*Wrapped, *Proxy) {
	at := At{BaseURL: b.suite.cfg.Target, Log: slog.New(slog.NewTextHandler(b.journal, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	l, proxy := newLine(b.clock.Now), (*Proxy)(nil)
	if b.suite.cfg.Target != "" {
		var err error
		if proxy, err = NewProxy(b.suite.cfg.Target, b.clock.Now); err != nil {
			b.t.Fatalf("%v", err)
		}
		b.t.Cleanup(func() { _ = proxy.Close() })
		l, at.BaseURL = proxy.line, proxy.URL()
	}
	return Wrap(func() connector.Connector { return b.suite.cfg.Open(b.t, at) }, proxy, l), proxy
}

// close keeps what was said for the test of secrets, and the counts.
func (b *bench) close() {
	for _, n := range b.nodes {
		b.suite.hear(n.way.said())
		if n.proxy != nil {
			b.suite.secret(n.proxy.credentials())
		}
	}
	for _, e := range b.events() {
		b.suite.hear(e.Reason + string(e.Data))
	}
	b.suite.hear(b.journal.String())
	if err := b.db.Close(); err != nil {
		b.t.Errorf("close store: %v", err)
	}
}

// script lets the faults strike at the next exchanges of the first node.
func (b *bench) script(faults map[int]Fault) {
	if p := b.nodes[0].proxy; p != nil {
		p.Script(faults)
		return
	}
	b.nodes[0].way.play(faults, nil)
}

// settle runs until nothing is left to do: jobs, what is due later, and requests that reach the CMS late.
func (b *bench) settle() {
	for range maxSteps {
		if j := b.jobs.next(); j != nil {
			b.work(b.nodes[0], j)
			continue
		}
		due, waits := b.due()
		if sent, holds := b.nodes[0].way.oldest(); holds {
			if arrival := sent.Add(b.lateness()); !waits || arrival.Before(due) {
				b.clock.to(arrival)
				b.nodes[0].way.release()
				continue
			}
		}
		if !waits {
			return
		}
		b.clock.to(due)
		if _, err := b.nodes[0].engine.Reconcile(b.t.Context()); err != nil {
			b.t.Fatalf("reconcile: %v", err)
		}
	}
	b.t.Errorf("did not come to rest in %d steps; the last events:\n%s", maxSteps, b.story(12))
}

// drain runs the jobs that wait now, and leaves for later what is due later.
func (b *bench) drain() {
	for j := b.jobs.next(); j != nil; j = b.jobs.next() {
		b.work(b.nodes[0], j)
	}
}

func (b *bench) work(n *node, j *job) {
	c := b.jobs.claim(j)
	err := n.engine.Work(b.t.Context(), j.Job, c)
	if b.jobs.giveBack(c) && err != nil {
		b.t.Fatalf("work: %v", err)
	}
	b.watch(j.ContentID)
}

// lateness is how long after it was sent a late request reaches the CMS: within the horizon; where the connector
// declares none, because the CMS has a fence, after the retry.
func (b *bench) lateness() time.Duration {
	return cmp.Or(b.nodes[0].way.Capabilities().Horizon*3/5, 5*time.Minute)
}

// due is when the reconciler next finds something.
func (b *bench) due() (at time.Time, found bool) {
	b.view(func(r state.Reader) error {
		pubs, err := state.All[*state.Publication](r, state.Query{Over: map[string]any{"due_at": int64(0)}})
		for _, p := range pubs {
			if t := stet.Time(p.DueAt); !found || t.Before(at) {
				at, found = t, true
			}
		}
		return err
	})
	return at, found
}

func (b *bench) view(fn func(state.Reader) error) {
	if err := b.db.View(context.WithoutCancel(b.t.Context()), fn); err != nil {
		b.t.Errorf("read store: %v", err)
	}
}

// publication is where a piece stands, as stet sees it.
func (b *bench) publication(p *piece) state.Publication {
	row := state.Publication{ContentID: p.id, Target: target}
	b.view(func(r state.Reader) error {
		_, err := r.Get(&row)
		return err
	})
	return row
}

func (b *bench) events() (list []stet.Event) {
	b.view(func(r state.Reader) error {
		entries, err := state.All[*state.Entry](r, state.Query{})
		for _, e := range entries {
			list = append(list, e.Event())
		}
		return err
	})
	return list
}

// happened reports whether the log of a piece has an event of one of the types.
func (b *bench) happened(p *piece, types ...stet.EventType) bool {
	return slices.ContainsFunc(b.events(), func(e stet.Event) bool { return e.ContentID == p.id && slices.Contains(types, e.Type) })
}

// story tells the last events, for a failure.
func (b *bench) story(n int) string {
	events := b.events()
	var text bytes.Buffer
	for _, e := range events[max(0, len(events)-n):] {
		var data bytes.Buffer
		if json.Compact(&data, e.Data) != nil || data.Len() > 200 {
			data.Reset()
		}
		fmt.Fprintf(&text, "  %s v%d apply %d %s %s %s\n", e.At.Format(time.TimeOnly), e.Version, e.ApplySeq, e.Type, e.Reason, data.String())
	}
	for _, x := range b.nodes[0].way.entries() {
		fmt.Fprintf(&text, "  call %d %s: %s %s %s -> %d\n", x.N, x.Op, x.Fault, x.Method, x.Path, x.Status)
	}
	return text.String()
}
