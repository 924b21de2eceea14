// Package storetest is the suite that every driver of the store must pass.
package storetest

import (
	"context"
	"fmt"
	"testing"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// Database is one database of a driver.
type Database struct {
	// Fresh makes another one, empty.
	Fresh func(t *testing.T) Database
	// Open opens it; the suite closes it before it opens it again.
	Open func(t *testing.T) store.Driver
	// Unprotect takes away what keeps events from being changed; nil: nothing does.
	Unprotect func(t *testing.T, d store.Driver)
	// WriteSetting writes a setting with the name in the raw transaction, as a queue does with its jobs; nil: cannot.
	WriteSetting func(ctx context.Context, tx any, name string) error
}

// Run runs the suite; fresh makes a new, empty database for each test.
func Run(t *testing.T, fresh func(t *testing.T) Database) {
	for name, test := range map[string]func(*testing.T, Database){
		"ReadsItsOwnWrites":                testReadsItsOwnWrites,
		"KeepsEveryColumn":                 testKeepsEveryColumn,
		"FindsInOrderWithTheBuffer":        testFindsInOrderWithTheBuffer,
		"UndoesOnlyTheFailedFunction":      testUndoesOnlyTheFailedFunction,
		"UndoesAFunctionThatPanics":        testUndoesAFunctionThatPanics,
		"SharesCommits":                    testSharesCommits,
		"NumbersEventsWithoutGaps":         testNumbersEventsWithoutGaps,
		"RefusesAnEventTwice":              testRefusesAnEventTwice,
		"ReadsAhead":                       testReadsAhead,
		"ReadsManyAhead":                   testReadsManyAhead,
		"RefusesToWriteTheLogAsRows":       testRefusesToWriteTheLogAsRows,
		"SurvivesReopening":                testSurvivesReopening,
		"ViewsOneMoment":                   testViewsOneMoment,
		"DropsWhatIsCancelledWhileItWaits": testDropsWhatIsCancelledWhileItWaits,
		"RefusesAfterClose":                testRefusesAfterClose,
		"CommitsOnceWhenTheAnswerIsLost":   testCommitsOnceWhenTheAnswerIsLost,
		"RunsAgainWhenTheCommitIsLost":     testRunsAgainWhenTheCommitIsLost,
		"TriesAgainWhatMayPass":            testTriesAgainWhatMayPass,
		"StopsWhenTheDiskFails":            testStopsWhenTheDiskFails,
		"OneBadFunctionTakesNoOtherWithIt": testOneBadFunctionTakesNoOtherWithIt,
		"AnswersOnlyFromWhatIsCommitted":   testAnswersOnlyFromWhatIsCommitted,
		"WritesJobsInTheTransaction":       testWritesJobsInTheTransaction,
		"VerifiesTheLog":                   testVerifiesTheLog,
		"FindsTampering":                   testFindsTampering,
		"ChecksAndRebuildsTheRows":         testChecksAndRebuildsTheRows,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

// begin opens a DB whose commits fault decides, where that is not nil.
func begin(t *testing.T, base Database, f *faults) *store.DB {
	t.Helper()
	d := base.Open(t)
	if f != nil {
		f.Driver = d
		d = f
	}
	db := store.New(d, store.Options{})
	t.Cleanup(func() { db.Close() })
	return db
}

func update(t *testing.T, db *store.DB, fn func(*store.Tx) error, ahead ...store.Read) {
	t.Helper()
	if err := db.Update(t.Context(), fn, ahead...); err != nil {
		t.Fatal(err)
	}
}

// note is an event that changes no row.
func note(id string) stet.Event {
	return stet.Event{ID: id, Type: stet.RolledBack, ContentID: "c", Target: "t", Source: "stet", Data: []byte(`{"n":1}`)}
}

func arrival(id, content string, version int64) stet.Event {
	return stet.Event{ID: id, Type: stet.PublishRequest, ContentID: content, Version: version, IdempotencyKey: "k" + id, Source: "s",
		Data: []byte(`{"envelope":"{}","content_hash":"h` + id + `","targets":["a","b"]}`)}
}

func setting(i int) *state.Setting {
	return &state.Setting{Name: fmt.Sprintf("s%03d", i), Value: fmt.Sprint(i)}
}

// log reads all events.
func log(t *testing.T, db *store.DB) []*state.Entry {
	t.Helper()
	return all[*state.Entry](t, db)
}

func all[R state.Row](t *testing.T, db *store.DB) (rows []R) {
	t.Helper()
	err := db.View(t.Context(), func(r state.Reader) (err error) {
		rows, err = state.All[R](r, state.Query{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// settings reads all settings.
func settings(t *testing.T, db *store.DB) []*state.Setting {
	t.Helper()
	return all[*state.Setting](t, db)
}

func names(rows []*state.Setting) (out []string) {
	for _, r := range rows {
		out = append(out, r.Name)
	}
	return out
}
