package page

import (
	"slices"
	"strings"
	"unicode/utf8"

	"stet/internal/prose"
	"stet/internal/qa"
)

// heading is the text of a section's heading, for messages.
func (l *look) heading(s prose.Section) string {
	if s.Heading < 0 {
		return ""
	}
	return l.block(s.Heading).Plain
}

// at is where a finding about a section stands: its heading, or its first words.
func (l *look) at(s prose.Section) prose.Span {
	if s.Heading >= 0 {
		return l.block(s.Heading).Span
	}
	for i := range l.Body.Blocks {
		if b := l.block(i); len(b.Words) > 0 {
			return b.Span
		}
	}
	return prose.Span{Start: s.Span.Start, End: s.Span.Start}
}

func (l *look) sectionLength() {
	if l.Body.Words == 0 {
		l.idle()
	}
	for _, s := range l.Body.Sections {
		if over(s.Words, l.Max) {
			f := fault{"The section “%{heading}” has %{words} without a heading among them; at most %{max} are easy to find one's way in.",
				"Divide it by headings.", values{"count": s.Words, "words": plural(s.Words, "word"), "max": *l.Max, "heading": short(l.heading(s))}, l.heading(s)}
			if s.Heading < 0 {
				f.message = "The text begins with %{words} without a heading; at most %{max} are easy to find one's way in."
			}
			l.body(l.at(s), f)
		}
	}
}

func (l *look) articleLength() {
	l.limited(l.Body.Words, l.top,
		fault{message: "The article has %{words}; at least %{min} are wanted.", remedy: "Say what a reader still has to know.", values: values{"count": l.Body.Words, "words": plural(l.Body.Words, "word")}},
		fault{message: "The article has %{words}; at most %{max} are wanted.", remedy: "Cut it, or divide it into several.", values: values{"count": l.Body.Words, "words": plural(l.Body.Words, "word")}})
}

// paragraphLength looks at paragraphs and at the items of lists.
func (l *look) paragraphLength() {
	any := false
	for i := range l.Body.Blocks {
		b := l.block(i)
		if b.Kind != prose.Paragraph && b.Kind != prose.Quote && b.Kind != prose.List || len(b.Words) == 0 {
			continue
		}
		any = true
		if over(len(b.Words), l.Max) {
			l.body(b.Span, fault{"The paragraph has %{words}; at most %{max} are read in one go.", "Divide it where the thought changes.",
				values{"count": len(b.Words), "words": plural(len(b.Words), "word"), "max": *l.Max}, b.Plain[:b.Sentences[0].End]})
		}
	}
	if !any {
		l.idle()
	}
}

// chunkSize wants sections that stand for themselves when a machine reads them one by one: large enough to say something,
// small enough to be about one thing.
func (l *look) chunkSize() {
	sections := l.Body.Sections
	if len(sections) < 2 {
		l.idle()
		return
	}
	for i, s := range sections {
		parent := i+1 < len(sections) && sections[i+1].Level > s.Level
		if s.Heading < 0 || s.Words == 0 || under(s.Words, l.Min) && (parent || l.holdsMore(i)) {
			continue
		}
		v := values{"count": s.Words, "words": plural(s.Words, "word"), "heading": short(l.heading(s))}
		add := func(f fault) *qa.Finding { return l.body(l.at(s), f) }
		l.limited(s.Words, add,
			fault{"The section “%{heading}” has %{words}; fewer than %{min} say little when they are read alone.", "Join it with its neighbour, or say more.", v, l.heading(s)},
			fault{"The section “%{heading}” has %{words}; more than %{max} are about more than one thing.", "Divide it by headings.", v, l.heading(s)})
	}
}

// holdsMore reports whether a section with a heading has something besides words: code, a table, a picture.
func (l *look) holdsMore(section int) bool {
	return slices.ContainsFunc(l.Body.Blocks[l.Body.Sections[section].Heading+1:l.sectionEnd(section)], func(b prose.Block) bool {
		return b.Kind == prose.Code || b.Kind == prose.Cell || b.Kind == prose.HTML || len(b.Words) == 0
	})
}

// sectionEnd is the index of the block after the last one of a section.
func (l *look) sectionEnd(section int) int {
	if section+1 < len(l.Body.Sections) {
		return l.Body.Sections[section+1].Heading
	}
	return len(l.Body.Blocks)
}

// answerFirst wants the first paragraph to be one that says what the article is about: before any other heading, of a
// size that can be quoted, and with a word of the title in it.
func (l *look) answerFirst() {
	first, heading := -1, false
	for i := range l.Body.Blocks {
		b := l.block(i)
		if b.Kind == prose.Heading && b.Level > 1 && !b.Quoted {
			heading = true
		}
		if b.Kind == prose.Paragraph && len(b.Words) > 0 {
			first = i
			break
		}
	}
	if first < 0 {
		l.idle()
		return
	}
	b := l.block(first)
	v := values{"count": len(b.Words), "words": plural(len(b.Words), "word"), "title": short(l.Doc.Title)}
	const remedy = "Begin with two or three sentences that answer what the title promises."
	add := func(f fault) *qa.Finding { return l.body(b.Span, f) }
	switch word, named := l.titleWord(b); {
	case heading:
		add(fault{"The text begins with a heading, not with the answer.", remedy, v, b.Plain})
	case !named:
		v["word"] = word
		add(fault{"The first paragraph has no word of the title “%{title}”.", remedy, v, b.Plain})
	default:
		l.limited(len(b.Words), add,
			fault{"The first paragraph has %{words}; fewer than %{min} answer little.", remedy, v, b.Plain},
			fault{"The first paragraph has %{words}; an answer is read to the end with at most %{max}.", remedy, v, b.Plain})
	}
}

// titleWord reports whether a block has one of the title's words of four letters or more, or a form of it; true where the
// title has none.
func (l *look) titleWord(b *prose.Block) (word string, named bool) {
	named = true
	for _, block := range prose.Plain(l.Doc.Title).Blocks {
		for _, w := range block.Words {
			if utf8.RuneCountInString(w.Fold) < 4 {
				continue
			}
			word, named = w.Fold, false
			for _, own := range b.Words {
				if strings.HasPrefix(own.Fold, stem(w.Fold)) {
					return word, true
				}
			}
		}
	}
	return word, named
}

// stem is a word without its last letters, by which its forms differ.
func stem(word string) string {
	runes := []rune(word)
	return string(runes[:max(4, len(runes)-2)])
}
