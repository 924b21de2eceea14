// Package sim plays the whole core against fake CMSs of every class on virtual time: one goroutine runs at a time, a
// seed decides everything, faults strike at every boundary, processes die and freeze. A checker that reads only the
// CMS's own log, the log of what was sent and the exported events says whether an invariant broke. It is for tests.
package sim

import (
	"cmp"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"
)

// world is the scheduler: tasks run one at a time and give way at every boundary; when none can run, time moves on.
type world struct {
	rng     *rand.Rand
	now     time.Time
	current *task
	tasks   []*task // parked
	timers  []timer // in order of time
	back    chan struct{}
	order   int
	steps   int
}

// task is a goroutine of a process.
type task struct {
	proc   *process
	ready  time.Time
	resume chan bool // true: die
	ended  bool
}

type timer struct {
	at    time.Time
	order int
	fn    func()
}

func newWorld(seed uint64) *world {
	return &world{rng: rand.New(rand.NewPCG(seed, 0x57e7)), now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), back: make(chan struct{})}
}

func (w *world) chance(p float64) bool { return w.rng.Float64() < p }

// between is a random time from lo to hi, in whole milliseconds as the store keeps them.
func (w *world) between(lo, hi time.Duration) time.Duration {
	return (lo + time.Duration(w.rng.Int64N(int64(hi-lo)+1))).Truncate(time.Millisecond)
}

// after runs fn, in the scheduler's own time, when d has passed.
func (w *world) after(d time.Duration, fn func()) {
	w.order++
	t := timer{w.now.Add(d), w.order, fn}
	i, _ := slices.BinarySearchFunc(w.timers, t, func(a, b timer) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.order, b.order)) })
	w.timers = slices.Insert(w.timers, i, t)
}

// spawn starts fn as a task of p; it runs up to its first yield at once.
func (w *world) spawn(p *process, fn func()) {
	t := &task{proc: p, resume: make(chan bool)}
	go func() {
		defer func() {
			t.ended = true
			w.back <- struct{}{}
		}()
		if <-t.resume {
			return
		}
		fn()
	}()
	w.run(t, false)
}

// run lets a task go on until it yields or ends.
func (w *world) run(t *task, die bool) {
	before := w.current
	w.current = t
	t.resume <- die
	<-w.back
	w.current = before
	if !t.ended {
		w.tasks = append(w.tasks, t)
	}
}

// yield gives way to others, for at least d. A task whose process has died does not come back.
func (w *world) yield(d time.Duration) {
	t := w.current
	t.ready = w.now.Add(d)
	w.back <- struct{}{}
	if <-t.resume {
		runtime.Goexit()
	}
}

// runnable lists the parked tasks that may go on now. Tasks of dead processes end on the way.
func (w *world) runnable() []*task {
	var can []*task
	for _, t := range slices.Clone(w.tasks) {
		switch {
		case t.proc.dead:
			w.remove(t)
			w.run(t, true)
		case !t.ready.After(w.now) && !t.proc.frozen(w.now):
			can = append(can, t)
		}
	}
	return can
}

func (w *world) remove(t *task) {
	w.tasks = slices.DeleteFunc(w.tasks, func(o *task) bool { return o == t })
}

// next is the earliest time at which a task or a timer wants to go on.
func (w *world) next() (time.Time, bool) {
	var at time.Time
	found := false
	consider := func(t time.Time) {
		if !found || t.Before(at) {
			at, found = t, true
		}
	}
	if len(w.timers) > 0 {
		consider(w.timers[0].at)
	}
	for _, t := range w.tasks {
		if t.ready.After(t.proc.thaw) {
			consider(t.ready)
		} else {
			consider(t.proc.thaw)
		}
	}
	return at, found
}

// fire runs the timers whose time has come.
func (w *world) fire() {
	for len(w.timers) > 0 && !w.timers[0].at.After(w.now) {
		t := w.timers[0]
		w.timers = w.timers[1:]
		t.fn()
	}
}
