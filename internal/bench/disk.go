package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

const (
	rest  = 10 * time.Millisecond
	rests = 50
)

// syncAfterRest is how long a sync takes after a rest, p50 in milliseconds. Many disks are slower then than at full
// speed, and a publish at low load meets them so.
func syncAfterRest(ctx context.Context, path string) (float64, error) {
	var took []float64
	err := appending(path, func(step func() error) error {
		for range rests {
			select {
			case <-time.After(rest):
			case <-ctx.Done():
				return ctx.Err()
			}
			start := time.Now()
			if err := step(); err != nil {
				return err
			}
			took = append(took, millis(time.Since(start)))
		}
		return nil
	})
	return median(took), err
}

// syncRate appends 4 kB and syncs them, again and again, as a database's log does.
func syncRate(path string, during time.Duration) (rate float64, err error) {
	err = appending(path, func(step func() error) error {
		rate, err = repeat(during, func() (int, error) { return 1, step() })
		return err
	})
	return rate, err
}

// appending gives do a step that appends 4 kB to a new file and syncs them.
func appending(path string, do func(step func() error) error) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("measure the disk: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(path)) }()
	page := make([]byte, 4096)
	return do(func() error {
		if _, err := f.Write(page); err != nil {
			return err
		}
		return datasync(f)
	})
}
