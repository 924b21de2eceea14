package stet

import (
	"encoding/json"
	"time"
)

// EventType names what an event says happened.
type EventType string

const (
	// From sources.
	DraftReady       EventType = "draft_ready"
	PublishRequest   EventType = "publish_request"
	UnpublishRequest EventType = "unpublish_request"

	// The gates.
	QAPassed         EventType = "qa_passed"
	QAFailed         EventType = "qa_failed"
	DocumentRevised  EventType = "revised" // a failed document was changed, by a fixer or a reviser
	FindingWaived    EventType = "waived"  // an operator lets a finding pass
	ApprovalRequest  EventType = "approval_requested"
	Approved         EventType = "approved"
	ChangesRequested EventType = "changes_requested"
	ApprovalExpired  EventType = "approval_expired"

	// One apply of a publication, from the wish to the settled effect.
	ApplyQueued      EventType = "apply_queued"      // a new apply_seq: publish, rollback, unpublish or heal
	PublishStarted   EventType = "publish_started"   // an attempt took the lease
	IntentLogged     EventType = "intent_logged"     // what is about to be sent
	IntentResolved   EventType = "intent_resolved"   // what became of it, with the evidence
	RemoteBound      EventType = "remote_bound"      // the remote item is ours from here on
	RemoteGone       EventType = "remote_gone"       // the bound item is deleted or trashed; its id is never bound again
	AttemptFailed    EventType = "attempt_failed"    // this try ended without an outcome; the next is at retry_at
	PublishSucceeded EventType = "publish_succeeded" // read back and verified
	PublishSettled   EventType = "publish_settled"   // verified again after the horizon
	PublishFailed    EventType = "publish_failed"    // given up, blocked, or waiting for an operator
	Unpublished      EventType = "unpublished"
	RolledBack       EventType = "rolled_back"
	Released         EventType = "released" // an operator ended the hold that a rollback began

	// Refusals and alarms.
	StaleRejected    EventType = "stale_rejected"
	VersionConflict  EventType = "version_conflict"
	SlugConflict     EventType = "slug_conflict"
	DriftDetected    EventType = "drift_detected"
	DriftResolved    EventType = "drift_resolved"  // an operator decided: overwrite, adopt or detach
	ChangeReported   EventType = "change_reported" // the target says that somebody changed the item; it is looked at
	LateOwnWrite     EventType = "late_own_write"  // an older write of ours landed late
	StaleHealed      EventType = "stale_overwrite_healed"
	DuplicateMarker  EventType = "duplicate_marker" // a public item that is not the bound one carries our marker
	TakenDown        EventType = "taken_down"       // back to draft, because the slug turned out to be somebody else's
	DraftTrashed     EventType = "draft_trashed"    // the sweeper removed an orphan draft
	DeadLettered     EventType = "dead_lettered"
	DeadLetterClosed EventType = "dead_letter_closed" // redriven or discarded
)

// Event is one entry of the append-only log. Seq counts from 1 without gaps and is given by the store.
type Event struct {
	Seq            int64           `json:"seq"`
	ID             string          `json:"event_id"`
	Type           EventType       `json:"type"`
	At             time.Time       `json:"occurred_at"`
	ContentID      string          `json:"content_id"`
	Version        int64           `json:"version"`
	Target         string          `json:"target"`
	IdempotencyKey string          `json:"idempotency_key"`
	ApplySeq       int64           `json:"apply_seq"`
	Attempt        int64           `json:"attempt"`
	Source         string          `json:"source"` // the source, or "stet", or "operator:NAME"
	Reason         string          `json:"reason"` // one sentence for a person
	Data           json.RawMessage `json:"data"`   // the type's own values, see data.go
}

// Key is the publication the event is about; Target is empty for events about the content alone.
func (e Event) Key() Key { return Key{e.ContentID, e.Target} }
