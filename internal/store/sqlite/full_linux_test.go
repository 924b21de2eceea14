package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// small mounts a file system of few megabytes, which needs the right to mount.
func small(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("may not mount a small file system, as root may: %v", err)
	}
	t.Cleanup(func() { must(t, unix.Unmount(folder, 0)) })
	return folder
}

// fill leaves a file system with room for so many pages, and gives a function that makes room again.
func fill(t *testing.T, folder string, pages int) (empty func()) {
	t.Helper()
	name := filepath.Join(folder, "filler")
	f, err := os.Create(name)
	must(t, err)
	var size int64
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
		size += 4096
	}
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	must(t, f.Truncate(max(0, size-int64(pages+1)*4096)))
	must(t, f.Close())
	return func() { must(t, os.Remove(name)) }
}

// A disk that is full refuses, whichever write of a commit meets its end, and nothing of the refused stays; with room
// again the same store goes on.
func TestStaysUsableWhenTheDiskWasFull(t *testing.T) {
	folder := small(t)
	db := store.New(open(t, filepath.Join(folder, "stet.db")), store.Options{})
	defer func() { must(t, db.Close()) }()
	must(t, db.Update(t.Context(), putting("before")))
	taken, refused := 1, 0
	for pages := range 24 {
		empty := fill(t, folder, pages)
		for n := 0; ; n++ {
			err := db.Update(t.Context(), putting(fmt.Sprintf("full-%d-%d", pages, n)))
			if err == nil {
				taken++
				continue
			}
			if e, ok := errors.AsType[*stet.Error](err); !ok || e.Code != "disk_full" || e.Kind != stet.Unavailable {
				t.Fatalf("with room for %d pages: %v", pages, err)
			}
			refused++
			break
		}
		empty()
		if err := db.Update(t.Context(), putting(fmt.Sprint("after-", pages))); err != nil {
			t.Fatalf("with room again after %d pages: %v", pages, err)
		}
		taken++
	}
	must(t, db.View(t.Context(), func(r state.Reader) error {
		head, err := store.Verify(r)
		if int(head.Size) != taken || refused != 24 {
			t.Errorf("the log has %d entries; %d were taken, %d refused", head.Size, taken, refused)
		}
		return err
	}))
}
