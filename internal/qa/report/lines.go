package report

import (
	"sort"
	"unicode/utf8"

	"stet/internal/prose"
)

// Lines finds lines and columns in the text of a file, whose lines end with LF, CRLF or CR. It is for one goroutine, and
// fastest where places are asked for in their order.
type Lines struct {
	text   string
	starts []int
	last   prose.Position
}

// NewLines indexes a text.
func NewLines(text string) *Lines {
	l := &Lines{text: text, starts: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' || text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// At is the position of a byte, of the text's end for one behind it. A byte order mark takes no column.
func (l *Lines) At(at int) prose.Position {
	at = min(max(at, 0), len(l.text))
	line := sort.SearchInts(l.starts, at+1) - 1
	p := prose.Position{Byte: l.starts[line], Line: line + 1, Column: 1, UTF16: 1}
	if l.last.Line == p.Line && l.last.Byte <= at {
		p = l.last
	}
	for p.Byte < at {
		c, size := utf8.DecodeRuneInString(l.text[p.Byte:])
		if p.Byte+size > at {
			break
		}
		if c != '\ufeff' || p.Byte > 0 {
			p.Column++
			p.UTF16++
		}
		if c > 0xffff {
			p.UTF16++
		}
		p.Byte += size
	}
	l.last = p
	p.Byte = at
	return p
}
