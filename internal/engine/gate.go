package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/publish"
	"stet/internal/state"
	"stet/internal/store"
)

// judge takes the newest revision of a content through the gate, and queues its applies when it passes.
func (e *Engine) judge(ctx context.Context, contentID string, claim store.Claim) error {
	for {
		r, doc, err := e.unjudged(ctx, contentID)
		if err != nil {
			return err
		}
		if r == nil {
			return e.update(ctx, func(u *unit) error { u.Complete(claim); return nil })
		}
		passed, verdict, err := e.cfg.Gate.Judge(ctx, contentID, doc)
		if err != nil {
			return fmt.Errorf("judge %s version %d: %w", contentID, r.Version, err)
		}
		moved := false
		err = e.update(ctx, func(u *unit) error {
			current, err := e.newest(u, contentID)
			moved = err == nil && (current == nil || current.Version != r.Version)
			if err != nil || moved {
				return err
			}
			u.Complete(claim)
			return e.passed(u, r, doc, passed, verdict)
		}, aheadOfVerdict(r)...)
		if err != nil || !moved {
			return err
		}
	}
}

// newest is the newest revision of a content while it waits for its judgement, else nil.
func (e *Engine) newest(r state.Reader, contentID string) (*state.Revision, error) {
	head := &state.Content{ContentID: contentID}
	if known, err := r.Get(head); err != nil || !known {
		return nil, err
	}
	revision := &state.Revision{ContentID: contentID, Version: head.Version}
	found, err := r.Get(revision)
	if err != nil || !found || revision.Gate != state.GateReceived {
		return nil, err
	}
	return revision, nil
}

func (e *Engine) unjudged(ctx context.Context, contentID string) (revision *state.Revision, doc stet.Document, err error) {
	err = e.db.View(ctx, func(r state.Reader) error {
		if revision, err = e.newest(r, contentID); err != nil || revision == nil {
			return err
		}
		doc, _, err = document(r, revision)
		return err
	})
	return revision, doc, err
}

// document reads a revision's document from the event that brought it, and whether that event asks for publishing.
func document(r state.Reader, revision *state.Revision) (stet.Document, stet.EventType, error) {
	entry := &state.Entry{Seq: revision.EventSeq}
	if found, err := r.Get(entry); err != nil || !found {
		return stet.Document{}, "", fmt.Errorf("read event %d of %s version %d (found: %t): %w", revision.EventSeq, revision.ContentID, revision.Version, found, err)
	}
	var in stet.Incoming
	if err := unmarshal(entry.Data, &in); err != nil {
		return stet.Document{}, "", err
	}
	envelope, err := contract.Decode([]byte(in.Envelope), contract.Limits{Bytes: 1 << 30, Values: 1 << 30})
	if err != nil {
		return stet.Document{}, "", fmt.Errorf("decode event %d: %w", revision.EventSeq, err)
	}
	doc, err := envelope.Document()
	return doc, entry.Type, err
}

// passed writes the verdict and, for a passed publish, the applies.
func (e *Engine) passed(u *unit, r *state.Revision, doc stet.Document, passed bool, verdict stet.Verdict) error {
	event := stet.Event{Type: stet.QAPassed, ContentID: r.ContentID, Version: r.Version, IdempotencyKey: r.IdempotencyKey, Source: "stet",
		Data: marshal(verdict)}
	if !passed {
		event.Type = stet.QAFailed
		event.Reason = fmt.Sprintf("score %d; %d findings by policy %s", verdict.Score, len(verdict.Findings), verdict.Policy)
	}
	if err := u.append(event); err != nil || !passed {
		return err
	}
	return e.queueRevision(u, r, doc)
}

// queueRevision asks for the revision at each of its targets, if its event or its source asks for publishing.
func (e *Engine) queueRevision(u *unit, r *state.Revision, doc stet.Document) error {
	head := &state.Content{ContentID: r.ContentID}
	if _, err := u.Get(head); err != nil {
		return err
	}
	entry := &state.Entry{Seq: r.EventSeq}
	if _, err := u.Get(entry); err != nil {
		return err
	}
	if entry.Type == stet.DraftReady && !e.sources[head.Source].PublishDraft {
		return nil
	}
	for _, name := range strings.Split(r.Targets, ",") {
		target, ok := e.targets[name]
		if !ok {
			continue // the target was removed from the configuration
		}
		p, err := publication(u, stet.Key{ContentID: r.ContentID, Target: name})
		if err != nil {
			return err
		}
		if p.Hold && target.KeepHold {
			continue // Release queues it
		}
		if err := e.queueApply(u, target, p, want{cause: stet.CausePublish, revision: r, doc: doc}); err != nil {
			return err
		}
	}
	return nil
}

// notBefore is a document's publish_at; the contract has checked its form.
func notBefore(publishAt string) int64 {
	at, err := time.Parse(time.RFC3339, publishAt)
	if err != nil {
		return 0
	}
	return stet.Millis(at)
}

// want is what a new apply is to bring about.
type want struct {
	cause    stet.Cause
	revision *state.Revision
	doc      stet.Document // empty for an unpublish
	of       int64         // the apply that a rollback undoes
	actor    string
	reason   string
}

// queueApply gives the next apply_seq, reserves the slug before anything is sent, and asks for the work.
func (e *Engine) queueApply(u *unit, target Target, p *state.Publication, w want) error {
	event := stet.Event{Type: stet.ApplyQueued, ContentID: p.ContentID, Target: p.Target, Version: w.revision.Version, ApplySeq: p.LastSeq + 1,
		IdempotencyKey: w.revision.IdempotencyKey, Source: "stet", Reason: w.reason}
	if w.actor != "" {
		event.Source = w.actor
	}
	queued := stet.Queued{Cause: w.cause, ContentHash: w.revision.ContentHash, RollbackOf: w.of, Hold: w.cause == stet.CauseRollback,
		NotBefore: notBefore(w.doc.PublishAt)}
	if w.cause != stet.CauseUnpublish {
		queued.Slug, queued.SlugScope, queued.SlugKey = w.doc.Slug, target.SlugScope, slugKey(w.doc.Slug)
		if e.off(publish.OffSlug) {
			queued.SlugKey = ""
		}
		owner, err := slugOwner(u, queued.SlugScope, queued.SlugKey)
		if err != nil {
			return err
		}
		if owner != "" && owner != p.ContentID {
			return e.slugRefused(u, event, queued.Slug, owner)
		}
	}
	event.Data = marshal(queued)
	if err := u.append(event); err != nil {
		return err
	}
	if queued.NotBefore <= stet.Millis(u.Now()) {
		u.Enqueue(store.Job{Kind: store.PublishJob, ContentID: p.ContentID, Target: p.Target})
	}
	return nil
}

// slugRefused: the publication stops before any call, and says who has the slug.
func (e *Engine) slugRefused(u *unit, event stet.Event, slug, owner string) error {
	refusal := slugHeld(slug, owner)
	event.Type, event.Reason, event.ApplySeq = stet.SlugConflict, refusal.Message, 0
	const advice = "Send a new version with another slug; or give the other content another slug, then redrive."
	event.Data = marshal(stet.Stopped{State: stet.StateSlugConflict, Code: refusal.Code, Advice: advice})
	if err := u.append(event); err != nil {
		return err
	}
	return u.append(deadLetter(event, stet.Dead{Letter: u.letterID(), Class: stet.DeadContent, Code: refusal.Code, Advice: advice}))
}

func (e *Engine) queueUnpublish(u *unit, event stet.Event, targets []string) error {
	r := &state.Revision{ContentID: event.ContentID, Version: event.Version}
	if _, err := u.Get(r); err != nil {
		return err
	}
	for _, name := range targets {
		target, ok := e.targets[name]
		if !ok {
			continue
		}
		p, err := publication(u, stet.Key{ContentID: event.ContentID, Target: name})
		if err != nil {
			return err
		}
		if p.LastSeq == 0 {
			continue // never asked for here
		}
		if err := e.queueApply(u, target, p, want{cause: stet.CauseUnpublish, revision: r}); err != nil {
			return err
		}
	}
	return nil
}
