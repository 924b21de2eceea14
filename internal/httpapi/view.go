package httpapi

import (
	"encoding/json"
	"fmt"
	"time"

	"stet"
	"stet/internal/state"
)

// Content is one content and where it stands.
type Content struct {
	ContentID    string        `json:"content_id"`
	Source       string        `json:"source"`
	Version      int64         `json:"version" doc:"The newest that was accepted."`
	ContentHash  string        `json:"content_hash,omitempty" doc:"SHA-256 of its text as its source sent it; none where it was asked to be taken down."`
	Gate         string        `json:"gate,omitempty" doc:"Where that version stands at the gates: received, revising, ready, failed, superseded."`
	Withdrawn    bool          `json:"withdrawn,omitempty" doc:"That version was asked to be taken down."`
	UpdatedAt    time.Time     `json:"updated_at"`
	Publications []Publication `json:"publications" nullable:"false"`
}

// Publication is one content at one target.
type Publication struct {
	Target      string                `json:"target"`
	State       stet.PublicationState `json:"state"`
	Version     int64                 `json:"version,omitempty" doc:"That is live, or was last."`
	Public      bool                  `json:"public"`
	URL         string                `json:"url,omitempty"`
	Slug        string                `json:"slug,omitempty"`
	RemoteID    string                `json:"remote_id,omitempty"`
	Pending     bool                  `json:"pending" doc:"An apply waits for its time or for its target."`
	Hold        bool                  `json:"hold" doc:"Later versions wait until somebody releases it."`
	Attempts    int64                 `json:"attempts,omitempty" doc:"Tries of the pending apply so far."`
	NotBefore   *time.Time            `json:"not_before,omitempty" doc:"No try before this time."`
	Fingerprint string                `json:"fingerprint,omitempty" doc:"Of what is live."`
	Reason      string                `json:"reason,omitempty"`
	UpdatedAt   time.Time             `json:"updated_at"`
}

func showPublication(p *state.Publication) Publication {
	out := Publication{Target: p.Target, State: p.State, Version: p.AppliedVersion, Public: p.Public, URL: p.URL, Slug: p.Slug, RemoteID: p.RemoteID,
		Pending: p.Desired > p.Applied, Hold: p.Hold, Attempts: p.Attempts, Fingerprint: p.Fingerprint, Reason: p.Reason, UpdatedAt: stet.Time(p.UpdatedAt)}
	if p.NotBefore > 0 {
		at := stet.Time(p.NotBefore)
		out.NotBefore = &at
	}
	return out
}

func showContent(r state.Reader, c *state.Content) (Content, error) {
	out := Content{ContentID: c.ContentID, Source: c.Source, Version: c.Version, UpdatedAt: stet.Time(c.UpdatedAt), Publications: []Publication{}}
	revision := &state.Revision{ContentID: c.ContentID, Version: c.Version}
	found, err := r.Get(revision)
	if err != nil {
		return out, err
	}
	if found {
		out.Gate, out.Withdrawn = string(revision.Gate), revision.Withdrawn
		if !revision.Withdrawn {
			out.ContentHash = revision.ContentHash
		}
	}
	publications, err := state.All[*state.Publication](r, state.Query{Equal: map[string]any{"content_id": c.ContentID}})
	for _, p := range publications {
		out.Publications = append(out.Publications, showPublication(p))
	}
	return out, err
}

// DeadLetter is work that was given up.
type DeadLetter struct {
	ID        string         `json:"id"`
	ContentID string         `json:"content_id"`
	Target    string         `json:"target"`
	ApplySeq  int64          `json:"apply_seq,omitempty"`
	Class     stet.DeadClass `json:"class" doc:"Who can help: content (its author), configuration (the operator), target_down, poison (a fault of stet)."`
	Status    string         `json:"status" doc:"open, redriven, discarded or superseded."`
	Reason    string         `json:"reason" doc:"The sentence of the last error."`
	Advice    string         `json:"advice" doc:"What to do."`
	Attempts  []Attempt      `json:"attempts" nullable:"false"`
	At        time.Time      `json:"at"`
}

// Attempt is one try that failed.
type Attempt struct {
	At     time.Time `json:"at"`
	Code   string    `json:"code"`
	Reason string    `json:"reason"`
}

func showLetter(l *state.DeadLetter) (DeadLetter, error) {
	out := DeadLetter{ID: l.ID, ContentID: l.ContentID, Target: l.Target, ApplySeq: l.ApplySeq, Class: l.Class, Status: l.Status, Reason: l.Reason,
		Advice: l.Advice, Attempts: []Attempt{}, At: stet.Time(l.At)}
	var notes []stet.AttemptNote
	if l.Attempts != "" {
		if err := json.Unmarshal([]byte(l.Attempts), &notes); err != nil {
			return out, fmt.Errorf("read attempts of dead letter %s: %w", l.ID, err)
		}
	}
	for _, n := range notes {
		out.Attempts = append(out.Attempts, Attempt{stet.Time(n.At), n.Code, n.Reason})
	}
	return out, nil
}

func showLetters(rows []*state.DeadLetter) ([]DeadLetter, error) {
	list := []DeadLetter{}
	for _, row := range rows {
		letter, err := showLetter(row)
		if err != nil {
			return nil, err
		}
		list = append(list, letter)
	}
	return list, nil
}
