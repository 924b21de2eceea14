package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet/internal/store"
)

// jobs is a queue that keeps what it is told, and writes each new job as a setting in the raw transaction.
type jobs struct {
	write     func(ctx context.Context, tx any, name string) error // nil: does not
	fail      error
	told      []string // of the last Write
	committed []store.Job
}

func (j *jobs) Write(ctx context.Context, tx any, insert []store.Job, complete []store.Claim) error {
	j.told = nil
	for _, c := range complete {
		j.told = append(j.told, fmt.Sprint("complete ", c))
	}
	for _, i := range insert {
		j.told = append(j.told, fmt.Sprint("insert ", i.ContentID))
		if j.write != nil {
			if err := j.write(ctx, tx, "job "+i.ContentID); err != nil {
				return err
			}
		}
	}
	return j.fail
}

func (j *jobs) Committed(insert []store.Job) { j.committed = append(j.committed, insert...) }

func testWritesJobsInTheTransaction(t *testing.T, base Database) {
	db := begin(t, base, nil)
	queue := &jobs{write: base.WriteSetting}
	db.Use(queue)
	enqueue := func(ids ...string) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			for _, id := range ids {
				tx.Enqueue(store.Job{Kind: store.PublishJob, ContentID: id, Target: "t"})
			}
			return nil
		}
	}
	wrong := errors.New("wrong")
	together(t, db, enqueue("a", "b"),
		func(tx *store.Tx) error { return errors.Join(enqueue("no")(tx), wrong) },
		func(tx *store.Tx) error {
			tx.Complete("claim")
			return enqueue("b", "c")(tx)
		})
	if diff := cmp.Diff([]string{"complete claim", "insert a", "insert b", "insert c"}, queue.told); diff != "" {
		t.Errorf("the queue was told: %s", diff)
	}
	if len(queue.committed) != 3 || queue.committed[2].ContentID != "c" {
		t.Errorf("committed: %v", queue.committed)
	}
	queue.fail = wrong
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(enqueue("d")(tx), put(1)(tx))
	}); !errors.Is(err, wrong) || len(queue.committed) != 3 {
		t.Errorf("the queue's error: %v, committed: %v", err, queue.committed)
	}
	if base.WriteSetting == nil {
		return
	}
	if diff := cmp.Diff([]string{"job a", "job b", "job c"}, names(settings(t, db))); diff != "" {
		t.Errorf("written: %s", diff)
	}
}
