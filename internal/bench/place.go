package bench

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"stet"
	"stet/internal/app"
	"stet/internal/queue"
	"stet/internal/store"
	"stet/internal/store/postgres"
	"stet/internal/store/sqlite"
)

// place is where stores of one kind are made.
type place interface {
	name() string
	version(ctx context.Context) (string, error)
	// open makes a new, empty store.
	open(ctx context.Context, cfg queue.Config) (*base, error)
	// settings make a new, empty store for a process.
	settings(ctx context.Context) (settings, error)
}

// settings are lines of stet.yaml and the environment they name.
type settings struct {
	lines  string
	env    []string
	remove func() error
}

// base is an open store with its queue. Who opened it calls close, which also removes what it holds.
type base struct {
	driver store.Driver
	queue  *queue.Queue
	bare   bare
	watch  func(committed func(tables []string)) error // of every commit that wrote rows; nil: nobody can say
	close  func() error                                // after the driver was closed
}

// sqlitePlace makes files in a folder.
type sqlitePlace struct{ folder string }

func (sqlitePlace) name() string { return SQLite }

func (p sqlitePlace) version(ctx context.Context) (version string, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return "", fmt.Errorf("ask SQLite: %w", err)
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&version)
	return version, err
}

func (p sqlitePlace) open(ctx context.Context, cfg queue.Config) (*base, error) {
	folder, err := os.MkdirTemp(p.folder, "store-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for a store: %w", err)
	}
	remove := func() error { return os.RemoveAll(folder) }
	d, err := sqlite.Open(ctx, filepath.Join(folder, app.File))
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	q, err := queue.NewSQLite(d.SQL(), cfg)
	if err != nil {
		return nil, errors.Join(err, d.Close(), remove())
	}
	return &base{driver: d, queue: q, bare: bareSQLite{d.SQL()}, watch: watchSQLite(ctx, d.SQL()), close: remove}, nil
}

func (p sqlitePlace) settings(context.Context) (settings, error) {
	return settings{lines: "data: data", remove: func() error { return nil }}, nil // it goes with the folder of the process
}

// postgresPlace makes databases on a server.
type postgresPlace struct{ server string }

func (postgresPlace) name() string { return Postgres }

func (p postgresPlace) version(ctx context.Context) (version string, err error) {
	err = p.on(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `SELECT split_part(current_setting('server_version'), ' ', 1)`).Scan(&version)
	})
	return version, err
}

func (p postgresPlace) open(ctx context.Context, cfg queue.Config) (*base, error) {
	dsn, remove, err := p.database(ctx)
	if err != nil {
		return nil, err
	}
	d, err := postgres.Open(ctx, postgres.Config{DSN: dsn})
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	q, err := queue.NewPostgres(d.Pool(), cfg)
	if err != nil {
		return nil, errors.Join(err, d.Close(), remove())
	}
	return &base{driver: d, queue: q, bare: barePostgres{d.Pool()}, close: remove}, nil
}

func (p postgresPlace) settings(ctx context.Context) (settings, error) {
	dsn, remove, err := p.database(ctx)
	return settings{lines: "database: ${STET_BENCH_DATABASE}", env: []string{"STET_BENCH_DATABASE=" + dsn}, remove: remove}, err
}

// database makes an empty database; remove drops it with all connections to it.
func (p postgresPlace) database(ctx context.Context) (dsn string, remove func() error, err error) {
	name := "stet_bench_" + strings.ToLower(rand.Text())
	if dsn, err = withDatabase(p.server, name); err != nil {
		return "", nil, err
	}
	if err := p.execute(ctx, "CREATE DATABASE "+name); err != nil {
		return "", nil, err
	}
	return dsn, func() error {
		return p.execute(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
	}, nil
}

// withDatabase names another database in a DSN of either form, URL or keywords (PostgreSQL manual, 34.1.1).
func withDatabase(dsn, name string) (string, error) {
	if !strings.Contains(dsn, "://") {
		return dsn + " dbname=" + name, nil // a repeated keyword replaces the first
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", stet.Errorf(stet.Configuration, "bench_dsn", "the address of the PostgreSQL server is no URL") // err would show the password
	}
	u.Path = "/" + name
	return u.String(), nil
}

func (p postgresPlace) execute(ctx context.Context, statement string) error {
	return p.on(ctx, func(conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
		return nil
	})
}

func (p postgresPlace) on(ctx context.Context, fn func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, p.server)
	if err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	return errors.Join(fn(conn), conn.Close(context.WithoutCancel(ctx)))
}
