package state

import (
	"encoding/json"

	"stet"
)

// Work that was asked for has a job; the reconciler asks again only where that job was lost.
const (
	grace  = 15_000 // ms a job may wait for a worker
	inHand = 75_000 // ms a worker may hold the lease
)

func (f *folder) queued() error {
	var q stet.Queued
	if err := f.data(&q); err != nil {
		return err
	}
	if err := f.closeOlderApplies(); err != nil {
		return err
	}
	if err := f.rows.Put(&Apply{ContentID: f.e.ContentID, Target: f.e.Target, Seq: f.e.ApplySeq, Cause: q.Cause, Version: f.e.Version,
		ContentHash: q.ContentHash, Slug: q.Slug, RollbackOf: q.RollbackOf, Status: ApplyQueued,
		IdempotencyKey: f.e.IdempotencyKey, At: f.at}); err != nil {
		return err
	}
	if q.SlugKey != "" {
		if err := f.rows.Put(&Slug{Scope: q.SlugScope, SlugKey: q.SlugKey, ContentID: f.e.ContentID, Target: f.e.Target, Slug: q.Slug}); err != nil {
			return err
		}
	}
	return f.publication(func(p *Publication) {
		p.Desired, p.LastSeq, p.State = f.e.ApplySeq, f.e.ApplySeq, stet.StateQueued
		p.Hold, p.Attempts, p.Reason, p.Overwrite = q.Hold, 0, "", ""
		p.NotBefore, p.DueAt = q.NotBefore, max(q.NotBefore, f.at+grace)
	})
}

// closeOlderApplies: what was still waiting will never be done.
func (f *folder) closeOlderApplies() error {
	waiting, err := All[*Apply](f.rows, Query{Equal: f.equalKey("status", string(ApplyQueued))})
	if err != nil {
		return err
	}
	for _, a := range waiting {
		if a.Seq >= f.e.ApplySeq {
			continue
		}
		a.Status = ApplySuperseded
		if err := f.rows.Put(a); err != nil {
			return err
		}
	}
	letters, err := All[*DeadLetter](f.rows, Query{Equal: f.equalKey("status", "open")})
	if err != nil {
		return err
	}
	for _, l := range letters {
		l.Status = "superseded"
		if err := f.rows.Put(l); err != nil {
			return err
		}
	}
	return nil
}

// equalKey selects the rows of the event's publication, with one more column.
func (f *folder) equalKey(column string, value any) map[string]any {
	return map[string]any{"content_id": f.e.ContentID, "target": f.e.Target, column: value}
}

func (f *folder) started() error {
	return f.publication(func(p *Publication) {
		p.State, p.NotBefore, p.DueAt = stet.StatePublishing, 0, f.at+inHand
	})
}

func (f *folder) intended() error {
	var in stet.Intent
	if err := f.data(&in); err != nil {
		return err
	}
	return f.rows.Put(&Intent{ContentID: f.e.ContentID, Target: f.e.Target, ID: in.Intent, Op: in.Op, ApplySeq: f.e.ApplySeq,
		Fence: in.Fence, Fingerprint: in.Fingerprint, RemoteID: in.RemoteID, Rev: in.Rev, At: f.at})
}

func (f *folder) resolved() error {
	var r stet.Resolved
	if err := f.data(&r); err != nil {
		return err
	}
	return change(f, &Intent{ContentID: f.e.ContentID, Target: f.e.Target, ID: r.Intent}, func(in *Intent) {
		in.Resolution, in.Evidence = r.Resolution, r.Evidence
	})
}

func (f *folder) bound() error {
	var b stet.Bound
	if err := f.data(&b); err != nil {
		return err
	}
	return f.publication(func(p *Publication) { p.RemoteID, p.Epoch = b.RemoteID, b.Epoch })
}

func (f *folder) gone() error {
	var b stet.Bound
	if err := f.data(&b); err != nil {
		return err
	}
	if err := f.rows.Put(&Tombstone{Target: f.e.Target, RemoteID: b.RemoteID, ContentID: f.e.ContentID, At: f.at}); err != nil {
		return err
	}
	return f.publication(func(p *Publication) {
		p.RemoteID, p.Epoch, p.Public = "", b.Epoch, false
		p.Fingerprint, p.Rev, p.URL = "", "", ""
	})
}

func (f *folder) trashed() error {
	var o stet.Orphan
	if err := f.data(&o); err != nil {
		return err
	}
	return f.rows.Put(&Tombstone{Target: f.e.Target, RemoteID: o.RemoteID, ContentID: f.e.ContentID, At: f.at})
}

func (f *folder) attemptFailed() error {
	var a stet.Failure
	if err := f.data(&a); err != nil {
		return err
	}
	return f.publication(func(p *Publication) {
		p.NotBefore, p.DueAt, p.Reason = a.RetryAt, a.RetryAt, f.e.Reason
		if p.Desired > p.Applied {
			p.State = stet.StateQueued
		}
		if !a.Waited {
			p.Attempts++
		}
	})
}

// succeeded serves publish_succeeded and unpublished.
func (f *folder) succeeded() error {
	var s stet.Succeeded
	if err := f.data(&s); err != nil {
		return err
	}
	public := f.e.Type == stet.PublishSucceeded
	if err := change(f, &Apply{ContentID: f.e.ContentID, Target: f.e.Target, Seq: f.e.ApplySeq}, func(a *Apply) {
		a.Status = ApplySucceeded
	}); err != nil {
		return err
	}
	if public {
		if err := f.releaseSlugs(s.Slug); err != nil {
			return err
		}
	}
	return f.publication(func(p *Publication) {
		p.Applied, p.AppliedVersion, p.Public = f.e.ApplySeq, f.e.Version, public
		p.Fingerprint, p.URL, p.Rev, p.Slug = s.Fingerprint, s.URL, s.Rev, s.Slug
		p.Attempts, p.Reason, p.Overwrite, p.NotBefore, p.DueAt = 0, "", "", s.SettleAt, s.SettleAt
		switch {
		case p.Desired > p.Applied:
			p.State, p.NotBefore, p.DueAt = stet.StateQueued, 0, f.at+grace
		case public:
			p.State = stet.StatePublished
		default:
			p.State = stet.StateUnpublished
		}
	})
}

// releaseSlugs gives back the reservations of this content at this target that it no longer uses.
func (f *folder) releaseSlugs(keep string) error {
	held, err := All[*Slug](f.rows, Query{Equal: map[string]any{"target": f.e.Target, "content_id": f.e.ContentID}})
	if err != nil {
		return err
	}
	p := &Publication{ContentID: f.e.ContentID, Target: f.e.Target}
	if _, err := f.rows.Get(p); err != nil {
		return err
	}
	wanted := &Apply{ContentID: f.e.ContentID, Target: f.e.Target, Seq: p.Desired}
	if _, err := f.rows.Get(wanted); err != nil {
		return err
	}
	for _, s := range held {
		if s.Slug == keep || s.Slug == wanted.Slug {
			continue
		}
		if err := f.rows.Put(&OldSlug{Scope: s.Scope, SlugKey: s.SlugKey, ContentID: s.ContentID, Target: s.Target}); err != nil {
			return err
		}
		if err := f.rows.Delete(s); err != nil {
			return err
		}
	}
	return nil
}

func (f *folder) settled() error {
	var s stet.Succeeded
	if err := f.data(&s); err != nil {
		return err
	}
	return f.publication(func(p *Publication) {
		p.NotBefore, p.DueAt, p.Rev, p.Fingerprint = 0, 0, s.Rev, s.Fingerprint
		p.Swept = max(p.Swept, s.Swept)
		p.Attempts = 0
		if p.State == stet.StatePublished || p.State == stet.StatePublishing {
			p.State = stet.StateSettled
		}
	})
}

func (f *folder) healed() error {
	var s stet.Succeeded
	if err := f.data(&s); err != nil {
		return err
	}
	return f.publication(func(p *Publication) {
		p.Rev, p.Fingerprint, p.Reason, p.Attempts = s.Rev, s.Fingerprint, "", 0
		p.NotBefore, p.DueAt = s.SettleAt, s.SettleAt
		p.State, p.Public = stet.StatePublished, true
	})
}

func (f *folder) stopped() error {
	var s stet.Stopped
	if err := f.data(&s); err != nil {
		return err
	}
	return f.publication(func(p *Publication) {
		p.State, p.Reason, p.NotBefore, p.DueAt = s.State, f.e.Reason, 0, 0
	})
}

func (f *folder) driftResolved() error {
	var d stet.DriftDecision
	if err := f.data(&d); err != nil {
		return err
	}
	return f.publication(func(p *Publication) {
		p.Reason, p.Attempts = "", 0
		switch d.Decision {
		case "overwrite":
			p.Overwrite, p.State, p.NotBefore, p.DueAt = d.Observed, stet.StateQueued, f.at, f.at+grace
		case "adopt":
			p.Fingerprint, p.Rev, p.State, p.DueAt, p.Desired = d.Observed, d.Rev, stet.StateSettled, 0, p.Applied
			if d.Down {
				p.State, p.Public = stet.StateUnpublished, false
			}
		case "detach":
			p.State, p.DueAt, p.Desired = stet.StateIdle, 0, p.Applied
		}
	})
}

// changeReported makes a publication that has come to rest due, for a look and no more.
func (f *folder) changeReported() error {
	return f.publication(func(p *Publication) {
		if p.Resting() {
			p.NotBefore, p.DueAt = f.at, f.at
		}
	})
}

func (f *folder) takenDown() error {
	return f.publication(func(p *Publication) { p.Public = false })
}

func (f *folder) released() error {
	return f.publication(func(p *Publication) { p.Hold = false })
}

func (f *folder) deadLettered() error {
	var d stet.Dead
	if err := f.data(&d); err != nil {
		return err
	}
	attempts, err := json.Marshal(d.Attempts)
	if err != nil {
		return err
	}
	if err := f.rows.Put(&DeadLetter{ID: d.Letter, ContentID: f.e.ContentID, Target: f.e.Target, ApplySeq: f.e.ApplySeq, Class: d.Class,
		Reason: f.e.Reason, Advice: d.Advice, Attempts: string(attempts), Status: "open", At: f.at}); err != nil {
		return err
	}
	return f.publication(func(p *Publication) {
		p.Reason, p.NotBefore, p.DueAt = f.e.Reason, 0, 0
		if p.State != stet.StateSlugConflict && p.State != stet.StateNeedsOperator { // they say more than "dead"
			p.State = stet.StateDead
		}
	})
}

func (f *folder) deadLetterClosed() error {
	var d stet.DeadClosed
	if err := f.data(&d); err != nil {
		return err
	}
	if err := change(f, &DeadLetter{ID: d.Letter}, func(l *DeadLetter) { l.Status = d.How }); err != nil {
		return err
	}
	return f.publication(func(p *Publication) {
		p.Attempts, p.Reason = 0, ""
		switch {
		case d.How == "redriven" && p.Desired > p.Applied:
			p.State, p.DueAt = stet.StateQueued, f.at+grace
		case p.Applied > 0 && p.Public:
			p.State, p.Desired = stet.StatePublished, p.Applied
		default:
			p.State, p.Desired = stet.StateIdle, p.Applied
		}
	})
}
