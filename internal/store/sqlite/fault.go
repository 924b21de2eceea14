package sqlite

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"stet"
	"stet/internal/store"
)

// code is SQLite's primary result code (https://sqlite.org/rescode.html), 0 where err is not SQLite's.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// taken reports whether another row has a value that must be unique; of an event that can be its id alone.
func taken(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code() == lib.SQLITE_CONSTRAINT_UNIQUE
}

// explain is err as an operator can act on it.
func (d *Driver) explain(err error) error {
	if _, ok := errors.AsType[*stet.Error](err); ok {
		return err
	}
	switch code(err) {
	case lib.SQLITE_FULL:
		return stet.Errorf(stet.Unavailable, "disk_full", "the disk with the database %s is full, nothing was changed; make room and try again: %w", d.path, err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return stet.Errorf(stet.Unavailable, "store_locked", "another program holds the database %s; end it and try again: %w", d.path, err)
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
		return errPath(d.path, err)
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return errDamaged(d.path, err)
	case lib.SQLITE_IOERR:
		return stet.Errorf(stet.Unavailable, "disk_failed", "the disk with the database %s failed; check it before starting again: %w", d.path, err)
	}
	return err
}

func errDamaged(path string, err error) error {
	return stet.Errorf(stet.Internal, "store_damaged", "the database %s is damaged and was left as it is; keep a copy of it and restore the newest backup: %w", path, err)
}

// classify is explain for write transactions, where the store must know what may be tried again. After a failed sync
// the system may have dropped the pages and report success the next time, so nothing may be written any more.
func (d *Driver) classify(err error) error {
	switch code(err) {
	case lib.SQLITE_IOERR, lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", store.ErrBroken, d.explain(err))
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fmt.Errorf("%w: %w", store.ErrRetry, d.explain(err))
	}
	return d.explain(err)
}
