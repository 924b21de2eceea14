package cli

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"stet/internal/demo"
)

// wordPressVariable names the environment variable with the description of a throw-away WordPress; testenv/wordpress run
// sets it.
const wordPressVariable = "STET_TEST_WORDPRESS"

// wordPress reads the description of a WordPress from where the value of --wordpress says.
func (sh *shell) wordPress(where string) (*demo.WordPress, error) {
	var line []byte
	var err error
	switch where {
	case wordPressVariable:
		if line = []byte(sh.Getenv(wordPressVariable)); len(line) == 0 {
			return nil, usage("--wordpress: $%s is not set. Run testenv/wordpress run stet demo --wordpress, or name a file with what testenv/wordpress start has printed: --wordpress=FILE", wordPressVariable)
		}
	case "-":
		line, err = io.ReadAll(sh.In)
	default:
		line, err = os.ReadFile(where)
	}
	if err != nil {
		return nil, usage("--wordpress: %v", err)
	}
	wp, err := demo.ParseWordPress(line)
	if err != nil {
		return nil, usage("--wordpress: %v", err)
	}
	return wp, nil
}

// writePosts tells how many public posts each slug has in the database of WordPress.
func writePosts(w io.Writer, posts map[string]int) {
	if len(posts) == 0 {
		return
	}
	fmt.Fprintf(w, "\n  posts  slug, from the database of WordPress\n")
	for _, slug := range slices.Sorted(maps.Keys(posts)) {
		fmt.Fprintf(w, "  %5d  %s\n", posts[slug], clean(slug))
	}
}
