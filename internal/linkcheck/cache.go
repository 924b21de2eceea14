package linkcheck

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
)

// answers are what is known, by address.
type answers struct {
	mu *sync.Mutex
	by map[string]Answer
}

// read reads a cache. One that is not there, or that another version wrote, is empty: everything is asked again.
func read(name string) (answers, error) {
	a := answers{&sync.Mutex{}, map[string]Answer{}}
	if name == "" {
		return a, nil
	}
	raw, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return a, nil
	case err != nil:
		return a, fmt.Errorf("read answers about links: %w", err)
	}
	if json.Unmarshal(raw, &a.by) != nil {
		a.by = map[string]Answer{}
	}
	return a, nil
}

func (a answers) get(address string) (Answer, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	answer, known := a.by[address]
	return answer, known
}

func (a answers) put(address string, answer Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.by[address] = answer
}

// write replaces the file as a whole.
func (a answers) write(name string) error {
	if name == "" {
		return nil
	}
	a.mu.Lock()
	by := maps.Clone(a.by)
	a.mu.Unlock()
	raw, err := json.MarshalIndent(by, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("keep answers about links: %w", err)
	}
	if err := os.WriteFile(name+".new", raw, 0o644); err != nil {
		return fmt.Errorf("keep answers about links: %w", err)
	}
	return os.Rename(name+".new", name)
}
