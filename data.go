package stet

import "encoding/json"

// The values of each event type, as they stand in Event.Data. Field names are part of the log's format: append only.
// Fingerprints are the connector's hash of a document in its normal form; times are milliseconds since 1970.

// Cause says why an apply exists.
type Cause string

const (
	CausePublish   Cause = "publish"
	CauseRollback  Cause = "rollback"
	CauseUnpublish Cause = "unpublish"
)

// Op is a kind of write to a target.
type Op string

const (
	OpCreate    Op = "create"    // make the remote item, as a draft where the target has drafts
	OpStage     Op = "stage"     // write the working copy
	OpPublish   Op = "publish"   // make the content public
	OpUnpublish Op = "unpublish" // take it down, keep the item
	OpTrash     Op = "trash"     // remove an orphan draft
)

// Resolution says what became of an intent.
type Resolution string

const (
	Open          Resolution = ""            // not known yet
	WasApplied    Resolution = "applied"     // seen at the target
	WasNotApplied Resolution = "not_applied" // provably never took effect
	Superseded    Resolution = "superseded"  // older than the horizon and overwritten, or its item is gone
)

// Incoming is the data of draft_ready, publish_request and unpublish_request: the envelope as it arrived.
type Incoming struct {
	Envelope    string   `json:"envelope"`               // the raw body, which is JSON text
	ContentHash string   `json:"content_hash,omitempty"` // empty for unpublish_request
	Delivery    string   `json:"delivery"`               // webhook-id
	BodySHA256  string   `json:"body_sha256"`
	Targets     []string `json:"targets,omitempty"` // resolved against the source's configuration
	Schema      string   `json:"schema"`
	Resubmitted bool     `json:"resubmitted,omitempty"` // replaces the text of this version, which the gate had refused
}

// Refused is the data of stale_rejected and version_conflict.
type Refused struct {
	Incoming     int64  `json:"incoming"`
	Stored       int64  `json:"stored"`
	StoredHash   string `json:"stored_hash,omitempty"`
	IncomingHash string `json:"incoming_hash,omitempty"`
	Delivery     string `json:"delivery"`
}

// Verdict is the data of qa_passed and qa_failed. Findings are those of the quality gate's report, the weightiest first,
// as many as an event may hold; Omitted counts the others.
type Verdict struct {
	Passed     bool              `json:"passed"`
	Policy     string            `json:"policy"` // name and content hash of the pack
	Score      int               `json:"score"`
	Threshold  int               `json:"threshold,omitempty"`
	Categories []CategoryScore   `json:"categories,omitempty"`
	Findings   []json.RawMessage `json:"findings,omitempty"`
	Omitted    int               `json:"omitted,omitempty"`
	Reasons    []string          `json:"reasons,omitempty"`   // why it did not pass
	Unchecked  []string          `json:"unchecked,omitempty"` // what the policy could not look at
	// ContentHash is of the document that was judged: the source's, or a revised one.
	ContentHash string `json:"content_hash,omitempty"`
	Round       int64  `json:"round,omitempty"` // revisions tried before
	// Next is "revise" while the failed document is revised and judged again; empty: the verdict stands.
	Next string `json:"next,omitempty"`
	// ResubmitUntil ends the offer to send this version once more with other text; 0: there is none.
	ResubmitUntil int64 `json:"resubmit_until,omitempty"`
}

// NextRevise is Verdict.Next of a document that is revised.
const NextRevise = "revise"

// CategoryScore is the score of one category of rules, 0 to 100; null where nothing could be judged.
type CategoryScore struct {
	Category string `json:"category"`
	Score    *int   `json:"score"`
	Floor    int    `json:"floor"`
}

// Revised is the data of revised: one round in which a failed document was changed. A kept round's document is judged and
// published in place of the source's; a discarded one is only told.
type Revised struct {
	Round       int64     `json:"round"` // from 1
	By          string    `json:"by"`    // fixer, reviser
	Kept        bool      `json:"kept"`
	Why         string    `json:"why"` // one sentence: what was done, or why it was discarded
	ScoreBefore int       `json:"score_before"`
	ScoreAfter  int       `json:"score_after"`
	Diff        string    `json:"diff,omitempty"`         // unified, of the texts; cut where it is very long
	ContentHash string    `json:"content_hash,omitempty"` // of Document
	Document    *Document `json:"document,omitempty"`     // of a kept round
}

// Waived is the data of waived: an operator lets one finding of a content pass, for a time.
type Waived struct {
	Rule   string `json:"rule"`
	Hash   string `json:"hash"` // of the finding
	Reason string `json:"reason"`
	By     string `json:"by"`
	Until  int64  `json:"until"`
}

// Queued is the data of apply_queued.
type Queued struct {
	Cause       Cause  `json:"cause"`
	ContentHash string `json:"content_hash,omitempty"`
	Slug        string `json:"slug,omitempty"`
	SlugScope   string `json:"slug_scope,omitempty"`
	SlugKey     string `json:"slug_key,omitempty"` // empty: no reservation
	RollbackOf  int64  `json:"rollback_of,omitempty"`
	NotBefore   int64  `json:"not_before,omitempty"` // publish_at
	Hold        bool   `json:"hold,omitempty"`       // later versions wait until an operator releases the publication
}

// Started is the data of publish_started.
type Started struct {
	Fence int64 `json:"fence"`
}

// Intent is the data of intent_logged.
type Intent struct {
	Intent      string `json:"intent"`
	Op          Op     `json:"op"`
	Fence       int64  `json:"fence"`
	Fingerprint string `json:"fingerprint,omitempty"`
	RemoteID    string `json:"remote_id,omitempty"`
	Rev         string `json:"rev,omitempty"` // the remote revision this write replaces
}

// Resolved is the data of intent_resolved.
type Resolved struct {
	Intent     string     `json:"intent"`
	Resolution Resolution `json:"resolution"`
	Evidence   string     `json:"evidence"`
}

// Bound is the data of remote_bound and remote_gone. Epoch is the bind epoch that holds from this event on.
type Bound struct {
	RemoteID string `json:"remote_id"`
	Epoch    int64  `json:"epoch"`
}

// Failure is the data of attempt_failed.
type Failure struct {
	Code    string  `json:"code"`
	Outcome Outcome `json:"outcome,omitempty"`
	RetryAt int64   `json:"retry_at"`
	Waited  bool    `json:"waited,omitempty"` // a wait that was asked for, not counted as a try
}

// Succeeded is the data of publish_succeeded, publish_settled, unpublished, rolled_back and stale_overwrite_healed.
type Succeeded struct {
	RemoteID    string `json:"remote_id,omitempty"`
	URL         string `json:"url,omitempty"`
	Slug        string `json:"slug,omitempty"`
	Rev         string `json:"rev,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
	SettleAt    int64  `json:"settle_at,omitempty"`
	Swept       int64  `json:"swept,omitempty"` // creates whose leftovers have been looked for, all in all
}

// Stopped is the data of publish_failed, drift_detected and slug_conflict: the publication waits for a person.
type Stopped struct {
	State  PublicationState `json:"state"`
	Code   string           `json:"code"`
	Advice string           `json:"advice"`
	// What was seen, for drift.
	Observed string `json:"observed,omitempty"`
	Rev      string `json:"rev,omitempty"`
}

// Orphan is the data of draft_trashed and duplicate_marker.
type Orphan struct {
	RemoteID string `json:"remote_id"`
}

// DriftDecision is the data of drift_resolved.
type DriftDecision struct {
	Decision string `json:"decision"` // overwrite, adopt, detach
	Observed string `json:"observed"` // the fingerprint the person saw
	Rev      string `json:"rev"`
	Down     bool   `json:"down,omitempty"` // the item was not public any more
}

// Dead is the data of dead_lettered.
type Dead struct {
	Letter   string        `json:"letter"`
	Class    DeadClass     `json:"class"`
	Code     string        `json:"code"`
	Advice   string        `json:"advice"`
	Attempts []AttemptNote `json:"attempts"`
}

// AttemptNote is one line of a dead letter's history.
type AttemptNote struct {
	At     int64  `json:"at"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

// DeadClosed is the data of dead_letter_closed.
type DeadClosed struct {
	Letter string `json:"letter"`
	How    string `json:"how"` // redriven, discarded, superseded
}

// DeadClass says who can help.
type DeadClass string

const (
	DeadContent       DeadClass = "content"       // the author: the target refuses this content
	DeadConfiguration DeadClass = "configuration" // the operator: credentials or settings
	DeadTargetDown    DeadClass = "target_down"   // nobody here: the target did not answer for too long
	DeadPoison        DeadClass = "poison"        // us: the work killed its process again and again
)

// PublicationState is where a publication stands between attempts.
type PublicationState string

const (
	StateIdle          PublicationState = "idle"
	StateQueued        PublicationState = "queued"     // work is waiting for its time
	StatePublishing    PublicationState = "publishing" // an attempt holds it, or died holding it
	StatePublished     PublicationState = "published"
	StateSettled       PublicationState = "settled"
	StateUnpublished   PublicationState = "unpublished"
	StateDrifted       PublicationState = "drifted"
	StateSlugConflict  PublicationState = "slug_conflict"
	StateNeedsOperator PublicationState = "needs_operator"
	StateDead          PublicationState = "dead"
)
