package engine

import (
	"strings"
	"time"

	"stet"
	"stet/internal/publish"
	"stet/internal/state"
	"stet/internal/store"
)

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
	queued := stet.Queued{Cause: w.cause, ContentHash: w.revision.DocHash, RollbackOf: w.of, Hold: w.cause == stet.CauseRollback,
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
