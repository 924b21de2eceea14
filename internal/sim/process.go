package sim

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"stet"
	"stet/internal/engine"
	"stet/internal/state"
	"stet/internal/store"
)

// process is one run of stet: an engine on the shared store. It can die at any boundary, and it can freeze for longer
// than its lease and then go on as if nothing had happened.
type process struct {
	node   string
	engine *engine.Engine
	dead   bool
	thaw   time.Time // frozen until then
}

func (p *process) frozen(now time.Time) bool { return p.thaw.After(now) }

const nodeTTL = 10 * time.Second

// boot starts a process.
func (r *run) boot() {
	r.boots++
	if r.boots > 1 && r.chance(0.3) {
		r.policies++
	}
	p := &process{node: fmt.Sprintf("node%d", r.boots)}
	p.engine = engine.New(r.db, engine.Config{
		Sources: []engine.Source{{Name: "src", Targets: []string{"cms"}, PublishDraft: true}},
		Targets: []engine.Target{{Name: "cms", Kind: "fake", Connector: r.cms.able(), Policy: r.policy, MaxBackoff: 2 * time.Minute, KeepHold: r.keepHold}},
		Gate:    gate{fmt.Sprint("sim@", r.policies)}, Reviser: mender{}, Node: p.node, NodeTTL: nodeTTL, Crashes: 5, NewID: r.newID, Rand: r.rng.Float64, Off: r.off,
		Now: func() time.Time { return r.now }, Pause: r.pause, Fail: func(point string) { r.point(p, point) },
	})
	must(p.engine.Open(context.Background()))
	r.procs = append(r.procs, p)
	r.beat(p)
}

func (r *run) newID() string {
	r.ids++
	return fmt.Sprintf("e%d", r.ids)
}

func (r *run) pause(_ context.Context, d time.Duration) error {
	r.yield(d)
	return nil
}

// beat is a node's sign of life.
func (r *run) beat(p *process) {
	if r.beaten[p.node].Add(time.Second).After(r.now) {
		return
	}
	r.beaten[p.node] = r.now
	must(r.db.Update(context.Background(), func(tx *store.Tx) error {
		return tx.Put(&state.Node{ID: p.node, Beat: stet.Millis(r.now)})
	}))
}

// alive lists the processes that can do something now.
func (r *run) alive() []*process {
	var list []*process
	for _, p := range r.procs {
		if !p.dead && !p.frozen(r.now) {
			list = append(list, p)
		}
	}
	return list
}

// point is a failpoint of the engine: the place where a process may die or freeze.
func (r *run) point(p *process, name string) {
	r.hits[name]++
	switch {
	case r.killAt == name || r.killsLeft > 0 && r.chance(r.killRate):
		if r.killAt == name {
			r.killAt = ""
		} else {
			r.killsLeft--
		}
		r.kill(p)
	case r.freezeAt == name || r.freezesLeft > 0 && r.chance(r.killRate/2):
		r.freezeAt = ""
		r.freezesLeft--
		r.freeze(p, r.between(5*time.Second, 10*time.Minute))
		r.yield(0)
	default:
		r.yield(0)
	}
}

// kill ends a process, with whatever it had in hand; a new one starts after a while and takes over. It does not
// return when the caller belongs to the process.
func (r *run) kill(p *process) {
	p.dead = true
	r.kills++
	r.after(r.between(0, 5*time.Second), func() {
		r.boot()
		r.reap(p)
	})
	if r.current != nil && r.current.proc == p {
		runtime.Goexit()
	}
}

// reap takes a node's work away from it, as the release at start and the reaper do.
func (r *run) reap(p *process) {
	must(r.db.Update(context.Background(), func(tx *store.Tx) error { return tx.Delete(&state.Node{ID: p.node}) }))
	delete(r.beaten, p.node)
	r.jobs.release(p)
}

func (r *run) freeze(p *process, d time.Duration) {
	p.thaw = r.now.Add(d)
	r.freezes++
	if d > nodeTTL {
		r.after(nodeTTL, func() { r.reap(p) })
	}
}

// gate refuses what calls itself bad, and what can be mended before it is. Its policy is that of the day its process
// started on: another one has the same opinion, but must be asked.
type gate struct{ policy string }

func (g gate) Policy() string { return g.policy }

func (g gate) Judge(_ context.Context, c engine.Case) (engine.Judgement, error) {
	return engine.Judgement{Revisable: c.Doc.Summary == "mendable",
		Verdict: stet.Verdict{Passed: c.Doc.Summary != "bad" && c.Doc.Summary != "mendable", Policy: g.policy, Score: 100}}, nil
}

func (gate) CheckWaiver(stet.Waived, time.Time) error { return nil }

// mender mends with its second round.
type mender struct{}

func (mender) Revise(_ context.Context, c engine.Case) (*engine.Round, error) {
	doc := c.Doc
	doc.Summary = "mended"
	return &engine.Round{Revised: stet.Revised{By: "fixer", Kept: len(c.Tried) > 0, Why: "mended"}, Doc: doc}, nil
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
