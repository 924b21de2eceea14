package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"stet/internal/qa"
)

// reach is how far around a finding its line is looked at, in bytes: more than any terminal shows.
const reach = 4096

// lineAround is the line a byte stands in, as far as reach goes, and where that begins.
func lineAround(text string, at int) (line string, start int) {
	first, last := max(0, at-reach), min(len(text), at+reach)
	for first > 0 && first < at && !utf8.RuneStart(text[first]) {
		first++
	}
	start = first + strings.LastIndexAny(text[first:at], "\n\r") + 1
	end := last
	if i := strings.IndexAny(text[at:last], "\n\r"); i >= 0 {
		end = at + i
	}
	return text[start:end], start
}

// shown is the line of a finding, cut to a width, and the marks that stand under what was found. Both are empty where
// there is nothing to show: a finding about something that is missing has no text.
func shown(text string, f *qa.Finding, width int) (line, marks string) {
	from, to := f.Where.Start.Byte, f.Where.End.Byte
	if text == "" || from < 0 || to <= from || to > len(text) {
		return "", ""
	}
	whole, start := lineAround(text, from)
	return excerpt(whole, from-start, min(to-start, len(whole)), width)
}

// excerpt cuts a line to a width so that the bytes from..to are seen, and marks these.
func excerpt(line string, from, to, wide int) (text, marks string) {
	cells := cellsOf(line, from, to)
	first, last := window(cells, wide)
	var t, m strings.Builder
	if first > 0 {
		t.WriteString("…")
		m.WriteString(" ")
	}
	for _, c := range cells[first:last] {
		t.WriteString(c.text)
		mark := " "
		if c.marked {
			mark = "~"
		}
		m.WriteString(strings.Repeat(mark, c.wide))
	}
	if last < len(cells) {
		t.WriteString("…")
	}
	return t.String(), strings.TrimRight(m.String(), " ")
}

// cell is a character with what hangs on it, as it is shown.
type cell struct {
	text   string
	wide   int
	marked bool
}

func cellsOf(line string, from, to int) (cells []cell) {
	for at, c := range line {
		text, wide := visible(c), columns(c)
		if wide == 0 && len(cells) > 0 {
			cells[len(cells)-1].text += text
			continue
		}
		cells = append(cells, cell{text, max(wide, 1), at >= from && at < max(to, from+1)})
	}
	return cells
}

// window chooses which cells are seen: all where they fit, else the marked ones with some of what stands before.
func window(cells []cell, wide int) (first, last int) {
	total, mark := 0, -1
	for i, c := range cells {
		total += c.wide
		if c.marked && mark < 0 {
			mark = i
		}
	}
	if total <= wide || mark < 0 && len(cells) == 0 {
		return 0, len(cells)
	}
	last = max(mark, 0)
	for used := 2; last < len(cells); last++ { // as much of the mark as fits, beside two signs of omission
		if used += cells[last].wide; used > wide || last > mark && !cells[last].marked {
			break
		}
	}
	used := 2
	for _, c := range cells[max(mark, 0):last] {
		used += c.wide
	}
	first = max(mark, 0)
	for before := (wide - used) * 2 / 3; first > 0 && before >= cells[first-1].wide; first-- {
		before -= cells[first-1].wide
		used += cells[first-1].wide
	}
	for last < len(cells) && used+cells[last].wide <= wide {
		used += cells[last].wide
		last++
	}
	return first, last
}

// visible is a character as a terminal may show it: what would move the cursor or turn the direction of writing is
// replaced.
func visible(c rune) string {
	switch {
	case c == '\t':
		return " "
	case c == utf8.RuneError, unicode.IsControl(c), c >= 0x202a && c <= 0x202e, c >= 0x2066 && c <= 0x2069:
		return "\ufffd"
	}
	return string(c)
}

// clean is a text in one line with every character visible.
func clean(text string) string {
	var b strings.Builder
	for _, c := range text {
		if c == '\n' || c == '\r' {
			c = ' '
		}
		b.WriteString(visible(c))
	}
	return b.String()
}

// columns is how many columns of a terminal a character takes.
func columns(c rune) int {
	if unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf) && c != 0xad {
		return 0
	}
	switch width.LookupRune(c).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

func columnsOf(text string) (n int) {
	for _, c := range text {
		n += columns(c)
	}
	return n
}

// wrapped breaks a text into lines of a width, between words.
func wrapped(text string, wide int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(clean(text)) {
		switch {
		case line == "":
			line = word
		case columnsOf(line)+1+columnsOf(word) <= wide:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
