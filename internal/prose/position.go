package prose

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Position is a place in a source as editors and reports name it. Lines and columns count from 1. A line ends at a line
// feed; a carriage return before it belongs to the line.
type Position struct {
	Byte   int `json:"byte"`
	Line   int `json:"line"`
	Column int `json:"column"` // in code points
	UTF16  int `json:"utf16"`  // column in UTF-16 code units
}

// stride is how many bytes lie between two checkpoints, so that a position in a line of megabytes is found at once.
const stride = 4096

// checkpoint is a place from which columns can be counted.
type checkpoint struct{ offset, runes, units int }

// place indexes the source for Position.
func (t *Text) place() {
	t.lines = append(t.lines, 0)
	for at := 0; ; {
		next := strings.IndexByte(t.Source[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
		t.lines = append(t.lines, at)
	}
	for at, line := stride, 0; at < len(t.Source); at += stride {
		for line+1 < len(t.lines) && t.lines[line+1] <= at {
			line++
		}
		from := checkpoint{offset: t.lines[line]}
		if n := len(t.points); n > 0 && t.points[n-1].offset > from.offset {
			from = t.points[n-1]
		}
		t.points = append(t.points, from.count(t.Source, boundary(t.Source, at)))
	}
}

// boundary is the nearest offset at or before at where a rune begins.
func boundary(source string, at int) int {
	for i := 0; i < utf8.UTFMax && at > 0 && at < len(source) && !utf8.RuneStart(source[at]); i++ {
		at--
	}
	return at
}

// count moves the checkpoint on to an offset.
func (c checkpoint) count(source string, to int) checkpoint {
	for _, r := range source[min(c.offset, to):to] {
		c.runes++
		c.units++
		if r > 0xFFFF {
			c.units++
		}
	}
	c.offset = to
	return c
}

// Position is where an offset stands. An offset outside the source is taken for its nearest end, one inside a character
// for the character's beginning.
func (t *Text) Position(offset int) Position {
	offset = boundary(t.Source, max(0, min(offset, len(t.Source))))
	line := sort.SearchInts(t.lines, offset+1) - 1
	from := checkpoint{offset: t.lines[line]}
	if i := sort.Search(len(t.points), func(i int) bool { return t.points[i].offset > offset }) - 1; i >= 0 && t.points[i].offset > from.offset {
		from = t.points[i]
	}
	at := from.count(t.Source, offset)
	return Position{Byte: offset, Line: line + 1, Column: at.runes + 1, UTF16: at.units + 1}
}
