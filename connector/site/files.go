package site

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"

	"stet"
)

const (
	stateDir = ".stet"
	itemsDir = ".stet/items" // what was written
	nextDir  = ".stet/next"  // what is being written: empty unless a write was cut short
	tempDir  = ".stet/tmp"
	lockFile = ".stet/lock"
	listFile = ".stet/derived.json"
)

// folder is the output tree, opened for one session. Names are slash-separated and below the root; os.Root keeps them
// there, and plain refuses symbolic links, so a link planted in the tree leads nowhere.
type folder struct {
	root  *os.Root
	lock  *os.File
	fault func(op, name string) error
	temps int
	dirs  []string // those with names that are not durable yet
}

var errLink = errors.New("is a symbolic link or no plain file")

func (f *folder) step(op, name string) error {
	if f.fault == nil {
		return nil
	}
	return f.fault(op, name)
}

// plain fails where a part of name is neither missing, nor a folder, nor (the last part) a regular file.
func (f *folder) plain(name string) error {
	for i := 0; i < len(name); {
		j := strings.IndexByte(name[i:], '/')
		last := j < 0
		if last {
			i = len(name)
		} else {
			i += j
		}
		info, err := f.root.Lstat(name[:i])
		if err != nil {
			return err
		}
		if !info.IsDir() && !(last && info.Mode().IsRegular()) {
			return &fs.PathError{Op: "open", Path: name[:i], Err: errLink}
		}
		i++
	}
	return nil
}

// read gives the bytes of a regular file.
func (f *folder) read(name string) ([]byte, error) {
	if err := f.plain(name); err != nil {
		return nil, err
	}
	return f.root.ReadFile(name)
}

// sum is the hash of a file, empty where there is none.
func (f *folder) sum(name string) (string, error) {
	data, err := f.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return digest(data), nil
}

// put replaces a file in one step: a reader sees the old bytes or the new ones, after a power cut too.
func (f *folder) put(name string, data []byte) error {
	temp, err := f.stage(data)
	if err != nil {
		return err
	}
	if err := f.sync(temp); err != nil {
		return err
	}
	if err := f.move(temp.name, name); err != nil {
		return err
	}
	return f.syncDirs()
}

// staged is a file that is written and has no place yet.
type staged struct {
	name string
	file *os.File
}

func (f *folder) stage(data []byte) (*staged, error) {
	f.temps++
	temp := tempDir + "/" + strconv.Itoa(f.temps)
	if err := f.step("create", temp); err != nil {
		return nil, err
	}
	// A temporary file of an earlier life may be there; a link must not be followed.
	if err := f.root.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := f.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	if err := f.step("write", temp); err != nil {
		_, half := file.Write(data[:len(data)/2])
		return nil, errors.Join(err, half, file.Close())
	}
	if _, err := file.Write(data); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &staged{temp, file}, nil
}

// sync makes the bytes of staged files durable and closes them. All wait for the disk together.
func (f *folder) sync(files ...*staged) error {
	var group errgroup.Group
	var failed error
	for _, s := range files {
		failed = errors.Join(failed, f.step("sync", s.name))
		group.Go(func() error { return errors.Join(s.file.Sync(), s.file.Close()) })
	}
	return errors.Join(failed, group.Wait())
}

// move renames a file; it is durable after syncDirs.
func (f *folder) move(from, to string) error {
	if err := f.mkdir(path.Dir(to)); err != nil {
		return err
	}
	if info, err := f.root.Lstat(to); err == nil && info.IsDir() {
		return &fs.PathError{Op: "write", Path: to, Err: errLink}
	}
	if err := f.step("rename", to); err != nil {
		return err
	}
	f.stale(path.Dir(to))
	if dir := path.Dir(from); dir != tempDir {
		f.stale(dir)
	}
	return f.root.Rename(from, to)
}

// stale says that the names in a folder have changed since it was synced.
func (f *folder) stale(dir string) {
	if !slices.Contains(f.dirs, dir) {
		f.dirs = append(f.dirs, dir)
	}
}

// syncDirs makes durable every name that changed since the last call.
func (f *folder) syncDirs() error {
	dirs := f.dirs
	f.dirs = nil
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there
	}
	var group errgroup.Group
	var failed error
	for _, name := range dirs {
		failed = errors.Join(failed, f.step("syncdir", name))
		group.Go(func() error {
			dir, err := f.root.Open(name)
			if errors.Is(err, fs.ErrNotExist) {
				return nil // removed meanwhile, as its parent says
			}
			if err != nil {
				return err
			}
			return errors.Join(dir.Sync(), dir.Close())
		})
	}
	return errors.Join(failed, group.Wait())
}

// mkdir makes a folder and its parents.
func (f *folder) mkdir(name string) error {
	if name == "." {
		return nil
	}
	err := f.plain(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := f.mkdir(path.Dir(name)); err != nil {
		return err
	}
	if err := f.step("mkdir", name); err != nil {
		return err
	}
	mode := fs.FileMode(0o755)
	if name == stateDir {
		mode = 0o700 // the web server has no business there
	}
	f.stale(path.Dir(name))
	if err := f.root.Mkdir(name, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// remove deletes a file and the folders that it leaves empty. What is gone is removed.
func (f *folder) remove(name string) error {
	if err := f.step("remove", name); err != nil {
		return err
	}
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f.stale(path.Dir(name))
	return f.prune(path.Dir(name))
}

// prune deletes a folder and its parents as long as they are empty.
func (f *folder) prune(name string) error {
	for ; name != "."; name = path.Dir(name) {
		if err := f.step("rmdir", name); err != nil {
			return err
		}
		if f.root.Remove(name) != nil {
			break // not empty
		}
		f.stale(path.Dir(name))
	}
	return nil
}

func (f *folder) list(name string) ([]string, error) {
	dir, err := f.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names, err := dir.Readdirnames(-1)
	return names, errors.Join(err, dir.Close())
}

// diskError gives an error of a file operation its kind and a sentence. Its outcome is unknown until the caller says
// otherwise.
func (t *target) diskError(err error) *stet.Error {
	if e, ok := errors.AsType[*stet.Error](err); ok {
		return e
	}
	dir := t.opt.path
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return stet.Errorf(stet.Unavailable, "disk_full", "The disk of %s is full. Free some space: %w", dir, err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return stet.Errorf(stet.Configuration, "not_writable", "The folder %s cannot be written. Give the user that stet runs as the right to write there: %w", dir, err)
	case errors.Is(err, errLink), errors.Is(err, syscall.ENOTDIR):
		return stet.Errorf(stet.Configuration, "not_plain", "In the folder %s something is in the way that is no plain file or folder. Remove it: %w", dir, err)
	}
	return stet.Errorf(stet.Unavailable, "disk_failed", "A file operation in %s failed: %w", dir, err)
}

// notApplied is an error of a write that provably changed nothing.
func notApplied(kind stet.Kind, code, format string, args ...any) *stet.Error {
	e := stet.Errorf(kind, code, format, args...)
	e.Outcome = stet.NotApplied
	return e
}
