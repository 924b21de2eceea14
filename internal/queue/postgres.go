package queue

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// postgres keeps the jobs of several nodes.
type postgres struct {
	pool   *pgxpool.Pool
	client *river.Client[pgx.Tx]
	ttl    time.Duration
	log    *slog.Logger
	heart  *heart

	mu      sync.Mutex
	unheard map[string]bool // queues to announce
	ringing bool            // ring runs
}

// NewPostgres makes the queue of one node. The pool must reach the server itself or through a pooler in session mode,
// because the queue listens for notifications.
func NewPostgres(pool *pgxpool.Pool, cfg Config) (*Queue, error) {
	q := newQueue(cfg)
	db := &postgres{pool: pool, ttl: q.cfg.TTL, log: q.cfg.Log, unheard: map[string]bool{}}
	client, err := river.NewClient(driver[pgx.Tx]{Driver: riverpgxv5.New(pool)}, q.river())
	if err != nil {
		return nil, fmt.Errorf("make queue on PostgreSQL: %w", err)
	}
	db.client = client
	q.db, q.client = db, client
	return q, nil
}

func (p *postgres) write(ctx context.Context, tx any, insert []river.InsertManyParams, complete []*claim) error {
	t, ok := tx.(pgx.Tx)
	if !ok {
		return fmt.Errorf("write jobs: the transaction is a %T, not a pgx.Tx", tx)
	}
	for _, c := range complete {
		tag, err := t.Exec(ctx, `UPDATE river_job SET state = 'completed', finalized_at = now()
			WHERE id = $1 AND attempt = $2 AND state = 'running'`, c.id, c.attempt)
		if err != nil {
			return fmt.Errorf("complete job %s: %w", c, err)
		}
		if tag.RowsAffected() == 0 {
			return fmt.Errorf("complete job %s: %w", c, ErrFenced)
		}
		c.complete.Store(true)
	}
	if len(insert) == 0 {
		return nil
	}
	if _, err := p.client.InsertManyTx(ctx, t, insert); err != nil {
		return fmt.Errorf("insert jobs: %w", err)
	}
	return nil
}

func (p *postgres) release(ctx context.Context, c *claim, after time.Duration) (bool, error) {
	tag, err := p.pool.Exec(ctx, `UPDATE river_job SET
			state = CASE WHEN attempt < max_attempts THEN 'available' ELSE 'discarded' END::river_job_state,
			finalized_at = CASE WHEN attempt < max_attempts THEN NULL ELSE now() END,
			scheduled_at = now() + $3 * interval '1 second'
		WHERE id = $1 AND attempt = $2 AND state = 'running'`, c.id, c.attempt, after.Seconds())
	return tag.RowsAffected() > 0, err
}

// enter writes the node's row before anything is fetched under its name, so that no job of a living node is ever seen
// without it.
func (p *postgres) enter(ctx context.Context, node string, life *lifeline) error {
	p.heart = newHeart(p, node, life)
	if _, err := p.beat(ctx, node); err != nil {
		return err
	}
	p.heart.start()
	return nil
}

func (p *postgres) leave(ctx context.Context, node string) error {
	p.heart.stop()
	err := pgx.BeginFunc(ctx, p.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM node WHERE id = $1`, node); err != nil {
			return fmt.Errorf("delete node: %w", err)
		}
		_, err := tx.Exec(ctx, releaseOrphans)
		return err
	})
	if err == nil {
		p.notify(ctx, allQueues)
	}
	return err
}

// wake announces queues to all nodes after the commit, soon and in the background. What is asked for while an
// announcement is under way shares the next one. A lost one costs Config.Poll.
func (p *postgres) wake(queues []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, queue := range queues {
		p.unheard[queue] = true
	}
	if !p.ringing {
		p.ringing = true
		go p.ring()
	}
}

func (p *postgres) ring() {
	for {
		queues := p.announce()
		if len(queues) == 0 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), statementTimeout)
		p.notify(ctx, queues)
		cancel()
	}
}

// announce takes the queues to announce; none ends ring.
func (p *postgres) announce() (queues []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for queue := range p.unheard {
		queues = append(queues, queue)
	}
	clear(p.unheard)
	p.ringing = len(queues) > 0
	return queues
}

func (p *postgres) notify(ctx context.Context, queues []string) {
	payloads := make([]string, len(queues))
	for i, queue := range queues {
		payloads[i] = insertPayload(queue)
	}
	_, err := p.pool.Exec(ctx, `SELECT pg_notify(current_schema() || '.' || $1, payload) FROM unnest($2::text[]) AS payload`,
		insertTopic, payloads)
	if err != nil {
		p.log.Warn("queue: cannot announce jobs, they wait for the next poll", "queues", queues, "error", err)
	}
}

func (p *postgres) depths(ctx context.Context) ([]Depth, error) {
	rows, err := p.pool.Query(ctx, `SELECT kind, state::text, count(*),
			(max(extract(epoch FROM now() - CASE state WHEN 'running' THEN attempted_at ELSE scheduled_at END)) * 1e9)::bigint
		FROM river_job WHERE state IN ('available', 'pending', 'running', 'scheduled', 'retryable')
		GROUP BY kind, state ORDER BY kind, state`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Depth, err error) {
		err = row.Scan(&d.Kind, &d.State, &d.Jobs, &d.Oldest)
		return d, err
	})
}
