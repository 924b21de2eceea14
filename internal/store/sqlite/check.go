package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/semver"

	"stet"
)

const (
	oldest  = "3.51.3"  // before it two connections could lose a reset of the log (https://sqlite.org/wal.html#walresetbug)
	quickly = 256 << 20 // bytes of a database that are checked whole at every start
)

// inspect reads the header, which SQLite would overwrite in a file that it takes for an empty one.
func inspect(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return errPath(path, err)
	}
	defer f.Close()
	magic := []byte("SQLite format 3\x00")
	head := make([]byte, len(magic))
	switch n, err := io.ReadFull(f, head); {
	case n == 0 && err == io.EOF: // new
		return inspectNew(path)
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return errPath(path, err)
	case !bytes.Equal(head, magic):
		return errDamaged(path, fmt.Errorf("it does not begin with %q", magic[:15]))
	}
	return nil
}

// inspectNew tells a file that was never written from one that was cut to nothing.
func inspectNew(path string) error {
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		return errDamaged(path, fmt.Errorf("it is empty, but its log %s-wal is not", path))
	}
	return nil
}

// check makes sure that the database is what it has to be before it is trusted with anything.
func (d *Driver) check(ctx context.Context) error {
	var version, journal string
	var synchronous, pages, size int64
	for query, to := range map[string]any{"SELECT sqlite_version()": &version, "PRAGMA journal_mode": &journal,
		"PRAGMA synchronous": &synchronous, "PRAGMA page_count": &pages, "PRAGMA page_size": &size} {
		if err := d.write.QueryRowContext(ctx, query).Scan(to); err != nil {
			return fmt.Errorf("ask %s: %w", query, err)
		}
	}
	switch {
	case semver.Compare("v"+version, "v"+oldest) < 0:
		return stet.Errorf(stet.Internal, "store_version", "SQLite %s can damage a database; build with %s or newer", version, oldest)
	case journal != "wal":
		return stet.Errorf(stet.Configuration, "store_path", "the database %s cannot use a write-ahead log (its journal is %q); "+
			"keep it on a local disk", d.path, journal)
	case synchronous != 2:
		return stet.Errorf(stet.Internal, "store_settings", "the database %s is not synced at every commit (synchronous is %d)", d.path, synchronous)
	case pages*size <= quickly:
		return d.checkPages(ctx)
	}
	return nil
}

func (d *Driver) checkPages(ctx context.Context) error {
	var found string
	if err := d.write.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
		return fmt.Errorf("check pages: %w", err)
	}
	if found != "ok" {
		return errDamaged(d.path, errors.New(found))
	}
	return nil
}
