package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// replace puts another file in the place of an open one, and gives a function that puts it back.
func replace(t *testing.T, path, with string) (restore func()) {
	t.Helper()
	other, err := os.OpenFile(with, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	open, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	undo := func() {}
	for _, link := range open {
		if to, err := os.Readlink(link); err == nil && to == path {
			before := undo
			fd := number(t, link)
			kept, err := unix.Dup(fd)
			if err != nil {
				t.Fatal(err)
			}
			must(t, unix.Dup2(int(other.Fd()), fd))
			undo = func() { before(); must(t, unix.Dup2(kept, fd)); must(t, unix.Close(kept)) }
		}
	}
	return undo
}

func number(t *testing.T, link string) (fd int) {
	t.Helper()
	for _, c := range filepath.Base(link) {
		fd = fd*10 + int(c-'0')
	}
	return fd
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func putting(name string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		return errors.Join(tx.Put(&state.Setting{Name: name}), tx.Append(stet.Event{ID: name, Type: stet.RolledBack}))
	}
}

func failsWith(t *testing.T, db *store.DB, name, code string) {
	t.Helper()
	err := db.Update(t.Context(), putting(name))
	if e, ok := errors.AsType[*stet.Error](err); !ok || e.Code != code || e.Kind != stet.Unavailable {
		t.Errorf("want %s, got %v", code, err)
	}
}

// A sync that failed may succeed the next time although the pages are gone, so there is no next time.
// /dev/null takes every write and refuses to be synced.
func TestStopsWhenASyncFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stet.db")
	db := store.New(open(t, path), store.Options{})
	must(t, db.Update(t.Context(), putting("before")))
	restore := replace(t, path+"-wal", "/dev/null")
	failsWith(t, db, "lost", "store_stopped")
	restore()
	failsWith(t, db, "after", "store_stopped")
	must(t, db.Close())

	db = store.New(open(t, path), store.Options{})
	defer db.Close()
	must(t, db.Update(t.Context(), putting("again")))
	must(t, db.View(t.Context(), func(r state.Reader) error {
		head, err := store.Verify(r)
		if head.Size != 2 {
			t.Errorf("%d events after opening again", head.Size)
		}
		return err
	}))
}
