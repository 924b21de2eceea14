package store_test

import (
	"fmt"
	"sync"
	"testing"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/memory"
)

func TestSmoke(t *testing.T) {
	for _, sync_ := range []bool{true, false} {
		db := memory.Open(store.Options{Synchronous: sync_})
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				if err := db.Update(t.Context(), func(tx *store.Tx) error {
					return tx.Append(stet.Event{ID: fmt.Sprint("e", i), Type: stet.RolledBack, ContentID: "c"})
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		db.View(t.Context(), func(r state.Reader) error {
			all, _ := state.All[*state.Entry](r, state.Query{})
			if len(all) != 100 || all[99].Seq != 100 {
				t.Error(len(all))
			}
			return nil
		})
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
