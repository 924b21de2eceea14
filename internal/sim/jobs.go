package sim

import (
	"context"
	"slices"
	"time"

	"stet/internal/store"
	"stet/internal/store/memory"
)

// jobs is the queue: unique jobs, written with their transaction, run at least once.
type jobs struct {
	run  *run
	list []*job
}

type job struct {
	store.Job
	proc    *process // that runs it; nil: waiting
	attempt int
	not     time.Time // not before
}

type claim struct {
	job     *job
	attempt int
}

// Write refuses a claim that a newer attempt has taken over.
func (j *jobs) Write(_ context.Context, tx any, insert []store.Job, complete []store.Claim) error {
	t := tx.(*memory.Tx)
	for _, c := range complete {
		c := c.(claim)
		if !slices.Contains(j.list, c.job) || c.job.attempt != c.attempt || c.job.proc == nil {
			return store.ErrFenced
		}
		t.OnCommit(func() { j.list = slices.DeleteFunc(j.list, func(o *job) bool { return o == c.job }) })
	}
	for _, in := range insert {
		t.OnCommit(func() {
			if !slices.ContainsFunc(j.list, func(o *job) bool { return o.Job == in }) {
				j.list = append(j.list, &job{Job: in})
			}
		})
	}
	return nil
}

func (*jobs) Committed([]store.Job) {}

func (j *jobs) waiting() []*job {
	var list []*job
	for _, o := range j.list {
		if o.proc == nil && !o.not.After(j.run.now) {
			list = append(list, o)
		}
	}
	return list
}

func (j *jobs) next() (at time.Time, found bool) {
	for _, o := range j.list {
		if o.proc == nil && (!found || o.not.Before(at)) {
			at, found = o.not, true
		}
	}
	return at, found
}

func (j *jobs) release(p *process) {
	for _, o := range j.list {
		if o.proc == p {
			o.proc = nil
		}
	}
}

// start gives a job to a process.
func (j *jobs) start(o *job, p *process) {
	o.proc = p
	o.attempt++
	mine := claim{o, o.attempt}
	j.run.spawn(p, func() {
		err := p.engine.Work(context.Background(), o.Job, mine)
		if slices.Contains(j.list, o) && o.attempt == mine.attempt && o.proc == p { // not completed: a fault of the machine
			o.proc, o.not = nil, j.run.now.Add(time.Second)
		}
		if err != nil {
			j.run.workErrors = append(j.run.workErrors, err)
		}
	})
}
