// Package probe tries a user's own target without harm: it makes drafts under a marker, removes them again, and says
// what that CMS can promise.
package probe

import (
	"fmt"
	"time"

	"stet/connector"
)

// Report is what a probe has found.
type Report struct {
	Capabilities connector.Capabilities `json:"capabilities"`
	Steps        []Step                 `json:"steps"`
	Promises     []string               `json:"promises"`       // sentences for a person; what was tried and failed is not promised
	Left         []string               `json:"left,omitempty"` // ids of drafts that could not be removed: delete them by hand
}

// Step is one thing that was tried.
type Step struct {
	Name    string        `json:"name"`
	Passed  bool          `json:"passed"`
	Skipped bool          `json:"skipped,omitempty"` // not tried; Detail says why
	Detail  string        `json:"detail,omitempty"`  // what went wrong, or was seen
	Took    time.Duration `json:"took"`
}

// Passed reports whether nothing that was tried failed and nothing is left behind.
func (r Report) Passed() bool {
	for _, s := range r.Steps {
		if !s.Passed && !s.Skipped {
			return false
		}
	}
	return len(r.Left) == 0
}

func (r Report) failed(name string) bool {
	for _, s := range r.Steps {
		if s.Name == name {
			return !s.Passed && !s.Skipped
		}
	}
	return false
}

// promise says what follows from the capabilities, less what the steps have shown to be wrong.
func (r *Report) promise() {
	c := r.Capabilities
	horizon := c.Horizon.Round(time.Second)
	if r.failed(stepFind) || r.failed(stepFindDraft) {
		r.Promises = append(r.Promises, "Nothing can be promised: what stet has made cannot be found again reliably.")
		return
	}
	r.Promises = append(r.Promises, once(c), newest(c, horizon), slugs(c), people(c))
	if !c.Unpublish {
		r.Promises = append(r.Promises, "Nothing can be taken down through stet; unpublish in the CMS itself.")
	}
	if c.Drafts && !c.Trash {
		r.Promises = append(r.Promises, "A draft that a lost answer leaves behind stays until somebody deletes it.")
	}
	if c.AsyncPublish > 0 {
		r.Promises = append(r.Promises, fmt.Sprintf("A publish may take up to %s to show.", c.AsyncPublish))
	}
}

func once(c connector.Capabilities) string {
	switch {
	case c.Upsert:
		return "Each article is public exactly once, whatever fails: a write carries its own key and is atomic."
	case c.ClientIDs:
		return "Each article is public exactly once, whatever fails: stet chooses the id, and a second create is refused."
	case c.Drafts:
		return "Each article is public exactly once, whatever fails: a create makes a draft, and only one is ever published."
	}
	return "An article is created at most once: when a create is not answered and cannot be found, a person is asked."
}

func newest(c connector.Capabilities, horizon time.Duration) string {
	switch {
	case c.Upsert:
		return "An older version is never written over a newer one: the target refuses it."
	case c.Locking:
		return "An older version is never written over a newer one: the target refuses a write of a revision that has moved on."
	case c.Horizon == 0:
		return "An older version is never written over a newer one."
	}
	return fmt.Sprintf("An older version may show for a while if an old request arrives late; it is seen and put right within %s. "+
		"With wait_horizon in the target's settings it never shows.", horizon)
}

func slugs(c connector.Capabilities) string {
	if c.SlugSuffix {
		return "A slug that somebody else has is changed silently by the CMS; stet sees it, takes the article back to draft and says so."
	}
	return "A slug that somebody else has is refused, and stet says who has it where the CMS tells."
}

func people(c connector.Capabilities) string {
	if c.Locking {
		return "What a person edits in the CMS is never overwritten unless you decide so."
	}
	return "What a person edits in the CMS is seen before each write and not overwritten unless you decide so; an edit in the same second as a write may be lost."
}
