package policy

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"stet"
	"stet/policies"
)

// folder is where the files of a pack stand.
type folder struct {
	files fs.FS
	shown string // before the names of files in messages
	place string // on disk; empty for a pack that ships with stet
	cache string // folder for the indexes of knowledge bases; empty: none is kept
}

const (
	maxFiles = 20_000    // of a pack, with its knowledge base
	maxTotal = 256 << 20 // bytes of them
)

// onDisk is a folder that the operator named.
func onDisk(dir string) (folder, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return folder{}, stet.Errorf(stet.Configuration, "no_policy", "there is no policy in %s; `stet init` writes one, and the packs %s ship with stet",
			dir, strings.Join(ShippedNames(), ", "))
	case err != nil:
		return folder{}, fmt.Errorf("open policy %s: %w", dir, err)
	case !info.IsDir():
		return folder{}, stet.Errorf(stet.Configuration, "no_policy", "%s is a file; a policy is a folder with a policy.yaml", dir)
	}
	return folder{files: os.DirFS(dir), shown: filepath.ToSlash(dir), place: dir}, nil
}

// ShippedNames are the names of the packs that ship with stet.
func ShippedNames() []string {
	entries, err := fs.ReadDir(policies.FS, ".")
	if err != nil {
		panic(err) // the file system is part of the program
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// shipped is the folder of a pack that ships with stet; ok is false where there is none of this name.
func shipped(name string) (f folder, ok bool) {
	if !slices.Contains(ShippedNames(), name) {
		return folder{}, false
	}
	files, err := fs.Sub(policies.FS, name)
	if err != nil {
		panic(err)
	}
	return folder{files: files, shown: name}, true
}

// show is a file's name in messages.
func (f folder) show(name string) string { return path.Join(f.shown, name) }

// yaml are the YAML files of a part of the pack, such as rules, by name; a part need not be there.
func (f folder) yaml(part string) (names []string, err error) {
	err = fs.WalkDir(f.files, part, func(name string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == part {
			return fs.SkipAll
		}
		if err != nil {
			return err
		}
		if ext := path.Ext(name); e.Type().IsRegular() && (ext == ".yaml" || ext == ".yml") && !hidden(name) {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", f.show(part), err)
	}
	return names, nil
}

func hidden(name string) bool { return strings.HasPrefix(path.Base(name), ".") }

// digest is a hash of the names and bytes of all files, hidden ones left out.
func (f folder) digest() (sum [32]byte, err error) {
	hash := sha256.New()
	count, total := 0, int64(0)
	err = fs.WalkDir(f.files, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && hidden(name):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !e.Type().IsRegular():
			return nil
		}
		text, err := fs.ReadFile(f.files, name)
		if err != nil {
			return err
		}
		if count, total = count+1, total+int64(len(text)); count > maxFiles || total > maxTotal {
			return fmt.Errorf("it has more than %d files or %d MiB; make the knowledge base smaller", maxFiles, maxTotal>>20)
		}
		for _, part := range [][]byte{[]byte(name), text} {
			hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
			hash.Write(part)
		}
		return nil
	})
	if err != nil {
		return sum, fmt.Errorf("read policy %s: %w", f.shown, err)
	}
	return [32]byte(hash.Sum(nil)), nil
}
