package queue_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"stet/internal/queue"
	"stet/internal/store"
	"stet/internal/store/postgres"
	"stet/internal/store/sqlite"
	"stet/internal/testpg"
)

// patience ends a test that waits in vain; it is no measure of anything.
const patience = 20 * time.Second

// world is a database and what tests do with it.
type world struct {
	t      testing.TB
	dsn    string // or path
	driver store.Driver
	sql    *sql.DB       // SQLite, or
	pool   *pgxpool.Pool // PostgreSQL
}

func onBoth(t *testing.T, test func(t *testing.T, w world)) {
	t.Run("sqlite", func(t *testing.T) { test(t, newSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, newPostgres(t)) })
}

func newSQLite(t testing.TB) world {
	return openSQLite(t, filepath.Join(t.TempDir(), "stet.db"))
}

func openSQLite(t testing.TB, path string) world {
	w := world{t: t, dsn: path}
	d, err := sqlite.Open(context.Background(), path)
	w.must(err)
	t.Cleanup(func() { d.Close() })
	w.sql, w.driver = d.SQL(), d
	return w
}

func newPostgres(t testing.TB) world { return openPostgres(t, testpg.DSN(t)) }

func openPostgres(t testing.TB, dsn string) world {
	w := world{t: t, dsn: dsn}
	d, err := postgres.Open(context.Background(), postgres.Config{DSN: dsn, MaxConnections: 16})
	w.must(err)
	t.Cleanup(func() { d.Close() })
	w.pool, w.driver = d.Pool(), d
	return w
}

func (w world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) open(cfg queue.Config) *queue.Queue {
	w.t.Helper()
	cfg.Log = slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
	var q *queue.Queue
	var err error
	if w.sql != nil {
		q, err = queue.NewSQLite(w.sql, cfg)
	} else {
		q, err = queue.NewPostgres(w.pool, cfg)
	}
	w.must(err)
	return q
}

// start starts q and has it stopped, without waiting for what still runs, when the test ends.
func (w world) start(q *queue.Queue, h queue.Handler) {
	w.t.Helper()
	w.must(q.Start(w.t.Context(), h))
	w.t.Cleanup(func() {
		if r, ok := h.(*recorder); ok {
			r.once.Do(func() { close(r.over) })
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			w.t.Error(err)
		}
	})
}

// tx runs fn in a transaction that commits when fn returns nil.
func (w world) tx(fn func(tx any) error) error {
	ctx := context.Background()
	if w.pool != nil {
		return pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error { return fn(tx) })
	}
	tx, err := w.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// ask inserts jobs as the store does.
func (w world) ask(q *queue.Queue, jobs ...store.Job) {
	w.t.Helper()
	w.must(w.tx(func(tx any) error { return q.Write(context.Background(), tx, jobs, nil) }))
	q.Committed(jobs)
}

// complete ends an attempt well.
func (w world) complete(q *queue.Queue, a attempt) {
	w.t.Helper()
	w.must(w.tx(func(tx any) error { return q.Write(context.Background(), tx, nil, []store.Claim{a.claim}) }))
	a.end <- nil
}

func (w world) exec(query string) {
	w.t.Helper()
	var err error
	if w.pool != nil {
		_, err = w.pool.Exec(context.Background(), query)
	} else {
		_, err = w.sql.Exec(query)
	}
	w.must(err)
}

func (w world) count(query string) (n int) {
	w.t.Helper()
	if w.pool != nil {
		w.must(w.pool.QueryRow(context.Background(), query).Scan(&n))
	} else {
		w.must(w.sql.QueryRow(query).Scan(&n))
	}
	return n
}

// attempt is a call of a recorder's Work that has not returned.
type attempt struct {
	ctx   context.Context
	job   store.Job
	claim store.Claim
	end   chan error  // what Work returns
	panic chan string // or what it panics with
}

func (a attempt) name() string { return fmt.Sprint(a.claim) }
