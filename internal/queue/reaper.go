package queue

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"stet/internal/store"
)

// allQueues are woken after jobs of any kind were released.
var allQueues = []string{string(store.GateJob), string(store.PublishJob)}

// reaperLock is the advisory lock of the reaper, so that one node at a time buries the dead; the digits are arbitrary.
const reaperLock int64 = 0x737465745265_61

// releaseOrphans releases the running jobs whose last holder has no row in node. River appends the holder to
// attempted_by when it fetches.
const releaseOrphans = `UPDATE river_job SET state = 'available'
	WHERE state = 'running' AND NOT EXISTS (SELECT FROM node WHERE id = attempted_by[array_upper(attempted_by, 1)])`

// heart shows others that a node is alive and buries the others that do not. It beats ten times per TTL, and after six
// tenths of the TTL without success it stops the node's own work, well before others take that over.
type heart struct {
	db   *postgres
	node string
	life *lifeline
	end  context.CancelFunc
	done sync.WaitGroup
}

func newHeart(db *postgres, node string, life *lifeline) *heart {
	return &heart{db: db, node: node, life: life}
}

func (h *heart) start() {
	ctx, cancel := context.WithCancel(context.Background())
	h.end = cancel
	h.done.Go(func() { h.run(ctx) })
}

// stop may be called for a heart that never began to beat.
func (h *heart) stop() {
	if h == nil || h.end == nil {
		return
	}
	h.end()
	h.done.Wait()
}

func (h *heart) run(ctx context.Context) {
	patience := h.db.ttl * 6 / 10
	silence := time.AfterFunc(patience, func() { h.life.cut(errSilent) })
	defer silence.Stop()
	ticker := time.NewTicker(h.db.ttl / 10)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		sent := time.Now() // the row cannot be younger than this
		if err := h.beat(ctx); err != nil {
			if ctx.Err() == nil {
				h.db.log.Warn("queue: heartbeat failed", "node", h.node, "error", err)
			}
			continue
		}
		silence.Reset(patience - time.Since(sent))
	}
}

// beat shows that the node is alive, then looks for the dead.
func (h *heart) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, h.db.ttl/2)
	defer cancel()
	known, err := h.db.beat(ctx, h.node)
	if err != nil {
		return err
	}
	if !known {
		h.life.cut(errBuried)
		h.db.log.Error("queue: "+errBuried.Error()+"; it goes on", "node", h.node)
	}
	h.life.mend()
	if err := h.db.reap(ctx); err != nil && ctx.Err() == nil {
		h.db.log.Warn("queue: cannot look for dead nodes", "error", err)
	}
	return nil
}

// beat writes the time, by the database's clock, and reports whether the node's row was there.
func (p *postgres) beat(ctx context.Context, node string) (known bool, err error) {
	err = p.pool.QueryRow(ctx, `INSERT INTO node (id, beat) VALUES ($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
		ON CONFLICT (id) DO UPDATE SET beat = excluded.beat RETURNING xmax <> 0`, node).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("write heartbeat of %s: %w", node, err)
	}
	return known, nil
}

// reap buries nodes whose last beat is older than the TTL and releases all jobs of nodes that have no row. A node that
// is alive after all is told by its next beat, and what its attempts try to settle is refused.
func (p *postgres) reap(ctx context.Context) error {
	var dead, released int64
	err := pgx.BeginFunc(ctx, p.pool, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, reaperLock).Scan(&mine); err != nil || !mine {
			return err
		}
		tag, err := tx.Exec(ctx, `DELETE FROM node WHERE beat < (extract(epoch FROM clock_timestamp()) * 1000)::bigint - $1`,
			p.ttl.Milliseconds())
		if err != nil {
			return fmt.Errorf("delete dead nodes: %w", err)
		}
		dead = tag.RowsAffected()
		if tag, err = tx.Exec(ctx, releaseOrphans); err != nil {
			return fmt.Errorf("release jobs of dead nodes: %w", err)
		}
		released = tag.RowsAffected()
		return nil
	})
	if err == nil && dead+released > 0 {
		p.log.Warn("queue: released the jobs of dead nodes", "nodes", dead, "jobs", released)
		p.wake(allQueues)
	}
	return err
}
