package state

import (
	"stet"
)

// Entry is an event as it stands in the log, with the hash of its leaf.
type Entry struct {
	Seq            int64
	EventID        string
	Type           stet.EventType
	At             int64
	ContentID      string
	Version        int64
	Target         string
	IdempotencyKey string
	ApplySeq       int64
	Attempt        int64
	Source, Reason string
	Data           []byte
	Leaf           []byte
}

// NewEntry is e as a row, its leaf still to be computed.
func NewEntry(e stet.Event) *Entry {
	return &Entry{Seq: e.Seq, EventID: e.ID, Type: e.Type, At: stet.Millis(e.At), ContentID: e.ContentID, Version: e.Version,
		Target: e.Target, IdempotencyKey: e.IdempotencyKey, ApplySeq: e.ApplySeq, Attempt: e.Attempt, Source: e.Source,
		Reason: e.Reason, Data: e.Data}
}

// Event is the entry without its leaf.
func (r *Entry) Event() stet.Event {
	return stet.Event{Seq: r.Seq, ID: r.EventID, Type: r.Type, At: stet.Time(r.At), ContentID: r.ContentID, Version: r.Version,
		Target: r.Target, IdempotencyKey: r.IdempotencyKey, ApplySeq: r.ApplySeq, Attempt: r.Attempt, Source: r.Source,
		Reason: r.Reason, Data: r.Data}
}

// Head is the one row that says where the log ends: its size and the right edge of its Merkle tree.
type Head struct {
	Name     string // always "log"
	Size     int64
	Frontier []byte
}

// Delivery remembers the answer to one webhook delivery, so that a repeat gets it byte for byte.
type Delivery struct {
	Source, ID string
	BodySHA256 string
	Status     int64
	Answer     []byte
	At         int64
}

// Lease is the right to work on a publication until a time; Fence outdates older holders. Crashes counts how often in a
// row a holder that worked on ApplySeq never gave it back.
type Lease struct {
	ContentID, Target string
	Fence             int64
	ApplySeq          int64
	Owner             string
	Until             int64
	Crashes           int64
}

// Pace is a target's wish to be left alone until a time (Retry-After), for all workers.
type Pace struct {
	Target string
	Until  int64
}

// Node is a running process; Beat is the time of its last sign of life.
type Node struct {
	ID   string
	Beat int64
}

// Setting is a value the installation made for itself once: its id, the key of its markers.
type Setting struct {
	Name  string
	Value string
}

var (
	entryTable = &Table{Name: "event", Keys: 1, Columns: []string{"seq", "event_id", "type", "at", "content_id", "version", "target",
		"idempotency_key", "apply_seq", "attempt", "source", "reason", "data", "leaf"}}
	headTable     = &Table{Name: "log_head", Keys: 1, Columns: []string{"name", "size", "frontier"}}
	deliveryTable = &Table{Name: "delivery", Keys: 2, Columns: []string{"source", "id", "body_sha256", "status", "answer", "at"}}
	leaseTable    = &Table{Name: "lease", Keys: 2, Columns: []string{"content_id", "target", "fence", "apply_seq", "owner", "until", "crashes"}}
	paceTable     = &Table{Name: "pace", Keys: 1, Columns: []string{"target", "until"}}
	nodeTable     = &Table{Name: "node", Keys: 1, Columns: []string{"id", "beat"}}
	settingTable  = &Table{Name: "setting", Keys: 1, Columns: []string{"name", "value"}}
)

func (*Entry) Table() *Table    { return entryTable }
func (*Head) Table() *Table     { return headTable }
func (*Delivery) Table() *Table { return deliveryTable }
func (*Lease) Table() *Table    { return leaseTable }
func (*Pace) Table() *Table     { return paceTable }
func (*Node) Table() *Table     { return nodeTable }
func (*Setting) Table() *Table  { return settingTable }

func (r *Entry) Fields() []any {
	return []any{&r.Seq, &r.EventID, &r.Type, &r.At, &r.ContentID, &r.Version, &r.Target, &r.IdempotencyKey, &r.ApplySeq, &r.Attempt,
		&r.Source, &r.Reason, &r.Data, &r.Leaf}
}
func (r *Head) Fields() []any { return []any{&r.Name, &r.Size, &r.Frontier} }
func (r *Delivery) Fields() []any {
	return []any{&r.Source, &r.ID, &r.BodySHA256, &r.Status, &r.Answer, &r.At}
}
func (r *Lease) Fields() []any {
	return []any{&r.ContentID, &r.Target, &r.Fence, &r.ApplySeq, &r.Owner, &r.Until, &r.Crashes}
}
func (r *Pace) Fields() []any    { return []any{&r.Target, &r.Until} }
func (r *Node) Fields() []any    { return []any{&r.ID, &r.Beat} }
func (r *Setting) Fields() []any { return []any{&r.Name, &r.Value} }

// Tables lists a row of every table, in the order in which they are created.
func Tables() []Row {
	return []Row{&Entry{}, &Head{}, &Content{}, &Revision{}, &Waiver{}, &Publication{}, &Apply{}, &Intent{}, &Slug{}, &OldSlug{}, &Tombstone{}, &DeadLetter{},
		&Delivery{}, &Lease{}, &Pace{}, &Node{}, &Setting{}}
}
