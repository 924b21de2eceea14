package ledger_test

import (
	"errors"
	"slices"
	"testing"

	"stet/internal/ledger"
)

func TestProofsHoldAndNothingElseDoes(t *testing.T) {
	const last = 40
	full := tree(t, last)
	for size := int64(1); size <= last; size++ {
		head, _ := full.Head(size)
		for seq := int64(1); seq <= size; seq++ {
			p, err := full.ProveInclusion(seq, size)
			if err != nil {
				t.Fatal(err)
			}
			if err := ledger.CheckInclusion(p, seq, leaf(seq), head); err != nil {
				t.Fatal(err)
			}
			if ledger.CheckInclusion(p, seq, leaf(seq+1), head) == nil {
				t.Fatalf("size %d: the proof of seq %d also proves another event", size, seq)
			}
			for i := range p {
				bad := slices.Clone(p)
				bad[i][0] ^= 1
				if ledger.CheckInclusion(bad, seq, leaf(seq), head) == nil {
					t.Fatalf("size %d: the proof of seq %d does not need its hash %d", size, seq, i)
				}
			}
		}
	}
}

func TestConsistencyHoldsOnlyForTheSameLog(t *testing.T) {
	const last = 40
	full := tree(t, last)
	other := new(ledger.Tree) // differs in its first event
	for seq := int64(1); seq <= last; seq++ {
		other.Append(leaf(seq + 100))
	}
	for newer := int64(0); newer <= last; newer++ {
		newHead, _ := full.Head(newer)
		for older := int64(0); older <= newer; older++ {
			oldHead, _ := full.Head(older)
			p, err := full.ProveConsistency(older, newer)
			if err != nil {
				t.Fatal(err)
			}
			if err := ledger.CheckConsistency(p, oldHead, newHead); err != nil {
				t.Fatal(err)
			}
			if older == 0 {
				continue
			}
			forged, _ := other.Head(older)
			if ledger.CheckConsistency(p, forged, newHead) == nil {
				t.Fatalf("another log of %d events is accepted as the beginning of this one of %d", older, newer)
			}
		}
	}
	first, _ := full.Head(1)
	if ledger.CheckConsistency(nil, ledger.Head{Root: first.Root}, first) == nil {
		t.Error("a head of size 0 with a root that is not the empty log's is accepted")
	}
}

func TestProofsOutsideTheLogAreRefused(t *testing.T) {
	full := tree(t, 3)
	for _, c := range [][2]int64{{0, 3}, {4, 3}, {-1, 3}, {1, 4}, {1, 0}} {
		if _, err := full.ProveInclusion(c[0], c[1]); err == nil {
			t.Errorf("ProveInclusion(%d, %d) gave a proof", c[0], c[1])
		}
	}
	for _, c := range [][2]int64{{-1, 3}, {3, 2}, {1, 4}} {
		if _, err := full.ProveConsistency(c[0], c[1]); err == nil {
			t.Errorf("ProveConsistency(%d, %d) gave a proof", c[0], c[1])
		}
	}
	if _, err := full.Head(4); err == nil {
		t.Error("Head(4) of three events gave a head")
	}
}

func TestReadTreeStopsAtAnUnreadableLeaf(t *testing.T) {
	broken := errors.New("disk gone")
	_, err := ledger.ReadTree(3, func(seq int64) (ledger.Hash, error) {
		if seq == 2 {
			return ledger.Hash{}, broken
		}
		return leaf(seq), nil
	})
	if !errors.Is(err, broken) {
		t.Errorf("error = %v, want the reader's", err)
	}
}
