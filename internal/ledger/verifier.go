package ledger

import (
	"cmp"
	"fmt"
	"slices"

	"stet"
)

// FaultKind says what is wrong with the log at a seq.
type FaultKind string

const (
	Missing   FaultKind = "missing"   // the event with this seq is not there
	Order     FaultKind = "order"     // an event stands where another seq belongs
	Altered   FaultKind = "altered"   // the event is not the one whose leaf was stored
	Rewritten FaultKind = "rewritten" // event and leaf agree, yet some event up to this seq is not the one of a kept head
)

// Fault is the first thing wrong with a log. For Rewritten the event is one of From..Seq, else From is Seq.
type Fault struct {
	Kind      FaultKind
	From, Seq int64
	Why       string
}

func (f *Fault) Error() string { return fmt.Sprintf("log %s at seq %d: %s", f.Kind, f.Seq, f.Why) }

// Verifier is fed the events of a log in order and finds the first fault. What it proves is bounded by the heads it
// was given: a log whose events and leaves were both rewritten contradicts itself nowhere, only a head that somebody
// kept outside. A Verifier whose method returned a fault returns the same fault from then on.
type Verifier struct {
	frontier Frontier
	kept     []Head // not yet reached, by size
	trusted  int64  // the size of the largest kept head that agreed
	fault    *Fault
}

// NewVerifier makes a Verifier for a whole log. The heads are those kept from earlier, in any order.
func NewVerifier(kept ...Head) *Verifier {
	heads := slices.SortedFunc(slices.Values(kept), func(a, b Head) int { return cmp.Compare(a.Size, b.Size) })
	return &Verifier{kept: heads}
}

// Add takes the next event and the leaf hash stored with it. The error is a *Fault.
func (v *Verifier) Add(e stet.Event, stored Hash) error {
	if err := v.reach(); err != nil { // also a head kept of the empty log
		return err
	}
	next := v.frontier.Size() + 1
	switch leaf := Leaf(e); {
	case e.Seq > next:
		return v.fail(Missing, next, "the log goes on with seq %d", e.Seq)
	case e.Seq < next:
		return v.fail(Order, next, "event %q with seq %d stands in its place", e.ID, e.Seq)
	case leaf != stored:
		return v.fail(Altered, next, "event %q has leaf %s, but %s was stored with it", e.ID, leaf, stored)
	}
	v.frontier.Append(stored)
	return v.reach()
}

// End says that there are no more events. The error is a *Fault: the tail is missing when a kept head is larger than
// the log.
func (v *Verifier) End() (Head, error) {
	if err := v.reach(); err != nil {
		return Head{}, err
	}
	if len(v.kept) > 0 {
		return Head{}, v.fail(Missing, v.frontier.Size()+1, "the log ends here, but kept head %s has more events", v.kept[0])
	}
	return v.frontier.Head(), nil
}

// reach compares the kept heads of the size now reached.
func (v *Verifier) reach() error {
	if v.fault != nil {
		return v.fault
	}
	for len(v.kept) > 0 && v.kept[0].Size <= v.frontier.Size() {
		if head := v.frontier.Head(); v.kept[0] != head {
			return v.fail(Rewritten, head.Size, "an event from seq %d on is not the one of kept head %s; the log now gives %s",
				v.trusted+1, v.kept[0], head)
		}
		v.trusted, v.kept = v.frontier.Size(), v.kept[1:]
	}
	return nil
}

func (v *Verifier) fail(kind FaultKind, seq int64, why string, args ...any) error {
	v.fault = &Fault{Kind: kind, From: seq, Seq: seq, Why: fmt.Sprintf(why, args...)}
	if kind == Rewritten {
		v.fault.From = v.trusted + 1
	}
	return v.fault
}
