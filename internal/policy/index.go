package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"

	"stet/internal/qa"
	"stet/internal/qa/ground"
)

// index makes documents searchable; nil where there are none. What it keeps in the cache is of one place; a cache that
// cannot be written only costs time.
func index(documents map[string][]byte, place, cache string) (qa.Knowledge, error) {
	if len(documents) == 0 {
		return nil, nil
	}
	name := ""
	if cache != "" && place != "" {
		sum := sha256.Sum256([]byte(place))
		name = filepath.Join(cache, hex.EncodeToString(sum[:8])+".kb")
	}
	x, _, err := ground.Open(documents, name)
	if x == nil {
		return nil, err
	}
	return x, nil
}
