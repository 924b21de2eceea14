package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/publish"
	"stet/internal/state"
	"stet/internal/store"
)

// attempt is one try of one publication, by the holder of its lease.
type attempt struct {
	target   Target
	key      stet.Key
	owner    string
	fence    int64
	deadline time.Time // by the local clock: no call starts that could end after it
	started  time.Time
	claim    store.Claim
	machine  publish.Machine
	refusal  error           // why the connector cannot even prepare the write
	base     time.Time       // the store's time when the lease was taken
	revision *state.Revision // nil for an unpublish of a version without content
	epoch    int64           // bind epoch when the lease was taken
}

// take gets the lease and loads what the protocol needs. A nil attempt means there is nothing to do now; the claim is
// completed then.
func (e *Engine) take(ctx context.Context, key stet.Key, claim store.Claim) (*attempt, error) {
	target, ok := e.targets[key.Target]
	if !ok {
		return nil, e.complete(ctx, claim) // the reconciler asks again once the target is configured again
	}
	local := e.cfg.Now()
	a := &attempt{target: target, key: key, owner: e.cfg.Node + "/" + e.cfg.NewID(), claim: claim, started: local, deadline: local.Add(e.cfg.Lease)}
	taken := false
	err := e.update(ctx, func(u *unit) error {
		taken = false
		p, err := publication(u, key)
		if err != nil {
			return err
		}
		lease, free, err := e.lease(u, key)
		if err != nil {
			return err
		}
		if !free || !due(p, stet.Millis(u.Now())) {
			u.Complete(claim)
			return nil
		}
		if stopped, err := e.refuseToStart(u, p, lease, claim); err != nil || stopped {
			return err
		}
		lease.Fence++
		lease.Owner, lease.Until, lease.ApplySeq = a.owner, stet.Millis(u.Now().Add(e.cfg.Lease)), p.Desired
		if err := u.Put(lease); err != nil {
			return err
		}
		a.fence, a.base = lease.Fence, u.Now()
		taken = true
		return e.load(u, a, p)
	}, aheadOfTake(key)...)
	if err != nil || !taken {
		return nil, err
	}
	return a, e.prepare(ctx, a)
}

// storeNow is the store's time, carried on by the local clock: horizons are counted in the time of the events.
func (e *Engine) storeNow(a *attempt) time.Time { return a.base.Add(e.cfg.Now().Sub(a.started)) }

func (e *Engine) complete(ctx context.Context, claim store.Claim) error {
	return e.update(ctx, func(u *unit) error { u.Complete(claim); return nil })
}

// due reports whether the publication wants work now: an apply that waits, or a look at what settles.
func due(p *state.Publication, now int64) bool {
	switch {
	case p.NotBefore > now:
		return false
	case p.Desired > p.Applied:
		return p.State == stet.StateQueued || p.State == stet.StatePublishing
	}
	return p.NotBefore > 0 // a horizon that has passed
}

// lease loads the lease of a key and reports whether it can be taken. One that was not given back by its last owner,
// who is dead or too late, counts as a crash.
func (e *Engine) lease(u *unit, key stet.Key) (*state.Lease, bool, error) {
	lease := &state.Lease{ContentID: key.ContentID, Target: key.Target}
	if _, err := u.Get(lease); err != nil || lease.Owner == "" {
		return lease, err == nil, err
	}
	if lease.Until > stet.Millis(u.Now()) {
		alive, err := e.alive(u, lease.Owner)
		if err != nil || alive {
			return lease, false, err
		}
	}
	lease.Crashes++
	return lease, true, nil
}

// alive reports whether the node of a lease's owner still gives signs of life.
func (e *Engine) alive(u *unit, owner string) (bool, error) {
	id, _, _ := strings.Cut(owner, "/")
	if id == e.cfg.Node {
		return true, nil
	}
	node := &state.Node{ID: id}
	found, err := u.Get(node)
	if err != nil || !found {
		return false, err
	}
	return e.cfg.NodeTTL == 0 || node.Beat > stet.Millis(u.Now().Add(-e.cfg.NodeTTL)), nil
}

// refuseToStart: work that killed its process again and again is poison; a target that asked to be left alone is.
func (e *Engine) refuseToStart(u *unit, p *state.Publication, lease *state.Lease, claim store.Claim) (bool, error) {
	apply := &state.Apply{ContentID: p.ContentID, Target: p.Target, Seq: p.Desired}
	if _, err := u.Get(apply); err != nil {
		return true, err
	}
	base := stet.Event{ContentID: p.ContentID, Target: p.Target, Version: apply.Version, ApplySeq: p.Desired, IdempotencyKey: apply.IdempotencyKey,
		Attempt: p.Attempts + 1, Source: "stet"}
	if lease.ApplySeq != p.Desired {
		lease.Crashes = 0 // what ended the process was another apply
	}
	if lease.Crashes >= e.cfg.Crashes {
		base.Reason = fmt.Sprintf("the work ended its process %d times in a row", lease.Crashes)
		lease.Owner, lease.Until, lease.Crashes = "", 0, 0
		u.Complete(claim)
		if err := u.Put(lease); err != nil {
			return true, err
		}
		return true, e.bury(u, base, stet.DeadPoison, "crashes", "Read the log of the process around its ends, and report the content that causes them.")
	}
	pace := &state.Pace{Target: p.Target}
	if _, err := u.Get(pace); err != nil || pace.Until <= stet.Millis(u.Now()) {
		return false, err
	}
	base.Type, base.Reason = stet.AttemptFailed, "the target asked for a pause"
	base.Data = marshal(stet.Failure{Code: "paced", RetryAt: pace.Until, Waited: true})
	u.Complete(claim)
	return true, u.append(base)
}

// load fills the machine from the rows and, for a new try, writes publish_started.
func (e *Engine) load(u *unit, a *attempt, p *state.Publication) error {
	m := publish.Machine{Caps: a.target.Connector.Capabilities(), Policy: a.target.Policy, Pub: *p, Fence: a.fence, Off: e.cfg.Off,
		Settling: p.Desired <= p.Applied, Tombs: map[string]bool{}}
	m.Apply = state.Apply{ContentID: p.ContentID, Target: p.Target, Seq: p.Desired}
	if _, err := u.Get(&m.Apply); err != nil {
		return err
	}
	intents, err := state.All[*state.Intent](u, state.Query{Equal: ofKey(a.key)})
	if err != nil {
		return err
	}
	m.Intents = byTime(intents)
	tombs, err := state.All[*state.Tombstone](u, state.Query{Equal: ofKey(a.key)})
	if err != nil {
		return err
	}
	for _, t := range tombs {
		m.Tombs[t.RemoteID] = true
	}
	a.epoch = p.Epoch
	m.Write = connector.Write{Key: a.key, Marker: e.marker.marker(a.key), Epoch: p.Epoch, ApplySeq: m.Apply.Seq, Version: m.Apply.Version}
	a.machine = m
	if m.Settling {
		return nil
	}
	return u.append(stet.Event{Type: stet.PublishStarted, ContentID: p.ContentID, Target: p.Target, Version: m.Apply.Version, ApplySeq: m.Apply.Seq,
		IdempotencyKey: m.Apply.IdempotencyKey, Attempt: p.Attempts + 1, Source: "stet", Data: marshal(stet.Started{Fence: a.fence})})
}

// prepare reads the document and lets the connector normalise it; outside the write transaction, since both take time
// and a revision never changes.
func (e *Engine) prepare(ctx context.Context, a *attempt) error {
	m := &a.machine
	if m.Apply.Cause == stet.CauseUnpublish {
		return nil
	}
	a.revision = &state.Revision{ContentID: a.key.ContentID, Version: m.Apply.Version}
	err := e.db.View(ctx, func(r state.Reader) (err error) {
		if _, err = r.Get(a.revision); err == nil {
			m.Write.Doc, err = document(r, a.revision)
		}
		return err
	})
	if err == nil && !m.Settling && e.stale(a.revision) {
		return errOtherPolicy
	}
	if err == nil {
		m.Want, a.refusal = a.target.Connector.Fingerprint(m.Write)
	}
	return err
}

func byTime(rows []*state.Intent) []state.Intent {
	out := make([]state.Intent, len(rows))
	for i, r := range rows {
		out[i] = *r
	}
	sortIntents(out)
	return out
}

func asError(err error) (*stet.Error, bool) { return errors.AsType[*stet.Error](err) }
