package prose_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"stet/internal/prose"
)

// FuzzPositions checks that everything a Text says about places is so.
func FuzzPositions(f *testing.F) {
	for _, seed := range []string{
		"# One *two*\n\nText with `code` and [link](x \"t\").\nNext &amp; line.\r\n\n- a\n  - b 😀\n\n> q\n\n| A | B |\n|--|--|\n| 1 | `x\\|y` |\n",
		"[a]: b\n\n[x][a] ![y][a] [z][no] ![i][] <img alt=\"é\" src=x> <a href=y>t</a>\n\n[^1] x\n\n[^1]: note\n",
		"<h1>T</h1><p>a&nbsp;b<br>c</p><table><tr><th>x<td>y</table><pre>p</pre><ul><li>l<a href=\"z\">k</a>",
		"---\na: b\n---\n{{< s >}} t {{% s %}}\n\n{{ x\n}}\n", "a\tb\n\n\tcode\n\n1. x\n\n   y\n", "日本語。文です。\n", "a\x01b\x00c\n",
		"<div>\n<h2 id='q'>x</h2>\n</div>\n\n<a href=x>\n\n# y {#z}\n\n## \n\nSet\next\n===\n",
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, source string, html bool) {
		format := "markdown"
		if html {
			format = "html"
		}
		if len(source) > 1<<14 {
			return
		}
		text, err := prose.Parse(format, source)
		if err != nil {
			if utf8.ValidString(source) && len(source) < 1000 {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		checkPlaces(t, text)
	})
}

// checkPlaces checks every span of a text.
func checkPlaces(t *testing.T, text *prose.Text) {
	t.Helper()
	last, words := 0, 0
	for i := range text.Blocks {
		b := &text.Blocks[i]
		checkSpan(t, text.Source, "block", b.Span)
		if b.Span.Start < last {
			t.Errorf("block %d begins at %d, before the one before it (%d)", i, b.Span.Start, last)
		}
		last, words = b.Span.Start, words+len(b.Words)
		if b.Section < 0 || b.Section >= len(text.Sections) {
			t.Errorf("block %d is in section %d of %d", i, b.Section, len(text.Sections))
		}
		checkBlock(t, text, b)
	}
	if words != text.Words {
		t.Errorf("the blocks have %d words, the text says %d", words, text.Words)
	}
	last = 0
	for _, l := range text.Links {
		checkSpan(t, text.Source, "link", l.Span)
		checkSpan(t, text.Source, "address", l.Address)
		if l.Span.Start < last || l.Block < 0 || l.Block >= len(text.Blocks) {
			t.Errorf("link %+v is out of order or in no block", l)
		}
		last = l.Span.Start
	}
	for _, i := range text.Images {
		checkSpan(t, text.Source, "image", i.Span)
		checkSpan(t, text.Source, "alternative", i.Alternative)
		if i.Block < 0 || i.Block >= len(text.Blocks) {
			t.Errorf("image %+v is in no block", i)
		}
	}
	for _, s := range text.Sections {
		checkSpan(t, text.Source, "section", s.Span)
	}
	for _, l := range text.Lists {
		checkSpan(t, text.Source, "list", l.Span)
	}
	for _, l := range text.Tables {
		checkSpan(t, text.Source, "table", l.Span)
	}
	for name, s := range text.Anchors {
		checkSpan(t, text.Source, "anchor "+name, s)
	}
	for offset := -1; offset <= len(text.Source)+1; offset += 1 + len(text.Source)/200 {
		if got, want := text.Position(offset), naive(text.Source, offset); got != want {
			t.Errorf("Position(%d) = %+v, want %+v", offset, got, want)
		}
	}
}

func checkBlock(t *testing.T, text *prose.Text, b *prose.Block) {
	t.Helper()
	end := 0
	for i, w := range b.Words {
		if w.Start < end || w.End <= w.Start || w.End > len(b.Plain) || w.Fold == "" && strings.Trim(b.Plain[w.Start:w.End], "\u00AD") != "" {
			t.Errorf("word %d %+v of %q", i, w, b.Plain)
			return
		}
		end = w.End
		checkOrigin(t, text, b, w.Span)
	}
	end, first := 0, 0
	for _, s := range b.Sentences {
		if s.Start < end || s.End <= s.Start || s.End > len(b.Plain) || s.First != first || s.Last <= s.First {
			t.Errorf("sentence %+v of %q", s, b.Plain)
			return
		}
		for _, w := range b.Words[s.First:s.Last] {
			if w.Start < s.Start || w.End > s.End {
				t.Errorf("word %+v is outside its sentence %+v of %q", w, s, b.Plain)
			}
		}
		end, first = s.End, s.Last
		checkOrigin(t, text, b, s.Span)
	}
	if first != len(b.Words) {
		t.Errorf("the sentences of %q hold %d of %d words", b.Plain, first, len(b.Words))
	}
	checkOrigin(t, text, b, prose.Span{Start: 0, End: len(b.Plain)})
	if len(b.Plain) > 40 {
		return
	}
	for i := range b.Plain {
		for j := range b.Plain[i:] {
			checkOrigin(t, text, b, prose.Span{Start: i, End: i + j})
		}
	}
}

func checkOrigin(t *testing.T, text *prose.Text, b *prose.Block, s prose.Span) {
	t.Helper()
	span, exact := b.Origin(s.Start, s.End)
	checkSpan(t, text.Source, "origin", span)
	if exact && text.Source[span.Start:span.End] != b.Plain[s.Start:s.End] {
		t.Errorf("%q is said to be %q in the source", b.Plain[s.Start:s.End], text.Source[span.Start:span.End])
	}
	if b.Plain != "" && (span.Start < b.Span.Start || span.End > b.Span.End) {
		t.Errorf("origin %+v of %q is outside the block %+v", span, b.Plain[s.Start:s.End], b.Span)
	}
}

func checkSpan(t *testing.T, source, what string, s prose.Span) {
	t.Helper()
	if s.Start < 0 || s.End < s.Start || s.End > len(source) {
		t.Fatalf("%s %+v is outside the source of %d bytes", what, s, len(source))
	}
	for _, at := range []int{s.Start, s.End} {
		if at < len(source) && !utf8.RuneStart(source[at]) {
			t.Fatalf("%s %+v cuts a character", what, s)
		}
	}
}

// naive counts lines and columns the slow way.
func naive(source string, offset int) prose.Position {
	offset = max(0, min(offset, len(source)))
	for offset > 0 && offset < len(source) && !utf8.RuneStart(source[offset]) {
		offset--
	}
	before := source[:offset]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return prose.Position{
		Byte: offset, Line: 1 + strings.Count(before, "\n"),
		Column: 1 + utf8.RuneCountInString(line), UTF16: 1 + len(utf16.Encode([]rune(line))),
	}
}

func TestPositionIsRightInALongLine(t *testing.T) {
	source := "a\n" + strings.Repeat("é😀x", 20_000) + "\nb"
	text := prose.Plain(source)
	for _, offset := range []int{0, 1, 2, 4095, 4096, 4097, 8200, 50_003, len(source) - 2, len(source) - 1, len(source), len(source) + 9} {
		if got, want := text.Position(offset), naive(source, offset); got != want {
			t.Errorf("Position(%d) = %+v, want %+v", offset, got, want)
		}
	}
}
