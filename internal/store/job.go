package store

import (
	"context"

	"stet"
)

// JobKind is what a job is for.
type JobKind string

const (
	GateJob    JobKind = "gate"    // judge the newest revision of a content; Target is empty
	PublishJob JobKind = "publish" // bring one publication to its desired state
)

// Job asks for work to be done now. Jobs are unique: asking twice for the same is asking once. A job carries no
// version; the worker reads what is wanted from the rows.
type Job struct {
	Kind              JobKind
	ContentID, Target string
}

// Claim is the queue's own handle of a job that is running. The store passes it back in Jobs.Write; the simulation
// uses its own.
type Claim any

// Jobs is the queue, as the store sees it: it writes jobs inside the store's transaction and is told when they are on
// disk.
type Jobs interface {
	// Write inserts new jobs and completes claims in the open transaction tx (*sql.Tx or pgx.Tx). Claims are completed
	// before jobs are inserted, so that a job may be asked for again by the work that completes it.
	Write(ctx context.Context, tx any, insert []Job, complete []Claim) error
	// Committed is called after the commit with the jobs that were inserted.
	Committed(insert []Job)
}

// ErrFenced is returned by work whose right to write was taken over by a newer holder. The queue must not let it
// touch the job any more.
var ErrFenced = stet.Errorf(stet.Conflict, "fenced", "a newer holder has taken over this work; nothing of the late attempt was written")
