package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"stet/internal/state"
	"stet/internal/store"
)

// Bench measures updates of one event and three rows by 64 callers: b.N updates that share commits, and b.N that each
// have their own.
func Bench(b *testing.B, open func(b *testing.B) store.Driver) {
	for name, batch := range map[string]int{"together": 64, "alone": 1} {
		b.Run(name, func(b *testing.B) {
			f := &faults{Driver: open(b)}
			db := store.New(f, store.Options{MaxBatch: batch})
			defer db.Close()
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range 64 {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						if err := db.Update(context.Background(), one(int(n))); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
			b.ReportMetric(float64(f.commits)/float64(b.N), "commits/update")
		})
	}
}

func one(n int) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		lease := &state.Lease{ContentID: fmt.Sprint(n), Target: "t"}
		if _, err := tx.Get(lease); err != nil {
			return err
		}
		return errors.Join(tx.Append(note(fmt.Sprint("e", n))), tx.Put(lease), tx.Put(setting(n)), tx.Put(&state.Pace{Target: fmt.Sprint(n)}))
	}
}
