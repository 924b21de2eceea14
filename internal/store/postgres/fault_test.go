package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/postgres"
	"stet/internal/testpg"
)

// The server ends the session in the middle of a transaction: the store runs it again on another connection.
func TestTriesAgainWhenTheConnectionIsLost(t *testing.T) {
	d := open(t, postgres.Config{DSN: testpg.DSN(t)})
	db := store.New(d, store.Options{})
	defer db.Close()
	runs := 0
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		if runs++; runs == 1 {
			execute(t, d, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()`)
		}
		_, err := tx.Get(&state.Setting{Name: "x"})
		return errors.Join(err, tx.Append(stet.Event{ID: "e", Type: stet.RolledBack}))
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs: %v", runs, err)
	}
}

// The transaction is committed, and the connection is gone before the answer.
func TestKnowsACommitWhoseAnswerWasLost(t *testing.T) {
	d := open(t, postgres.Config{DSN: testpg.DSN(t)})
	w, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	execute(t, d, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()`)
	if err := w.Commit(context.Background()); !errors.Is(err, store.ErrCommitUnknown) {
		t.Errorf("commit on a lost connection: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRefusesWhatItCannotTrust(t *testing.T) {
	dsn := testpg.DSN(t)
	d := open(t, postgres.Config{DSN: dsn, Schema: "newer"})
	execute(t, d, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`)
	d.Close()
	d = open(t, postgres.Config{DSN: dsn, Schema: "queue"})
	execute(t, d, `INSERT INTO river_migration (line, version) VALUES ('main', 999)`)
	d.Close()
	for code, c := range map[string]postgres.Config{
		"schema_newer":      {DSN: dsn, Schema: "newer"},
		"schema_newer ":     {DSN: dsn, Schema: "queue"},
		"store_dsn":         {DSN: "postgres://%%"},
		"store_unreachable": {DSN: "postgres://127.0.0.1:1/x?connect_timeout=2"},
	} {
		_, err := postgres.Open(t.Context(), c)
		if e, ok := errors.AsType[*stet.Error](err); !ok || e.Code != strings.TrimSpace(code) {
			t.Errorf("want %s, got %v", code, err)
		}
	}
}
