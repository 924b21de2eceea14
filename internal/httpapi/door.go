package httpapi

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/engine"
	"stet/internal/telemetry"
)

// defaultMaxBody is the most a source may send at once, in bytes, where its configuration does not say.
const defaultMaxBody = 1 << 20

// door takes one delivery. What a stranger can send is read and verified before any of it is parsed; an unknown source
// costs the same work as a wrong signature.
func (s *Server) door(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	answer, err := s.deliver(w, r)
	if err != nil {
		noteError(r.Context(), err)
		answer = engine.Refusal(err)
		if wait := retryAfter(err, answer.Status); wait != "" {
			w.Header().Set("Retry-After", wait)
		}
	}
	if gone(r, err) {
		answer.Status = statusClientGone
	}
	s.cfg.Observer.Door(answer.Status, codeOfAnswer(err, answer), time.Since(start))
	writeAnswer(w, answer)
}

// deliver gives the answer to a delivery; an error is a refusal that leaves no trace in the log.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request) (engine.Answer, error) {
	source, known := s.sources[r.PathValue("source")]
	if !known {
		source = Source{Secrets: []contract.Secret{s.nobody}, MaxBody: defaultMaxBody}
	}
	body, err := readBody(w, r, source.MaxBody)
	if err != nil {
		return engine.Answer{}, err
	}
	delivery, err := contract.Verify(r.Header, body, source.Secrets, s.cfg.Now(), source.Tolerance)
	switch {
	case !known:
		return engine.Answer{}, stet.Errorf(stet.NotFound, "unknown_source", "there is no such source; its name stands in stet.yaml under sources")
	case source.Disabled:
		return engine.Answer{}, stet.Errorf(stet.Forbidden, "source_disabled", "the source %s is disabled in stet.yaml", source.Name)
	case err != nil:
		return engine.Answer{}, err
	}
	envelope, err := contract.DecodeRequest(r.Header, body, contract.Limits{Bytes: int(source.MaxBody)})
	if err != nil {
		return engine.Answer{}, err
	}
	noteTrace(r.Context(), telemetry.TraceID(envelope.IdempotencyKey))
	stored, err := asStored(r.Header, body, envelope)
	if err != nil {
		return engine.Answer{}, err
	}
	return s.cfg.Engine.Accept(r.Context(), engine.Arrival{Source: source.Name, Delivery: delivery.ID, Body: body, Stored: stored, Envelope: envelope,
		Resubmission: r.Header.Get(contract.HeaderResubmission)})
}

// asStored is the envelope for the log: the body, but for a CloudEvent in structured mode what it carries.
func asStored(header http.Header, body []byte, envelope contract.Envelope) ([]byte, error) {
	if media, _, err := mime.ParseMediaType(header.Get("Content-Type")); err == nil && media == contract.MediaCloudEvent {
		return contract.Encode(envelope)
	}
	return body, nil
}

// readBody reads what is sent as it is: a compressed body is refused, since its size would be a matter of trust.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, stet.Errorf(stet.Unsupported, "content_encoding", "the body is encoded (content-encoding); send it as it is")
	}
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close") // or the server would read what nobody wants
		return nil, tooLarge(limit)
	}
	var body bytes.Buffer
	body.Grow(int(min(max(r.ContentLength, 0), 64<<10)) + bytes.MinRead) // a promise of more is believed when it comes
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		return body.Bytes(), nil
	}
	w.Header().Set("Connection", "close")
	_, large := errors.AsType[*http.MaxBytesError](err)
	switch {
	case large:
		return nil, tooLarge(limit)
	case errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded):
		return nil, stet.Errorf(stet.Unavailable, "slow_body", "the body did not arrive in time: %w", err)
	}
	return nil, &stet.Error{Kind: stet.Invalid, Code: "broken_body", Message: "the body ended before its announced length", Err: err}
}

func tooLarge(limit int64) error {
	return stet.Errorf(stet.TooLarge, "too_large", "the body is larger than %d bytes, which is max_body of this source; shorten it, or raise max_body", limit)
}

// writeAnswer answers a delivery. Permanent refusals tell a Standard Webhooks sender to stop trying.
func writeAnswer(w http.ResponseWriter, a engine.Answer) {
	media := contract.MediaJSON
	if a.Status >= http.StatusBadRequest {
		media = mediaProblem
	}
	if a.Status >= 400 && a.Status < 500 && a.Status != http.StatusTooManyRequests && a.Status != http.StatusRequestTimeout {
		w.Header().Set("Webhook-Delivery", "abort-message")
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // the decision stands; the sender asks again
}

// codeOfAnswer is the code of a refusal, for counting: ours or of the contract, so there are few.
func codeOfAnswer(err error, a engine.Answer) string {
	if known, ok := errors.AsType[*stet.Error](err); ok {
		return known.Code
	}
	switch {
	case errors.Is(err, context.Canceled):
		return "client_gone"
	case err != nil:
		return "internal"
	case a.Status < http.StatusBadRequest:
		return ""
	}
	return codeIn(a.Body)
}
