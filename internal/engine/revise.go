package engine

import (
	"context"
	"fmt"

	"stet"
	"stet/contract"
	"stet/internal/state"
)

// Reviser changes documents that failed. It decides whether a round is worth keeping; what it keeps is judged again like
// anything else, so it can clear no finding that is still there. An error is not an outcome: the round is tried again.
type Reviser interface {
	// Revise makes the next round; nil: there is nothing more to try.
	Revise(ctx context.Context, c Case) (*Round, error)
}

// Round is one change of a document. Number, By, Kept, Why, the scores and the diff are told to the log.
type Round struct {
	stet.Revised
	Doc stet.Document // of a kept round
}

// maxRevisions bounds the rounds on what a source sent.
const maxRevisions = 3

// revise makes one round. When there is nothing to try, or the last round did not help, the verdict stands.
func (e *Engine) revise(ctx context.Context, c *candidate) (step, error) {
	s := step{doc: c.Doc, hash: c.revision.DocHash}
	if e.cfg.Reviser == nil || c.revision.Rounds >= maxRevisions {
		return e.standing(ctx, c, s, c.revision.Rounds)
	}
	round, err := e.askReviser(ctx, c.Case)
	if err != nil {
		return s, err
	}
	if round == nil {
		return e.standing(ctx, c, s, c.revision.Rounds)
	}
	told := round.Revised
	told.Round, told.Document, told.ContentHash = c.revision.Rounds+1, nil, ""
	if fault := unlawful(c, round); told.Kept && fault != nil {
		told.Kept, told.Why = false, "discarded: "+fault.Error()
	}
	s.round = &told
	if told.Kept {
		s.doc, told.Document, told.ContentHash = round.Doc, &round.Doc, contract.ContentHash(round.Doc)
		s.hash = told.ContentHash
		return e.judged(ctx, c.Case, s, told.Round)
	}
	if told.Round >= maxRevisions {
		return e.standing(ctx, c, s, told.Round)
	}
	return s, nil
}

func (e *Engine) askReviser(ctx context.Context, c Case) (round *Round, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the reviser panicked: %v", p)
		}
	}()
	seen := &site{ctx: ctx, engine: e}
	c.Site, c.Now = seen, e.cfg.Now().UTC()
	if round, err = e.cfg.Reviser.Revise(ctx, c); err == nil {
		err = seen.err
	}
	return round, err
}

// standing judges a document for the last time.
func (e *Engine) standing(ctx context.Context, c *candidate, s step, rounds int64) (step, error) {
	s, err := e.judged(ctx, c.Case, s, rounds)
	if err == nil {
		s.verdict.Next, s.last = "", true
	}
	return s, err
}

// unlawful says why a revised document may not take the place of the source's, whatever its score: it must be one that
// the source could have sent, at the same place and time.
func unlawful(c *candidate, round *Round) error {
	doc := round.Doc
	if doc.Slug != c.Doc.Slug || doc.Locale != c.Doc.Locale || doc.PublishAt != c.Doc.PublishAt || doc.Metadata.CanonicalURL != c.Doc.Metadata.CanonicalURL {
		return fmt.Errorf("a revision may not change slug, locale, canonical address or publishing time")
	}
	_, err := contract.Encode(contract.Wrap(contract.Envelope{Type: stet.DraftReady, ContentID: c.ContentID, Version: c.Version,
		OccurredAt: stet.Time(1), Source: "stet"}, doc))
	return err
}

// document reads the document in force of a revision.
func document(r state.Reader, revision *state.Revision) (stet.Document, error) {
	if revision.DocSeq == revision.EventSeq {
		return sent(r, revision)
	}
	entry, err := entryOf(r, revision.DocSeq)
	if err != nil {
		return stet.Document{}, err
	}
	var v stet.Revised
	if err := unmarshal(entry.Data, &v); err != nil {
		return stet.Document{}, fmt.Errorf("read event %d: %w", entry.Seq, err)
	}
	if v.Document == nil {
		return stet.Document{}, fmt.Errorf("read event %d: it holds no document", entry.Seq)
	}
	return *v.Document, nil
}

// sent reads the document of a revision as its source sent it.
func sent(r state.Reader, revision *state.Revision) (stet.Document, error) {
	entry, err := entryOf(r, revision.EventSeq)
	if err != nil {
		return stet.Document{}, err
	}
	var in stet.Incoming
	if err := unmarshal(entry.Data, &in); err != nil {
		return stet.Document{}, fmt.Errorf("read event %d: %w", entry.Seq, err)
	}
	envelope, err := contract.DecodeStored([]byte(in.Envelope))
	if err != nil {
		return stet.Document{}, fmt.Errorf("decode event %d: %w", entry.Seq, err)
	}
	return envelope.Document()
}

func entryOf(r state.Reader, seq int64) (*state.Entry, error) {
	entry := &state.Entry{Seq: seq}
	found, err := r.Get(entry)
	if err == nil && !found {
		err = fmt.Errorf("the log has no event %d", seq)
	}
	return entry, err
}

// Rounds are the revisions that were tried on what a source last sent of a version, without their documents.
func Rounds(r state.Reader, revision *state.Revision) ([]stet.Revised, error) {
	if revision.Rounds == 0 {
		return nil, nil
	}
	entries, err := state.All[*state.Entry](r, state.Query{Equal: map[string]any{"content_id": revision.ContentID, "type": string(stet.DocumentRevised),
		"version": revision.Version}, Over: map[string]any{"seq": revision.EventSeq}})
	var list []stet.Revised
	for _, entry := range entries {
		var v stet.Revised
		if err := unmarshal(entry.Data, &v); err != nil {
			return nil, fmt.Errorf("read event %d: %w", entry.Seq, err)
		}
		v.Document = nil
		list = append(list, v)
	}
	return list, err
}
