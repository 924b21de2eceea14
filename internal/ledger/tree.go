package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Proof is a Merkle audit path or consistency proof (RFC 6962, 2.1.1 and 2.1.2).
type Proof []Hash

// Tree is the whole tree in memory, two hashes (64 bytes) an event, for making proofs. The zero Tree is empty.
type Tree struct {
	frontier Frontier
	nodes    []Hash // in the order of tlog.StoredHashIndex
}

// ReadTree builds the tree of the first size events; leaf gives the stored leaf hash of a seq and is called once for
// each of 1..size in order.
func ReadTree(size int64, leaf func(seq int64) (Hash, error)) (*Tree, error) {
	t := new(Tree)
	for seq := int64(1); seq <= size; seq++ {
		h, err := leaf(seq)
		if err != nil {
			return nil, fmt.Errorf("read leaf of seq %d: %w", seq, err)
		}
		t.Append(h)
	}
	return t, nil
}

// Append adds the leaf of the next event.
func (t *Tree) Append(leaf Hash) {
	nodes, err := tlog.StoredHashesForRecordHash(t.frontier.Size(), leaf, t)
	if err != nil {
		panic(err) // only the reader fails, and ours holds every node below the size
	}
	t.nodes = append(t.nodes, nodes...)
	t.frontier.Append(leaf)
}

// Size is the number of leaves.
func (t *Tree) Size() int64 { return t.frontier.Size() }

// Head is the head the log had at size events.
func (t *Tree) Head(size int64) (Head, error) {
	if size < 0 || size > t.Size() {
		return Head{}, t.outside("head", size)
	}
	root, err := tlog.TreeHash(size, t)
	return Head{Size: size, Root: root}, err
}

// ProveInclusion proves that the event with this seq is in the log of size events.
func (t *Tree) ProveInclusion(seq, size int64) (Proof, error) {
	if size > t.Size() || seq < 1 || seq > size {
		return nil, t.outside(fmt.Sprintf("proof of seq %d", seq), size)
	}
	p, err := tlog.ProveRecord(size, seq-1, t)
	return Proof(p), err
}

// ProveConsistency proves that the log of newer events begins with the log of older events.
func (t *Tree) ProveConsistency(older, newer int64) (Proof, error) {
	if older < 0 || older > newer || newer > t.Size() {
		return nil, t.outside(fmt.Sprintf("proof from size %d", older), newer)
	}
	if older == 0 {
		return Proof{}, nil
	}
	p, err := tlog.ProveTree(newer, older, t)
	return Proof(p), err
}

// ReadHashes lets tlog read the nodes.
func (t *Tree) ReadHashes(indexes []int64) ([]Hash, error) {
	hashes := make([]Hash, len(indexes))
	for i, at := range indexes {
		if at < 0 || at >= int64(len(t.nodes)) {
			return nil, fmt.Errorf("read log node %d of %d: there is no such node", at, len(t.nodes))
		}
		hashes[i] = t.nodes[at]
	}
	return hashes, nil
}

func (t *Tree) outside(what string, size int64) error {
	return fmt.Errorf("%s at size %d: the log has %d events", what, size, t.Size())
}

// CheckInclusion reports nil when p proves that the log with this head has the leaf at seq.
func CheckInclusion(p Proof, seq int64, leaf Hash, head Head) error {
	if err := tlog.CheckRecord(tlog.RecordProof(p), head.Size, head.Root, seq-1, leaf); err != nil {
		return fmt.Errorf("seq %d is not proven to be in log %s: %w", seq, head, err)
	}
	return nil
}

// CheckConsistency reports nil when p proves that the log of the newer head begins with that of the older one.
func CheckConsistency(p Proof, older, newer Head) error {
	if older.Size == 0 {
		if len(p) == 0 && older.Root == emptyRoot && newer.Size >= 0 {
			return nil
		}
		return fmt.Errorf("log %s is not proven to begin %s: the empty log has root %s and no proof", older, newer, emptyRoot)
	}
	if err := tlog.CheckTree(tlog.TreeProof(p), newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return fmt.Errorf("log %s is not proven to begin with %s: %w", newer, older, err)
	}
	return nil
}
