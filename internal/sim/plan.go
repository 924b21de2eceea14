package sim

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/engine"
	"stet/internal/state"
	"stet/internal/store"
)

// delivery is one webhook, sent until it is answered.
type delivery struct {
	id      string
	env     contract.Envelope
	body    []byte
	title   string
	answers []engine.Answer
}

// plan makes a day: versions of a few contents in any order and number, operators, people in the CMS.
func (r *run) plan(o Options) {
	r.faultsLeft, r.faultRate = r.rng.IntN(9), 0.05+0.3*r.rng.Float64()
	r.killsLeft, r.killRate = r.rng.IntN(4), 0.02+0.06*r.rng.Float64()
	if o.Rough || r.chance(0.4) {
		r.freezesLeft = 1 + r.rng.IntN(2)
	}
	day := r.between(time.Second, 30*time.Minute)
	r.dayEnd = r.now.Add(day)
	contents := 1 + r.rng.IntN(2)
	for c := range contents {
		versions := 1 + r.rng.IntN(3)
		for v := 1; v <= versions; v++ {
			r.announce(c, int64(v), day)
		}
		if r.chance(0.15) {
			r.send(envelope(c, int64(versions)+1, "down"), r.between(0, day), 1)
		}
	}
	if o.Rough || r.chance(0.25) {
		for range 1 + r.rng.IntN(3) {
			r.humans++
			r.after(r.between(0, day+20*time.Minute), r.meddle)
		}
	}
	for range r.rng.IntN(2) {
		r.after(r.between(day/2, day+30*time.Minute), r.decide)
	}
	if o.Rough || r.chance(0.1) {
		for range 6 {
			r.after(r.between(0, day), r.revoke)
		}
	}
	r.after(day+2*time.Hour, r.redrive)
}

// announce sends one version: mostly once or twice, sometimes with a twin of other content.
func (r *run) announce(c int, v int64, day time.Duration) {
	variant := "a"
	if r.chance(0.1) {
		variant = "bad"
	}
	if r.chance(0.1) {
		variant = "mendable"
	}
	if r.chance(0.15) {
		variant = "clash" // asks for a slug that another content asks for too
	}
	r.send(envelope(c, v, variant), r.between(0, day), 1+r.rng.IntN(3))
	if r.chance(0.1) {
		r.send(envelope(c, v, "twin"), r.between(0, day), 1)
	}
}

// The events are the same in every run, and dear to encode.
var (
	encoding  sync.Mutex
	envelopes = map[string]contract.Envelope{}
	bodies    = map[string][]byte{}
)

// envelope makes the event of a version; equal arguments give equal bytes.
func envelope(c int, v int64, variant string) contract.Envelope {
	key := fmt.Sprintf("c%d %d %s", c, v, variant)
	encoding.Lock()
	defer encoding.Unlock()
	if env, ok := envelopes[key]; ok {
		return env
	}
	id := fmt.Sprintf("c%d", c)
	head := contract.Envelope{Schema: contract.Schema1, EventID: "evt-" + strings.ReplaceAll(key, " ", "-"), Type: stet.PublishRequest, ContentID: id, Version: v,
		OccurredAt: start, Source: "src"}
	doc := stet.Document{Title: key, Slug: "slug-" + id, Body: stet.Body{Format: "markdown", Text: "text"}}
	switch variant {
	case "bad", "mendable":
		doc.Summary = variant
	case "clash":
		doc.Slug = "slug-shared"
	case "down":
		head.Type = stet.UnpublishRequest
		head.IdempotencyKey, head.Attempt = strings.ReplaceAll(key, " ", "-"), 1
	}
	env := head
	if variant != "down" {
		env = contract.Wrap(head, doc)
	}
	body, err := contract.Encode(env)
	must(err)
	envelopes[key], bodies[key] = env, body
	return env
}

func (r *run) send(env contract.Envelope, at time.Duration, times int) {
	key := strings.ReplaceAll(strings.TrimPrefix(env.EventID, "evt-"), "-", " ")
	for n := range times {
		d := &delivery{id: fmt.Sprintf("%s-%d", env.EventID, n/2), env: env, body: encoded(key), title: key}
		for _, other := range r.sent {
			if other.id == d.id {
				d = other // the same webhook again
			}
		}
		if len(d.answers) == 0 && !contains(r.sent, d) {
			r.sent = append(r.sent, d)
		}
		r.after(at+r.between(0, 10*time.Minute), func() { r.deliver(d) })
	}
}

func encoded(key string) []byte {
	encoding.Lock()
	defer encoding.Unlock()
	return bodies[key]
}

func contains(list []*delivery, d *delivery) bool {
	for _, o := range list {
		if o == d {
			return true
		}
	}
	return false
}

// deliver sends a webhook to some process; one that dies leaves it unanswered, and the sender tries again.
func (r *run) deliver(d *delivery) {
	alive := r.alive()
	if len(alive) == 0 {
		r.after(10*time.Second, func() { r.deliver(d) })
		return
	}
	p := alive[r.rng.IntN(len(alive))]
	f := r.doorFault()
	if f == faultRefused || f == faultCut || f == faultThrottle || f == fault500 || f == faultBody || f == faultHang {
		r.after(10*time.Second, func() { r.deliver(d) })
		return
	}
	if f == faultTwice {
		r.after(time.Millisecond, func() { r.deliver(d) })
	}
	unread := f == faultLost || f == faultLate || f == fault500After || f == faultTrunc
	answered := false
	r.after(time.Minute, func() {
		if !answered {
			r.deliver(d)
		}
	})
	r.spawn(p, func() {
		answer, err := p.engine.Accept(context.Background(), engine.Arrival{Source: "src", Delivery: d.id, Body: d.body, Stored: d.body, Envelope: d.env})
		if err == nil && !unread {
			answered = true
			d.answers = append(d.answers, answer)
		}
	})
}

// doorFault is the matrix's fault on the way in, once.
func (r *run) doorFault() fault {
	r.calls["door"]++
	if f := r.strike["door"]; f != noFault && r.calls["door"] == r.strikeAt {
		r.faults[f]++
		return f
	}
	return noFault
}

// on runs an operator's command on some live process.
func (r *run) on(fn func(*engine.Engine)) {
	if alive := r.alive(); len(alive) > 0 {
		p := alive[r.rng.IntN(len(alive))]
		r.spawn(p, func() { fn(p.engine) })
	}
}

// decide is an operator who rolls back, releases, or settles a drift.
func (r *run) decide() {
	key := stet.Key{ContentID: fmt.Sprintf("c%d", r.rng.IntN(2)), Target: "cms"}
	r.decisions++
	pick := r.rng.IntN(4)
	r.on(func(e *engine.Engine) { // refusals are fine: there may be nothing to decide
		ctx := context.Background()
		switch pick {
		case 0:
			_, _ = e.Rollback(ctx, key, 0, "operator:sim", false)
		case 1:
			_, _ = e.Release(ctx, key, "operator:sim", false)
		default:
			_ = e.Decide(ctx, key, []string{"overwrite", "adopt"}[pick-2], "", "operator:sim")
		}
	})
}

func (r *run) redrive() {
	r.on(func(e *engine.Engine) {
		_, _ = e.Redrive(context.Background(), engine.Letters{All: true}, "operator:sim", false)
	})
}

// revoke closes the gate of a version that passed it, as a later gate does.
func (r *run) revoke() {
	must(r.db.Update(context.Background(), func(tx *store.Tx) error {
		ready, err := state.All[*state.Revision](tx, state.Query{Equal: map[string]any{"gate": string(state.GateReady)}})
		if err != nil || len(ready) == 0 {
			return err
		}
		v := ready[r.rng.IntN(len(ready))]
		pub := &state.Publication{ContentID: v.ContentID, Target: "cms"}
		if _, err := tx.Get(pub); err != nil || pub.State != stet.StatePublishing && pub.State != stet.StateQueued {
			return err
		}
		return tx.Append(stet.Event{ID: r.newID(), Type: stet.QAFailed, ContentID: v.ContentID, Version: v.Version, Source: "gate", Data: []byte(`{"policy":"revoked","score":0}`)})
	}))
}

// meddle is a person in the CMS.
func (r *run) meddle() {
	c := r.cms
	if len(c.items) == 0 || r.chance(0.15) {
		c.ids++
		it := &item{id: fmt.Sprintf("h%d", c.ids), slug: fmt.Sprintf("slug-c%d", r.rng.IntN(2)), draft: "human", live: "human", public: true, created: r.now}
		if _, free := c.slugFree(it.slug, it); free {
			c.items = append(c.items, it)
			c.note("create", "human", nil, *it)
		}
		return
	}
	it := c.items[r.rng.IntN(len(c.items))]
	op := []string{"edit", "trash", "restore", "down", "copy"}[r.rng.IntN(5)]
	switch {
	case op == "edit" && !it.trashed && (it.public || c.caps.Class != "E"):
		c.ids++
		it.draft = fmt.Sprintf("human %d", c.ids)
		if it.public {
			it.live = it.draft
		}
	case op == "trash" && !it.trashed && c.caps.Class != "E" && c.caps.Class != "F":
		it.trashed, it.public, it.live = true, false, ""
	case op == "restore" && it.trashed:
		it.trashed = false
	case op == "down" && it.public && c.caps.Class != "E" && c.caps.Class != "F":
		it.public, it.live = false, ""
	case op == "copy" && c.caps.Class == "C":
		c.ids++
		twin := *it
		twin.id, twin.created = fmt.Sprintf("h%d", c.ids), r.now
		twin.slug, _ = c.slugFree(it.slug, nil)
		twin.public, twin.live, twin.trashed = false, "", false
		c.items = append(c.items, &twin)
		it = &twin
	default:
		return
	}
	it.rev++
	c.note(op, "human", nil, *it)
}
