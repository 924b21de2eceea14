package ledger

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Head stands for the whole log up to an event: whoever keeps one can tell later whether the first Size events are
// still the same.
type Head struct {
	Size int64
	Root Hash
}

var emptyRoot = Hash(sha256.Sum256(nil))

// String is SIZE:ROOT with the size in decimal and the root in standard base64.
func (h Head) String() string { return decimal(h.Size) + ":" + h.Root.String() }

// ParseHead reads what String wrote and nothing else.
func ParseHead(s string) (Head, error) {
	size, root, _ := strings.Cut(s, ":")
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil || n < 0 || decimal(n) != size {
		return Head{}, fmt.Errorf("parse log head: size %q is not a whole number; a head is SIZE:BASE64", size)
	}
	hash, err := tlog.ParseHash(root)
	if err != nil || hash.String() != root {
		return Head{}, fmt.Errorf("parse log head: root %q is not the base64 of 32 bytes; a head is SIZE:BASE64", root)
	}
	return Head{Size: n, Root: hash}, nil
}

// MarshalText and UnmarshalText make a head its String in JSON and in files.
func (h Head) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText is ParseHead.
func (h *Head) UnmarshalText(text []byte) (err error) {
	*h, err = ParseHead(string(text))
	return err
}
