package store

import (
	"fmt"

	"stet/internal/ledger"
	"stet/internal/state"
)

const page = 1000 // events read at once

// Verify reads the whole log, checks it against itself, against log_head and against the heads kept from earlier, and
// gives its head. The error is a *ledger.Fault when the log is not what was written.
func Verify(r state.Reader, kept ...ledger.Head) (ledger.Head, error) {
	stored := state.Head{Name: "log"}
	if _, err := r.Get(&stored); err != nil {
		return ledger.Head{}, fmt.Errorf("read log_head: %w", err)
	}
	var frontier ledger.Frontier
	if err := frontier.UnmarshalBinary(stored.Frontier); err != nil {
		return ledger.Head{}, fmt.Errorf("read log_head: %w", err)
	}
	v := ledger.NewVerifier(append([]ledger.Head{frontier.Head()}, kept...)...)
	err := eachEntry(r, func(e *state.Entry) error {
		if len(e.Leaf) != len(ledger.Hash{}) {
			return &ledger.Fault{Kind: ledger.Altered, From: e.Seq, Seq: e.Seq, Why: fmt.Sprintf("its leaf has %d bytes", len(e.Leaf))}
		}
		return v.Add(e.Event(), ledger.Hash(e.Leaf))
	})
	if err != nil {
		return ledger.Head{}, err
	}
	head, err := v.End()
	if err == nil && (head.Size != frontier.Size() || stored.Size != frontier.Size()) {
		seq := frontier.Size() + 1
		err = &ledger.Fault{Kind: ledger.Order, From: seq, Seq: seq,
			Why: fmt.Sprintf("log_head says that the log ends at %d (size %d), and it ends at %d", frontier.Size(), stored.Size, head.Size)}
	}
	return head, err
}

// eachEntry visits the log in its order.
func eachEntry(r state.Reader, visit func(*state.Entry) error) error {
	for after := int64(0); ; {
		entries, err := state.All[*state.Entry](r, state.Query{Over: map[string]any{"seq": after}, Limit: page})
		if err != nil {
			return fmt.Errorf("read events after %d: %w", after, err)
		}
		for _, e := range entries {
			if err := visit(e); err != nil {
				return err
			}
			after = e.Seq
		}
		if len(entries) < page {
			return nil
		}
	}
}
