package site

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"stet"
)

// cache holds the entries of all records and the stamp of the folder that they were read at.
type cache struct {
	valid   bool
	stamp   stamp
	entries map[string]*record // by remote id, tombstones included
	slugs   map[string]string  // folded slug of what is public -> remote id
}

// stamp changes with every change of the records: count is raised by every writing session of every process; the time
// of the folder tells of a person who put a file there or took one away.
type stamp struct {
	count int64
	items time.Time
}

// write runs f alone on the folder: no other goroutine, connector or process is in a session meanwhile. Before f the
// cache is true and nothing is half done.
func (t *target) write(ctx context.Context, f func(*folder) error) error {
	return t.session(ctx, true, func(dir *folder) error {
		err := t.refresh(dir)
		if err == nil {
			err = f(dir)
		}
		if err == nil {
			err = t.remember(dir)
		}
		// A session that fails may have left work for the refresh of the next one; a refusal has not.
		t.cache.valid = err == nil || t.cache.valid && stet.OutcomeOf(err) == stet.NotApplied
		return err
	})
}

// refresh makes the cache true and completes what a killed process left, in this order.
func (t *target) refresh(dir *folder) error {
	pending, err := dir.list(nextDir)
	if err != nil {
		return err
	}
	now, err := dir.stamp()
	if err != nil {
		return err
	}
	if t.cache.valid && t.cache.stamp == now && len(pending) == 0 {
		return nil
	}
	t.changed.Add(1)
	if err := t.finishAll(dir, pending); err != nil {
		return err
	}
	if err := t.load(dir); err != nil {
		return err
	}
	t.cache.valid = true
	if err := t.restyle(dir); err != nil {
		return err
	}
	return t.remember(dir)
}

func (t *target) load(dir *folder) error {
	names, err := dir.list(itemsDir)
	if err != nil {
		return err
	}
	t.cache = cache{entries: make(map[string]*record, len(names)), slugs: make(map[string]string, len(names))}
	for _, name := range names {
		id, ok := strings.CutSuffix(name, ".json")
		if !ok || !validID.MatchString(id) {
			continue
		}
		r, err := readRecord(dir, itemsDir, id)
		if err != nil {
			return err
		}
		if r != nil {
			t.cache.put(id, r)
		}
	}
	return nil
}

func (c *cache) put(id string, r *record) {
	if old := c.entries[id]; old != nil && !old.Gone {
		delete(c.slugs, foldSlug(old.Doc.Slug))
	}
	c.entries[id] = r.entry()
	if !r.Gone {
		c.slugs[foldSlug(r.Doc.Slug)] = id
	}
}

func (t *target) remember(dir *folder) (err error) {
	t.cache.stamp, err = dir.stamp()
	return err
}

func (f *folder) stamp() (stamp, error) {
	info, err := f.root.Lstat(itemsDir)
	if err != nil {
		return stamp{}, err
	}
	return stamp{count: f.count(), items: info.ModTime()}, nil
}

// count is how often the records were changed, by whatever process. Nothing is synced: the number need only outlive
// the processes that compare it.
func (f *folder) count() int64 {
	buf := make([]byte, 20)
	n, _ := f.lock.ReadAt(buf, 0) // an empty file counts as 0
	count, _ := strconv.ParseInt(strings.TrimSpace(string(buf[:n])), 10, 64)
	return count
}

// mark tells other processes that the records change, before they do.
func (f *folder) mark() error {
	_, err := f.lock.WriteAt(fmt.Appendf(nil, "%019d\n", f.count()+1), 0)
	return err
}

// session opens the folder and takes its locks: the gate among the goroutines of this connector, the lock file among
// everybody. A reading session does not make what is missing.
func (t *target) session(ctx context.Context, alone bool, f func(*folder) error) error {
	select {
	case t.gate <- struct{}{}:
		defer func() { <-t.gate }()
	case <-ctx.Done():
		return notApplied(stet.Unavailable, "cancelled", "The folder %s was not reached in time: %w", t.opt.path, ctx.Err())
	}
	if alone {
		if err := os.MkdirAll(t.opt.path, 0o755); err != nil {
			return err
		}
	}
	root, err := os.OpenRoot(t.opt.path)
	if err != nil {
		return err
	}
	defer root.Close()
	dir := &folder{root: root, fault: t.fault}
	if dir.lock, err = dir.openLock(alone); err != nil {
		return err
	}
	defer dir.lock.Close()
	if err := waitLock(ctx, dir.lock, alone); err != nil {
		return err
	}
	return f(dir)
}

func (f *folder) openLock(alone bool) (*os.File, error) {
	if !alone {
		if err := f.plain(lockFile); err != nil {
			return nil, err
		}
		return f.root.Open(lockFile)
	}
	for _, name := range []string{nextDir, itemsDir, tempDir} {
		if err := f.mkdir(name); err != nil {
			return nil, err
		}
	}
	if err := f.plain(lockFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return f.root.OpenFile(lockFile, os.O_RDWR|os.O_CREATE, 0o644)
}

func waitLock(ctx context.Context, lock *os.File, alone bool) error {
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		ok, err := tryLock(lock, alone)
		if ok || err != nil {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return notApplied(stet.Unavailable, "locked", "Another process writes to the folder and did not finish in time; try again: %w", ctx.Err())
		}
	}
}
