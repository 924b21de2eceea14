package prose

import (
	"iter"
	"strings"
)

// attribute is an attribute of a tag, its value resolved.
type attribute struct {
	name, value string
	span        Span // of the value in the source, without quotes
}

// tag is the name of a tag in lower case, closing tags with their slash.
func tagName(raw string) string {
	name := strings.TrimPrefix(raw, "<")
	end := strings.IndexAny(strings.TrimPrefix(name, "/"), " \t\r\n\f/>")
	if end < 0 {
		return strings.ToLower(name)
	}
	if strings.HasPrefix(name, "/") {
		end++
	}
	return strings.ToLower(name[:end])
}

// attributes are those of a tag that stands in the source from start on.
func attributes(raw string, start int) iter.Seq[attribute] {
	return func(yield func(attribute) bool) {
		at := strings.IndexAny(raw, " \t\r\n\f/")
		for at >= 0 && at < len(raw) {
			at += len(raw[at:]) - len(strings.TrimLeft(raw[at:], " \t\r\n\f/"))
			size := strings.IndexAny(raw[at:], " \t\r\n\f/=>")
			if size <= 0 {
				return
			}
			a := attribute{name: strings.ToLower(raw[at : at+size])}
			at += size
			at += len(raw[at:]) - len(strings.TrimLeft(raw[at:], " \t\r\n\f"))
			if at < len(raw) && raw[at] == '=' {
				at, a.span = attributeValue(raw, at+1)
				a.value = resolved(raw[a.span.Start:a.span.End], false)
				a.span.Start += start
				a.span.End += start
			}
			if !yield(a) {
				return
			}
		}
	}
}

// attributeValue finds the value after an equals sign; next is what follows it.
func attributeValue(raw string, at int) (next int, value Span) {
	at += len(raw[at:]) - len(strings.TrimLeft(raw[at:], " \t\r\n\f"))
	if at == len(raw) {
		return at, Span{at, at}
	}
	if quote := raw[at]; quote == '"' || quote == '\'' {
		end := strings.IndexByte(raw[at+1:], quote)
		if end < 0 {
			return len(raw), Span{at + 1, len(raw)}
		}
		return at + end + 2, Span{at + 1, at + 1 + end}
	}
	end := strings.IndexAny(raw[at:], " \t\r\n\f>")
	if end < 0 {
		end = len(raw) - at
	}
	return at + end, Span{at, at + end}
}

// tag takes note of what a tag says beside text: anchors, images, links and code. Span is where it stands.
func (b *builder) tag(raw string, span Span) {
	name := tagName(raw)
	for a := range attributes(raw, span.Start) {
		if a.name == "id" || a.name == "name" && name == "a" {
			b.anchor(a.value, span)
		}
	}
	switch name {
	case "img":
		b.image(raw, span)
	case "a":
		b.openAnchor(raw, span)
	case "/a":
		b.closeAnchor(span.End)
	case "br":
		b.put("\n", span.Start, span.End)
	case "code", "kbd", "samp", "tt", "var":
		b.open(&b.inCode)
	case "/code", "/kbd", "/samp", "/tt", "/var":
		b.close(&b.inCode)
	}
}

func (b *builder) image(raw string, span Span) {
	image, hidden := Image{Span: span, Block: b.next()}, false
	for a := range attributes(raw, span.Start) {
		switch a.name {
		case "src":
			image.Source = a.value
		case "alt":
			image.Alt, image.HasAlt, image.Alternative = a.value, true, a.span
		case "title":
			image.Title = a.value
		case "aria-hidden":
			hidden = strings.EqualFold(a.value, "true")
		}
	}
	image.HasAlt = image.HasAlt || hidden
	b.text.Images = append(b.text.Images, image)
}

// openLink is an <a href> whose end has not come yet.
type openLink struct {
	Link
	plain int // where its text begins in the block
}

func (b *builder) openAnchor(raw string, span Span) {
	b.closeAnchor(span.Start)
	link := Link{Span: span, Block: b.next()}
	has := false
	for a := range attributes(raw, span.Start) {
		switch a.name {
		case "href":
			link.Target, link.Address, has = a.value, a.span, true
		case "title":
			link.Title = a.value
		}
	}
	if has {
		b.anchored = &openLink{link, len(b.plain)}
		b.open(&b.inLink)
	}
}

// closeAnchor ends the <a href> that is open, if one is.
func (b *builder) closeAnchor(end int) {
	if b.anchored == nil {
		return
	}
	link := b.anchored.Link
	link.Span.End = end
	link.Plain = strings.TrimSpace(string(b.plain[min(b.anchored.plain, len(b.plain)):]))
	b.text.Links = append(b.text.Links, link)
	b.anchored = nil
	b.close(&b.inLink)
}
