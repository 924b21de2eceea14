package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// result writes v as JSON where --json asks for it, else what text writes.
func (sh *shell) result(v any, text func(io.Writer)) error {
	if !sh.json {
		text(sh.Out)
		return nil
	}
	return sh.line(v)
}

// line writes v as one line of JSON.
func (sh *shell) line(v any) error {
	enc := json.NewEncoder(sh.Out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// note writes a line for the person at the terminal.
func (sh *shell) note(format string, args ...any) {
	fmt.Fprintln(sh.Err, clean(fmt.Sprintf(format, args...)))
}

// table writes rows in columns; the last one may be long.
func table(w io.Writer, head []string, rows [][]string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if head != nil {
		fmt.Fprintln(t, strings.Join(head, "\t"))
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = clean(strings.ReplaceAll(cell, "\t", " "))
		}
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	_ = t.Flush() // an error of the terminal has nobody to be told to
}

// terminal reports whether w is one.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// color puts SGR codes around text where w is a terminal and nobody asked for plain text (https://no-color.org).
func (sh *shell) color(w io.Writer, code, text string) string {
	if !terminal(w) || sh.Getenv("NO_COLOR") != "" || sh.Getenv("TERM") == "dumb" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

const (
	red   = "31"
	green = "32"
	faint = "2"
	bold  = "1"
)

// clean makes a text from elsewhere harmless for a terminal: control characters and those that turn the direction of
// writing become visible.
func clean(text string) string {
	if !strings.ContainsFunc(text, hidden) && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for _, c := range text {
		if hidden(c) {
			fmt.Fprintf(&b, "\\u%04x", c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func hidden(c rune) bool {
	return c != '\n' && (unicode.IsControl(c) || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069)
}

// short cuts a text to n characters.
func short(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}
