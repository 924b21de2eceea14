package ground

import (
	"context"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"stet/internal/prose"
	"stet/internal/qa"
)

// statement is a sentence of the article with what the knowledge base says about it.
type statement struct {
	field    string
	text     *prose.Text
	block    *prose.Block
	sentence prose.Span
	read     *reading
	found    *found // nil: there is no knowledge base, or it has nothing
	atoms    []judged
	settled  []atom // those that a fact has answered for
}

func (s *statement) plain() string { return s.block.Plain[s.sentence.Start:s.sentence.End] }

// place is the scope name of where the statement stands.
func (s *statement) place() string {
	if s.field != "body" {
		return s.field
	}
	return string(s.block.Kind)
}

// reader turns an article into statements.
type reader struct {
	article *qa.Article
	english bool
	lower   map[string]bool // words that the article writes in lower case
	block   *prose.Block    // that around is of
	around  []string
	cited   []string                   // documents, in reading order
	cites   map[*prose.Block][2]string // document and anchor that a block names with kb:
}

func newReader(a *qa.Article) *reader {
	r := &reader{article: a, english: english(a.Doc.Locale), lower: map[string]bool{}, cites: map[*prose.Block][2]string{}}
	if a.Body == nil {
		return r
	}
	for i := range a.Body.Blocks {
		b := &a.Body.Blocks[i]
		for _, w := range b.Words {
			if c := b.Plain[w.Start]; c >= 'a' && c <= 'z' {
				r.lower[w.Fold] = true
			}
		}
	}
	for _, link := range a.Body.Links {
		if target, cited := strings.CutPrefix(link.Target, "kb:"); cited {
			document, anchor, _ := strings.Cut(target, "#")
			r.cites[&a.Body.Blocks[link.Block]] = [2]string{document, anchor}
			r.cited = append(r.cited, document)
		}
	}
	return r
}

// english tells whether a locale is English. An empty one counts as such.
func english(locale string) bool {
	language, _, _ := strings.Cut(strings.ToLower(locale), "-")
	return language == "" || language == "en"
}

// statements reads the places that carry claims: the body without its headings and code, title and summary.
func (r *reader) statements(places map[string]bool) []*statement {
	var all []*statement
	for _, f := range r.article.Fields {
		if places[f.Name] && f.Text != nil {
			all = append(all, r.ofText(f.Name, f.Text, places)...)
		}
	}
	if r.article.Body != nil {
		all = append(all, r.ofText("body", r.article.Body, places)...)
	}
	return all
}

func (r *reader) ofText(field string, text *prose.Text, places map[string]bool) []*statement {
	var all []*statement
	for i := range text.Blocks {
		b := &text.Blocks[i]
		if field == "body" && !places[string(b.Kind)] {
			continue
		}
		for _, sentence := range b.Sentences {
			for _, span := range cut(b.Plain, sentence.Span) {
				s := &statement{field: field, text: text, block: b, sentence: span}
				s.read = read(s.plain())
				s.read.maskCode(b, span)
				all = append(all, s)
			}
		}
	}
	return all
}

// longest is how many bytes of a sentence are compared at once. What is longer is a table or an attack, and is cut.
const longest = 2000

// cut splits a span into pieces that are not too long, at spaces where there are any.
func cut(plain string, span prose.Span) []prose.Span {
	var pieces []prose.Span
	for span.End-span.Start > longest {
		end := span.Start + longest
		if at := strings.LastIndexByte(plain[span.Start:end], ' '); at > 0 {
			end = span.Start + at + 1
		}
		for end < span.End && !utf8.RuneStart(plain[end]) {
			end++
		}
		pieces = append(pieces, prose.Span{Start: span.Start, End: end})
		span.Start = end
	}
	return append(pieces, span)
}

// maskCode takes the atoms of inline code away: they are names of programs and their options.
func (r *reading) maskCode(b *prose.Block, s prose.Span) {
	first := sort.Search(len(b.Words), func(i int) bool { return b.Words[i].Start >= s.Start })
	for _, w := range b.Words[first:] {
		if w.Start >= s.End {
			break
		}
		if w.Code {
			r.mask(w.Start-s.Start, w.End-s.Start)
		}
	}
}

func (r *reading) mask(start, end int) {
	r.atoms = slices.DeleteFunc(r.atoms, func(a atom) bool { return a.end > start && a.start < end })
	for i, t := range r.tokens {
		if t.start < end && t.end > start {
			r.taken[i] = true
		}
	}
}

// weigh looks a statement up and judges its atoms.
func (r *reader) weigh(ctx context.Context, s *statement, src source) error {
	w := wanted{text: s.plain(), words: stems(s.read.tokens)}
	if s.field == "body" {
		w.around = r.aroundOf(s.block)
		if cite, cited := r.cites[s.block]; cited {
			w.document, w.anchor = cite[0], cite[1]
		}
	}
	f, err := src.look(ctx, w)
	if err != nil {
		return err
	}
	s.found = f
	if r.english {
		s.read.quotes()
		if s.field != "title" { // where every word may have a capital
			s.read.names(func(fold string) bool { return r.lower[fold] || f != nil && f.view.writesLower(fold) })
		}
	}
	for _, a := range s.read.atoms {
		if a.idle || !s.open(a) {
			continue
		}
		j := judged{atom: a, state: unsupported, sentence: -1}
		if f != nil {
			j = f.judge(s.plain(), a)
			if a.kind == aName && len(a.words) == 1 && j.state == unsupported && f.known(a.words[0]) {
				j.state = partial
			}
		}
		s.atoms = append(s.atoms, j)
	}
	return nil
}

// aroundOf gives the words of a block and of the title. They are read once for all sentences of the block.
func (r *reader) aroundOf(b *prose.Block) []string {
	if r.block != b {
		r.block, r.around = b, stems(scan(r.article.Doc.Title+" "+clip(b.Plain, 2000)))
	}
	return r.around
}

// stems are the stems of words that say something, each once.
func stems(tokens []token) []string {
	words := make([]string, 0, len(tokens))
	seen := make(map[string]bool, len(tokens))
	for _, t := range tokens {
		if word := stem(t.fold); !idle[t.fold] && !seen[word] {
			seen[word] = true
			words = append(words, word)
		}
	}
	return words
}

// clip cuts a text to a number of bytes, at the end of a word.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	if at := strings.LastIndexByte(s[:n], ' '); at > 0 {
		return s[:at]
	}
	return strings.ToValidUTF8(s[:n], "")
}
