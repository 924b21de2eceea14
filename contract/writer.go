package contract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// maxStart keeps a list's numbers within the nine digits CommonMark allows.
const maxStart = 99_999_999

// Markdown writes blocks as a Markdown text that Blocks reads back.
func Markdown(blocks []Block) string {
	if s := join(blocks, false); s != "" {
		return s + "\n"
	}
	return ""
}

// join writes the blocks one after another. Of two lists in a row the second has other markers, or they would be one.
func join(blocks []Block, tight bool) string {
	var b strings.Builder
	var last *Block
	other := false
	for i := range blocks {
		this := &blocks[i]
		other = last != nil && last.Type == "list" && this.Type == "list" && last.Ordered == this.Ordered && !other
		s := write(*this, other)
		if s == "" {
			continue
		}
		if last != nil {
			b.WriteString("\n")
			if !tight || !mayTouch(*last, *this) {
				b.WriteString("\n")
			}
		}
		b.WriteString(s)
		last = this
	}
	return b.String()
}

// mayTouch reports whether b stays a block of its own without an empty line between.
func mayTouch(a, b Block) bool {
	if a.Type == "html" || a.Type == "table" || a.Type == "quote" && b.Type == "quote" {
		return false
	}
	switch b.Type {
	case "list":
		return !b.Ordered || b.Start == nil
	case "code", "quote", "heading", "divider":
		return true
	case "paragraph":
		return a.Type == "code" || a.Type == "heading" || a.Type == "divider"
	}
	return false
}

func write(b Block, other bool) string {
	switch b.Type {
	case "paragraph":
		return guard(b.Text)
	case "heading":
		return strings.TrimSpace(strings.Repeat("#", b.Level) + " " + closing.ReplaceAllString(oneLine(b.Text), `$1\$2`))
	case "code":
		return writeCode(b)
	case "quote":
		return indent("> ", "> ", join(b.Blocks, false))
	case "list":
		return writeList(b, other)
	case "image":
		return "![" + escape(b.Alt) + linkTail([]byte(escapeAddress(b.URL)), []byte(escape(b.Title)))
	case "table":
		return writeTable(b)
	case "html":
		return writeHTML(b.Text)
	case "divider":
		return "___" // not stars or dashes: after a list marker they would join it
	case "footnote":
		return indent("[^"+b.Label+"]: ", "    ", join(b.Blocks, false))
	}
	return ""
}

var (
	// closing is a heading's end that would be taken for the closing marks.
	closing = regexp.MustCompile(`(^|[ \t])(#+)$`)
	// block is a line that would start another block than a paragraph.
	block = regexp.MustCompile("^(?:#{1,6}(?:[ \t]|$)|>|[-+*](?:[ \t]|$)|`{3,}[^`]*$|~{3}|=+[ \t]*$|-+[ \t]*$|" +
		`(?:\*[ \t]*){3,}$|(?:-[ \t]*){3,}$|(?:_[ \t]*){3,}$|\[[^\[\]]*\]:)`)
	numbered = regexp.MustCompile(`^([0-9]{1,9})([.)](?:[ \t]|$))`)
	empty    = regexp.MustCompile(`(?m)^[ \t]*\n`)
)

// guard keeps each line of a paragraph from starting another block.
func guard(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, line := range lines {
		line = strings.TrimLeft(line, " \t")
		switch {
		case block.MatchString(line):
			line = `\` + line
		case numbered.MatchString(line):
			line = numbered.ReplaceAllString(line, `$1\$2`)
		case i > 0 && strings.HasPrefix(line, "<"):
			line = "    " + line // so far in, nothing but the paragraph goes on
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}

func writeCode(b Block) string {
	mark := "`"
	if strings.Contains(b.Info, mark) {
		mark = "~"
	}
	fence := strings.Repeat(mark, 3)
	for strings.Contains(b.Text, fence) {
		fence += mark
	}
	code := b.Text
	if code != "" && !strings.HasSuffix(code, "\n") {
		code += "\n"
	}
	return fence + oneLine(b.Info) + "\n" + code + fence
}

func writeList(b Block, other bool) string {
	items := make([]string, len(b.Items))
	for i, item := range b.Items {
		mark := marker(b, i, other)
		items[i] = indent(mark, strings.Repeat(" ", len(mark)), join(item.Blocks, b.Tight))
	}
	if b.Tight {
		return strings.Join(items, "\n")
	}
	return strings.Join(items, "\n\n")
}

func marker(b Block, i int, other bool) string {
	if !b.Ordered {
		if other {
			return "* "
		}
		return "- "
	}
	start, end := 1, "."
	if b.Start != nil {
		start = *b.Start
	}
	if other {
		end = ")"
	}
	return fmt.Sprintf("%d%s ", start+i, end)
}

func writeTable(b Block) string {
	rule := make([]string, len(b.Header))
	for i := range rule {
		rule[i] = "---"
		if i < len(b.Align) {
			rule[i] = map[string]string{"left": ":--", "center": ":-:", "right": "--:"}[b.Align[i]]
		}
		if rule[i] == "" {
			rule[i] = "---"
		}
	}
	lines := []string{row(b.Header), row(rule)}
	for _, cells := range b.Rows {
		lines = append(lines, row(cells))
	}
	return strings.Join(lines, "\n")
}

func row(cells []string) string {
	out := make([]string, len(cells))
	for i, cell := range cells {
		out[i] = strings.ReplaceAll(oneLine(cell), "|", `\|`)
	}
	return "| " + strings.Join(out, " | ") + " |"
}

// writeHTML leaves HTML as it is where Markdown takes it for HTML to its end, and wraps it where not.
func writeHTML(s string) string {
	s = strings.TrimRight(s, "\n")
	if staysHTML(s) {
		return s
	}
	return "<div>\n" + empty.ReplaceAllString(s+"\n", "<!-- -->\n") + "</div>"
}

// maxHTML is the size to which it is worth a parser's time to see whether a block needs the wrapping.
const maxHTML = 64 << 10

// staysHTML reads the text with a paragraph after it and looks whether both come out as such.
func staysHTML(s string) bool {
	if len(s) > maxHTML || !strings.HasPrefix(strings.TrimLeft(s, " "), "<") || !tame(s) {
		return false
	}
	_, root := parse([]byte(s + "\n\nend\n"))
	last := root.LastChild()
	for n := root.FirstChild(); n != last; n = n.NextSibling() {
		if n.Kind() != ast.KindHTMLBlock {
			return false
		}
	}
	return last.Kind() == ast.KindParagraph && root.ChildCount() > 1
}

// indent puts first before the first line and rest before the others; empty lines stay empty.
func indent(first, rest, s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		prefix := rest
		if i == 0 {
			prefix = first
		}
		if lines[i] = prefix + line; line == "" {
			lines[i] = strings.TrimRight(prefix, " ")
		}
	}
	return strings.Join(lines, "\n")
}

// escape makes Markdown of plain text.
func escape(s string) string { return escaper.Replace(s) }

func escapeAddress(s string) string { return addressEscaper.Replace(s) }

var (
	escaper        = replacer("\\`*_[]<>&!#~|:\"'")
	addressEscaper = replacer(`\<>&*_`)
)

func replacer(special string) *strings.Replacer {
	var pairs []string
	for c := range slices.Values([]byte(special)) {
		pairs = append(pairs, string(c), `\`+string(c))
	}
	return strings.NewReplacer(pairs...)
}
