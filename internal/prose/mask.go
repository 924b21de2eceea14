package prose

import (
	"bytes"
	"strings"
)

// mask stands, in what the Markdown parser sees, for what is no text: the tags of site generators. It is one byte that
// means nothing in Markdown, so that all positions stay and no line changes its meaning.
const mask = 0x01

// tags are what site generators replace before they read Markdown: shortcodes of Hugo, tags and values of Liquid and
// Nunjucks, attribute lists of kramdown.
var tags = []struct{ open, end string }{
	{"{{<", ">}}"}, {"{{%", "%}}"}, {"{{", "}}"}, {"{%", "%}"}, {"{:", "}"},
}

// maxTag is how long a tag may be; what opens and does not end within it is text.
const maxTag = 1024

// masked is the source as the Markdown parser is to see it, with the same length: what stands before from, which is front
// matter, as blank lines, tags as mask. Hidden are the places of both.
func masked(source string, from int) (out []byte, hidden []Span) {
	out = []byte(source)
	blank(out[:from])
	if from > 0 {
		hidden = append(hidden, Span{0, from})
	}
	for at := from; ; {
		next := strings.IndexByte(source[at:], '{')
		if next < 0 {
			return out, hidden
		}
		at += next
		end := tagEnd(source, at)
		if end == at {
			at++
			continue
		}
		hidden = append(hidden, Span{at, end})
		for i := at; i < end; i++ {
			if source[i] != '\n' && source[i] != '\r' {
				out[i] = mask
			}
		}
		at = end
	}
}

// tagEnd is where the tag ends that begins at an offset; the offset itself where none does.
func tagEnd(source string, at int) int {
	for _, tag := range tags {
		if !strings.HasPrefix(source[at:], tag.open) {
			continue
		}
		body := source[at+len(tag.open) : min(len(source), at+maxTag)]
		if end := strings.Index(body, tag.end); end >= 0 && !strings.Contains(body[:end], "\n\n") {
			return at + len(tag.open) + end + len(tag.end)
		}
	}
	return at
}

// blank leaves nothing but line ends.
func blank(text []byte) {
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
}

// frontMatter is where the front matter of a file ends, 0 where it has none: what stands between two lines of --- or
// +++ at the very beginning, and has a key in its first line that is not blank or a comment.
func frontMatter(source string) int {
	fence, equals := "---", ":"
	if strings.HasPrefix(source, "+++") {
		fence, equals = "+++", "="
	}
	line, rest, found := strings.Cut(source, "\n")
	if !found || strings.TrimRight(line, " \t\r") != fence {
		return 0
	}
	at, keyed := len(line)+1, false
	for found {
		line, rest, found = strings.Cut(rest, "\n")
		text := strings.TrimRight(line, " \t\r")
		switch {
		case text == fence && (keyed || equals == "="):
			return min(len(source), at+len(line)+1)
		case text == "" && !keyed, strings.HasPrefix(text, "#"), strings.HasPrefix(text, "["):
		case !keyed:
			key, _, ok := strings.Cut(text, equals)
			if !ok || strings.ContainsAny(strings.TrimSpace(key), " \t") {
				return 0
			}
			keyed = true
		}
		at += len(line) + 1
	}
	return 0
}

// unmasked is the text of the source that a piece of what the parser saw stands for. Within is where to look.
func (r *run) unmasked(seen []byte, within Span) string {
	if bytes.IndexByte(seen, mask) < 0 {
		return string(seen)
	}
	at := bytes.Index(r.masked[within.Start:within.End], seen)
	if at < 0 {
		return ""
	}
	return r.source[within.Start+at:][:len(seen)]
}
