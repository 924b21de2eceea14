package connectortest

import (
	"context"
	"slices"
	"sync"
	"time"

	"stet/internal/store"
	"stet/internal/store/memory"
)

// jobs is a queue in memory: unique jobs, written with their transaction.
type jobs struct {
	now  func() time.Time
	mu   sync.Mutex
	list []*job
}

type job struct {
	store.Job
	running bool
	attempt int
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
		if !j.holds(c) {
			return store.ErrFenced
		}
		t.OnCommit(func() { j.remove(c.job) })
	}
	for _, in := range insert {
		t.OnCommit(func() { j.add(in) })
	}
	return nil
}

// Committed does nothing: the list is looked through anyway.
func (*jobs) Committed([]store.Job) {}

func (j *jobs) holds(c claim) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Contains(j.list, c.job) && c.job.attempt == c.attempt && c.job.running
}

func (j *jobs) remove(o *job) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.list = slices.DeleteFunc(j.list, func(in *job) bool { return in == o })
}

func (j *jobs) add(in store.Job) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !slices.ContainsFunc(j.list, func(o *job) bool { return o.Job == in }) {
		j.list = append(j.list, &job{Job: in})
	}
}

// next is a job that waits.
func (j *jobs) next() *job {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, o := range j.list {
		if !o.running {
			return o
		}
	}
	return nil
}

// claim takes a job, also from a worker that has it: that one's claim is worth nothing any more.
func (j *jobs) claim(o *job) claim {
	j.mu.Lock()
	defer j.mu.Unlock()
	o.running = true
	o.attempt++
	return claim{o, o.attempt}
}

// giveBack lets a job wait again that its worker did not complete, and reports whether there was one.
func (j *jobs) giveBack(c claim) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !slices.Contains(j.list, c.job) || c.job.attempt != c.attempt {
		return false
	}
	c.job.running = false
	return true
}
