package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"stet"
	"stet/contract"
)

// Door is where one source sends to.
type Door struct {
	Source string
	Secret contract.Secret
	Tries  int                                              // in all, of one delivery; 5 where 0
	Pause  func(ctx context.Context, d time.Duration) error // between tries; nil: wait
	Notice func(delivery string, try int, err error)        // of tries that failed and are made again; nil: nobody
	Now    func() time.Time                                 // for the signature; time.Now where nil

	Resubmission string // token with which a refused version is sent once more with other text; empty: none
}

// Receipt is what the door answered to an event that it has.
type Receipt struct {
	EventID        string    `json:"event_id"`
	ContentID      string    `json:"content_id"`
	Version        int64     `json:"version"`
	IdempotencyKey string    `json:"idempotency_key"`
	Status         string    `json:"status"` // accepted, duplicate
	Outcome        []Outcome `json:"outcome,omitempty"`
}

// Outcome is where a publication stood when a duplicate came.
type Outcome struct {
	Target  string                `json:"target"`
	State   stet.PublicationState `json:"state"`
	Version int64                 `json:"version,omitempty"`
	URL     string                `json:"url,omitempty"`
	Reason  string                `json:"reason,omitempty"`
}

// NewDelivery makes a webhook-id.
func NewDelivery() string { return "msg_" + rand.Text() }

const (
	defaultTries = 5
	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
)

// Send brings one event to the door, as a Standard Webhooks sender does: no answer, 429 and 5xx are tried again with the
// same delivery id and a new signature; any other refusal is final and comes back as a *stet.Error.
func (c *Client) Send(ctx context.Context, door Door, delivery string, body []byte) (Receipt, error) {
	tries, pause := door.Tries, door.Pause
	if tries == 0 {
		tries = defaultTries
	}
	if pause == nil {
		pause = wait
	}
	for try, gap := 1, firstPause; ; try, gap = try+1, min(2*gap, longestPause) {
		receipt, err := c.deliver(ctx, door, delivery, body)
		if err == nil || !again(err) || try == tries || ctx.Err() != nil {
			return receipt, err
		}
		if door.Notice != nil {
			door.Notice(delivery, try, err)
		}
		asked := time.Duration(0)
		if e, ok := asError(err); ok {
			asked = e.RetryAfter
		}
		if err := pause(ctx, max(gap, asked)); err != nil {
			return receipt, err
		}
	}
}

func again(err error) bool {
	kind := stet.KindOf(err)
	return kind == stet.Unavailable || kind == stet.Throttled || kind == stet.Internal
}

func (c *Client) deliver(ctx context.Context, door Door, delivery string, body []byte) (receipt Receipt, err error) {
	now := time.Now
	if door.Now != nil {
		now = door.Now
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.String()+"/v1/sources/"+url.PathEscape(door.Source)+"/events", bytes.NewReader(body))
	if err != nil {
		return receipt, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", contract.MediaJSON)
	contract.SetHeaders(req.Header, door.Secret, contract.Delivery{ID: delivery, Timestamp: now()}, body)
	if door.Resubmission != "" {
		req.Header.Set(contract.HeaderResubmission, door.Resubmission)
	}
	raw, err := c.do(req)
	if err != nil {
		return receipt, err
	}
	if err := json.Unmarshal(raw, &receipt); err != nil || receipt.Status == "" {
		return receipt, stet.Errorf(stet.Invalid, "not_stet", "%s answered, but not as stet does; check the address", c.base)
	}
	return receipt, nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
