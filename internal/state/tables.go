package state

import "stet"

// Content is the head of a content: its newest accepted version.
type Content struct {
	ContentID, Source string
	Version           int64
	ContentHash       string
	UpdatedAt         int64
}

// Gate is where a revision stands at the gates.
type Gate string

const (
	GateReceived   Gate = "received" // the policy has not judged it yet
	GateRevising   Gate = "revising" // it failed, and is being revised
	GateReady      Gate = "ready"    // passed every gate
	GateFailed     Gate = "failed"
	GateSuperseded Gate = "superseded" // a newer version came before it was judged
)

// Revision is the record of one version. Its envelope is in the event with EventSeq; the document that is judged and
// published is in the event with DocSeq, which is the same until a round of revision is kept.
type Revision struct {
	ContentID      string
	Version        int64
	ContentHash    string // of what the source sent
	EventSeq       int64
	DocHash        string // of the document in force
	DocSeq         int64
	Rounds         int64 // revisions tried, kept or not
	Gate           Gate
	Policy         string // that judged it last; empty: none has
	VerdictSeq     int64  // the event with that verdict
	ResubmitUntil  int64  // how long its source may send this version again with other text; 0: it may not
	Withdrawn      bool   // an unpublish_request named this version
	IdempotencyKey string
	Targets        string // names, joined by commas
	At             int64
}

// Waiver lets one finding of a content pass until a time.
type Waiver struct {
	ContentID, Rule, Hash string
	Reason, Actor         string
	Until, At             int64
}

// Publication is one content at one target, and the lane on which its work queues: Desired is the newest apply that
// was asked for, Applied the newest that took effect.
type Publication struct {
	ContentID, Target string
	State             stet.PublicationState
	Desired, Applied  int64 // apply_seq
	LastSeq           int64 // the highest apply_seq ever given
	AppliedVersion    int64
	Fingerprint       string // of what Applied left at the target
	RemoteID          string
	URL, Slug, Rev    string
	Epoch             int64
	Public, Hold      bool
	Swept             int64  // creates whose leftovers were looked for
	Attempts          int64  // tries of Desired so far
	NotBefore         int64  // no try before this time: a backoff, a target's wish, a publish date, the horizon; 0: any time
	DueAt             int64  // when the reconciler asks for work, if none was done before; 0: never
	Overwrite         string // fingerprint of the drift an operator allowed to be overwritten
	Reason            string
	UpdatedAt         int64
}

// Resting reports whether an apply took effect and has settled, nothing newer is wanted and nobody is waited for.
func (p *Publication) Resting() bool {
	settled := p.State == stet.StateSettled || p.State == stet.StateUnpublished
	return settled && p.Applied > 0 && p.Desired <= p.Applied && p.NotBefore == 0
}

// Key names the publication.
func (p *Publication) Key() stet.Key { return stet.Key{ContentID: p.ContentID, Target: p.Target} }

// ApplyStatus is how an apply ended.
type ApplyStatus string

const (
	ApplyQueued     ApplyStatus = "queued"
	ApplySucceeded  ApplyStatus = "succeeded"
	ApplySuperseded ApplyStatus = "superseded"
)

// Apply is one logical publish, rollback or unpublish of a publication.
type Apply struct {
	ContentID, Target string
	Seq               int64
	Cause             stet.Cause
	Version           int64
	ContentHash       string
	Slug              string
	RollbackOf        int64
	Status            ApplyStatus
	IdempotencyKey    string
	At                int64
}

// Intent is what was about to be sent, and what became of it.
type Intent struct {
	ContentID, Target, ID string
	Op                    stet.Op
	ApplySeq, Fence       int64
	Fingerprint           string
	RemoteID, Rev         string
	At                    int64
	Resolution            stet.Resolution
	Evidence              string
}

// Slug is a reservation: no two contents hold one key in one scope, which is a target or several that share a site.
type Slug struct {
	Scope, SlugKey    string
	ContentID, Target string
	Slug              string
}

// OldSlug is a slug that a content had and gave up: links to it lead to where the content is now.
type OldSlug struct {
	Scope, SlugKey    string
	ContentID, Target string
}

// Tombstone is a remote id that is never bound again.
type Tombstone struct {
	Target, RemoteID string
	ContentID        string
	At               int64
}

// DeadLetter is work that was given up.
type DeadLetter struct {
	ID                string
	ContentID, Target string
	ApplySeq          int64
	Class             stet.DeadClass
	Reason, Advice    string
	Attempts          string // JSON array of stet.AttemptNote
	Status            string // open, redriven, discarded, superseded
	At                int64
}

var (
	contentTable = &Table{Name: "content", Keys: 1, Folded: true,
		Columns: []string{"content_id", "source", "version", "content_hash", "updated_at"}}
	revisionTable = &Table{Name: "revision", Keys: 2, Folded: true,
		Columns: []string{"content_id", "version", "content_hash", "event_seq", "doc_hash", "doc_seq", "rounds", "gate", "policy", "verdict_seq",
			"resubmit_until", "withdrawn", "idempotency_key", "targets", "at"}}
	waiverTable = &Table{Name: "waiver", Keys: 3, Folded: true,
		Columns: []string{"content_id", "rule", "hash", "reason", "actor", "until", "at"}}
	publicationTable = &Table{Name: "publication", Keys: 2, Folded: true,
		Columns: []string{"content_id", "target", "state", "desired", "applied", "last_seq", "applied_version", "fingerprint",
			"remote_id", "url", "slug", "rev", "epoch", "public", "hold", "swept", "attempts", "not_before", "due_at", "overwrite", "reason", "updated_at"}}
	applyTable = &Table{Name: "apply", Keys: 3, Folded: true,
		Columns: []string{"content_id", "target", "seq", "cause", "version", "content_hash", "slug", "rollback_of", "status", "idempotency_key", "at"}}
	intentTable = &Table{Name: "intent", Keys: 3, Folded: true,
		Columns: []string{"content_id", "target", "id", "op", "apply_seq", "fence", "fingerprint", "remote_id", "rev", "at", "resolution", "evidence"}}
	slugTable = &Table{Name: "slug", Keys: 2, Folded: true,
		Columns: []string{"scope", "slug_key", "content_id", "target", "slug"}}
	oldSlugTable = &Table{Name: "old_slug", Keys: 2, Folded: true,
		Columns: []string{"scope", "slug_key", "content_id", "target"}}
	tombstoneTable = &Table{Name: "tombstone", Keys: 2, Folded: true,
		Columns: []string{"target", "remote_id", "content_id", "at"}}
	deadLetterTable = &Table{Name: "dead_letter", Keys: 1, Folded: true,
		Columns: []string{"id", "content_id", "target", "apply_seq", "class", "reason", "advice", "attempts", "status", "at"}}
)

func (*Content) Table() *Table     { return contentTable }
func (*Revision) Table() *Table    { return revisionTable }
func (*Waiver) Table() *Table      { return waiverTable }
func (*Publication) Table() *Table { return publicationTable }
func (*Apply) Table() *Table       { return applyTable }
func (*Intent) Table() *Table      { return intentTable }
func (*Slug) Table() *Table        { return slugTable }
func (*OldSlug) Table() *Table     { return oldSlugTable }
func (*Tombstone) Table() *Table   { return tombstoneTable }
func (*DeadLetter) Table() *Table  { return deadLetterTable }

func (r *Content) Fields() []any {
	return []any{&r.ContentID, &r.Source, &r.Version, &r.ContentHash, &r.UpdatedAt}
}

func (r *Revision) Fields() []any {
	return []any{&r.ContentID, &r.Version, &r.ContentHash, &r.EventSeq, &r.DocHash, &r.DocSeq, &r.Rounds, &r.Gate, &r.Policy, &r.VerdictSeq,
		&r.ResubmitUntil, &r.Withdrawn, &r.IdempotencyKey, &r.Targets, &r.At}
}

func (r *Waiver) Fields() []any {
	return []any{&r.ContentID, &r.Rule, &r.Hash, &r.Reason, &r.Actor, &r.Until, &r.At}
}

func (p *Publication) Fields() []any {
	return []any{&p.ContentID, &p.Target, &p.State, &p.Desired, &p.Applied, &p.LastSeq, &p.AppliedVersion, &p.Fingerprint,
		&p.RemoteID, &p.URL, &p.Slug, &p.Rev, &p.Epoch, &p.Public, &p.Hold, &p.Swept, &p.Attempts, &p.NotBefore, &p.DueAt, &p.Overwrite, &p.Reason, &p.UpdatedAt}
}

func (r *Apply) Fields() []any {
	return []any{&r.ContentID, &r.Target, &r.Seq, &r.Cause, &r.Version, &r.ContentHash, &r.Slug, &r.RollbackOf, &r.Status, &r.IdempotencyKey, &r.At}
}

func (r *Intent) Fields() []any {
	return []any{&r.ContentID, &r.Target, &r.ID, &r.Op, &r.ApplySeq, &r.Fence, &r.Fingerprint, &r.RemoteID, &r.Rev, &r.At, &r.Resolution, &r.Evidence}
}

func (r *Slug) Fields() []any      { return []any{&r.Scope, &r.SlugKey, &r.ContentID, &r.Target, &r.Slug} }
func (r *OldSlug) Fields() []any   { return []any{&r.Scope, &r.SlugKey, &r.ContentID, &r.Target} }
func (r *Tombstone) Fields() []any { return []any{&r.Target, &r.RemoteID, &r.ContentID, &r.At} }

func (r *DeadLetter) Fields() []any {
	return []any{&r.ID, &r.ContentID, &r.Target, &r.ApplySeq, &r.Class, &r.Reason, &r.Advice, &r.Attempts, &r.Status, &r.At}
}
