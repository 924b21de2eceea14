package storetest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet/internal/state"
	"stet/internal/store"
)

// Announced reads find what the same reads find one by one, however many there are and whatever their values hold.
func testReadsManyAhead(t *testing.T, base Database) {
	db := begin(t, base, nil)
	contents := []string{"c", "1:2,", "it's", `"q"`, "é", "e\u0301", "a b"}
	for i := range 90 {
		contents = append(contents, fmt.Sprint("n", i))
	}
	update(t, db, func(tx *store.Tx) error {
		for i, id := range contents {
			if i%3 == 0 {
				continue
			}
			for v := range int64(2) {
				if err := tx.Put(&state.Revision{ContentID: id, Version: v + 1, EventSeq: int64(i), Gate: state.GateReady, IdempotencyKey: contents[i%5]}); err != nil {
					return err
				}
			}
			if err := tx.Put(&state.Publication{ContentID: id, Target: "t", Public: i%2 == 0}); err != nil {
				return err
			}
		}
		return nil
	})
	var reads []store.Read
	for i, id := range contents {
		reads = append(reads,
			store.Read{Row: &state.Revision{ContentID: id, Version: 2}},
			store.Read{Row: &state.Publication{ContentID: id, Target: "t"}},
			store.Read{Row: &state.Revision{}, Query: &state.Query{Equal: map[string]any{"idempotency_key": id}, Limit: i % 4, Desc: i%2 == 0}},
			store.Read{Row: &state.Revision{}, Query: &state.Query{Equal: map[string]any{"content_id": id, "withdrawn": false, "gate": state.GateReady}}})
	}
	if diff := cmp.Diff(readAll(t, db, reads, nil), readAll(t, db, reads, reads)); diff != "" {
		t.Errorf("one by one and announced (-, +):\n%s", diff)
	}
}

// readAll makes reads in one transaction and gives what each found.
func readAll(t *testing.T, db *store.DB, reads, announced []store.Read) (found [][]state.Row) {
	t.Helper()
	update(t, db, func(tx *store.Tx) error {
		found = nil
		for _, r := range reads {
			rows, err := read(tx, r)
			if err != nil {
				return err
			}
			found = append(found, rows)
		}
		return nil
	}, announced...)
	return found
}

func read(tx *store.Tx, r store.Read) ([]state.Row, error) {
	if r.Query != nil {
		return tx.Find(r.Row, *r.Query)
	}
	row := state.Clone(r.Row)
	there, err := tx.Get(row)
	if !there {
		return nil, err
	}
	return []state.Row{row}, err
}
