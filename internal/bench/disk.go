package bench

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// syncRate appends 4 kB and syncs them, again and again, as a database's log does.
func syncRate(path string, during time.Duration) (rate float64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, fmt.Errorf("measure the disk: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(path)) }()
	page := make([]byte, 4096)
	return repeat(during, func() (int, error) {
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		return 1, datasync(f)
	})
}
