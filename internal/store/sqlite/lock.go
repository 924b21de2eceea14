package sqlite

import (
	"errors"
	"os"

	"stet"
)

// lockFile takes an exclusive lock that ends with the file's closing, also by the end of the process. SQLite's own
// locks do not do: they let a second process write between our transactions.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, errPath(path, err)
	}
	if err := tryLock(f); err != nil {
		return nil, errors.Join(stet.Errorf(stet.Unavailable, "store_in_use",
			"another stet process has the database open (it holds the lock %s); stop it first, or use PostgreSQL to run several: %w", path, err), f.Close())
	}
	return f, nil
}
