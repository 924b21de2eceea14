package connectortest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"stet/connector"
)

// operation is something that is done to a content, with a fault at each of its calls in turn.
type operation struct {
	name  string
	not   func(connector.Capabilities) string
	ready func(*bench, *piece) // brings the content to where the operation begins
	act   func(*bench, *piece)
	first func(*bench, *piece) map[int]Fault // faults that are part of the operation; nil: none
	few   bool                               // one fault at each call: another operation has the same calls
}

func always(connector.Capabilities) string { return "" }

func takesDown(c connector.Capabilities) string { return unless(c.Unpublish, "Unpublish") }

func operations() []operation {
	published := func(b *bench, p *piece) { b.write(p); b.settle() }
	return []operation{
		{name: "publish", not: always, ready: func(*bench, *piece) {}, act: (*bench).write},
		{name: "update", not: always, ready: published, act: (*bench).write},
		{name: "unpublish", not: takesDown, ready: published, act: (*bench).takeDown},
		{name: "republish", not: takesDown, ready: func(b *bench, p *piece) { published(b, p); b.takeDown(p); b.settle() }, act: (*bench).write},
		{name: "rollback", not: always, ready: func(b *bench, p *piece) { published(b, p); published(b, p) }, act: (*bench).rollBack},
		{name: "sweep", ready: func(*bench, *piece) {}, act: (*bench).write, first: doubledCreate, not: func(c connector.Capabilities) string {
			return unless(c.Drafts && c.Trash && !c.ClientIDs && !c.Upsert, "Drafts and Trash")
		}},
	}
}

// doubledCreate finds the call that creates the item, and lets it be delivered twice: a draft is left to sweep.
func doubledCreate(b *bench, p *piece) map[int]Fault {
	b.script(nil)
	b.write(p)
	b.settle()
	at := -1
	for _, x := range b.nodes[0].way.entries() {
		if x.Op == "create" {
			at = x.N // the last call of the method makes the item; those before it look terms up
		}
	}
	if at < 0 {
		b.t.Fatalf("no call creates an item")
	}
	return map[int]Fault{at: Twice}
}

// matrix lets every fault strike at every call of an operation, each on a content of its own.
func (o operation) matrix(s *suite, t T) {
	b := s.bench(t, 1)
	var base map[int]Fault
	if o.first != nil {
		base = o.first(b, s.piece())
	}
	calls, ok := o.play(b, s.piece(), base)
	if !ok {
		t.Fatalf("%s fails without any fault", o.name)
	}
	from, struck := 0, 0
	for at := range base {
		from = at + 1
	}
	for at := from; at < len(calls); at++ {
		for _, f := range s.faultsAt(o.few) {
			script := map[int]Fault{at: f}
			for n, other := range base {
				script[n] = other
			}
			struck++
			if _, ok := o.play(b, s.piece(), script); !ok {
				t.Errorf("%s: wrong after %s at call %d (%s %s %s)", o.name, f, at, calls[at].Op, calls[at].Method, calls[at].Path)
			}
		}
	}
	t.Logf("%s: %d calls, %d faults", o.name, len(calls)-from, struck)
}

// faultsAt are the faults for the next call of the matrix.
func (s *suite) faultsAt(few bool) []Fault {
	all := Faults()
	if !s.cfg.Sparse && !few {
		return all
	}
	s.calls++
	return all[s.calls*5%len(all):][:1] // 5 and 13 have no common divisor: after 13 calls each had its turn
}

// play does the operation once, and reports its calls and whether the CMS is right when everything has come to rest.
func (o operation) play(b *bench, p *piece, script map[int]Fault) ([]Exchange, bool) {
	b.script(nil)
	o.ready(b, p)
	b.script(script)
	o.act(b, p)
	b.settle()
	calls := b.nodes[0].way.entries()
	return calls, b.judged(p)
}

// judged verifies a piece after an operation, and counts it.
func (b *bench) judged(p *piece) bool {
	r := b.suite.report
	log := b.nodes[0].way.entries()
	r.struck(log)
	b.patient(log)
	b.script(nil)
	b.tidy(p)
	r.Operations++
	return b.verify(p)
}

// patient: after a 429 the target is left alone for as long as it asked.
func (b *bench) patient(log []Exchange) {
	for i, x := range log {
		if x.Fault == Throttle && i+1 < len(log) && log[i+1].At.Before(x.At.Add(retryAfter)) {
			b.t.Errorf("called again %s after a 429 that asked for %s:\n%s", log[i+1].At.Sub(x.At), retryAfter, b.story(6))
		}
	}
}

// overtaken: an update whose write is given up and reaches the CMS after the next version was published.
func (s *suite) overtaken(t T) {
	b := s.bench(t, 1)
	reference := s.piece()
	b.write(reference)
	b.settle()
	b.script(nil)
	b.write(reference)
	b.settle()
	calls := b.nodes[0].way.entries()
	for at, x := range calls {
		if x.Op == "find" || x.Op == "read" {
			continue
		}
		p := s.piece()
		b.script(nil)
		b.write(p)
		b.settle()
		b.script(map[int]Fault{at: Late})
		b.write(p)
		b.work(b.nodes[0], b.jobs.next()) // the gate
		if j := b.jobs.next(); j != nil {
			b.work(b.nodes[0], j) // the try that is given up
		}
		b.write(p)
		b.settle()
		if !b.judged(p) {
			t.Errorf("wrong after version 2 came late at call %d (%s %s %s)", at, x.Op, x.Method, x.Path)
		}
	}
}

// many plays random lives with several faults each, until as many were injected as Config.Faults asks for.
func (s *suite) many(t T) {
	b := s.bench(t, 1)
	for seed := uint64(1); seed <= 20 || s.report.Faults < s.cfg.Faults; seed++ {
		rng := rand.New(rand.NewPCG(seed, 0xfa))
		p := s.piece()
		if s.cfg.Pictures && seed%2 == 0 {
			b.illustrate(p, 1)
		}
		story := s.life(b, p, rng)
		if !b.verify(p) {
			t.Errorf("seed %d: wrong after %s", seed, story)
			if t.Failed() && seed > 200 {
				return
			}
		}
	}
}

// life does a few operations in a row, some before the one before has come to rest.
func (s *suite) life(b *bench, p *piece, rng *rand.Rand) string {
	var story []string
	reach, most := 10, 3 // about as many calls as a publish makes; an upsert does with fewer
	if s.caps.Upsert {
		reach = 4
	}
	if s.cfg.Sparse {
		most = 5
	}
	for n := range 2 + rng.IntN(4) {
		faults := map[int]Fault{}
		for range 1 + rng.IntN(most) {
			faults[rng.IntN(reach)] = Faults()[rng.IntN(len(Faults()))]
		}
		b.script(faults)
		what := "write"
		if n > 0 && s.caps.Unpublish && p.wish != "" && rng.IntN(4) == 0 {
			what = "take down"
			b.takeDown(p)
		} else {
			b.write(p)
		}
		if rng.IntN(3) == 0 {
			what += ", at once"
			b.drain()
		} else {
			b.settle()
		}
		s.report.struck(b.nodes[0].way.entries())
		s.report.Operations++
		story = append(story, fmt.Sprintf("%s with %v", what, faults))
	}
	b.script(nil)
	b.settle()
	b.tidy(p)
	return strings.Join(story, "; ")
}
