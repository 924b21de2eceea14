package prose

import (
	"slices"
	"sort"
)

// builder makes a Text block by block.
type builder struct {
	text *Text
	run
	styles         []style // of the block being made
	inCode, inLink int     // how many elements of code and of links are open
	words          []Word  // of all blocks so far
	links          int     // how many links and images there were when the block began
	anchored       *openLink
}

// style says what the text from at on is in.
type style struct {
	at         int
	code, link bool
}

func newBuilder(source string) *builder {
	t := &Text{Source: source, Anchors: map[string]Span{}}
	return &builder{text: t, run: run{source: source}, words: make([]Word, 0, len(source)/6)}
}

// open and close count the elements around the text.
func (b *builder) open(counter *int) {
	*counter++
	b.restyle()
}

func (b *builder) close(counter *int) {
	*counter = max(0, *counter-1)
	b.restyle()
}

func (b *builder) restyle() {
	b.styles = append(b.styles, style{len(b.plain), b.inCode > 0, b.inLink > 0})
}

// next is the index of the block being made.
func (b *builder) next() int { return len(b.text.Blocks) }

// finish makes a block of what was collected, unless it is nothing. A link or a picture alone makes a block without words.
func (b *builder) finish(block Block) {
	end := len(b.plain)
	for end > 0 && isSpace(b.plain[end-1]) {
		end--
	}
	linked := len(b.text.Links) + len(b.text.Images)
	if end > 0 || linked > b.links || block.Kind == Heading {
		if len(b.origin) == 1 && b.origin[0].exact {
			block.Plain = b.source[b.origin[0].source:][:end]
		} else {
			block.Plain = string(b.plain[:end])
		}
		block.origin = slices.Clone(b.origin)
		first := len(b.words)
		b.words, block.Sentences = split(block.Plain, b.styles, b.words)
		block.Words = b.words[first:len(b.words):len(b.words)]
		b.add(block)
	}
	b.plain, b.origin, b.links = b.plain[:0], b.origin[:0], linked
	b.styles = b.styles[:0]
	if b.inCode > 0 || b.inLink > 0 {
		b.restyle()
	}
}

// add appends a block.
func (b *builder) add(block Block) {
	b.text.Words += len(block.Words)
	b.text.Blocks = append(b.text.Blocks, block)
	b.links = len(b.text.Links) + len(b.text.Images)
}

// anchor notes a fragment. The first of its name counts, as in browsers.
func (b *builder) anchor(name string, span Span) {
	if _, known := b.text.Anchors[name]; !known && name != "" {
		b.text.Anchors[name] = span
	}
}

// blockAt is the block that holds an offset.
func (t *Text) blockAt(offset int) (index int, found bool) {
	i := sort.Search(len(t.Blocks), func(i int) bool { return t.Blocks[i].Span.Start > offset }) - 1
	return i, i >= 0
}

// done puts everything in order and gives the text.
func (b *builder) done() *Text {
	b.order()
	t := b.text
	slices.SortStableFunc(t.Links, func(a, b Link) int { return a.Span.Start - b.Span.Start })
	slices.SortStableFunc(t.Images, func(a, b Image) int { return a.Span.Start - b.Span.Start })
	slices.SortStableFunc(t.Tables, func(a, b Table) int { return a.Span.Start - b.Span.Start })
	slices.SortStableFunc(t.Lists, func(a, b Listing) int { return a.Span.Start - b.Span.Start })
	b.sections()
	t.place()
	return t
}

// order puts the blocks in the order of the source. Footnotes come last from a Markdown parser, wherever they stand.
func (b *builder) order() {
	t := b.text
	earlier := func(a, b Block) int { return a.Span.Start - b.Span.Start }
	if slices.IsSortedFunc(t.Blocks, earlier) {
		return
	}
	for i := range t.Blocks {
		t.Blocks[i].Section = i // for a moment: where it stood
	}
	slices.SortStableFunc(t.Blocks, earlier)
	moved := make([]int, len(t.Blocks))
	for i := range t.Blocks {
		moved[t.Blocks[i].Section] = i
	}
	for i := range t.Links {
		t.Links[i].Block = moved[t.Links[i].Block]
	}
	for i := range t.Images {
		t.Images[i].Block = moved[t.Images[i].Block]
	}
}

// sections divides the text by its headings. A heading within a quote divides nothing.
func (b *builder) sections() {
	t := b.text
	t.Sections = []Section{{Heading: -1}}
	for i := range t.Blocks {
		block, last := &t.Blocks[i], &t.Sections[len(t.Sections)-1]
		if block.Kind == Heading && !block.Quoted {
			last.Span.End = block.Span.Start
			t.Sections = append(t.Sections, Section{Heading: i, Level: block.Level, Span: block.Span})
		} else {
			last.Words += len(block.Words)
		}
		block.Section = len(t.Sections) - 1
	}
	t.Sections[len(t.Sections)-1].Span.End = len(t.Source)
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
