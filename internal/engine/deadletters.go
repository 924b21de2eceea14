package engine

import (
	"context"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// Letters selects dead letters; zero fields select all.
type Letters struct {
	ID, ContentID, Target string
	Class                 stet.DeadClass
	All                   bool // must be set where nothing else narrows the choice
}

func (l Letters) query() state.Query {
	q := state.Query{Equal: map[string]any{"status": "open"}}
	for column, value := range map[string]string{"id": l.ID, "content_id": l.ContentID, "target": l.Target, "class": string(l.Class)} {
		if value != "" {
			q.Equal[column] = value
		}
	}
	return q
}

// Redrive tries dead letters again: the same apply where there is one, else the newest ready version.
func (e *Engine) Redrive(ctx context.Context, which Letters, actor string, dryRun bool) ([]*state.DeadLetter, error) {
	return e.closeLetters(ctx, which, closing{"redriven", actor, dryRun}, func(u *unit, l *state.DeadLetter) error {
		key := stet.Key{ContentID: l.ContentID, Target: l.Target}
		target, ok := e.targets[l.Target]
		if !ok {
			return unknownTarget(l.Target)
		}
		p, err := publication(u, key)
		if err != nil {
			return err
		}
		if p.Desired > p.Applied {
			u.Enqueue(store.Job{Kind: store.PublishJob, ContentID: l.ContentID, Target: l.Target})
			return nil
		}
		return e.queueNewest(u, target, key, actor, &Plan{})
	})
}

// Discard gives dead letters up for good.
func (e *Engine) Discard(ctx context.Context, which Letters, actor string, dryRun bool) ([]*state.DeadLetter, error) {
	return e.closeLetters(ctx, which, closing{"discarded", actor, dryRun}, func(*unit, *state.DeadLetter) error { return nil })
}

// closing is how dead letters are closed, and by whom.
type closing struct {
	how, actor string
	dryRun     bool
}

func (e *Engine) closeLetters(ctx context.Context, which Letters, c closing, then func(*unit, *state.DeadLetter) error) ([]*state.DeadLetter, error) {
	if which == (Letters{}) {
		return nil, stet.Errorf(stet.Invalid, "no_choice", "say which dead letters: an id, a filter, or all of them")
	}
	var closed []*state.DeadLetter
	err := e.operate(ctx, c.dryRun, func(u *unit) (err error) {
		if closed, err = state.All[*state.DeadLetter](u, which.query()); err != nil {
			return err
		}
		for _, l := range closed {
			event := stet.Event{Type: stet.DeadLetterClosed, ContentID: l.ContentID, Target: l.Target, ApplySeq: l.ApplySeq, Source: c.actor,
				Data: marshal(stet.DeadClosed{Letter: l.ID, How: c.how})}
			if err := u.append(event); err != nil {
				return err
			}
			if err := then(u, l); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(closed) == 0 && which.ID != "" {
		return nil, stet.Errorf(stet.NotFound, "no_such_letter", "there is no open dead letter %q", which.ID)
	}
	return closed, err
}
