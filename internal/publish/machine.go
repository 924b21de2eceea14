// Package publish is the publish protocol as a pure step function: from what is known of one publication and the last
// answer of its target to what must be written down and asked next. It does no input or output of its own; the engine
// and the simulation drive the same code. The state table, the invariants and the fault matrix are in docs/protocol.md;
// row numbers in comments are those of the table.
package publish

import (
	"slices"
	"strconv"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/state"
)

// Off switches guards off. It is zero everywhere but in the simulation's negative controls, which show that each guard
// is needed and that the checker would notice its loss.
type Off uint32

const (
	OffFence        Off = 1 << iota // commits do not check the fence
	OffWriteOnce                    // a bind may replace a bind
	OffIntent                       // writes are sent without an intent
	OffLookupErrors                 // a failed lookup is read as "nothing found"
	OffVersion                      // the version rule is not applied
	OffTombstones                   // ids of items that are gone may be bound again
	OffGate                         // the gate is not asked again before a write
	OffReadBack                     // a 2xx is believed
	OffSlug                         // slugs are not reserved
	OffLocking                      // the observed revision is not sent
)

// Policy is what a target's configuration decides.
type Policy struct {
	Horizon     time.Duration // how late a request of ours may still take effect at the target
	WaitHorizon bool          // start no write while an older one may still be in flight (no locking at the CMS)
	AtLeastOnce bool          // class D: repeat an unknown create once the horizon has passed
	KeepGone    bool          // do not recreate an item that somebody deleted
}

// Phase is where an attempt stands: which answer it waits for.
type Phase string

const (
	Leased       Phase = ""
	LookingUp    Phase = "lookup"
	Creating     Phase = "creating"
	Reading      Phase = "read"
	Staging      Phase = "staging"
	Publishing   Phase = "publishing"
	Verifying    Phase = "verifying"
	Pausing      Phase = "pausing"
	Unpublishing Phase = "unpublishing"
	TakingBack   Phase = "taking_back" // the slug was taken: the item goes back to draft
	Sweeping     Phase = "sweeping"
	Trashing     Phase = "trashing"
	Trashed      Phase = "trashed"
)

// Machine is all that an attempt knows. It is a value: Step gives a new one.
type Machine struct {
	Caps     connector.Capabilities
	Policy   Policy
	Pub      state.Publication // as it was when the lease was taken
	Apply    state.Apply       // what is wanted
	Write    connector.Write
	Want     string         // the fingerprint of Write
	Intents  []state.Intent // of the publication, all of them, oldest first
	Tombs    map[string]bool
	Fence    int64
	Settling bool // Apply took effect before; see whether it still holds
	Off      Off

	phase    Phase
	calls    int
	sent     int       // intents of this attempt, for their ids
	flight   string    // the intent whose answer is awaited
	answered []string  // intents of this attempt that the target answered with success
	after    time.Time // when the wait for an asynchronous publish must end
	relooked bool      // the lookup that follows an unanswered or refused create was made
	refused  bool      // a create was refused: somebody has the id or the slug
	healing  bool      // an older write of ours is being overwritten
	slug     string    // the slug seen where it should not be
	rev      string    // of the settled item, while orphans are swept
	orphans  []connector.Item
	trashing string // the orphan whose trash is awaited
}

// maxCalls bounds the calls of one attempt; a publish needs five.
const maxCalls = 24

// Input is the answer to the last effect. Step's first input has none.
type Input struct {
	Now   time.Time
	Items []connector.Item // of Find
	Item  connector.Item   // of Read, Create and Upsert
	Err   error
}

// CallKind names what to ask the target.
type CallKind string

const (
	CallNone      CallKind = ""
	CallFind      CallKind = "find"
	CallRead      CallKind = "read"
	CallCreate    CallKind = "create"
	CallStage     CallKind = "stage"
	CallPublish   CallKind = "publish"
	CallUnpublish CallKind = "unpublish"
	CallTrash     CallKind = "trash"
	CallUpsert    CallKind = "upsert"
	CallPause     CallKind = "pause" // wait For, then go on
)

// Effect is what must happen next, in this order: commit Events (under the fence; with Recheck only while the apply is
// still the wanted one and its gate still open), then either make the call or end the attempt.
type Effect struct {
	Events  []stet.Event
	Recheck bool
	Call    CallKind
	ID      string // of the remote item
	Write   connector.Write
	Intent  string // id of the intent behind a write
	For     time.Duration
	End     *End
}

// EndKind is how an attempt ends.
type EndKind string

const (
	Done  EndKind = "done"
	Retry EndKind = "retry" // a try that failed; again after a backoff
	Wait  EndKind = "wait"  // again at At; not counted as a try
	Again EndKind = "again" // reload and start over now
	Stop  EndKind = "stop"  // a person must decide
)

// End is the end of an attempt.
type End struct {
	Kind    EndKind
	Code    string
	Reason  string // one sentence
	Advice  string // what a person can do
	Outcome stet.Outcome
	At      time.Time     // for Wait
	After   time.Duration // for Retry: the target's Retry-After
	State   stet.PublicationState
	Class   stet.DeadClass
	Seen    connector.Item // for drift
}

// Begin is the first step. An in.Err says that the connector refuses the content before anything was asked.
func Begin(m Machine, in Input) (Machine, Effect) {
	if in.Err != nil {
		return m, m.failed(in)
	}
	return Step(m, in)
}

// Step takes the machine one answer further.
func Step(m Machine, in Input) (Machine, Effect) {
	m.Intents = slices.Clone(m.Intents)
	m.calls++
	if m.calls > maxCalls {
		return m, m.retry(in, "too_many_calls", "the target's answers did not lead to an end after "+strconv.Itoa(maxCalls)+" calls")
	}
	effect := steps[m.phase](&m, in)
	return m, effect
}

var steps = map[Phase]func(*Machine, Input) Effect{
	Leased:       (*Machine).begin,
	LookingUp:    (*Machine).looked,
	Creating:     (*Machine).created,
	Reading:      (*Machine).read,
	Staging:      (*Machine).stageAnswered,
	Publishing:   (*Machine).publishAnswered,
	Verifying:    (*Machine).verify,
	Pausing:      (*Machine).paused,
	Unpublishing: (*Machine).unpublishAnswered,
	TakingBack:   (*Machine).takenBack,
	Sweeping:     (*Machine).sweep,
	Trashing:     (*Machine).trashAnswered,
	Trashed:      (*Machine).trashed,
}
