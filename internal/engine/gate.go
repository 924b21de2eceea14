package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/state"
	"stet/internal/store"
)

// Gate judges documents. An error is not a verdict: the work is tried again, and nothing passes meanwhile.
type Gate interface {
	// Policy names what judges, with its content hash. What another policy passed is judged again before it is published.
	Policy() string
	Judge(ctx context.Context, c Case) (Judgement, error)
	// CheckWaiver says why a waiver may not be given; the policy bounds what waivers can do.
	CheckWaiver(w stet.Waived, now time.Time) error
}

// Judgement is a verdict, and whether the Reviser has something to try where it is a bad one.
type Judgement struct {
	stet.Verdict
	Revisable bool
}

// Case is a document before the gate. It is read only.
type Case struct {
	ContentID string
	Version   int64
	Doc       stet.Document
	Original  stet.Document  // as its source sent it
	Tried     []stet.Revised // the rounds so far, without their documents
	Waivers   []stet.Waived  // that operators gave to the content, those that are over too
	Site      Site
	Now       time.Time // of the store
	Targets   []Target  // where the version is to go
}

// Loss is what a target would not keep of a document.
type Loss struct {
	Target string
	connector.Finding
}

// Losses asks the targets of the version what they would not keep of a document, those that can tell.
func (c Case) Losses(doc stet.Document) (losses []Loss) {
	for _, t := range c.Targets {
		if l, ok := t.Connector.(connector.Linter); ok {
			for _, f := range l.Lint(doc) {
				losses = append(losses, Loss{t.Name, f})
			}
		}
	}
	return losses
}

// candidate is a revision that waits for its verdict, with its case.
type candidate struct {
	Case
	revision *state.Revision
}

// judge takes the newest revision of a content through the gate: a verdict, then rounds of revision while one can help.
// Each step is a transaction of its own, so that a restart goes on where the last one stopped.
func (e *Engine) judge(ctx context.Context, contentID string, claim store.Claim) error {
	for {
		c, err := e.waiting(ctx, contentID)
		if err != nil {
			return err
		}
		if c == nil {
			return e.complete(ctx, claim)
		}
		s, err := e.nextStep(ctx, c)
		if err != nil {
			return fmt.Errorf("judge %s version %d: %w", contentID, c.Version, err)
		}
		done := false
		err = e.update(ctx, func(u *unit) error {
			done = false
			current, err := waitingRevision(u, contentID)
			if err != nil || current == nil || *current != *c.revision {
				return err // it moved meanwhile: what was found out is about something else
			}
			if done = s.last; done {
				u.Complete(claim)
			}
			return e.write(u, c, s)
		}, aheadOfVerdict(c.revision)...)
		if err != nil || done {
			return err
		}
	}
}

// waitingRevision is the newest revision of a content while its verdict is still to come, else nil.
func waitingRevision(r state.Reader, contentID string) (*state.Revision, error) {
	head := &state.Content{ContentID: contentID}
	if known, err := r.Get(head); err != nil || !known {
		return nil, err
	}
	revision := &state.Revision{ContentID: contentID, Version: head.Version}
	found, err := r.Get(revision)
	if err != nil || !found || !revision.Gate.Waits() {
		return nil, err
	}
	return revision, nil
}

func (e *Engine) waiting(ctx context.Context, contentID string) (c *candidate, err error) {
	err = e.db.View(ctx, func(r state.Reader) error {
		revision, err := waitingRevision(r, contentID)
		if err != nil || revision == nil {
			return err
		}
		c, err = e.candidate(r, revision)
		return err
	})
	return c, err
}

// candidate loads what the gate is told about a revision.
func (e *Engine) candidate(r state.Reader, revision *state.Revision) (c *candidate, err error) {
	c = &candidate{Case: Case{ContentID: revision.ContentID, Version: revision.Version}, revision: revision}
	for _, name := range strings.Split(revision.Targets, ",") {
		if t, ok := e.targets[name]; ok {
			c.Targets = append(c.Targets, t)
		}
	}
	if c.Doc, err = document(r, revision); err != nil {
		return nil, err
	}
	c.Original = c.Doc
	if revision.DocSeq != revision.EventSeq {
		if c.Original, err = sent(r, revision); err != nil {
			return nil, err
		}
	}
	if c.Tried, err = Rounds(r, revision); err != nil {
		return nil, err
	}
	c.Waivers, err = Waivers(r, revision.ContentID)
	return c, err
}
