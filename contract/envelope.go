package contract

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/oklog/ulid/v2"

	"stet"
)

// The versions of the envelope, as its "schema" field names them.
const (
	Schema1 = "stet.event/1"
	Schema2 = "stet.event/2"
)

// Envelope is an event from a source, in version 1 or 2 as Schema says.
type Envelope struct {
	Schema         string         `json:"schema"`
	EventID        string         `json:"event_id"`
	Type           stet.EventType `json:"type"` // draft_ready, publish_request or unpublish_request
	ContentID      string         `json:"content_id"`
	Version        int64          `json:"version"`         // 1 .. stet.MaxVersion
	IdempotencyKey string         `json:"idempotency_key"` // absent on the wire: content_id/version
	Attempt        int64          `json:"attempt"`         // absent on the wire: 1
	OccurredAt     time.Time      `json:"occurred_at"`
	Source         string         `json:"source"`
	Reason         string         `json:"reason,omitempty"`
	Data           Data           `json:"data,omitzero"`
}

// Data is what the event carries. No Targets means every target the source may publish to. Content is nil in an
// unpublish_request and only there.
type Data struct {
	Targets []string `json:"targets,omitempty"`
	Content *Content `json:"content,omitempty"`
}

// Content is data.content. In version 1 the text is Document.Body and Blocks is nil; in version 2 the text is Blocks,
// which is then not nil, and Document.Body is empty.
type Content struct {
	stet.Document
	Blocks []Block `json:"blocks,omitempty"`
}

// MarshalJSON writes the one form of the text that the content has.
func (c Content) MarshalJSON() ([]byte, error) {
	if c.Blocks == nil {
		return json.Marshal(c.Document, json.Deterministic(true))
	}
	return json.Marshal(struct {
		stet.Document
		Body   *stet.Body `json:"body,omitempty"` // hides Document.Body
		Blocks []Block    `json:"blocks"`
	}{c.Document, nil, c.Blocks}, json.Deterministic(true))
}

// Document is the content as version 1 has it; version 2 goes through the adapter. An unpublish_request has none and
// gets an Invalid error.
func (e Envelope) Document() (stet.Document, error) {
	if e.Data.Content == nil {
		return stet.Document{}, fault("missing_field", "/data/content",
			"event %s is an %s and carries no content", e.EventID, e.Type)
	}
	return *e.ToV1().documentV1(), nil
}

func (e Envelope) documentV1() *stet.Document { return &e.Data.Content.Document }

// Wrap makes a version 1 envelope of a document. head gives everything but the content; an empty EventID, Type,
// IdempotencyKey and Attempt get defaults, OccurredAt must be set.
func Wrap(head Envelope, doc stet.Document) Envelope {
	head.Schema = Schema1
	if head.EventID == "" {
		head.EventID = "evt_" + ulid.Make().String()
	}
	if head.Type == "" {
		head.Type = stet.DraftReady
	}
	head.Data.Content = &Content{Document: doc}
	return head.withDefaults()
}

// Encode is the JSON of an envelope. It refuses, with Decode's errors, what Decode would refuse; the size is the
// receiver's matter.
func Encode(e Envelope) ([]byte, error) {
	body, err := json.Marshal(e.withDefaults(), json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encode event %s: %w", e.EventID, err)
	}
	if _, err := Decode(body, Limits{Bytes: len(body), Values: len(body)}); err != nil {
		return nil, err
	}
	return body, nil
}

func (e Envelope) withDefaults() Envelope {
	if e.IdempotencyKey == "" {
		e.IdempotencyKey = fmt.Sprintf("%s/%d", e.ContentID, e.Version)
	}
	if e.Attempt == 0 {
		e.Attempt = 1
	}
	return e
}
