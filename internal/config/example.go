package config

import (
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"stet"
	"stet/contract"
)

// FileName is what the configuration is called.
const FileName = "stet.yaml"

//go:embed example.yaml
var example string

//go:embed example-policy.yaml
var examplePolicy string

// Init writes a first configuration into a folder: a commented stet.yaml with every key, a policy that extends the
// default one, and secrets that only their owner may read. It gives the paths it wrote. What exists already is never
// touched: then it writes nothing and returns a Conflict.
func Init(folder string) (written []string, err error) {
	_, secret := contract.NewSecret()
	files := []struct {
		name, text string
		mode       fs.FileMode
	}{
		{"secrets/newsroom", secret + "\n", 0o600},
		{"secrets/admin-token", "stet_" + rand.Text() + "\n", 0o600},
		{"policy/" + policyFile, examplePolicy, 0o644},
		{FileName, example, 0o644},
	}
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(folder, f.name)); !errors.Is(err, fs.ErrNotExist) {
			return nil, stet.Errorf(stet.Conflict, "exists", "%s exists already, so nothing was written; remove it, or choose another folder", filepath.Join(folder, f.name))
		}
	}
	for _, f := range files {
		path := filepath.Join(folder, f.name)
		mode := fs.FileMode(0o755)
		if f.mode == 0o600 {
			mode = 0o700
		}
		if err := os.MkdirAll(filepath.Dir(path), mode); err != nil {
			return written, fmt.Errorf("make folder: %w", err)
		}
		if err := create(path, f.text, f.mode); err != nil {
			return written, err
		}
		written = append(written, path)
	}
	return written, nil
}

// create writes a new file; it never follows or replaces what is there.
func create(path, text string, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
