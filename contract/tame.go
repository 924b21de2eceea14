package contract

import (
	"regexp"
	"strings"
)

// A Markdown parser needs quadratic time for two things nobody writes: quotes and lists opened hundreds deep in one
// line, and thousands of link starts that find no end. 100 KB of either held goldmark for twelve seconds.
const maxScan = 500_000_000 // bytes looked at for link ends: about two seconds

var (
	deep      = regexp.MustCompile(`(?m)^[ \t]*(?:(?:>|[-+*]|[0-9]{1,9}[.)])[ \t]*){100}`)
	emptyLine = regexp.MustCompile(`\n[ \t]*\n`)
)

// tame reports whether a text is read in a time about proportional to its size.
func tame(source string) bool {
	if deep.MatchString(source) {
		return false
	}
	for _, chunk := range emptyLine.Split(source, -1) {
		starts := strings.Count(chunk, "](") + strings.Count(chunk, "][")
		if starts*len(chunk) > maxScan {
			return false
		}
	}
	return true
}
