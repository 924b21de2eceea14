package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"stet"
	"stet/contract"
	"stet/internal/publish"
	"stet/internal/state"
	"stet/internal/store"
)

// Arrival is one delivery whose signature is verified and whose body is decoded.
type Arrival struct {
	Source   string // of the address it came to
	Delivery string // webhook-id
	Body     []byte // as it arrived; its hash tells repetitions from other deliveries under the same id
	Stored   []byte // the envelope as the log keeps it: Body, or the envelope it was turned into
	Envelope contract.Envelope
	// Resubmission is the token with which a refused version may come once more with other text; empty: none.
	Resubmission string
}

// Accept decides about one delivery and answers when the decision is on disk. An error means that nothing was
// decided: the sender must try again.
func (e *Engine) Accept(ctx context.Context, in Arrival) (out Answer, err error) {
	ctx, end := e.cfg.Observer.Span(ctx, in.Envelope.IdempotencyKey, "accept")
	defer func() { end(err) }()
	source, data, refusal := e.examine(in)
	if refusal != nil {
		return Refusal(refusal), nil
	}
	e.cfg.Fail("K0")
	err = e.update(ctx, func(u *unit) error {
		d := &state.Delivery{Source: in.Source, ID: in.Delivery}
		seen, err := u.Get(d)
		switch {
		case err != nil:
			return err
		case seen:
			out = repeated(d, data.BodySHA256)
			return nil
		}
		if out, err = e.decide(u, source, in, data); err != nil {
			return err
		}
		return u.Put(&state.Delivery{Source: in.Source, ID: in.Delivery, BodySHA256: data.BodySHA256, Status: int64(out.Status), Answer: out.Body,
			At: stet.Millis(u.Now())})
	}, aheadOfArrival(in)...)
	e.cfg.Fail("K1")
	return out, err
}

// examine does what needs no store: the source's rights, the hashes.
func (e *Engine) examine(in Arrival) (Source, stet.Incoming, error) {
	source, err := e.allowed(in)
	if err != nil {
		return source, stet.Incoming{}, err
	}
	sum := sha256.Sum256(in.Body)
	data := stet.Incoming{Envelope: string(in.Stored), Delivery: in.Delivery, BodySHA256: hex.EncodeToString(sum[:]), Schema: in.Envelope.Schema,
		Targets: in.Envelope.Data.Targets}
	if len(data.Targets) == 0 {
		data.Targets = source.Targets
	}
	if in.Envelope.Type == stet.UnpublishRequest {
		return source, data, nil
	}
	doc, err := in.Envelope.Document()
	if err != nil {
		return source, data, err
	}
	data.ContentHash = contract.ContentHash(doc)
	return source, data, nil
}

func repeated(d *state.Delivery, hash string) Answer {
	if d.BodySHA256 != hash {
		return Refusal(stet.Errorf(stet.Invalid, "idempotency_mismatch",
			"the delivery %q was seen before with another body; a new event needs a new webhook-id", d.ID))
	}
	return Answer{Status: int(d.Status), Body: d.Answer, Final: d.Status >= 400 && d.Status < 500}
}

// allowed checks what needs no store: the source, its name space, its targets.
func (e *Engine) allowed(in Arrival) (Source, error) {
	source, ok := e.sources[in.Source]
	env := in.Envelope
	switch {
	case !ok:
		return source, stet.Errorf(stet.NotFound, "unknown_source", "there is no source %q", in.Source)
	case env.Source != in.Source:
		return source, pointed("/source", stet.Errorf(stet.Forbidden, "wrong_source", "the event says it is from %q but was sent to %q", env.Source, in.Source))
	case !source.mayTouch(env.ContentID):
		return source, pointed("/content_id", stet.Errorf(stet.Forbidden, "foreign_content", "source %q may not touch content %q", in.Source, env.ContentID))
	}
	for _, t := range env.Data.Targets {
		if _, ok := e.targets[t]; !ok || !slices.Contains(source.Targets, t) {
			return source, pointed("/data/targets", stet.Errorf(stet.Forbidden, "foreign_target", "source %q may not publish to target %q", in.Source, t))
		}
	}
	return source, nil
}

func pointed(pointer string, err *stet.Error) *stet.Error {
	err.Pointer = pointer
	return err
}

// decide applies the version rule (docs/protocol.md, 1.3) and writes what follows from it.
func (e *Engine) decide(u *unit, source Source, in Arrival, data stet.Incoming) (Answer, error) {
	env := in.Envelope
	head := &state.Content{ContentID: env.ContentID}
	known, err := u.Get(head)
	if err != nil {
		return Answer{}, err
	}
	if refused, err := e.keyReused(u, env); err != nil || refused != nil {
		return answerOf(refused), err
	}
	verdict := versionRule(known, head, env, data.ContentHash, source.MaxJump)
	if known && env.Type == stet.UnpublishRequest && env.Version == head.Version {
		if verdict, err = withdrawTwice(u, env); err != nil {
			return Answer{}, err
		}
	}
	if refused, isError := verdict.(*stet.Error); isError && refused.Code == "version_conflict" && in.Resubmission != "" {
		if verdict, err = e.resubmission(u, env.ContentID, env.Version, in.Resubmission); err != nil {
			return Answer{}, err
		}
		data.Resubmitted = true
	}
	if e.off(publish.OffVersion) {
		verdict = accepted{}
	}
	event := stet.Event{Type: env.Type, ContentID: env.ContentID, Version: env.Version, IdempotencyKey: env.IdempotencyKey,
		Attempt: env.Attempt, Source: source.Name, Reason: env.Reason}
	switch v := verdict.(type) {
	case *stet.Error:
		return e.refuse(u, event, head, data, v)
	case duplicate:
		return e.duplicate(u, env)
	}
	return e.accepted(u, event, data, env.EventID)
}

func answerOf(err *stet.Error) Answer {
	if err == nil {
		return Answer{}
	}
	return Refusal(err)
}

func (e *Engine) accepted(u *unit, event stet.Event, data stet.Incoming, eventID string) (Answer, error) {
	event.Data = marshal(data)
	if err := u.append(event); err != nil {
		return Answer{}, err
	}
	if event.Type == stet.UnpublishRequest {
		if err := e.queueUnpublish(u, event, data.Targets); err != nil {
			return Answer{}, err
		}
	} else {
		u.Enqueue(store.Job{Kind: store.GateJob, ContentID: event.ContentID})
	}
	return answer(202, Receipt{EventID: eventID, ContentID: event.ContentID, Version: event.Version, IdempotencyKey: event.IdempotencyKey,
		Status: "accepted"}, false), nil
}

func (e *Engine) duplicate(u *unit, env contract.Envelope) (Answer, error) {
	outcome, err := outcomes(u, env.ContentID)
	return answer(200, Receipt{EventID: env.EventID, ContentID: env.ContentID, Version: env.Version, IdempotencyKey: env.IdempotencyKey,
		Status: "duplicate", Outcome: outcome}, false), err
}

func outcomes(r state.Reader, contentID string) ([]PriorOutcome, error) {
	pubs, err := state.All[*state.Publication](r, state.Query{Equal: map[string]any{"content_id": contentID}})
	var out []PriorOutcome
	for _, p := range pubs {
		out = append(out, PriorOutcome{Target: p.Target, State: p.State, Version: p.AppliedVersion, URL: p.URL, Reason: p.Reason})
	}
	return out, err
}

func (e *Engine) refuse(u *unit, event stet.Event, head *state.Content, data stet.Incoming, refusal *stet.Error) (Answer, error) {
	event.Type = stet.VersionConflict
	if refusal.Code == "stale_version" {
		event.Type = stet.StaleRejected
	}
	event.Reason = refusal.Message
	event.Data = marshal(stet.Refused{Incoming: event.Version, Stored: head.Version, StoredHash: head.ContentHash,
		IncomingHash: data.ContentHash, Delivery: data.Delivery})
	return Refusal(refusal), u.append(event)
}
