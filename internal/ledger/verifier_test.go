package ledger_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"stet"
	"stet/internal/ledger"
)

// row is an event as stored: with the leaf written beside it.
type row struct {
	stet.Event
	leaf ledger.Hash
}

func rows(n int64) []row {
	var log []row
	for seq := int64(1); seq <= n; seq++ {
		log = append(log, row{event(seq), leaf(seq)})
	}
	return log
}

func verify(log []row, kept ...ledger.Head) (ledger.Head, error) {
	v := ledger.NewVerifier(kept...)
	for _, r := range log {
		_ = v.Add(r.Event, r.leaf) // the first fault stays, End gives it
	}
	return v.End()
}

func headOf(log []row) ledger.Head {
	var f ledger.Frontier
	for _, r := range log {
		f.Append(r.leaf)
	}
	return f.Head()
}

func TestVerifierPassesAWholeLog(t *testing.T) {
	log := rows(9)
	kept := []ledger.Head{headOf(log), headOf(log[:4]), headOf(log[:4]), headOf(nil)}
	got, err := verify(log, kept...)
	if err != nil || got != headOf(log) {
		t.Errorf("verify = %v, %v, want %v", got, err, headOf(log))
	}
	if got, err := verify(nil, headOf(nil)); err != nil || got != headOf(nil) {
		t.Errorf("verify of the empty log = %v, %v", got, err)
	}
}

func TestVerifierNamesTheSeq(t *testing.T) {
	kept4, kept9 := headOf(rows(4)), headOf(rows(9))
	for _, c := range []struct {
		name  string
		spoil func([]row) []row
		want  ledger.Fault
	}{
		{"reason edited", func(l []row) []row { l[4].Reason = "approved by all"; return l }, fault(ledger.Altered, 5)},
		{"version edited", func(l []row) []row { l[0].Version++; return l }, fault(ledger.Altered, 1)},
		{"leaf edited", func(l []row) []row { l[8].leaf[31] ^= 1; return l }, fault(ledger.Altered, 9)},
		{"one removed", func(l []row) []row { return slices.Delete(l, 5, 6) }, fault(ledger.Missing, 6)},
		{"first removed", func(l []row) []row { return l[1:] }, fault(ledger.Missing, 1)},
		{"all removed", func([]row) []row { return nil }, fault(ledger.Missing, 1)},
		{"tail cut", func(l []row) []row { return l[:7] }, fault(ledger.Missing, 8)},
		{"two exchanged", func(l []row) []row { l[2], l[3] = l[3], l[2]; return l }, fault(ledger.Missing, 3)},
		{"one twice", func(l []row) []row { return slices.Insert(l, 3, l[2]) }, fault(ledger.Order, 4)},
		{"seqs exchanged", func(l []row) []row {
			l[2], l[3] = l[3], l[2]
			l[2].Seq, l[3].Seq = 3, 4
			return l
		}, fault(ledger.Altered, 3)},
		{"removed and renumbered", func(l []row) []row {
			l = slices.Delete(l, 5, 6)
			for i := range l {
				l[i].Seq = int64(i + 1)
			}
			return l
		}, fault(ledger.Altered, 6)},
		{"event and leaf rewritten", func(l []row) []row {
			l[1].Reason = "approved by all"
			l[1].leaf = ledger.Leaf(l[1].Event)
			return l
		}, ledger.Fault{Kind: ledger.Rewritten, From: 1, Seq: 4}},
		{"rewritten after the first kept head", func(l []row) []row {
			l[6].Reason = "approved by all"
			l[6].leaf = ledger.Leaf(l[6].Event)
			return l
		}, ledger.Fault{Kind: ledger.Rewritten, From: 5, Seq: 9}},
	} {
		_, err := verify(c.spoil(rows(9)), kept9, kept4)
		got, ok := errors.AsType[*ledger.Fault](err)
		if !ok {
			t.Errorf("%s: error = %v, want a fault", c.name, err)
			continue
		}
		if got.Kind != c.want.Kind || got.From != c.want.From || got.Seq != c.want.Seq {
			t.Errorf("%s: %s at %d..%d (%v), want %s at %d..%d", c.name, got.Kind, got.From, got.Seq, got,
				c.want.Kind, c.want.From, c.want.Seq)
		}
	}
}

func fault(kind ledger.FaultKind, seq int64) ledger.Fault {
	return ledger.Fault{Kind: kind, From: seq, Seq: seq}
}

func TestVerifierSeesEveryByteOfData(t *testing.T) {
	log := rows(3)
	for i := range log[1].Data {
		for bit := range 8 {
			bad := slices.Clone(log)
			bad[1].Data = bytes.Clone(log[1].Data)
			bad[1].Data[i] ^= 1 << bit
			_, err := verify(bad)
			if f, ok := errors.AsType[*ledger.Fault](err); !ok || f.Seq != 2 {
				t.Fatalf("byte %d bit %d flipped: %v, want a fault at seq 2", i, bit, err)
			}
		}
	}
}

func TestVerifierWithoutAKeptHeadCannotSeeACutTail(t *testing.T) {
	log := rows(9)
	if head, err := verify(log[:7]); err != nil || head != headOf(log[:7]) {
		t.Errorf("verify = %v, %v; a shorter log is a whole log", head, err)
	}
}
