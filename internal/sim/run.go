package sim

import (
	"context"
	"fmt"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/publish"
	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/memory"
)

// Options choose what a run plays; the zero value is a seed's own choice.
type Options struct {
	Seed   uint64
	Off    publish.Off     // guards switched off, for negative controls
	Class  connector.Class // of the CMS; empty: by seed
	Script *Script         // a cell of the fault matrix instead of a random day
	Rough  bool            // people meddle and processes freeze in every run
	Trace  bool            // tell the whole story in Report.Trace
}

// run is one simulated day.
type run struct {
	*world
	db       *store.DB
	cms      *cms
	jobs     *jobs
	procs    []*process
	beaten   map[string]time.Time
	policy   publish.Policy
	keepHold bool
	off      publish.Off
	sent     []*delivery
	revoked  map[int64]bool // seqs of events that revoked a gate
	late     time.Time      // the reconciler's last pass

	faultsLeft, killsLeft, freezesLeft int
	faultRate, killRate                float64
	strike                             map[string]fault // one fault at one kind of call, for the matrix
	strikeAt                           int
	killAt, freezeAt                   string

	calls, hits       map[string]int
	faults            map[fault]int
	ids, boots        int
	policies          int // how often a process started with another one
	kills, freezes    int
	workErrors        []error
	stuck             bool
	events            []stet.Event
	humans, decisions int
	dayEnd            time.Time
}

// Report is what a run did and what the checker found.
type Report struct {
	Seed           uint64
	Class          connector.Class
	Violations     []string
	Kills, Freezes int
	Faults         int
	Calls          int
	Events         int
	Hours          float64 // simulated
	Trace          string
}

var classes = []connector.Class{connector.ClientID, connector.UniqueSlug, connector.AutoSuffix, connector.Bare, connector.File, connector.Companion}

// Play runs one simulation and checks it.
func Play(o Options) Report {
	r := newRun(o)
	defer func() { _ = r.db.Close() }()
	r.boot()
	if o.Script == nil && r.chance(0.4) {
		r.boot() // two nodes
	}
	if o.Script != nil {
		o.Script.plan(r)
	} else {
		r.plan(o)
	}
	r.loop()
	r.export()
	report := Report{Seed: o.Seed, Class: r.cms.caps.Class, Kills: r.kills, Freezes: r.freezes, Events: len(r.events),
		Hours: r.now.Sub(start).Hours(), Violations: check(r)}
	if o.Trace {
		report.Trace = r.trace()
	}
	for _, n := range r.faults {
		report.Faults += n
	}
	for _, n := range r.calls {
		report.Calls += n
	}
	return report
}

var start = newWorld(0).now

func newRun(o Options) *run {
	w := newWorld(o.Seed)
	r := &run{world: w, beaten: map[string]time.Time{}, off: o.Off, revoked: map[int64]bool{}, strike: map[string]fault{}, calls: map[string]int{},
		hits: map[string]int{}, faults: map[fault]int{}}
	r.db = store.New(&memory.Driver{Commit: r.commit}, store.Options{Synchronous: true, Now: func() time.Time { return r.now }})
	r.jobs = &jobs{run: r}
	r.db.Use(r.jobs)
	class := o.Class
	if class == "" {
		class = classes[o.Seed%uint64(len(classes))]
	}
	r.cms = newCMS(r, class)
	r.policy = publish.Policy{Horizon: r.cms.caps.Horizon}
	r.policy.AtLeastOnce = r.chance(0.5)
	r.policy.WaitHorizon = !r.cms.caps.Locking && !r.cms.caps.Upsert && r.chance(0.3)
	r.keepHold = r.chance(0.5)
	return r
}

// commit is the moment of every commit: the process may die just before it, or just after (K11).
func (r *run) commit(apply func()) error {
	if r.current == nil || r.killsLeft == 0 && r.killAt != "K11" || r.killAt != "K11" && !r.chance(r.killRate/3) {
		apply()
		return nil
	}
	if r.killAt == "K11" {
		if r.hits["commit"]++; r.hits["commit"] < r.strikeAt {
			apply()
			return nil
		}
		r.killAt = ""
	} else {
		r.killsLeft--
	}
	if r.chance(0.5) {
		apply()
	}
	r.kill(r.current.proc)
	return nil
}

// maxSteps bounds a run; one that does not come to rest is a violation of progress.
const maxSteps = 12_000

// loop runs until nothing is left to do.
func (r *run) loop() {
	for r.steps = 0; r.steps < maxSteps; r.steps++ {
		r.fire()
		tasks, waiting, alive := r.runnable(), r.jobs.waiting(), r.alive()
		if len(alive) == 0 {
			waiting = nil
		}
		if n := len(tasks) + len(waiting); n > 0 {
			r.step(tasks, waiting, alive, r.rng.IntN(n))
			continue
		}
		if !r.moveOn(alive) {
			return
		}
	}
	r.stuck = true
}

func (r *run) step(tasks []*task, waiting []*job, alive []*process, pick int) {
	if pick < len(tasks) {
		r.remove(tasks[pick])
		r.run(tasks[pick], false)
		return
	}
	p := alive[r.rng.IntN(len(alive))]
	r.beat(p)
	r.jobs.start(waiting[pick-len(tasks)], p)
}

// moveOn advances the clock to the next thing that happens: a task, a timer, a job, or the reconciler.
func (r *run) moveOn(alive []*process) bool {
	at, found := r.world.next()
	if t, waits := r.jobs.next(); waits && len(alive) > 0 && (!found || t.Before(at)) {
		at, found = t, true
	}
	if due, is := r.due(); is && len(alive) > 0 {
		if due.Before(r.late.Add(time.Second)) {
			due = r.late.Add(time.Second)
		}
		if !found || due.Before(at) {
			r.advance(due)
			r.late = r.now
			p := alive[0]
			r.beat(p)
			r.spawn(p, func() { _, err := p.engine.Reconcile(context.Background()); must(err) })
			return true
		}
	}
	if found {
		r.advance(at)
	}
	return found
}

func (r *run) advance(to time.Time) {
	if to.After(r.now) {
		r.now = to
	}
}

// due is when the reconciler next finds something.
func (r *run) due() (at time.Time, found bool) {
	must(r.db.View(context.Background(), func(rows state.Reader) error {
		pubs, err := state.All[*state.Publication](rows, state.Query{Over: map[string]any{"due_at": int64(0)}})
		for _, p := range pubs {
			if t := stet.Time(p.DueAt); !found || t.Before(at) {
				at, found = t, true
			}
		}
		revisions, err2 := state.All[*state.Revision](rows, state.Query{Equal: map[string]any{"gate": string(state.GateReceived)}})
		for _, v := range revisions {
			if t := stet.Time(v.At).Add(15 * time.Second); !found || t.Before(at) {
				at, found = t, true
			}
		}
		if err == nil {
			err = err2
		}
		return err
	}))
	return at, found
}

// export reads the log, and has it verified and folded again (I35, I36).
func (r *run) export() {
	must(r.db.View(context.Background(), func(rows state.Reader) error {
		entries, err := state.All[*state.Entry](rows, state.Query{})
		for _, e := range entries {
			r.events = append(r.events, e.Event())
		}
		return err
	}))
}

func (r Report) String() string {
	return fmt.Sprintf("seed %d class %s: %d calls, %d faults, %d kills, %d freezes, %d events, %.1f h", r.Seed, r.Class, r.Calls, r.Faults,
		r.Kills, r.Freezes, r.Events, r.Hours)
}
