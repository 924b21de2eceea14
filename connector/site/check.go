package site

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"stet"
)

// probeSize is what Check writes and removes again: about what an article with its lists needs.
const probeSize = 256 << 10

// Check tells whether the folder can be written. In a folder that was never written to it makes nothing but the folder
// for its records; in one that was, it completes what was cut short and repairs the derived files.
func (t *target) Check(ctx context.Context) error {
	fresh := false
	if _, err := os.Lstat(t.opt.path + "/" + itemsDir); errors.Is(err, fs.ErrNotExist) {
		fresh = true
	}
	err := t.write(ctx, func(dir *folder) error {
		probe, err := dir.stage(make([]byte, probeSize))
		if err != nil {
			return err
		}
		if err := errors.Join(dir.sync(probe), dir.root.Remove(probe.name)); err != nil {
			return err
		}
		t.cache.valid = false // a person may have changed a record in place
		if err := t.refresh(dir); err != nil {
			return err
		}
		if fresh || t.opt.format != formatHTML {
			return nil
		}
		clear(t.derived)
		return t.derive(dir)
	})
	if err != nil {
		e := *t.diskError(err)
		e.Outcome = stet.NotApplied
		return &e
	}
	return nil
}
