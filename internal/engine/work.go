package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/httpclient"
	"stet/internal/publish"
	"stet/internal/state"
	"stet/internal/store"
)

// ErrFenced ends an attempt whose lease another holder took over: nothing of it may be written any more.
var ErrFenced = store.ErrFenced

var (
	errOutdated   = errors.New("another apply is wanted now")
	errGateClosed = errors.New("the gate is no longer open for this version")
)

// maxRounds bounds how often one job starts over before it makes room for others.
const maxRounds = 8

// margin is what must be left of the lease, beyond the longest call, for a call to start.
const margin = 5 * time.Second

// Work does one job and completes its claim in the transaction of the outcome.
func (e *Engine) Work(ctx context.Context, job store.Job, claim store.Claim) error {
	switch job.Kind {
	case store.GateJob:
		return e.judge(ctx, job.ContentID, claim)
	case store.PublishJob:
		return e.bring(ctx, stet.Key{ContentID: job.ContentID, Target: job.Target}, claim)
	}
	return fmt.Errorf("work: unknown kind of job %q", job.Kind)
}

// bring takes a publication as far as it will go now: newer wishes that arrive meanwhile are fulfilled in turn.
func (e *Engine) bring(ctx context.Context, key stet.Key, claim store.Claim) error {
	for range maxRounds {
		a, err := e.take(ctx, key, claim)
		if errors.Is(err, errOtherPolicy) {
			err = e.judgeFirst(ctx, a)
			if err == nil {
				continue
			}
		}
		if err != nil || a == nil {
			return err
		}
		again, err := e.try(ctx, a)
		if err != nil || !again {
			return err
		}
	}
	return e.update(ctx, func(u *unit) error { // others wait too: queue up behind them
		u.Complete(claim)
		u.Enqueue(store.Job{Kind: store.PublishJob, ContentID: key.ContentID, Target: key.Target})
		return nil
	})
}

// try runs the protocol to the end of one attempt and reports whether to start over at once.
func (e *Engine) try(ctx context.Context, a *attempt) (again bool, err error) {
	ctx, end := e.cfg.Observer.Span(ctx, a.machine.Apply.IdempotencyKey, "publish "+a.key.Target)
	defer func() { end(err) }()
	e.cfg.Fail("K2")
	m, effect := publish.Begin(a.machine, publish.Input{Now: e.storeNow(a), Err: a.refusal})
	for effect.End == nil {
		if err := e.commit(ctx, a, effect); err != nil {
			return e.given(ctx, a, err)
		}
		in := e.call(ctx, a, effect)
		if ctx.Err() != nil {
			return false, e.handBack(a, m)
		}
		m, effect = publish.Step(m, in)
	}
	again, err = e.finish(ctx, a, effect)
	if errors.Is(err, errOutdated) {
		return e.given(ctx, a, err)
	}
	return again, err
}

// given handles a commit that was refused.
func (e *Engine) given(ctx context.Context, a *attempt, err error) (bool, error) {
	switch {
	case errors.Is(err, errGateClosed):
		return e.finish(ctx, a, publish.Effect{End: &publish.End{Kind: publish.Stop, State: stet.StateIdle, Code: "gate_closed", Reason: err.Error()}})
	case !errors.Is(err, errOutdated):
		return false, err
	}
	err = e.guarded(ctx, a, func(u *unit, lease *state.Lease) error {
		lease.Owner, lease.Until, lease.Crashes = "", 0, 0
		return u.Put(lease)
	})
	return err == nil, err
}

// guarded runs fn in a transaction that only the holder of the lease gets.
func (e *Engine) guarded(ctx context.Context, a *attempt, fn func(*unit, *state.Lease) error) error {
	return e.update(ctx, func(u *unit) error {
		lease := &state.Lease{ContentID: a.key.ContentID, Target: a.key.Target}
		if _, err := u.Get(lease); err != nil {
			return err
		}
		if lease.Fence != a.fence && !e.off(publish.OffFence) {
			return ErrFenced
		}
		return fn(u, lease)
	}, aheadOf(a)...)
}

// commit writes the events of an effect before its call, and keeps the lease long enough for the call to end in it.
func (e *Engine) commit(ctx context.Context, a *attempt, effect publish.Effect) error {
	local := e.cfg.Now()
	if len(effect.Events) == 0 && local.Add(a.target.CallTimeout+effect.For+margin).Before(a.deadline) {
		return nil
	}
	err := e.guarded(ctx, a, func(u *unit, lease *state.Lease) error {
		if err := e.stillWanted(u, a, effect); err != nil {
			return err
		}
		lease.Until = stet.Millis(u.Now().Add(e.cfg.Lease))
		if err := u.Put(lease); err != nil {
			return err
		}
		return u.append(effect.Events...)
	})
	if err == nil {
		a.deadline = local.Add(e.cfg.Lease)
	}
	return err
}

// stillWanted asks again, in the transaction of the intent, whether the apply is the newest wish, whether its gate is
// open, and whether a bind would be the first of its epoch.
func (e *Engine) stillWanted(u *unit, a *attempt, effect publish.Effect) error {
	p, err := publication(u, a.key)
	if err != nil {
		return err
	}
	if effect.Recheck && p.Desired != a.machine.Apply.Seq {
		return errOutdated
	}
	if effect.Recheck && a.revision != nil {
		r := &state.Revision{ContentID: a.revision.ContentID, Version: a.revision.Version}
		if _, err := u.Get(r); err != nil {
			return err
		}
		switch {
		case e.stale(r):
			return errOutdated // another policy passed it: it is judged again, then the attempt starts over
		case !e.admitted(r) || r.DocHash != a.machine.Apply.ContentHash && !e.off(publish.OffGate):
			return errGateClosed
		}
	}
	return e.firstBind(u, a, p, effect.Events)
}

func (e *Engine) firstBind(u *unit, a *attempt, p *state.Publication, events []stet.Event) error {
	for _, event := range events {
		if event.Type != stet.RemoteBound || e.off(publish.OffWriteOnce) {
			continue
		}
		var b stet.Bound
		if err := json.Unmarshal(event.Data, &b); err != nil {
			return err
		}
		tomb := &state.Tombstone{Target: a.key.Target, RemoteID: b.RemoteID}
		buried, err := u.Get(tomb)
		if err != nil {
			return err
		}
		if p.RemoteID != "" && p.RemoteID != b.RemoteID || p.Epoch != a.epoch || buried && !e.off(publish.OffTombstones) {
			return errOutdated
		}
	}
	return nil
}

// call asks the target, within its time and within the lease.
func (e *Engine) call(ctx context.Context, a *attempt, effect publish.Effect) publish.Input {
	limit := min(a.target.CallTimeout, a.deadline.Sub(e.cfg.Now())-margin)
	ctx, cancel := context.WithTimeout(httpclient.WithRequestID(ctx, effect.Intent), limit)
	defer cancel()
	e.cfg.Fail("K3:" + string(effect.Call))
	start := e.cfg.Now()
	in := e.ask(ctx, a, effect)
	in.Now = e.storeNow(a)
	e.cfg.Observer.Called(a.key.Target, effect.Call, e.cfg.Now().Sub(start), in.Err)
	e.cfg.Fail("K5:" + string(effect.Call))
	return in
}

func (e *Engine) ask(ctx context.Context, a *attempt, effect publish.Effect) (in publish.Input) {
	c, w := a.target.Connector, effect.Write
	switch effect.Call {
	case publish.CallFind:
		in.Items, in.Err = c.Find(ctx, w)
	case publish.CallRead:
		in.Item, in.Err = c.Read(ctx, effect.ID)
	case publish.CallCreate:
		in.Item, in.Err = able[connector.Creator](c, "create", func(c connector.Creator) (connector.Item, error) { return c.Create(ctx, w) })
	case publish.CallUpsert:
		in.Item, in.Err = able[connector.Upserter](c, "upsert", func(c connector.Upserter) (connector.Item, error) { return c.Upsert(ctx, w) })
	case publish.CallStage:
		in.Err = do[connector.Stager](c, "stage", func(c connector.Stager) error { return c.Stage(ctx, effect.ID, w) })
	case publish.CallPublish:
		in.Err = do[connector.Publisher](c, "publish", func(c connector.Publisher) error { return c.Publish(ctx, effect.ID, w) })
	case publish.CallUnpublish:
		in.Err = do[connector.Unpublisher](c, "unpublish", func(c connector.Unpublisher) error { return c.Unpublish(ctx, effect.ID, w) })
	case publish.CallTrash:
		in.Err = do[connector.Trasher](c, "trash", func(c connector.Trasher) error { return c.Trash(ctx, effect.ID) })
	case publish.CallPause:
		in.Err = e.cfg.Pause(ctx, effect.For)
	}
	return in
}

// able calls an ability of a connector, or says that it has not got it.
func able[A any](c connector.Connector, name string, call func(A) (connector.Item, error)) (connector.Item, error) {
	if a, ok := c.(A); ok {
		return call(a)
	}
	err := stet.Errorf(stet.Unsupported, "no_"+name, "this kind of target cannot %s", name)
	err.Outcome = stet.NotApplied
	return connector.Item{}, err
}

func do[A any](c connector.Connector, name string, call func(A) error) error {
	_, err := able(c, name, func(a A) (connector.Item, error) { return connector.Item{}, call(a) })
	return err
}

func sortIntents(list []state.Intent) {
	slices.SortStableFunc(list, func(a, b state.Intent) int {
		return cmp.Or(cmp.Compare(a.Fence, b.Fence), cmp.Compare(a.At, b.At), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
}

func unmarshal(raw []byte, to any) error { return json.Unmarshal(raw, to) }
