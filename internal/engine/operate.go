package engine

import (
	"context"
	"fmt"

	"stet"
	"stet/internal/publish"
	"stet/internal/state"
	"stet/internal/store"
)

// Plan says what an operator's decision will do, or has done.
type Plan struct {
	ContentID string `json:"content_id"`
	Target    string `json:"target"`
	From      int64  `json:"from_version"` // live now; 0: nothing
	To        int64  `json:"to_version"`   // 0: nothing
	Title     string `json:"title,omitempty"`
	ApplySeq  int64  `json:"apply_seq,omitempty"` // of the apply that does it; 0 in a dry run
	Hold      bool   `json:"hold"`                // later versions wait for `stet release`
	DryRun    bool   `json:"dry_run"`
	// JudgedAgain: another policy passed the version, or a later one refused it, so that it must pass the gate again first.
	JudgedAgain bool `json:"judged_again,omitempty"`
}

// Rollback publishes an earlier good state again: the newest version before the live one that succeeded, or version
// `to`. It takes a number from our own sequence, never from the source's.
func (e *Engine) Rollback(ctx context.Context, key stet.Key, to int64, actor string, dryRun bool) (Plan, error) {
	plan := Plan{ContentID: key.ContentID, Target: key.Target, DryRun: dryRun}
	target, ok := e.targets[key.Target]
	if !ok {
		return plan, unknownTarget(key.Target)
	}
	var closed *state.Revision
	decide := func(u *unit) (err error) { closed, err = e.rollBack(u, target, to, actor, &plan); return err }
	err := e.operate(ctx, dryRun, decide)
	if closed != nil { // the gate gets a second look: the policy may be another now, or a waiver may have been given
		if err := e.rejudge(ctx, closed); err != nil {
			return plan, err
		}
		err = e.operate(ctx, dryRun, decide)
	}
	return plan, err
}

// rollBack queues the apply of a rollback. It refuses, and gives, a revision that the gate does not let out.
func (e *Engine) rollBack(u *unit, target Target, to int64, actor string, plan *Plan) (closed *state.Revision, err error) {
	p, err := publication(u, stet.Key{ContentID: plan.ContentID, Target: plan.Target})
	if err != nil {
		return nil, err
	}
	good, err := lastGood(u, p, to)
	if err != nil {
		return nil, err
	}
	r := &state.Revision{ContentID: p.ContentID, Version: good.Version}
	found, err := u.Get(r)
	if err != nil {
		return nil, err
	}
	if !found || r.DocHash != good.ContentHash {
		return nil, stet.Errorf(stet.Conflict, "rollback_lost", "version %d is no longer stored as it was published", good.Version)
	}
	if plan.JudgedAgain = !e.admitted(r); plan.JudgedAgain && !plan.DryRun {
		return r, gateClosed(r, e.cfg.Gate.Policy())
	}
	doc, err := document(u, r)
	if err != nil {
		return nil, err
	}
	plan.From, plan.To, plan.Title, plan.ApplySeq, plan.Hold = p.AppliedVersion, r.Version, doc.Title, p.LastSeq+1, target.KeepHold
	doc.PublishAt = ""
	return nil, e.queueApply(u, target, p, want{cause: stet.CauseRollback, revision: r, doc: doc, of: p.Applied, actor: actor,
		reason: fmt.Sprintf("rolled back from version %d to %d", p.AppliedVersion, r.Version)})
}

// lastGood is the apply whose state a rollback brings back.
func lastGood(u *unit, p *state.Publication, to int64) (*state.Apply, error) {
	applies, err := state.All[*state.Apply](u, state.Query{Equal: map[string]any{"content_id": p.ContentID, "target": p.Target,
		"status": string(state.ApplySucceeded)}, Desc: true})
	if err != nil {
		return nil, err
	}
	for _, a := range applies {
		wanted := a.Version == to || to == 0 && a.Version != p.AppliedVersion
		if a.Cause != stet.CauseUnpublish && wanted {
			return a, nil
		}
	}
	if to != 0 {
		return nil, stet.Errorf(stet.NotFound, "no_such_version", "version %d of %q was never published to %q; `stet timeline %s` shows what was", to, p.ContentID, p.Target, p.ContentID)
	}
	return nil, stet.Errorf(stet.Conflict, "nothing_before", "%q has no earlier version that was published to %q", p.ContentID, p.Target)
}

// Release ends the hold of a rollback and publishes the newest version that passed its gates.
func (e *Engine) Release(ctx context.Context, key stet.Key, actor string, dryRun bool) (Plan, error) {
	plan := Plan{ContentID: key.ContentID, Target: key.Target, DryRun: dryRun}
	target, ok := e.targets[key.Target]
	if !ok {
		return plan, unknownTarget(key.Target)
	}
	err := e.operate(ctx, dryRun, func(u *unit) error {
		p, err := publication(u, key)
		if err != nil {
			return err
		}
		if !p.Hold {
			return stet.Errorf(stet.Conflict, "not_held", "%s is not on hold; newer versions are published as they come", key)
		}
		if err := u.append(stet.Event{Type: stet.Released, ContentID: key.ContentID, Target: key.Target, Source: actor, Data: marshal(struct{}{})}); err != nil {
			return err
		}
		plan.From, plan.To = p.AppliedVersion, p.AppliedVersion
		return e.queueNewest(u, target, key, actor, &plan)
	})
	return plan, err
}

// queueNewest queues the newest ready version of a content if it is newer than what is applied.
func (e *Engine) queueNewest(u *unit, target Target, key stet.Key, actor string, plan *Plan) error {
	p, err := publication(u, key)
	if err != nil {
		return err
	}
	head := &state.Content{ContentID: key.ContentID}
	if _, err := u.Get(head); err != nil {
		return err
	}
	r := &state.Revision{ContentID: key.ContentID, Version: head.Version}
	if _, err := u.Get(r); err != nil || r.Gate != state.GateReady || r.Withdrawn {
		return err
	}
	doc, err := document(u, r)
	if err != nil {
		return err
	}
	plan.To, plan.Title, plan.ApplySeq = r.Version, doc.Title, p.LastSeq+1
	return e.queueApply(u, target, p, want{cause: stet.CausePublish, revision: r, doc: doc, actor: actor})
}

// Decide settles a drift: "overwrite" writes the wanted version over what somebody left in the CMS, "adopt" takes that
// as the good state, "detach" stops looking. seen is the fingerprint the person was shown; if the CMS has moved on
// since, nothing happens.
func (e *Engine) Decide(ctx context.Context, key stet.Key, decision, seen, actor string) error {
	if decision != "overwrite" && decision != "adopt" && decision != "detach" {
		return stet.Errorf(stet.Invalid, "unknown_decision", "the decision is %q; it must be overwrite, adopt or detach", decision)
	}
	return e.update(ctx, func(u *unit) error {
		p, err := publication(u, key)
		if err != nil {
			return err
		}
		drift, err := lastDrift(u, key)
		if err != nil {
			return err
		}
		if p.State != stet.StateDrifted || seen != "" && drift.Observed != seen {
			return stet.Errorf(stet.Conflict, "not_drifted", "%s is %s now, not in the state you saw; look again before you decide", key, p.State)
		}
		event := stet.Event{Type: stet.DriftResolved, ContentID: key.ContentID, Target: key.Target, ApplySeq: p.Desired, Source: actor,
			Data: marshal(stet.DriftDecision{Decision: decision, Observed: drift.Observed, Rev: drift.Rev, Down: drift.Code == publish.CodeTakenDown})}
		if decision == "overwrite" {
			u.Enqueue(store.Job{Kind: store.PublishJob, ContentID: key.ContentID, Target: key.Target})
		}
		return u.append(event)
	})
}

func lastDrift(r state.Reader, key stet.Key) (d stet.Stopped, err error) {
	q := state.Query{Equal: ofKey(key), Desc: true, Limit: 1}
	q.Equal["type"] = string(stet.DriftDetected)
	entries, err := state.All[*state.Entry](r, q)
	if err != nil || len(entries) == 0 {
		return d, err
	}
	return d, unmarshal(entries[0].Data, &d)
}

// operate runs an operator's decision; a dry run decides everything and writes nothing.
func (e *Engine) operate(ctx context.Context, dryRun bool, fn func(*unit) error) error {
	err := e.update(ctx, func(u *unit) error {
		if err := fn(u); err != nil {
			return err
		}
		if dryRun {
			return errDryRun
		}
		return nil
	})
	if dryRun && err == errDryRun { //nolint:errorlint // our own sentinel, never wrapped
		return nil
	}
	return err
}

var errDryRun = stet.Errorf(stet.Internal, "dry_run", "dry run")

func unknownTarget(name string) error {
	return stet.Errorf(stet.NotFound, "unknown_target", "there is no target %q in the configuration", name)
}
