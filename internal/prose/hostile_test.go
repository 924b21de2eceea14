package prose_test

import (
	"strings"
	"testing"
	"time"

	"stet/internal/prose"
)

// TestHostileTextsEnd gives each format texts that parsers are slow at. Each must be read or refused within a time that
// has room for the slowest machine; which are refused, and why, is the next test's to say.
func TestHostileTextsEnd(t *testing.T) {
	const n = 50_000
	for name, source := range map[string]string{
		"quotes":              strings.Repeat("> ", n) + "x",
		"quotes over lines":   strings.Repeat(">", n) + "x",
		"lists":               strings.Repeat("- ", n) + "x",
		"lists over lines":    stairs(1400, "  "),
		"lists by tabs":       stairs(1400, "\t"),
		"quoted lists":        strings.Repeat("> - ", n) + "x",
		"long line":           strings.Repeat("word ", 2<<20),
		"long line that fits": strings.Repeat("word ", 800_000),
		"long word":           strings.Repeat("x", 4_000_000),
		"brackets":            strings.Repeat("[", n),
		"bracket pairs":       strings.Repeat("[x", n) + strings.Repeat("]", n),
		"images":              strings.Repeat("![", n),
		"link starts":         strings.Repeat("[x](", n),
		"link titles":         strings.Repeat(`[x](y "`, n),
		"references":          strings.Repeat("[x][", n),
		"definitions":         strings.Repeat("[x]: y\n", n),
		"unfinished labels":   strings.Repeat("[x", n) + ": y",
		"backticks":           strings.Repeat("`", n),
		"kinds of backticks":  kinds(800),
		"emphasis":            strings.Repeat("*a ", n),
		"emphasis of both":    strings.Repeat("*a_b", n),
		"emphasis that nests": strings.Repeat("*a **b ", n),
		"closing emphasis":    strings.Repeat("a* ", n),
		"stars":               strings.Repeat("*", n) + "a",
		"strikes":             strings.Repeat("~~a ~", n),
		"tags":                strings.Repeat("<a ", n),
		"comments":            strings.Repeat("<!-- ", n),
		"instructions":        strings.Repeat("a <? ", n),
		"declarations":        strings.Repeat("a <!X ", n),
		"sections":            strings.Repeat("a <![CDATA[ ", n),
		"mail":                strings.Repeat("a@", n),
		"addresses":           strings.Repeat("https://a(", n),
		"pipes":               strings.Repeat("|", n) + "\n" + strings.Repeat("|-", n),
		"wide table":          strings.Repeat("|a", 1000) + "\n" + strings.Repeat("|-", 1000) + "\n" + strings.Repeat("a\n", n),
		"footnotes":           strings.Repeat("[^1]", n) + "\n\n" + strings.Repeat("[^1]: x\n\n", n/10),
		"headings alike":      strings.Repeat("# a\n", n),
		"headings":            strings.Repeat("#", n),
		"shortcodes":          strings.Repeat("{{< ", n),
		"braces":              strings.Repeat("{", n),
		"attributes":          "# " + strings.Repeat("{#a ", n),
		"entities":            strings.Repeat("&", n),
		"escapes":             strings.Repeat(`\`, n),
		"points":              strings.Repeat(". ", n),
		"sentences of one":    strings.Repeat("A. ", n),
		"front matter":        "---\n" + strings.Repeat("# \n", n),
		"divs":                strings.Repeat("<div>", n),
		"divs apart":          strings.Repeat("<div>\n\n", n),
		"bold in HTML":        strings.Repeat("<b>", n),
		"tables in HTML":      strings.Repeat("<table><tr><td>", n),
		"lists in HTML":       strings.Repeat("<ul><li>", n),
		"anchors in HTML":     strings.Repeat("<a href=x>", n),
		"anchors around text": strings.Repeat("<a href=x>y ", n),
		"quotes in tags":      strings.Repeat("<a b='", n),
		"attributes in HTML":  "<a" + strings.Repeat(" b", n) + ">",
		"silence":             strings.Repeat("<pre>", n),
		"code in HTML":        strings.Repeat("<code>a</code>", n),
		"code spans":          strings.Repeat("`a`. ", n),
		"long address":        "[x]: " + strings.Repeat("y", 2<<20) + "\n\n" + strings.Repeat("[x]\n\n", n),
		"long masked address": strings.Repeat("[x]\n\n", n) + "\n\n[x]: {{y}}\n",
		"zeros":               strings.Repeat("\x00", n),
		"masks":               strings.Repeat("\x01a", n),
		"spaces":              strings.Repeat(" ", n) + "a" + strings.Repeat(" ", n) + "b",
		"line ends":           strings.Repeat("\r\n", n),
		"hyphens":             strings.Repeat("-", n) + "a",
		"joiners":             strings.Repeat("a-", n),
		"soft hyphens":        strings.Repeat("\u00AD", n),
	} {
		for _, format := range []string{"markdown", "html"} {
			t.Run(name+" "+format, func(t *testing.T) {
				begin := time.Now()
				text, err := prose.Parse(format, source)
				if took := time.Since(begin); took > time.Minute {
					t.Errorf("took %v", took)
				} else if took > 300*time.Millisecond {
					t.Logf("SLOW %s %s: took %v (%v)", name, format, took, err)
				}
				if err == nil {
					text.Position(len(source))
				} else if len(err.Error()) > 200 {
					t.Errorf("the error has %d bytes", len(err.Error()))
				}
			})
		}
	}
}

// stairs is a list whose every item is one deeper.
func stairs(depth int, step string) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(step, i) + "- a\n")
	}
	return b.String()
}

// kinds has a run of backticks of each length.
func kinds(lengths int) string {
	var b strings.Builder
	for i := range lengths {
		b.WriteString(strings.Repeat("`", lengths-i) + "a ")
	}
	return b.String()
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, format, source, want string }{
		{"other formats", "rst", "x", `format "rst"`},
		{"what is not UTF-8", "markdown", "abc\xff", "byte 3 (0xff)"},
		{"what is too large", "html", strings.Repeat("x", prose.MaxBytes+1), "at most 4194304"},
		{"nested quotes", "markdown", "a\n" + strings.Repeat(">", 100), "line 2: it opens 100"},
		{"emphasis", "markdown", "a\n\n" + strings.Repeat("*a ", 9000), "paragraph in line 3: it has more than 8000 marks"},
		{"nested lists", "markdown", stairs(150, "  "), "its item is indented by 202 columns"},
		{"definitions", "markdown", strings.Repeat("[x]: y\n", 5001), "more than 5000 addresses of references"},
		{"brackets", "markdown", strings.Repeat("[x", 30_001), "more than 30000 brackets"},
		{"starts of links", "markdown", strings.Repeat("[x](", 12_000), "starts of links or tags in"},
		{"starts of tags", "markdown", strings.Repeat("a <? ", 12_000), "starts of links or tags in"},
		{"backticks", "markdown", kinds(900) + strings.Repeat("x", 400_000), "kinds of backticks in"},
		{"footnotes", "markdown", strings.Repeat("[^1]\n\n", 5000) + strings.Repeat("[^1]: x\n\n", 5000), "footnotes: at most 2000"},
		{"long addresses", "markdown", "[x]: " + strings.Repeat("y", 1<<20) + "\n\n" + strings.Repeat("[x]\n\n", 20), "their addresses have 20971520 bytes"},
		{"wide tables", "markdown", strings.Repeat("|a", 1000) + "\n" + strings.Repeat("|-", 1000) + "\n" + strings.Repeat("a\n", 1000), "a table of 1001 columns"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := prose.Parse(c.format, c.source)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Parse = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestLongListsAreNoParagraph(t *testing.T) {
	item := "- a [link](https://example.com/" + strings.Repeat("x", 60) + ") and *emphasis* of `code`\n  - [more](y) _here_\n"
	if _, err := prose.Parse("markdown", strings.Repeat(item, 10_000)); err != nil {
		t.Errorf("Parse: %v", err)
	}
}
