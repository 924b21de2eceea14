package ledger_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stet"
	"stet/internal/ledger"
)

// event is a plausible event with every field set.
func event(seq int64) stet.Event {
	return stet.Event{
		Seq: seq, ID: fmt.Sprintf("01J-%d", seq), Type: stet.PublishSucceeded, At: time.UnixMilli(1_700_000_000_000 + seq),
		ContentID: "guides/intro", Version: 3, Target: "blog", IdempotencyKey: "guides/intro@blog#2", ApplySeq: 2,
		Attempt: 1, Source: "stet", Reason: "read back and verified", Data: json.RawMessage(`{"remote_id":"42"}`),
	}
}

func leaf(seq int64) ledger.Hash { return ledger.Leaf(event(seq)) }

func tree(t testing.TB, size int64) *ledger.Tree {
	tree, err := ledger.ReadTree(size, func(seq int64) (ledger.Hash, error) { return leaf(seq), nil })
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestCanonicalIsThePublishedForm(t *testing.T) {
	const want = `12:stet-event-1,1:7,5:01J-7,17:publish_succeeded,13:1700000000007,12:guides/intro,1:3,4:blog,` +
		`19:guides/intro@blog#2,1:2,1:1,4:stet,22:read back and verified,18:{"remote_id":"42"},`
	if got := string(ledger.Canonical(event(7))); got != want {
		t.Errorf("Canonical:\n got %s\nwant %s", got, want)
	}
	if got, want := leaf(7), tlog.RecordHash([]byte(want)); got != want {
		t.Errorf("Leaf = %v, want SHA-256(0x00 || canonical bytes) = %v", got, want)
	}
	const empty = `12:stet-event-1,1:0,0:,0:,1:0,0:,1:0,0:,0:,1:0,1:0,0:,0:,0:,`
	if got := string(ledger.Canonical(stet.Event{})); got != empty {
		t.Errorf("Canonical of the zero event:\n got %s\nwant %s", got, empty)
	}
}

// A field added to stet.Event without a place in the canonical bytes would be free to change unnoticed.
func TestEveryFieldChangesTheLeaf(t *testing.T) {
	for i := range reflect.TypeFor[stet.Event]().NumField() {
		e := event(1)
		switch f := reflect.ValueOf(&e).Elem().Field(i); f.Interface().(type) {
		case int64:
			f.SetInt(f.Int() + 1)
		case time.Time:
			f.Set(reflect.ValueOf(e.At.Add(time.Millisecond)))
		case json.RawMessage:
			f.SetBytes(append(bytes.Clone(e.Data), ' '))
		default:
			f.SetString(f.String() + "x")
		}
		if ledger.Leaf(e) == leaf(1) {
			t.Errorf("field %s is not in the leaf", reflect.TypeFor[stet.Event]().Field(i).Name)
		}
	}
}

func TestCanonicalKeepsNeighboursApart(t *testing.T) {
	a, b := event(1), event(1)
	a.Source, a.Reason = "ab", "c"
	b.Source, b.Reason = "a", "bc"
	if ledger.Leaf(a) == ledger.Leaf(b) {
		t.Error("bytes moved from one field to the next gave the same leaf")
	}
	a.Source, a.Reason = "a,1:b", "c"
	b.Source, b.Reason = "a", "b,1:c"
	if ledger.Leaf(a) == ledger.Leaf(b) {
		t.Error("a field that looks like a netstring gave the same leaf")
	}
}

func TestFrontierEqualsTheTree(t *testing.T) {
	const last = 2000
	full := tree(t, last)
	var f ledger.Frontier
	for size := int64(0); ; size++ {
		want, err := tlog.TreeHash(size, full)
		if err != nil {
			t.Fatal(err)
		}
		if f.Size() != size || f.Root() != want {
			t.Fatalf("size %d: frontier has size %d and root %v, tlog has root %v", size, f.Size(), f.Root(), want)
		}
		row, err := f.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var read ledger.Frontier
		if err := read.UnmarshalBinary(row); err != nil || read != f {
			t.Fatalf("size %d: the frontier did not survive its %d bytes: %v", size, len(row), err)
		}
		if size == last {
			return
		}
		f = read // from here on the copy carries the log
		f.Append(leaf(size + 1))
	}
}

func TestFrontierIsAValue(t *testing.T) {
	var f ledger.Frontier
	f.Append(leaf(1))
	before := f
	f.Append(leaf(2))
	f.Append(leaf(3))
	if want := (ledger.Head{Size: 1, Root: leaf(1)}); before.Head() != want {
		t.Errorf("the copy moved with the original: %v, want %v", before.Head(), want)
	}
}

func TestFrontierRefusesOtherBytes(t *testing.T) {
	var f ledger.Frontier
	for seq := range int64(5) {
		f.Append(leaf(seq + 1))
	}
	good, _ := f.MarshalBinary()
	negative := bytes.Clone(good)
	negative[0] |= 0x80
	bigger := bytes.Clone(good)
	bigger[7] = 7
	for name, b := range map[string][]byte{
		"cut": good[:len(good)-1], "too long": append(bytes.Clone(good), 0), "only a size": good[:8],
		"half a size": good[:4], "negative": negative, "another size": bigger,
	} {
		read := f
		if err := read.UnmarshalBinary(b); err == nil || read != f {
			t.Errorf("%s: error %v, changed %t; want an error and no change", name, err, read != f)
		}
	}
	if err := f.UnmarshalBinary(nil); err != nil || f != (ledger.Frontier{}) {
		t.Errorf("no bytes: %v, size %d, want the empty log", err, f.Size())
	}
}

func TestHeadText(t *testing.T) {
	head, err := tree(t, 5).Head(5)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := ledger.ParseHead(head.String()); err != nil || back != head {
		t.Errorf("ParseHead(%q) = %v, %v", head, back, err)
	}
	root := head.Root.String()
	for _, s := range []string{
		"", ":", "5", "5:", ":" + root, "05:" + root, "+5:" + root, "-5:" + root, " 5:" + root, "5:" + root + " ",
		"5:" + root[:40], "5:" + root + ":1", "9223372036854775808:" + root,
		"5:" + root[:42] + "B=", // trailing bits that no encoder writes
	} {
		if h, err := ledger.ParseHead(s); err == nil {
			t.Errorf("ParseHead(%q) = %v, want an error", s, h)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	var f ledger.Frontier
	e := event(1)
	for b.Loop() {
		f.Append(ledger.Leaf(e))
		if _, err := f.MarshalBinary(); err != nil {
			b.Fatal(err)
		}
	}
}
