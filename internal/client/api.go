package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"stet"
	"stet/contract"
)

// Content is one content and where it stands.
type Content struct {
	ContentID    string        `json:"content_id"`
	Source       string        `json:"source"`
	Version      int64         `json:"version"`                // the newest that was accepted
	ContentHash  string        `json:"content_hash,omitempty"` // of its text as its source sent it; none where it is withdrawn
	Gate         string        `json:"gate,omitempty"`
	Withdrawn    bool          `json:"withdrawn,omitempty"`
	UpdatedAt    time.Time     `json:"updated_at"`
	Publications []Publication `json:"publications"`
}

// Publication is one content at one target.
type Publication struct {
	Target      string                `json:"target"`
	State       stet.PublicationState `json:"state"`
	Version     int64                 `json:"version,omitempty"` // that is live
	Public      bool                  `json:"public"`
	URL         string                `json:"url,omitempty"`
	Slug        string                `json:"slug,omitempty"`
	RemoteID    string                `json:"remote_id,omitempty"`
	Pending     bool                  `json:"pending"`
	Hold        bool                  `json:"hold"`
	Attempts    int64                 `json:"attempts,omitempty"`
	NotBefore   *time.Time            `json:"not_before,omitempty"`
	Fingerprint string                `json:"fingerprint,omitempty"`
	Reason      string                `json:"reason,omitempty"`
	UpdatedAt   time.Time             `json:"updated_at"`
}

// Plan says what a decision will do, or has done.
type Plan struct {
	ContentID string `json:"content_id"`
	Target    string `json:"target"`
	From      int64  `json:"from_version"`
	To        int64  `json:"to_version"`
	Title     string `json:"title,omitempty"`
	ApplySeq  int64  `json:"apply_seq,omitempty"`
	Hold      bool   `json:"hold"`
	DryRun    bool   `json:"dry_run"`
	// JudgedAgain: the version must pass the gate again first.
	JudgedAgain bool `json:"judged_again,omitempty"`
}

// DeadLetter is work that was given up.
type DeadLetter struct {
	ID        string         `json:"id"`
	ContentID string         `json:"content_id"`
	Target    string         `json:"target"`
	ApplySeq  int64          `json:"apply_seq,omitempty"`
	Class     stet.DeadClass `json:"class"`
	Status    string         `json:"status"`
	Reason    string         `json:"reason"`
	Advice    string         `json:"advice"`
	Attempts  []Attempt      `json:"attempts"`
	At        time.Time      `json:"at"`
}

// Attempt is one try that failed.
type Attempt struct {
	At     time.Time `json:"at"`
	Code   string    `json:"code"`
	Reason string    `json:"reason"`
}

// Letters selects open dead letters: one filter at least, or All.
type Letters struct {
	ID        string         `json:"id,omitempty"`
	ContentID string         `json:"content_id,omitempty"`
	Target    string         `json:"target,omitempty"`
	Class     stet.DeadClass `json:"class,omitempty"`
	All       bool           `json:"all,omitempty"`
	DryRun    bool           `json:"dry_run,omitempty"`
}

// EventFilter selects events; zero fields select all.
type EventFilter struct {
	After                 int64
	Type, Content, Target string
	Limit                 int
}

// Events is a page of the log. After is where the next one begins.
type Events struct {
	Events []contract.LogEvent `json:"events"`
	After  int64               `json:"after"`
}

const pageSize = 500

// Contents calls visit for every content, in the order of their ids.
func (c *Client) Contents(ctx context.Context, visit func(Content) error) error {
	for after := ""; ; {
		var page struct {
			Contents []Content
			Next     string
		}
		query := url.Values{"limit": {strconv.Itoa(pageSize)}}
		if after != "" {
			query.Set("after", after)
		}
		if err := c.get(ctx, "v1/contents", query, &page); err != nil {
			return err
		}
		for _, content := range page.Contents {
			if err := visit(content); err != nil {
				return err
			}
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

// Content is one content. NotFound where there is none.
func (c *Client) Content(ctx context.Context, id string) (content Content, err error) {
	return content, c.get(ctx, "v1/contents/"+url.PathEscape(id), nil, &content)
}

// Timeline is what happened to a content after an event. wait is how long the server may wait for the first one, up to
// 30 s.
func (c *Client) Timeline(ctx context.Context, id string, after int64, wait time.Duration) (page Events, err error) {
	query := url.Values{"after": {strconv.FormatInt(after, 10)}, "limit": {strconv.Itoa(pageSize)}, "wait": {strconv.Itoa(int(wait.Seconds()))}}
	return page, c.get(ctx, "v1/contents/"+url.PathEscape(id)+"/timeline", query, &page)
}

// Stored is the newest version that a source brought, and the hash of its text; the hash is empty where the version was
// asked to be taken down. NotFound where nothing ever came.
func (c *Client) Stored(ctx context.Context, id string) (version int64, hash string, err error) {
	content, err := c.Content(ctx, id)
	return content.Version, content.ContentHash, err
}

// Events is a page of the log.
func (c *Client) Events(ctx context.Context, f EventFilter) (page Events, err error) {
	query := url.Values{"after": {strconv.FormatInt(f.After, 10)}, "limit": {strconv.Itoa(f.Limit)}}
	for name, value := range map[string]string{"type": f.Type, "content": f.Content, "target": f.Target} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return page, c.get(ctx, "v1/events", query, &page)
}

func (c *Client) decide(ctx context.Context, key stet.Key, decision string, in, out any) error {
	path := "v1/contents/" + url.PathEscape(key.ContentID) + "/targets/" + url.PathEscape(key.Target) + "/" + decision
	return c.call(ctx, http.MethodPost, path, in, out)
}

// Rollback publishes an earlier good state again: version to, or the newest before the live one where it is 0.
func (c *Client) Rollback(ctx context.Context, key stet.Key, to int64, dryRun bool) (plan Plan, err error) {
	in := map[string]any{"dry_run": dryRun}
	if to != 0 {
		in["to_version"] = to
	}
	return plan, c.decide(ctx, key, "rollback", in, &plan)
}

// Release ends the hold of a rollback.
func (c *Client) Release(ctx context.Context, key stet.Key, dryRun bool) (plan Plan, err error) {
	return plan, c.decide(ctx, key, "release", map[string]any{"dry_run": dryRun}, &plan)
}

// Difference is a field of an item that is not as stet published it.
type Difference struct {
	Field string `json:"field"`
	Want  string `json:"want"`
	Have  string `json:"have"`
}

// Differences asks a target in which fields its item differs from what stet brought there.
func (c *Client) Differences(ctx context.Context, key stet.Key) ([]Difference, error) {
	var out struct {
		Differences []Difference `json:"differences"`
	}
	err := c.get(ctx, "v1/contents/"+url.PathEscape(key.ContentID)+"/targets/"+url.PathEscape(key.Target)+"/drift", nil, &out)
	return out.Differences, err
}

// Drift settles a drift: overwrite, adopt or detach. seen is the fingerprint the decision is about; empty: whatever it is.
func (c *Client) Drift(ctx context.Context, key stet.Key, decision, seen string) error {
	in := map[string]any{"decision": decision}
	if seen != "" {
		in["seen"] = seen
	}
	return c.decide(ctx, key, "drift", in, nil)
}

// DeadLetters calls visit for every dead letter of a status (open, redriven, discarded, superseded, any).
func (c *Client) DeadLetters(ctx context.Context, status string, visit func(DeadLetter) error) error {
	for after := ""; ; {
		var page struct {
			Letters []DeadLetter
			Next    string
		}
		query := url.Values{"limit": {strconv.Itoa(pageSize)}, "status": {status}}
		if after != "" {
			query.Set("after", after)
		}
		if err := c.get(ctx, "v1/deadletters", query, &page); err != nil {
			return err
		}
		for _, letter := range page.Letters {
			if err := visit(letter); err != nil {
				return err
			}
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

// DeadLetter is one dead letter.
func (c *Client) DeadLetter(ctx context.Context, id string) (letter DeadLetter, err error) {
	return letter, c.get(ctx, "v1/deadletters/"+url.PathEscape(id), nil, &letter)
}

// CloseLetters redrives or discards (verb) dead letters and gives them.
func (c *Client) CloseLetters(ctx context.Context, verb string, which Letters) ([]DeadLetter, error) {
	var out struct{ Letters []DeadLetter }
	return out.Letters, c.call(ctx, http.MethodPost, "v1/deadletters/"+verb, which, &out)
}
