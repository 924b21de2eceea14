package page

import (
	"maps"
	"slices"
)

// Checks are the names of all checks, with their kinds.
func Checks() (list [][2]string) {
	for _, name := range slices.Sorted(maps.Keys(checks)) {
		list = append(list, [2]string{checks[name].kind, name})
	}
	return list
}
