package connectortest

import (
	"sync"
	"time"

	"stet/connector"
)

// twoCalls: two writers at once, each with a connector of its own, leave one item.
func (s *suite) twoCalls(t T) {
	for range 5 {
		b, p := s.bench(t, 2), s.piece()
		w := s.order(p, 1, "first")
		var both sync.WaitGroup
		for _, n := range b.nodes {
			both.Go(func() {
				if s.caps.Upsert {
					_, _ = n.way.Upsert(t.Context(), w) // refused or not: the judge says what came of it
				} else if s.caps.Drafts {
					_, _ = n.way.Create(t.Context(), w)
				}
			})
		}
		both.Wait()
		f := b.judge(p)
		switch all := len(f.public) + len(f.drafts); {
		case s.caps.Upsert && (len(f.public) != 1 || all != 1):
			t.Errorf("two upserts at once left %d public items and %d drafts; want one public item", len(f.public), len(f.drafts))
		case s.caps.ClientIDs && all != 1:
			t.Errorf("two creates of one client's id at once left %d items; want one", all)
		case s.caps.Drafts && len(f.public) != 0:
			t.Errorf("two creates at once left %d public items; want drafts", len(f.public))
		}
		s.sweepUp(t, b.nodes[0].way, w)
	}
}

func (s *suite) sweepUp(t T, c *Wrapped, w connector.Write) {
	if !s.caps.Trash {
		return
	}
	items, err := c.Find(t.Context(), w)
	if err != nil {
		t.Fatalf("find: %v", err)
	}
	for _, item := range items {
		if err := c.Trash(t.Context(), item.ID); err != nil {
			t.Errorf("trash %s: %v", item.ID, err)
		}
	}
}

// sleepers: a worker falls asleep over each call of a publish, longer than its lease; another does the work, and then
// the first wakes up, its request goes out, and it wants to go on.
func (s *suite) sleepers(t T) { s.asleep(t, func(*bench, *piece) {}) }

// overtakenSleepers: the same, and meanwhile there is a newer version.
func (s *suite) overtakenSleepers(t T) { s.asleep(t, (*bench).write) }

func (s *suite) asleep(t T, meanwhile func(*bench, *piece)) {
	step := 1
	if s.cfg.Sparse {
		step = 2
	}
	for _, version := range []int64{1, 2} {
		for at := 0; ; at += step {
			b, p := s.bench(t, 2), s.piece()
			for p.version < version-1 {
				b.write(p)
				b.settle()
			}
			b.write(p)
			b.work(b.nodes[0], b.jobs.next()) // the gate
			if !b.nap(p, at, meanwhile) {
				break
			}
			b.settle()
			s.report.Operations++
			if !b.verify(p) {
				t.Errorf("version %d: wrong after a worker slept over call %d", version, at)
			}
		}
	}
}

// nap lets the first node fall asleep over a call while the second does its work. False: there was no such call.
func (b *bench) nap(p *piece, at int, meanwhile func(*bench, *piece)) bool {
	first, second := b.nodes[0], b.nodes[1]
	b.script(map[int]Fault{at: freeze})
	j := b.jobs.next()
	if j == nil {
		return false
	}
	c := b.jobs.claim(j)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = first.engine.Work(b.t.Context(), j.Job, c) // it will be told that it is too late
	}()
	select {
	case <-first.way.blocked:
	case <-done:
		b.jobs.giveBack(c)
		return false
	}
	b.clock.to(b.clock.Now().Add(lease + time.Second))
	b.script(nil)
	meanwhile(b, p)
	b.jobs.claim(j) // taken over: what the sleeper completes counts no more
	taken := claim{j, j.attempt}
	_ = b.jobs.giveBack(taken)
	for next := b.jobs.next(); next != nil; next = b.jobs.next() {
		b.work(second, next)
	}
	first.way.wake()
	<-done
	return true
}
