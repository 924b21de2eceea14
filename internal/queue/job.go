package queue

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"stet/internal/store"
)

// args are the arguments of a job as River stores them.
type args interface {
	river.JobArgs
	job() store.Job
}

type gateArgs struct {
	ContentID string `json:"content_id" river:"unique"`
}

type publishArgs struct {
	ContentID string `json:"content_id" river:"unique"`
	Target    string `json:"target" river:"unique"`
}

func (gateArgs) Kind() string    { return string(store.GateJob) }
func (publishArgs) Kind() string { return string(store.PublishJob) }

func (a gateArgs) job() store.Job {
	return store.Job{Kind: store.GateJob, ContentID: a.ContentID}
}

func (a publishArgs) job() store.Job {
	return store.Job{Kind: store.PublishJob, ContentID: a.ContentID, Target: a.Target}
}

// unfinished are the states in which a job answers a second request for the same work.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
	rivertype.JobStateScheduled, rivertype.JobStateRetryable,
}

// insertParams are the distinct jobs, as River refuses a batch that names one twice. They are sorted, so that two
// transactions that ask for the same jobs lock their rows in one order.
func insertParams(jobs []store.Job) ([]river.InsertManyParams, error) {
	jobs = slices.Clone(jobs)
	slices.SortFunc(jobs, func(a, b store.Job) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ContentID, b.ContentID), cmp.Compare(a.Target, b.Target))
	})
	jobs = slices.Compact(jobs)
	params := make([]river.InsertManyParams, len(jobs))
	for i, job := range jobs {
		opts := &river.InsertOpts{Queue: string(job.Kind), UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
		switch job.Kind {
		case store.GateJob:
			params[i] = river.InsertManyParams{Args: gateArgs{job.ContentID}, InsertOpts: opts}
		case store.PublishJob:
			params[i] = river.InsertManyParams{Args: publishArgs{job.ContentID, job.Target}, InsertOpts: opts}
		default:
			return nil, fmt.Errorf("insert job of %s: no such kind %q", job.ContentID, job.Kind)
		}
	}
	return params, nil
}

// queuesOf are the distinct queues of jobs.
func queuesOf(jobs []store.Job) (names []string) {
	for _, job := range jobs {
		if !slices.Contains(names, string(job.Kind)) {
			names = append(names, string(job.Kind))
		}
	}
	return names
}
