// Package sqlite is the store's driver for one process and one file, by modernc.org/sqlite.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/stmtcache"
)

const (
	statements = 200 // prepared statements a connection keeps
	readers    = 4   // connections for views
)

// Driver is an open database file. Nobody else can open it while it is open.
type Driver struct {
	path  string
	lock  *os.File
	write *sql.DB // one connection, shared with the queue
	read  *sql.DB
}

// Open opens the database file at path, makes it and its folder where they are missing, and brings its schema up to
// date. Before anything is changed it makes sure that no other process has the file open, that it is a sound SQLite
// database, and that this program is not older than its schema; otherwise it returns a *stet.Error.
func Open(ctx context.Context, path string) (*Driver, error) {
	d := &Driver{path: path}
	if err := d.open(ctx); err != nil {
		return nil, errors.Join(d.explain(err), d.Close())
	}
	return d, nil
}

func (d *Driver) open(ctx context.Context) (err error) {
	if err := makeFile(d.path); err != nil {
		return err
	}
	if d.lock, err = lockFile(d.path + ".lock"); err != nil {
		return err
	}
	if err := inspect(d.path); err != nil {
		return err
	}
	if d.write, err = connect(d.path, "_txlock=immediate", 1); err != nil {
		return err
	}
	if err := d.check(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, d.write); err != nil {
		return err
	}
	d.read, err = connect(d.path, "_txlock=deferred&_pragma=query_only(1)", readers)
	return err
}

// connect does not touch the file yet. The settings are those that never lose an answered commit: FULL syncs the log
// of every commit (https://sqlite.org/pragma.html#pragma_synchronous).
func connect(path, more string, connections int) (*sql.DB, error) {
	escaped := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
	inner, err := sqlite.NewConnector("file:" + escaped + "?" + more +
		"&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)")
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db := sql.OpenDB(stmtcache.New(inner, statements))
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// SQL is the writing pool, of one connection, for the queue. A transaction on it keeps the store from writing.
func (d *Driver) SQL() *sql.DB { return d.write }

// View reads in a transaction of its own; SQLite's readers do not wait for its writer.
func (d *Driver) View(ctx context.Context, fn func(state.Reader) error) error {
	tx, err := d.read.BeginTx(ctx, nil)
	if err != nil {
		return d.explain(err)
	}
	defer tx.Rollback() // nothing was written
	return fn(reader{ctx, tx})
}

// Begin opens a write transaction. Its raw transaction, for store.Jobs, is the *sql.Tx.
func (d *Driver) Begin(ctx context.Context) (store.Work, error) {
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, d.classify(err)
	}
	return &work{reader: reader{ctx, tx}, driver: d}, nil
}

// Close closes the file and gives up its lock.
func (d *Driver) Close() error {
	var errs []error
	for _, db := range []*sql.DB{d.read, d.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	return errors.Join(errs...)
}

// makeFile makes an empty database that only its owner can read; SQLite gives its other files the same mode.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return errPath(path, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return errPath(path, err)
	}
	return f.Close()
}

func errPath(path string, err error) error {
	return stet.Errorf(stet.Configuration, "store_path", "the database %s cannot be opened for writing; give its owner the rights or name another path: %w", path, err)
}
