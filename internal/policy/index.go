package policy

import (
	"maps"
	"slices"

	"stet/internal/qa"
	"stet/internal/qa/ground"
)

// index makes documents searchable; nil where there are none.
func index(documents map[string][]byte) (qa.Knowledge, error) {
	if len(documents) == 0 {
		return nil, nil
	}
	x := &ground.Index{}
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		if err := x.Add(name, documents[name]); err != nil {
			return nil, err
		}
	}
	return x, nil
}
