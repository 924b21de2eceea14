package stmtcache_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"sync/atomic"
	"testing"

	"modernc.org/sqlite"

	"stet/internal/store/stmtcache"
)

// counting is the real SQLite connector, counting what the cache asks of it.
type counting struct {
	driver.Connector
	prepared, closed atomic.Int64
}

type countingConn struct {
	sqliteConn
	n *counting
}

type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type countingStmt struct {
	sqliteStmt
	n *counting
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func (n *counting) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := n.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return countingConn{c.(sqliteConn), n}, nil
}

func (c countingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	st, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.n.prepared.Add(1)
	return countingStmt{st.(sqliteStmt), c.n}, nil
}

func (s countingStmt) Close() error {
	s.n.closed.Add(1)
	return s.sqliteStmt.Close()
}

func connect(t testing.TB, path string) *counting {
	t.Helper()
	c, err := sqlite.NewConnector("file:" + path + "?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=busy_timeout(0)")
	if err != nil {
		t.Fatal(err)
	}
	return &counting{Connector: c}
}

// open gives a database with a table item(id, name), one connection and a cache of size statements.
func open(t testing.TB, size int) (*sql.DB, *counting) {
	t.Helper()
	n := connect(t, filepath.Join(t.TempDir(), "db"))
	db := sql.OpenDB(stmtcache.New(n, size))
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if p, c := n.prepared.Load(), n.closed.Load(); p != c {
			t.Errorf("%d statements prepared, %d closed", p, c)
		}
	})
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)")
	return db, n
}

type execer interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}

func exec(t testing.TB, db execer, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}
