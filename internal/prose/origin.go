package prose

import (
	"html"
	"sort"
	"strings"
)

// piece says that Plain from plain on stands in the source from source on: size bytes of it, byte for byte where it is
// exact.
type piece struct {
	plain, source, size int
	exact               bool
}

// Origin is where a range of Plain stands in the source. It is exact where the source has the same bytes; where it is
// not, because of an entity, an escape, a mark of emphasis or a line end within, the span covers all of it.
func (b *Block) Origin(start, end int) (span Span, exact bool) {
	start = max(0, min(start, len(b.Plain)))
	end = max(start, min(end, len(b.Plain)))
	if len(b.origin) == 0 {
		return Span{b.Span.Start, b.Span.Start}, false
	}
	first := b.piece(start)
	last := first
	if end > start {
		last = b.piece(end - 1)
	}
	from, to := b.origin[first], b.origin[last]
	span.Start, span.End = from.source, to.source+to.size
	if from.exact {
		span.Start = min(from.source+start-from.plain, from.source+from.size)
	}
	if to.exact {
		span.End = min(to.source+end-to.plain, to.source+to.size)
	} else if end == start {
		span.End = span.Start
	}
	return span, first == last && from.exact
}

// piece is the index of the piece that holds an offset of Plain.
func (b *Block) piece(offset int) int {
	return max(0, sort.Search(len(b.origin), func(i int) bool { return b.origin[i].plain > offset })-1)
}

// run is text being collected, with its origin.
type run struct {
	source string
	masked []byte // the source as the Markdown parser sees it; mask stands for what is no text. nil: as it is
	plain  []byte
	origin []piece
}

// copy takes source[start:end] as it is, without what is masked.
func (r *run) copy(start, end int) {
	for r.masked != nil && start < end {
		clear := start
		for clear < end && r.masked[clear] != mask {
			clear++
		}
		if clear == end {
			break
		}
		r.exact(start, clear)
		for start = clear; start < end && r.masked[start] == mask; start++ {
		}
	}
	r.exact(start, end)
}

func (r *run) exact(start, end int) {
	if start >= end {
		return
	}
	r.plain = append(r.plain, r.source[start:end]...)
	if n := len(r.origin); n > 0 {
		if last := &r.origin[n-1]; last.exact && last.source+last.size == start {
			last.size += end - start
			return
		}
	}
	r.origin = append(r.origin, piece{len(r.plain) - (end - start), start, end - start, true})
}

// put writes s for source[start:end].
func (r *run) put(s string, start, end int) {
	if s == "" {
		return
	}
	r.origin = append(r.origin, piece{len(r.plain), start, end - start, false})
	r.plain = append(r.plain, s...)
}

// resolve takes source[start:end] with its character references resolved, and its backslash escapes where it is Markdown.
func (r *run) resolve(start, end int, markdown bool) {
	for start < end {
		special := "&"
		if markdown {
			special = `\&`
		}
		at := strings.IndexAny(r.source[start:end], special)
		if at < 0 {
			break
		}
		at += start
		r.copy(start, at)
		start = at + 1
		if r.source[at] == '\\' {
			if start < end && isPunct(r.source[start]) {
				r.copy(start, start+1)
				start++
				continue
			}
		} else if value, size := reference(r.source[at:end]); size > 0 {
			r.put(value, at, at+size)
			start = at + size
			continue
		}
		r.copy(at, start)
	}
	r.copy(start, end)
}

// maxReference is the length of the longest character reference, &CounterClockwiseContourIntegral;.
const maxReference = 33

// reference is the value of the character reference that s begins with; size is 0 where it begins with none.
func reference(s string) (value string, size int) {
	end := strings.IndexByte(s[:min(len(s), maxReference)], ';')
	if end < 2 {
		return "", 0
	}
	if value = html.UnescapeString(s[:end+1]); value == s[:end+1] {
		return "", 0
	}
	return value, end + 1
}

// resolved is a text with its character references resolved, and its backslash escapes where it is Markdown.
func resolved(s string, markdown bool) string {
	if !strings.ContainsAny(s, `\&`) {
		return s
	}
	r := run{source: s}
	r.resolve(0, len(s), markdown)
	return string(r.plain)
}

func isPunct(c byte) bool {
	return c >= '!' && c <= '/' || c >= ':' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~'
}
