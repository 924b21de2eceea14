// Package postgres is the store's driver for several processes on one PostgreSQL, by pgx.
package postgres

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// Config says where the database is. Several programs, or tests, can share one in schemas of their own.
type Config struct {
	DSN            string // URL or keywords (PostgreSQL manual, 34.1.1)
	Schema         string // made where it is missing; empty: what the server's search_path gives
	MaxConnections int32  // 0: what the DSN says (pool_max_conns), else pgx's default

	// Silence is how long this process may stop in the middle of a transaction, frozen or cut off, before the server ends
	// that transaction: until then it holds the log, and every other node waits. 10 s where 0.
	Silence time.Duration
}

const silence = 10 * time.Second

// Driver is a pool of connections.
type Driver struct {
	pool *pgxpool.Pool
}

// Open connects and brings the schema up to date. A server that is too old, is a standby, or does not sync its commits
// is refused with a *stet.Error.
func Open(ctx context.Context, c Config) (*Driver, error) {
	config, err := pgxpool.ParseConfig(c.DSN)
	if err != nil { // pgx leaves the password out of it
		return nil, stet.Errorf(stet.Configuration, "store_dsn", "the address of the PostgreSQL database cannot be read; "+
			"it looks like postgres://user:password@host:5432/name: %w", err)
	}
	if c.MaxConnections > 0 {
		config.MaxConns = c.MaxConnections
	}
	setParameters(config.ConnConfig.RuntimeParams, c)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, explain(err)
	}
	d := &Driver{pool: pool}
	if err := d.prepare(ctx, c.Schema); err != nil {
		pool.Close()
		return nil, explain(err)
	}
	return d, nil
}

// setParameters has every commit synced, and frees the log for other nodes when this one stops in a transaction.
func setParameters(p map[string]string, c Config) {
	p["synchronous_commit"] = "on"
	p["idle_in_transaction_session_timeout"] = strconv.FormatInt(cmp.Or(c.Silence, silence).Milliseconds(), 10)
	if _, ok := p["application_name"]; !ok {
		p["application_name"] = "stet"
	}
	if c.Schema != "" {
		p["search_path"] = pgx.Identifier{c.Schema}.Sanitize()
	}
}

func (d *Driver) prepare(ctx context.Context, schema string) error {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if err := check(ctx, conn.Conn()); err != nil {
		return err
	}
	return d.migrate(ctx, conn.Conn(), schema)
}

// check makes sure that what this server answers is the newest, and that what it commits stays.
func check(ctx context.Context, conn *pgx.Conn) error {
	var version int
	var standby bool
	var commit, fsync string
	err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, pg_is_in_recovery(),
		current_setting('synchronous_commit'), current_setting('fsync')`).Scan(&version, &standby, &commit, &fsync)
	switch {
	case err != nil:
		return fmt.Errorf("ask for settings: %w", err)
	case version < 140000:
		return stet.Errorf(stet.Configuration, "store_version", "PostgreSQL %d is too old; 14 or newer is needed", version/10000)
	case standby:
		return stet.Errorf(stet.Configuration, "store_standby", "the PostgreSQL server is a standby, which cannot be written and may lag; name the primary")
	case commit != "on" && commit != "remote_apply", fsync != "on":
		return stet.Errorf(stet.Configuration, "store_settings", "the PostgreSQL server may lose commits (synchronous_commit is %s, fsync is %s); "+
			"set both to on", commit, fsync)
	}
	return nil
}

// Pool is the connections, for the queue.
func (d *Driver) Pool() *pgxpool.Pool { return d.pool }

// View reads one snapshot.
func (d *Driver) View(ctx context.Context, fn func(state.Reader) error) error {
	tx, err := d.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return explain(err)
	}
	defer rollback(tx)
	return fn(reader{ctx, tx})
}

// Begin opens a write transaction and waits until it is the only one of all nodes. Its raw transaction, for store.Jobs,
// is the pgx.Tx.
func (d *Driver) Begin(ctx context.Context) (store.Work, error) {
	tx, err := d.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return nil, lost(err)
	}
	w := &work{reader: reader{ctx, tx}, tx: tx}
	if err := w.lockHead(ctx); err != nil {
		w.Rollback()
		return nil, err
	}
	return w, nil
}

// Close ends the connections.
func (d *Driver) Close() error {
	d.pool.Close()
	return nil
}
