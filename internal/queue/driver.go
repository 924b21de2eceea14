package queue

import (
	"context"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// driver is one of River's, changed in three respects. River calls none of these methods stable, so an upgrade must
// pass the tests of this package.
type driver[Tx any] struct {
	riverdriver.Driver[Tx]
	listener riverdriver.Listener // nil: the driver's own
}

// GetListener lets SQLite's nodes be woken without reading a table 20 times a second.
func (d driver[Tx]) GetListener(params *riverdriver.GetListenenerParams) riverdriver.Listener {
	if d.listener != nil {
		return d.listener
	}
	return d.Driver.GetListener(params)
}

// SupportsListenNotify makes River announce no insertion: it would do so inside the transaction, where PostgreSQL makes
// commits that notify wait for each other and SQLite writes one more row, and it would skip some. Queue.Committed does.
func (d driver[Tx]) SupportsListenNotify() bool { return false }

func (d driver[Tx]) GetExecutor() riverdriver.Executor { return executor{d.Driver.GetExecutor()} }

// executor runs River's own statements, outside of our transactions.
type executor struct{ riverdriver.Executor }

// JobSetStateIfRunningMany is how River settles a job after its worker returned: by its id alone, so that the return of
// an attempt that was given up for dead settles the newer attempt that runs by then. Here all jobs are settled before
// the worker returns, by statements that name the attempt, and nothing is left to do.
func (executor) JobSetStateIfRunningMany(context.Context, *riverdriver.JobSetStateIfRunningManyParams) ([]*rivertype.JobRow, error) {
	return nil, nil
}
