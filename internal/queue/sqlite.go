package queue

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// sqlite keeps the jobs of one process, which has the file for itself.
type sqlite struct {
	pool     *sql.DB
	client   *river.Client[*sql.Tx]
	listener *listener
}

// NewSQLite makes the queue of a database that this process alone has open; pool is the one that writes.
func NewSQLite(pool *sql.DB, cfg Config) (*Queue, error) {
	q := newQueue(cfg)
	db := &sqlite{pool: pool, listener: newListener()}
	client, err := river.NewClient(driver[*sql.Tx]{riversqlite.New(pool), db.listener}, q.river())
	if err != nil {
		return nil, fmt.Errorf("make queue on SQLite: %w", err)
	}
	db.client = client
	q.db, q.client = db, client
	return q, nil
}

func (s *sqlite) write(ctx context.Context, tx any, insert []river.InsertManyParams, complete []*claim) error {
	t, ok := tx.(*sql.Tx)
	if !ok {
		return fmt.Errorf("write jobs: the transaction is a %T, not a *sql.Tx", tx)
	}
	for _, c := range complete {
		held, err := changed(t.ExecContext(ctx, `UPDATE river_job SET state = 'completed', finalized_at = datetime('now', 'subsec')
			WHERE id = ? AND attempt = ? AND state = 'running'`, c.id, c.attempt))
		if err != nil {
			return fmt.Errorf("complete job %s: %w", c, err)
		}
		if !held {
			return fmt.Errorf("complete job %s: %w", c, ErrFenced)
		}
		c.complete.Store(true)
	}
	if len(insert) == 0 {
		return nil
	}
	// On SQLite the fast form skips a job that is there already, as the other does, and reads nothing back.
	if _, err := s.client.InsertManyFastTx(ctx, t, insert); err != nil {
		return fmt.Errorf("insert jobs: %w", err)
	}
	return nil
}

func (s *sqlite) release(ctx context.Context, c *claim, after time.Duration) (bool, error) {
	return changed(s.pool.ExecContext(ctx, `UPDATE river_job SET
			state = CASE WHEN attempt < max_attempts THEN 'available' ELSE 'discarded' END,
			finalized_at = CASE WHEN attempt < max_attempts THEN NULL ELSE datetime('now', 'subsec') END,
			scheduled_at = datetime('now', 'subsec', ?)
		WHERE id = ? AND attempt = ? AND state = 'running'`,
		fmt.Sprintf("+%.3f seconds", after.Seconds()), c.id, c.attempt))
}

// enter releases all that runs and deposes the leader: whoever held them is dead, since this process has the file. It
// keeps the number of attempts, by which dead holders are told from living ones.
func (s *sqlite) enter(ctx context.Context, node string, _ *lifeline) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		for _, statement := range []string{
			`DELETE FROM river_leader`,
			`UPDATE river_job SET state = 'available' WHERE state = 'running'`,
			`DELETE FROM node`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO node (id, beat) VALUES (?, CAST(unixepoch('subsec') * 1000 AS INTEGER))`, node)
		return err
	})
}

func (s *sqlite) leave(ctx context.Context, node string) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE river_job SET state = 'available'
			WHERE state = 'running' AND json_extract(attempted_by, '$[#-1]') = ?`, node); err != nil {
			return fmt.Errorf("release jobs: %w", err)
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM node WHERE id = ?`, node)
		return err
	})
}

func (s *sqlite) wake(queues []string) { s.listener.wake(queues) }

func (s *sqlite) depths(ctx context.Context) (depths []Depth, err error) {
	rows, err := s.pool.QueryContext(ctx, `SELECT kind, state, count(*),
			max((julianday('now', 'subsec') - julianday(CASE state WHEN 'running' THEN attempted_at ELSE scheduled_at END)) * 86400)
		FROM river_job WHERE state IN ('available', 'pending', 'running', 'scheduled', 'retryable')
		GROUP BY kind, state ORDER BY kind, state`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var d Depth
		var seconds float64
		if err := rows.Scan(&d.Kind, &d.State, &d.Jobs, &seconds); err != nil {
			return nil, err
		}
		d.Oldest = time.Duration(seconds * float64(time.Second))
		depths = append(depths, d)
	}
	return depths, rows.Err()
}

func (s *sqlite) inTx(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// changed reports whether a statement changed a row.
func changed(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}
