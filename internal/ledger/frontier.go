package ledger

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Frontier is the right edge of the tree: the roots of its complete subtrees, at most one per level, which is all that
// an append and the tree head need. The zero Frontier is that of the empty log. It is a value: assigning copies it, and
// == compares it.
type Frontier struct {
	size int64
	edge [63]Hash // edge[i] is set exactly when bit i of size is: the root of a subtree of 1<<i leaves
}

// Append adds the leaf of the event with seq Size()+1.
func (f *Frontier) Append(leaf Hash) {
	level := bits.TrailingZeros64(^uint64(f.size))
	for i := range level {
		leaf = tlog.NodeHash(f.edge[i], leaf)
		f.edge[i] = Hash{}
	}
	f.edge[level] = leaf
	f.size++
}

// Size is the number of leaves.
func (f Frontier) Size() int64 { return f.size }

// Root is the root hash, that of the empty string for the empty log (RFC 6962, 2.1).
func (f Frontier) Root() Hash {
	if f.size == 0 {
		return emptyRoot
	}
	first := bits.TrailingZeros64(uint64(f.size))
	root := f.edge[first]
	for i := first + 1; i < len(f.edge); i++ {
		if f.size>>i&1 == 1 {
			root = tlog.NodeHash(f.edge[i], root)
		}
	}
	return root
}

// Head is the head of the tree so far.
func (f Frontier) Head() Head { return Head{Size: f.size, Root: f.Root()} }

// MarshalBinary is the size in eight bytes, big-endian, and the hashes from the largest subtree to the smallest.
func (f Frontier) MarshalBinary() ([]byte, error) {
	b := binary.BigEndian.AppendUint64(nil, uint64(f.size))
	for i := len(f.edge) - 1; i >= 0; i-- {
		if f.size>>i&1 == 1 {
			b = append(b, f.edge[i][:]...)
		}
	}
	return b, nil
}

// UnmarshalBinary is the inverse of MarshalBinary. No bytes at all are the empty log, so that a new database row
// needs no special value.
func (f *Frontier) UnmarshalBinary(b []byte) error {
	if len(b) == 0 {
		*f = Frontier{}
		return nil
	}
	if len(b) < 8 || b[0] > 0x7f {
		return fmt.Errorf("read log frontier: %d bytes do not begin with a size", len(b))
	}
	read := Frontier{size: int64(binary.BigEndian.Uint64(b))}
	b = b[8:]
	if want := bits.OnesCount64(uint64(read.size)) * tlog.HashSize; len(b) != want {
		return fmt.Errorf("read log frontier: size %d needs %d bytes of hashes, found %d", read.size, want, len(b))
	}
	for i := len(read.edge) - 1; i >= 0; i-- {
		if read.size>>i&1 == 1 {
			read.edge[i], b = Hash(b[:tlog.HashSize]), b[tlog.HashSize:]
		}
	}
	*f = read
	return nil
}
