package engine

import (
	"context"
	"fmt"
	"time"

	"stet"
	"stet/internal/state"
)

// step is what comes next for a candidate, decided outside of a transaction.
type step struct {
	round   *stet.Revised // that was made
	doc     stet.Document // that the verdict is about
	hash    string        // its content hash
	verdict *stet.Verdict // nil: another round is tried first
	last    bool          // the verdict stands
}

// nextStep judges a candidate, or has it revised first.
func (e *Engine) nextStep(ctx context.Context, c *candidate) (step, error) {
	if c.revision.Gate == state.GateRevising {
		return e.revise(ctx, c)
	}
	return e.judged(ctx, c.Case, step{doc: c.Doc, hash: c.revision.DocHash}, c.revision.Rounds)
}

// judged completes a step with the verdict on its document after some rounds.
func (e *Engine) judged(ctx context.Context, c Case, s step, rounds int64) (step, error) {
	c.Doc = s.doc
	j, err := e.consult(ctx, c)
	if err != nil {
		return s, err
	}
	j.Round, j.ContentHash = rounds, s.hash
	s.verdict, s.last = &j.Verdict, true
	if !j.Passed && j.Revisable && e.cfg.Reviser != nil && rounds < maxRevisions {
		j.Next, s.last = stet.NextRevise, false
	}
	return s, nil
}

// consult asks the gate. One that panics has no verdict, as one that fails.
func (e *Engine) consult(ctx context.Context, c Case) (j Judgement, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the gate panicked: %v", p)
		}
	}()
	seen := &site{ctx: ctx, engine: e}
	c.Site, c.Now = seen, e.cfg.Now().UTC()
	if j, err = e.cfg.Gate.Judge(ctx, c); err == nil {
		err = seen.err // what it was not told, it did not judge
	}
	if err == nil && j.Policy != e.cfg.Gate.Policy() {
		err = fmt.Errorf("the verdict is by policy %q, the gate's policy is %q", j.Policy, e.cfg.Gate.Policy())
	}
	return j, err
}

// write stores a step and, for a passed publish, the applies that follow from it. A bad verdict that stands comes with the
// offer to send the version once more.
func (e *Engine) write(u *unit, c *candidate, s step) error {
	event := stet.Event{ContentID: c.ContentID, Version: c.Version, IdempotencyKey: c.revision.IdempotencyKey, Source: "stet"}
	if s.round != nil {
		event.Type, event.Reason, event.Data = stet.DocumentRevised, s.round.Why, marshal(s.round)
		if err := u.append(event); err != nil {
			return err
		}
	}
	if s.verdict == nil {
		return nil
	}
	v := *s.verdict
	if !v.Passed && v.Next == "" {
		if err := e.offer(u, c.revision, &v); err != nil {
			return err
		}
	}
	if err := appendVerdict(u, event, v); err != nil || !v.Passed {
		return err
	}
	r := &state.Revision{ContentID: c.ContentID, Version: c.Version}
	if _, err := u.Get(r); err != nil {
		return err
	}
	return e.queueRevision(u, r, s.doc)
}

// offer lets the source send a refused version once more. One that has passed before is not replaced, whatever a later
// policy says of it: its content may be public somewhere.
func (e *Engine) offer(u *unit, r *state.Revision, v *stet.Verdict) error {
	applies, err := state.All[*state.Apply](u, state.Query{Equal: map[string]any{"content_id": r.ContentID, "version": r.Version}, Limit: 1})
	if err == nil && len(applies) == 0 {
		v.ResubmitUntil = stet.Millis(u.Now().Add(e.cfg.ResubmitFor))
	}
	return err
}

// appendVerdict writes qa_passed or qa_failed.
func appendVerdict(u *unit, event stet.Event, v stet.Verdict) error {
	event.Type, event.Reason = stet.QAPassed, ""
	if !v.Passed {
		event.Type = stet.QAFailed
		event.Reason = fmt.Sprintf("score %d; %d findings by policy %s", v.Score, len(v.Findings)+v.Omitted, v.Policy)
		if len(v.Reasons) > 0 {
			event.Reason = v.Reasons[0]
		}
	}
	event.Data = marshal(v)
	return u.append(event)
}

// DefaultResubmitFor is how long an author may send a refused version again with other text.
const DefaultResubmitFor = 7 * 24 * time.Hour
