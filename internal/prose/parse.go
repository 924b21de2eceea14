package prose

import "fmt"

// Parse reads a file in one of the two formats of articles, markdown and html. Front matter, tags of site generators,
// comments and raw HTML are no text; links, images, headings and ids within HTML count. It refuses what is not UTF-8,
// what is larger than MaxBytes, and what is built to keep a parser busy.
func Parse(format, source string) (*Text, error) {
	return read(format, source, frontMatter(source))
}

// Body reads a text from which front matter has been taken already: what looks like such is text, so that nothing that a
// page will show can hide in it.
func Body(format, source string) (*Text, error) { return read(format, source, 0) }

func read(format, source string, from int) (*Text, error) {
	if err := check(source); err != nil {
		return nil, err
	}
	switch format {
	case "markdown", "":
		return parseMarkdown(source, from)
	case "html":
		return parseHTML(source)
	}
	return nil, fmt.Errorf("read the text: the format %q is not known; use markdown or html", format)
}

// Plain is a text without any markup, such as a title: one paragraph, every byte of it as in the source. An empty text
// has no block.
func Plain(text string) *Text {
	b := newBuilder(text)
	b.copy(0, len(text))
	b.finish(Block{Kind: Paragraph, Span: Span{0, len(text)}})
	return b.done()
}
