package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"stet"
	"stet/internal/publish"
	"stet/internal/state"
)

// finish writes the end of an attempt: its events, the lease given back, the job completed, all or nothing.
func (e *Engine) finish(ctx context.Context, a *attempt, effect publish.Effect) (again bool, err error) {
	e.cfg.Fail("K9")
	err = e.guarded(ctx, a, func(u *unit, lease *state.Lease) error {
		again = false
		if err := e.stillWanted(u, a, effect); err != nil {
			return err
		}
		if err := u.append(effect.Events...); err != nil {
			return err
		}
		if err := e.end(u, a, *effect.End); err != nil {
			return err
		}
		lease.Owner, lease.Until, lease.Crashes = "", 0, 0
		if err := u.Put(lease); err != nil {
			return err
		}
		p, err := publication(u, a.key)
		if err != nil {
			return err
		}
		again = effect.End.Kind == publish.Again || due(p, stet.Millis(u.Now()))
		if !again {
			u.Complete(a.claim)
		}
		return nil
	})
	e.cfg.Fail("K10")
	return again, err
}

// end writes what the end of an attempt means for the publication.
func (e *Engine) end(u *unit, a *attempt, end publish.End) error {
	p, err := publication(u, a.key)
	if err != nil {
		return err
	}
	m := a.machine
	event := stet.Event{Type: stet.AttemptFailed, ContentID: a.key.ContentID, Target: a.key.Target, Version: m.Apply.Version, ApplySeq: m.Apply.Seq,
		IdempotencyKey: m.Apply.IdempotencyKey, Attempt: p.Attempts + 1, Source: "stet", Reason: end.Reason}
	switch end.Kind {
	case publish.Wait:
		event.Data = marshal(stet.Failure{Code: end.Code, RetryAt: stet.Millis(end.At), Waited: true})
		return u.append(event)
	case publish.Retry:
		return e.retry(u, a, p, event, end)
	case publish.Stop:
		return e.stopped(u, event, end, p)
	}
	return nil
}

// retry plans the next try, or gives up after the last. A look at what settles is never given up.
func (e *Engine) retry(u *unit, a *attempt, p *state.Publication, event stet.Event, end publish.End) error {
	if end.After > 0 {
		if err := u.Put(&state.Pace{Target: a.key.Target, Until: stet.Millis(u.Now().Add(end.After))}); err != nil {
			return err
		}
	}
	if p.Desired != a.machine.Apply.Seq {
		return nil // a newer wish is waiting and has its own tries
	}
	if p.Attempts+1 >= a.target.MaxAttempts && !a.machine.Settling {
		event.Reason = fmt.Sprintf("given up after %d tries; the last: %s", p.Attempts+1, end.Reason)
		return e.bury(u, event, end.Class, end.Code, end.Advice)
	}
	wait := max(e.backoff(a.target, p.Attempts), end.After)
	event.Data = marshal(stet.Failure{Code: end.Code, Outcome: end.Outcome, RetryAt: stet.Millis(u.Now().Add(wait))})
	return u.append(event)
}

// backoff doubles from the target's base to its maximum; the jitter spreads the tries over the upper half.
func (e *Engine) backoff(t Target, attempts int64) time.Duration {
	wait := t.MaxBackoff
	if attempts < 30 {
		wait = min(wait, t.Backoff<<attempts)
	}
	return wait/2 + time.Duration(e.cfg.Rand()*float64(wait/2))
}

// stopped: a person must decide. Drift has a state of its own; everything else is a dead letter.
func (e *Engine) stopped(u *unit, event stet.Event, end publish.End, p *state.Publication) error {
	if end.State == stet.StateDrifted {
		return nil // drift_detected is among the effect's events
	}
	if end.State == stet.StateIdle {
		event.Type = stet.PublishFailed
		event.Data = marshal(stet.Stopped{State: end.State, Code: end.Code})
		return u.append(event)
	}
	if end.State != stet.StateSlugConflict {
		failed := event
		failed.Type = stet.PublishFailed
		failed.Data = marshal(stet.Stopped{State: end.State, Code: end.Code, Advice: end.Advice})
		if err := u.append(failed); err != nil {
			return err
		}
	}
	return e.bury(u, event, end.Class, end.Code, end.Advice)
}

// bury writes the dead letter, with what the log says of the tries before.
func (e *Engine) bury(u *unit, event stet.Event, class stet.DeadClass, code, advice string) error {
	notes, err := tries(u, event)
	if err != nil {
		return err
	}
	return u.append(deadLetter(event, stet.Dead{Letter: u.letterID(), Class: class, Code: code, Advice: advice, Attempts: notes}))
}

// letterID is the unit's own id: equal when the transaction is repeated.
func (u *unit) letterID() string { return fmt.Sprintf("dl_%s.%d", u.id, len(u.events)) }

func deadLetter(event stet.Event, d stet.Dead) stet.Event {
	event.Type = stet.DeadLettered
	event.Data = marshal(d)
	return event
}

// tries collects the failed attempts of an apply from the log.
func tries(u *unit, event stet.Event) ([]stet.AttemptNote, error) {
	entries, err := state.All[*state.Entry](u, state.Query{Equal: map[string]any{
		"content_id": event.ContentID, "target": event.Target, "apply_seq": event.ApplySeq, "type": string(stet.AttemptFailed)}})
	var notes []stet.AttemptNote
	for _, entry := range entries {
		var f stet.Failure
		if err := json.Unmarshal(entry.Data, &f); err != nil {
			return nil, fmt.Errorf("read event %d: %w", entry.Seq, err)
		}
		notes = append(notes, stet.AttemptNote{At: entry.At, Code: f.Code, Reason: entry.Reason})
	}
	return append(notes, stet.AttemptNote{At: stet.Millis(u.Now()), Code: "last", Reason: event.Reason}), err
}

// handBack ends an attempt that the process itself interrupts: it drains, or it lost its heartbeat. What was sent
// stays an open intent; the next holder looks.
func (e *Engine) handBack(a *attempt, m publish.Machine) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return e.guarded(ctx, a, func(u *unit, lease *state.Lease) error {
		lease.Owner, lease.Until, lease.Crashes = "", 0, 0
		if err := u.Put(lease); err != nil {
			return err
		}
		event := stet.Event{Type: stet.AttemptFailed, ContentID: a.key.ContentID, Target: a.key.Target, Version: m.Apply.Version, ApplySeq: m.Apply.Seq,
			IdempotencyKey: m.Apply.IdempotencyKey, Attempt: m.Pub.Attempts + 1, Source: "stet", Reason: "stet was asked to stop; the work goes on after the restart"}
		event.Data = marshal(stet.Failure{Code: "interrupted", RetryAt: stet.Millis(u.Now()), Waited: true})
		u.Complete(a.claim)
		return u.append(event)
	})
}
