package state

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"stet"
)

// Fold applies one event to the rows. It is total and deterministic: the same log gives the same rows, on any store.
// It never decides; whoever appends the event has decided before.
func Fold(rows Rows, e stet.Event) error {
	f := folder{rows: rows, e: e, at: stet.Millis(e.At)}
	step, ok := steps[e.Type]
	if !ok {
		return fmt.Errorf("fold event %d: unknown type %q", e.Seq, e.Type)
	}
	if err := step(&f); err != nil {
		return fmt.Errorf("fold event %d (%s): %w", e.Seq, e.Type, err)
	}
	return nil
}

var steps = map[stet.EventType]func(*folder) error{
	stet.DraftReady:       (*folder).arrived,
	stet.PublishRequest:   (*folder).arrived,
	stet.UnpublishRequest: (*folder).withdrawn,
	stet.QAPassed:         (*folder).judged,
	stet.QAFailed:         (*folder).judged,
	stet.DocumentRevised:  (*folder).revised,
	stet.FindingWaived:    (*folder).waived,
	stet.ApprovalRequest:  noted,
	stet.Approved:         noted,
	stet.ChangesRequested: noted,
	stet.ApprovalExpired:  noted,
	stet.ApplyQueued:      (*folder).queued,
	stet.PublishStarted:   (*folder).started,
	stet.IntentLogged:     (*folder).intended,
	stet.IntentResolved:   (*folder).resolved,
	stet.RemoteBound:      (*folder).bound,
	stet.RemoteGone:       (*folder).gone,
	stet.AttemptFailed:    (*folder).attemptFailed,
	stet.PublishSucceeded: (*folder).succeeded,
	stet.Unpublished:      (*folder).succeeded,
	stet.PublishSettled:   (*folder).settled,
	stet.StaleHealed:      (*folder).healed,
	stet.PublishFailed:    (*folder).stopped,
	stet.DriftDetected:    (*folder).stopped,
	stet.SlugConflict:     (*folder).stopped,
	stet.DriftResolved:    (*folder).driftResolved,
	stet.DeadLettered:     (*folder).deadLettered,
	stet.DeadLetterClosed: (*folder).deadLetterClosed,
	stet.DraftTrashed:     (*folder).trashed,
	stet.RolledBack:       noted,
	stet.StaleRejected:    noted,
	stet.VersionConflict:  noted,
	stet.ChangeReported:   (*folder).changeReported,
	stet.LateOwnWrite:     noted,
	stet.DuplicateMarker:  noted,
	stet.TakenDown:        (*folder).takenDown,
	stet.Released:         (*folder).released,
}

type folder struct {
	rows Rows
	e    stet.Event
	at   int64
}

// noted is for events that are there to be read, and change no row.
func noted(*folder) error { return nil }

func (f *folder) data(to any) error {
	if err := json.Unmarshal(f.e.Data, to); err != nil {
		return fmt.Errorf("read its data: %w", err)
	}
	return nil
}

// change loads the row with from's key (or takes from as it is), lets edit change it, and puts it back.
func change[R Row](f *folder, row R, edit func(R)) error {
	if _, err := f.rows.Get(row); err != nil {
		return err
	}
	edit(row)
	return f.rows.Put(row)
}

func (f *folder) publication(edit func(*Publication)) error {
	return change(f, &Publication{ContentID: f.e.ContentID, Target: f.e.Target, State: stet.StateIdle}, func(p *Publication) {
		p.UpdatedAt = f.at
		edit(p)
	})
}

func (f *folder) arrived() error {
	var in struct { // the part of stet.Incoming that rows show; the envelope would be unquoted for nothing
		ContentHash string   `json:"content_hash"`
		Targets     []string `json:"targets"`
	}
	if err := f.data(&in); err != nil {
		return err
	}
	head := &Content{ContentID: f.e.ContentID}
	if err := f.supersedeUnjudged(head); err != nil {
		return err
	}
	if err := change(f, head, func(c *Content) {
		c.Source, c.Version, c.ContentHash, c.UpdatedAt = f.e.Source, f.e.Version, in.ContentHash, f.at
	}); err != nil {
		return err
	}
	return f.rows.Put(&Revision{ContentID: f.e.ContentID, Version: f.e.Version, ContentHash: in.ContentHash, EventSeq: f.e.Seq,
		DocHash: in.ContentHash, DocSeq: f.e.Seq, Gate: GateReceived, IdempotencyKey: f.e.IdempotencyKey, Targets: strings.Join(in.Targets, ","), At: f.at})
}

// supersedeUnjudged: a version that the gate has not judged when a newer one comes is never judged.
func (f *folder) supersedeUnjudged(head *Content) error {
	if found, err := f.rows.Get(head); err != nil || !found {
		return err
	}
	old := &Revision{ContentID: f.e.ContentID, Version: head.Version}
	found, err := f.rows.Get(old)
	if err != nil || !found || !old.Gate.Waits() || old.Version == f.e.Version {
		return err
	}
	old.Gate = GateSuperseded
	return f.rows.Put(old)
}

// withdrawn: an unpublish_request for the newest version, or for a newer one that then has no content of its own.
func (f *folder) withdrawn() error {
	var in stet.Incoming
	if err := f.data(&in); err != nil {
		return err
	}
	if err := f.supersedeUnjudged(&Content{ContentID: f.e.ContentID}); err != nil {
		return err
	}
	if err := change(f, &Content{ContentID: f.e.ContentID}, func(c *Content) {
		if f.e.Version > c.Version {
			c.Version, c.ContentHash = f.e.Version, ""
		}
		c.Source, c.UpdatedAt = f.e.Source, f.at
	}); err != nil {
		return err
	}
	return change(f, &Revision{ContentID: f.e.ContentID, Version: f.e.Version, EventSeq: f.e.Seq, DocSeq: f.e.Seq, Gate: GateReady,
		IdempotencyKey: f.e.IdempotencyKey, At: f.at}, func(r *Revision) {
		r.Withdrawn = true
		if r.Gate.Waits() {
			r.Gate = GateSuperseded
		}
	})
}
