package engine

import (
	"context"
	"errors"
	"fmt"

	"stet"
	"stet/internal/publish"
	"stet/internal/state"
)

// errOtherPolicy ends an attempt on a version that another policy passed: it is judged again first.
var errOtherPolicy = errors.New("the version was passed by another policy")

// admitted reports whether a revision passed the policy of now.
func (e *Engine) admitted(r *state.Revision) bool {
	return e.off(publish.OffGate) || r.Gate == state.GateReady && r.Policy == e.cfg.Gate.Policy()
}

// stale reports whether a revision must be judged again before it is published.
func (e *Engine) stale(r *state.Revision) bool {
	return r.Gate == state.GateReady && !e.admitted(r)
}

// rejudge asks the gate again about a revision that has its verdict: the policy is another now, or waivers were given.
// Nothing is queued; whoever asked goes on from the new verdict.
func (e *Engine) rejudge(ctx context.Context, r *state.Revision) error {
	var c *candidate
	err := e.db.View(ctx, func(reader state.Reader) (err error) {
		c, err = e.candidate(reader, r)
		return err
	})
	if err != nil {
		return err
	}
	s, err := e.judged(ctx, c.Case, step{doc: c.Doc, hash: r.DocHash}, r.Rounds)
	if err != nil {
		return fmt.Errorf("judge %s version %d again: %w", r.ContentID, r.Version, err)
	}
	s.verdict.Next = ""
	return e.update(ctx, func(u *unit) error {
		current := &state.Revision{ContentID: r.ContentID, Version: r.Version}
		if _, err := u.Get(current); err != nil || *current != *r {
			return err // somebody was faster
		}
		return appendVerdict(u, stet.Event{ContentID: r.ContentID, Version: r.Version, IdempotencyKey: r.IdempotencyKey, Source: "stet"}, *s.verdict)
	})
}

// judgeFirst gives the lease of an attempt back and has its version judged by the policy of now.
func (e *Engine) judgeFirst(ctx context.Context, a *attempt) error {
	if again, err := e.given(ctx, a, errOutdated); err != nil || !again {
		return err
	}
	return e.rejudge(ctx, a.revision)
}

// gateClosed is what an operator is told who asks for a version that the gate does not let out.
func gateClosed(r *state.Revision, policy string) *stet.Error {
	return stet.Errorf(stet.Conflict, "gate_closed",
		"version %d of %q does not pass policy %s and is not published; `stet status %s` shows its report", r.Version, r.ContentID, policy, r.ContentID)
}
