package ground

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
)

// Changes counts what a Sync or Open found different from what the index held.
type Changes struct{ Added, Changed, Removed, Same int }

// Open makes an index of documents, by path. With a cache, the name of a file, it reads only those anew that have changed
// since the cache was written, and writes it again when any has. A cache that cannot be used is made anew; one that cannot
// be written is an error, beside an Index that can be used.
func Open(documents map[string][]byte, cache string) (*Index, Changes, error) {
	x := &Index{}
	if cache != "" {
		if data, err := os.ReadFile(cache); err == nil {
			_ = x.UnmarshalBinary(data) // a cache of an older version is as good as none
		}
	}
	changes, err := x.Sync(documents)
	if err != nil {
		return nil, changes, err
	}
	if cache == "" || changes.Added+changes.Changed+changes.Removed == 0 {
		return x, changes, nil
	}
	return x, changes, x.save(cache)
}

// save writes the snapshot beside its place and moves it there, so that a reader never finds half of one.
func (x *Index) save(cache string) error {
	data, err := x.MarshalBinary()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(cache), 0o750); err != nil {
		return fmt.Errorf("save the knowledge base: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(cache), ".kb-*")
	if err != nil {
		return fmt.Errorf("save the knowledge base: %w", err)
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), cache)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // the first error says more
		return fmt.Errorf("save the knowledge base: %w", err)
	}
	return nil
}

// Sync makes the index hold exactly these documents, by path. Only what is new or has changed is read, on all processors.
// Documents that cannot be read are left out and named in the error, and the others are there.
func (x *Index) Sync(documents map[string][]byte) (Changes, error) {
	var changes Changes
	var fresh []string
	for _, name := range x.Paths() {
		if _, kept := documents[name]; !kept {
			x.Remove(name)
			changes.Removed++
		}
	}
	for name, content := range documents {
		x.mu.RLock()
		hash := x.hash(name)
		x.mu.RUnlock()
		switch hash {
		case hashOf(content):
			changes.Same++
			continue
		case "":
			changes.Added++
		default:
			changes.Changed++
		}
		fresh = append(fresh, name)
	}
	slices.Sort(fresh)
	return changes, x.addAll(fresh, documents)
}

// addAll reads documents on all processors and takes them in the order of their names.
func (x *Index) addAll(names []string, documents map[string][]byte) error {
	made, faults := make([]*document, len(names)), make([]error, len(names))
	var group sync.WaitGroup
	next := make(chan int)
	for range min(len(names), runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := range next {
				content := documents[names[i]]
				if made[i], faults[i] = readDocument(names[i], content); faults[i] == nil {
					made[i].hash = hashOf(content)
				}
			}
		})
	}
	for i := range names {
		next <- i
	}
	close(next)
	group.Wait()
	x.mu.Lock()
	defer x.mu.Unlock()
	for i, d := range made {
		x.remove(names[i])
		if faults[i] == nil {
			x.insert(d)
		}
	}
	return errors.Join(faults...)
}
