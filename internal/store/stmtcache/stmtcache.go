// Package stmtcache keeps prepared statements per connection under database/sql, for drivers that would otherwise
// prepare and finalize a statement on every Exec and Query, as the SQLite drivers do.
package stmtcache

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// New wraps a connector so that each of its connections keeps up to size idle prepared statements, the least recently
// used leaving first. Only single SELECT, VALUES, WITH, INSERT, REPLACE, UPDATE and DELETE statements are kept;
// everything else goes to the driver as it is. The driver's connections must have the context methods that
// modernc.org/sqlite has; Connect says so if they do not.
func New(inner driver.Connector, size int) driver.Connector {
	return &connector{Connector: inner, size: size}
}

type connector struct {
	driver.Connector
	size int
}

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := inner.(fullConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("cache statements: %T lacks a context method", inner), inner.Close())
	}
	return &conn{fullConn: full, idle: newLRU(c.size)}, nil
}

// fullConn, fullStmt and fullRows are what database/sql asks of a driver beyond the required methods. Embedding them
// passes the questions on; a wrapper of the bare driver.Conn would hide the answers.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type fullRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// conn needs no lock of its own: database/sql calls a connection, its statements and its rows under one lock, closes
// rows once, and closes a connection only when its rows are closed.
//
// A statement is either in idle or lent to one Exec or one Rows. So the same SQL may run again while its rows are open
// (it is prepared once more), and eviction never closes a statement in use.
type conn struct {
	fullConn
	idle *lru
}

// Unwrap gives the driver's own connection, as sqlite.Limit and sql.Conn.Raw users expect.
func (c *conn) Unwrap() driver.Conn { return c.fullConn }

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if !cacheable(query) {
		return c.fullConn.ExecContext(ctx, query, args)
	}
	st, err := c.lend(ctx, query)
	if err != nil {
		return nil, err
	}
	res, err := st.ExecContext(ctx, args)
	return res, c.giveBack(query, st, err)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if !cacheable(query) {
		return c.fullConn.QueryContext(ctx, query, args)
	}
	st, err := c.lend(ctx, query)
	if err != nil {
		return nil, err
	}
	inner, err := st.QueryContext(ctx, args)
	if err != nil {
		return nil, c.giveBack(query, st, err)
	}
	full, ok := inner.(fullRows)
	if !ok {
		err := errors.Join(fmt.Errorf("cache statements: %T lacks a column type method", inner), inner.Close())
		return nil, c.giveBack(query, st, err)
	}
	return &rows{fullRows: full, conn: c, query: query, st: st}, nil
}

func (c *conn) Close() error {
	return errors.Join(c.idle.close(), c.fullConn.Close())
}

// lend takes the statement out of the cache, or prepares it.
func (c *conn) lend(ctx context.Context, query string) (fullStmt, error) {
	if st, ok := c.idle.take(query); ok {
		return st, nil
	}
	inner, err := c.fullConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	st, ok := inner.(fullStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("cache statements: %T lacks a context method", inner), inner.Close())
	}
	return st, nil
}

// giveBack keeps the statement for the next time, or closes it when its use ended in err, which it returns: a
// statement that failed, was interrupted or met a lock starts afresh.
func (c *conn) giveBack(query string, st fullStmt, err error) error {
	if err != nil {
		_ = st.Close() // SQLite repeats the error of the last step here; err already has it
		return err
	}
	c.idle.put(query, st)
	return nil
}

type rows struct {
	fullRows
	conn  *conn
	query string
	st    fullStmt
}

func (r *rows) Close() error {
	return r.conn.giveBack(r.query, r.st, r.fullRows.Close())
}
