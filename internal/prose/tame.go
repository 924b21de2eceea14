package prose

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of what Parse takes.
const (
	MaxBytes = 4 << 20

	maxNesting   = 100          // quotes and lists opened in one line
	maxScan      = 500_000_000  // bytes a parser looks at to find ends that are not there: about a second
	maxMarks     = 8000         // of emphasis in one paragraph
	maxIndent    = 200          // columns before an item of a list
	maxOpened    = 30_000       // brackets in one paragraph
	maxDefined   = 5000         // addresses of references in one paragraph
	maxNotes     = 2000         // footnotes
	maxAddresses = 4 * MaxBytes // of links, those of a reference for each link to it
	maxCells     = 1_000_000    // that a table's first rows promise
)

// tame refuses texts that keep a Markdown parser busy for longer than their size: parsers need quadratic time for quotes
// opened a hundred deep, and for thousands of starts that find no end.
func tame(source string) error {
	p, line := paragraph{first: 1}, 0
	for text := range strings.Lines(source) {
		line++
		if depth := nesting(text); depth >= maxNesting {
			return fmt.Errorf("read line %d: it opens %d quotes or lists within one another; at most %d can be read", line, depth, maxNesting)
		}
		indent, begins := p.item(text)
		switch {
		case strings.TrimSpace(text) == "":
			p = paragraph{first: line + 1}
			continue
		case indent > maxIndent && marker(strings.TrimLeft(text, " \t")) > 0:
			return fmt.Errorf("read line %d: its item is indented by %d columns; at most %d can be read", line, indent, maxIndent)
		case begins:
			p = paragraph{first: line, indent: indent}
		}
		p.add(text)
		if problem := p.problem(); problem != "" {
			return fmt.Errorf("read the paragraph in line %d: it has %s; split it by empty lines", p.first, problem)
		}
	}
	if notes := strings.Count(source, "[^"); notes > maxNotes && notes*strings.Count(source, "]:") > maxScan/100 {
		return fmt.Errorf("read %d footnotes: at most %d can be read", notes, maxNotes)
	}
	return nil
}

// nesting counts the marks of quotes and lists that a line begins with.
func nesting(line string) int {
	depth := 0
	for {
		line = strings.TrimLeft(line, " \t")
		size := marker(line)
		if size == 0 {
			return depth
		}
		depth++
		line = line[size:]
	}
}

// marker is the length of the mark of a quote or an item that a line begins with.
func marker(line string) int {
	digits := 0
	for digits < len(line) && digits < 9 && isDigit(line[digits]) {
		digits++
	}
	switch {
	case line == "":
		return 0
	case line[0] == '>':
		return 1
	case digits > 0 && digits < len(line) && (line[digits] == '.' || line[digits] == ')'):
		digits++
	case strings.IndexByte("-+*", line[0]) >= 0:
		digits = 1
	default:
		return 0
	}
	if digits < len(line) && isSpace(line[digits]) {
		return digits
	}
	return 0
}

// paragraph counts what a parser looks for within a run of lines that may be one paragraph.
type paragraph struct {
	first, lines, bytes, indent  int
	starts, marks, opened, ticks int
	columns, defined             int
	tickLengths                  map[int]bool
}

// item reports whether a line begins an item of a list for certain, with a text of its own: it is not indented so far
// that it could go on with what is before it.
func (p *paragraph) item(line string) (indent int, ok bool) {
	text := strings.TrimLeft(line, " \t")
	indent = len(line) - len(text) + 3*strings.Count(line[:len(line)-len(text)], "\t")
	if len(text) < 3 || strings.IndexByte("-+*", text[0]) < 0 || text[1] != ' ' || strings.TrimSpace(text[1:]) == "" {
		return indent, false
	}
	return indent, indent <= 3 || p.lines > 0 && p.indent > 0 && indent <= p.indent+5
}

func (p *paragraph) add(line string) {
	p.lines++
	p.bytes += len(line)
	var last byte
	run := 0
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c == '`' {
			run++
		} else if run > 0 {
			p.tick(run)
			run = 0
		}
		switch c {
		case '*', '_', '~':
			if c != last {
				p.marks++
			}
		case '(', '[', ':':
			if last == ']' {
				p.starts++
			}
			if c == '[' {
				p.opened++
			} else if c == ':' && last == ']' {
				p.defined++
			}
		case '<':
			p.starts++
		}
		last = c
	}
	if run > 0 {
		p.tick(run)
	}
	if trimmed := strings.Trim(line, "|-: \t\r\n"); trimmed == "" && strings.Contains(line, "-") {
		p.columns = max(p.columns, strings.Count(line, "|")+1)
	}
}

// tick notes a run of backticks. Only the first that finds no partner of its length is looked for in vain.
func (p *paragraph) tick(length int) {
	if p.tickLengths == nil {
		p.tickLengths = map[int]bool{}
	}
	if !p.tickLengths[length] {
		p.tickLengths[length] = true
		p.ticks++
	}
}

// problem says what is too much in the paragraph.
func (p *paragraph) problem() string {
	switch {
	case p.starts*p.bytes > maxScan:
		return fmt.Sprintf("%d starts of links or tags in %d bytes", p.starts, p.bytes)
	case p.ticks*p.bytes > maxScan:
		return fmt.Sprintf("%d kinds of backticks in %d bytes", p.ticks, p.bytes)
	case p.opened > maxOpened:
		return fmt.Sprintf("more than %d brackets", maxOpened)
	case p.defined > maxDefined:
		return fmt.Sprintf("more than %d addresses of references", maxDefined)
	case p.marks > maxMarks:
		return fmt.Sprintf("more than %d marks of emphasis", maxMarks)
	case p.columns*p.lines > maxCells:
		return fmt.Sprintf("a table of %d columns and %d rows", p.columns, p.lines)
	}
	return ""
}

// check refuses what no format can be read from.
func check(source string) error {
	if len(source) > MaxBytes {
		return fmt.Errorf("read the text: it has %d bytes; at most %d can be read", len(source), MaxBytes)
	}
	if !utf8.ValidString(source) {
		at := 0
		for at < len(source) {
			r, size := utf8.DecodeRuneInString(source[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
		return fmt.Errorf("read the text: byte %d (0x%02x) is not UTF-8; save it as UTF-8", at, source[at])
	}
	return nil
}
