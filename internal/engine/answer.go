package engine

import (
	"encoding/json"
	"fmt"

	"stet"
)

// Answer is what a delivery gets: the same bytes for every repetition.
type Answer struct {
	Status int
	Body   []byte // JSON; a problem document (RFC 9457) for refusals
	Final  bool   // the sender must not try again
}

// Receipt is the body of an accepted or duplicate delivery.
type Receipt struct {
	EventID        string         `json:"event_id"`
	ContentID      string         `json:"content_id"`
	Version        int64          `json:"version"`
	IdempotencyKey string         `json:"idempotency_key"`
	Status         string         `json:"status"` // accepted, duplicate
	Outcome        []PriorOutcome `json:"outcome,omitempty"`
}

// PriorOutcome is where a duplicate's publication stands at one target.
type PriorOutcome struct {
	Target  string                `json:"target"`
	State   stet.PublicationState `json:"state"`
	Version int64                 `json:"version,omitempty"` // that is live
	URL     string                `json:"url,omitempty"`
	Reason  string                `json:"reason,omitempty"`
}

// Problem is the body of a refusal.
type Problem struct {
	Type    string         `json:"type"`
	Title   string         `json:"title"`
	Status  int            `json:"status"`
	Detail  string         `json:"detail"`
	Code    string         `json:"code"`
	Pointer string         `json:"pointer,omitempty"`
	Details map[string]any `json:"-"`
}

// MarshalJSON puts the details beside the standard members, as RFC 9457 (3.2) has its extensions.
func (p Problem) MarshalJSON() ([]byte, error) {
	type plain Problem
	base, err := json.Marshal(plain(p))
	if err != nil || len(p.Details) == 0 {
		return base, err
	}
	more, err := json.Marshal(p.Details)
	if err != nil {
		return nil, err
	}
	return append(append(base[:len(base)-1], ','), more[1:]...), nil
}

var statuses = map[stet.Kind]int{
	stet.Invalid: 400, stet.Unauthenticated: 401, stet.Forbidden: 403, stet.NotFound: 404, stet.Conflict: 409, stet.TooLarge: 413,
	stet.Unsupported: 415, stet.Throttled: 429, stet.Unavailable: 503, stet.Configuration: 500, stet.Internal: 500,
}

// ProblemOf is err as a problem document. What is not a stet.Error is told as an internal fault, without its text.
func ProblemOf(err error) Problem {
	known, ok := asError(err)
	if !ok {
		known = stet.Errorf(stet.Internal, "internal", "something went wrong here; the log of the server says what")
	}
	status := statuses[known.Kind]
	if known.Code == "idempotency_mismatch" {
		status = 422
	}
	return Problem{Type: "urn:stet:problem:" + known.Code, Title: string(known.Kind), Status: status, Detail: known.Message,
		Code: known.Code, Pointer: known.Pointer, Details: known.Details}
}

// Refusal is the answer to a delivery that is refused.
func Refusal(err error) Answer {
	p := ProblemOf(err)
	return answer(p.Status, p, p.Status < 500 && p.Status != 429)
}

func answer(status int, body any, final bool) Answer {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("marshal %T: %v", body, err)) // only our own types come here
	}
	return Answer{Status: status, Body: append(raw, '\n'), Final: final}
}
