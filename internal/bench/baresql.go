package bench

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// bareEvent is the row that a delivery adds to the log. Its hash is nothing but a place: bare rows keep no promises.
const bareEvent = `INSERT INTO event (seq, event_id, type, at, content_id, version, target, idempotency_key, apply_seq, attempt, source, reason, data, leaf)
	VALUES (%[1]s1, %[1]s2, 'publish_request', 0, %[1]s2, 1, '', %[1]s2, 0, 1, 'bench', '', %[1]s3, %[1]s4)`

var (
	bareEventSQLite   = fmt.Sprintf(bareEvent, "?")
	bareEventPostgres = fmt.Sprintf(bareEvent, "$")
)

var noHash = make([]byte, 32)

type bareSQLite struct{ db *sql.DB }

func (b bareSQLite) insert(ctx context.Context, first int64, data [][]byte, jobs func(tx any) error) error {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // nothing once it is committed
	for i, d := range data {
		seq := first + int64(i)
		if _, err := tx.ExecContext(ctx, bareEventSQLite, seq, contentID('b', seq), d, noHash); err != nil {
			return fmt.Errorf("insert event: %w", err)
		}
	}
	if err := jobs(tx); err != nil {
		return err
	}
	return tx.Commit()
}

func (b bareSQLite) drain(ctx context.Context, jobs int, w *river.Workers) (time.Duration, error) {
	client, err := river.NewClient(riversqlite.New(b.db), riverConfig(w))
	if err != nil {
		return 0, fmt.Errorf("make River on SQLite: %w", err)
	}
	return drain(ctx, client, jobs)
}

type barePostgres struct{ pool *pgxpool.Pool }

func (b barePostgres) insert(ctx context.Context, first int64, data [][]byte, jobs func(tx any) error) error {
	return pgx.BeginFunc(ctx, b.pool, func(tx pgx.Tx) error {
		var batch pgx.Batch
		for i, d := range data {
			seq := first + int64(i)
			batch.Queue(bareEventPostgres, seq, contentID('b', seq), d, noHash)
		}
		if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
			return fmt.Errorf("insert events: %w", err)
		}
		return jobs(tx)
	})
}

func (b barePostgres) drain(ctx context.Context, jobs int, w *river.Workers) (time.Duration, error) {
	client, err := river.NewClient(riverpgxv5.New(b.pool), riverConfig(w))
	if err != nil {
		return 0, fmt.Errorf("make River on PostgreSQL: %w", err)
	}
	return drain(ctx, client, jobs)
}
