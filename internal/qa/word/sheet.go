package word

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"stet/internal/prose"
	"stet/internal/qa"
)

// sheet is an article laid out for the rules: its texts as one row of units, read into tokens once.
type sheet struct {
	ctx     context.Context
	article *qa.Article
	rule    *qa.Rule // the one that is judged now
	units   []unit
	found   [][]hit // by phrase list, in the order of the text
	tokens  []token // of all units
	names   map[string]bool
	lower   string // all units in small ASCII letters
	folds   bool   // lower is the same to every pattern that does not look at case
}

// unit is one block of one of the article's texts.
type unit struct {
	field string
	place place
	text  *prose.Text
	block *prose.Block
	index int // of the block in its text
	plain string
	// masked is plain with the bytes of inline code and addresses replaced, for patterns; the same length as plain.
	masked string
	tokens []token
	quoted []prose.Span // what stands in quotation marks
	marks  bool         // quoted is filled
	lower  string       // plain in small ASCII letters, once the sheet is folded
}

// token is a run of letters and digits within a word. "e-mail" is one word of two tokens.
type token struct {
	start, end int
	fold       string
	word       int  // index in the block's words
	first      bool // no token of the word is before it
	last       bool // no token of the word is after it
	opaque     bool // inside inline code or an address
}

func newSheet(ctx context.Context, c *checker, a *qa.Article) (*sheet, error) {
	s := &sheet{ctx: ctx, article: a, found: make([][]hit, c.lists)}
	if used, ok := c.tokens.Get().(*[]token); ok {
		s.tokens = (*used)[:0]
	}
	for _, field := range a.Fields {
		s.add(field.Name, field.Text, places[field.Name])
	}
	s.add("body", a.Body, 0)
	for i := range s.units {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c.words.read(s, i)
	}
	return s, nil
}

// add lays out the blocks of a text. Blocks of a field stand where the field does.
func (s *sheet) add(name string, text *prose.Text, at place) {
	if text == nil {
		return
	}
	for i := range text.Blocks {
		block := &text.Blocks[i]
		if block.Kind == prose.Code || block.Kind == prose.HTML {
			continue
		}
		u := unit{field: name, place: at, text: text, block: block, index: i, plain: block.Plain}
		if at == 0 {
			u.place = placeOf(block)
		}
		first := len(s.tokens)
		s.tokens = tokenize(s.tokens, block)
		u.tokens = s.tokens[first:len(s.tokens):len(s.tokens)]
		hidden := opaque(block)
		u.masked = mask(block.Plain, hidden)
		for k, i := 0, 0; i < len(u.tokens) && k < len(hidden); {
			if t := &u.tokens[i]; t.start >= hidden[k].End {
				k++
			} else {
				t.opaque = t.end > hidden[k].Start
				i++
			}
		}
		s.units = append(s.units, u)
	}
}

// tokenize cuts the words of a block into tokens.
func tokenize(tokens []token, block *prose.Block) []token {
	for i := range block.Words {
		word := &block.Words[i]
		raw := block.Plain[word.Start:word.End]
		if simple(raw) {
			tokens = append(tokens, token{start: word.Start, end: word.End, fold: word.Fold, word: i, first: true, last: true})
			continue
		}
		tokens = appendParts(tokens, raw, word, i)
	}
	return tokens
}

// simple tells whether a word is one token, for the ASCII letters and digits that most words are made of.
func simple(raw string) bool {
	for i := range len(raw) {
		if c := raw[i] | 0x20; (c < 'a' || c > 'z') && (raw[i] < '0' || raw[i] > '9') {
			return false
		}
	}
	return true
}

// appendParts cuts a word at the marks inside it. Raw and folded text are cut alike; where they cannot be, the word stays whole.
func appendParts(tokens []token, raw string, word *prose.Word, index int) []token {
	parts, folds := runs(raw), runs(word.Fold)
	if len(parts) != len(folds) || len(parts) == 0 {
		return append(tokens, token{start: word.Start, end: word.End, fold: word.Fold, word: index, first: true, last: true})
	}
	for k, part := range parts {
		tokens = append(tokens, token{
			start: word.Start + part.Start, end: word.Start + part.End, fold: word.Fold[folds[k].Start:folds[k].End],
			word: index, first: k == 0, last: k == len(parts)-1,
		})
	}
	return tokens
}

// runs gives the runs of letters, digits and marks of a text.
func runs(text string) []prose.Span {
	var spans []prose.Span
	start := -1
	for i, r := range text {
		switch in := inToken(r); {
		case in && start < 0:
			start = i
		case !in && start >= 0:
			spans = append(spans, prose.Span{Start: start, End: i})
			start = -1
		}
	}
	if start >= 0 {
		spans = append(spans, prose.Span{Start: start, End: len(text)})
	}
	return spans
}

func inToken(r rune) bool {
	if r < utf8.RuneSelf {
		c := r | 0x20
		return c >= 'a' && c <= 'z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// maskByte stands for a byte of what is hidden where patterns look. No pattern for prose asks for it.
const maskByte = 0x1a

func mask(plain string, hidden []prose.Span) string {
	if len(hidden) == 0 {
		return plain
	}
	masked := []byte(plain)
	for _, span := range hidden {
		for k := span.Start; k < span.End; k++ {
			masked[k] = maskByte
		}
	}
	return string(masked)
}

// opaque finds what nobody writes as prose: inline code, addresses of the web and of mail. The spans are in order, apart.
func opaque(block *prose.Block) []prose.Span {
	var spans []prose.Span
	for i := 0; i < len(block.Words); i++ {
		if !block.Words[i].Code {
			continue
		}
		start := i
		for i+1 < len(block.Words) && block.Words[i+1].Code {
			i++
		}
		spans = append(spans, prose.Span{Start: block.Words[start].Start, End: block.Words[i].End})
	}
	spans = append(spans, addresses(block.Plain)...)
	slices.SortFunc(spans, func(a, b prose.Span) int { return cmp.Compare(a.Start, b.Start) })
	apart := spans[:0]
	for _, span := range spans {
		if n := len(apart); n > 0 && span.Start < apart[n-1].End {
			apart[n-1].End = max(apart[n-1].End, span.End)
			continue
		}
		apart = append(apart, span)
	}
	return apart
}

// addresses finds runs without white space that hold "://" or an "@" between letters.
func addresses(plain string) []prose.Span {
	var spans []prose.Span
	for at := 0; at < len(plain); {
		i := strings.IndexAny(plain[at:], ":@")
		if i < 0 {
			return spans
		}
		i += at
		at = i + 1
		mail := plain[i] == '@' && i > 0 && at < len(plain) && simple(plain[i-1:i]) && simple(plain[at:at+1])
		if !mail && !strings.HasPrefix(plain[i:], "://") {
			continue
		}
		start := strings.LastIndexFunc(plain[:i], unicode.IsSpace) + 1
		if n := len(spans); n > 0 {
			start = max(start, spans[n-1].End)
		}
		end := strings.IndexFunc(plain[i:], unicode.IsSpace)
		if end < 0 {
			end = len(plain) - i
		}
		spans = append(spans, prose.Span{Start: start, End: i + end})
		at = i + end
	}
	return spans
}

// sentence is the index of the sentence that a place of the block stands in, -1 where there is none.
func (u *unit) sentence(at int) int {
	sentences := u.block.Sentences
	i := sort.Search(len(sentences), func(i int) bool { return sentences[i].End > at })
	if i < len(sentences) && sentences[i].Start <= at {
		return i
	}
	return -1
}

// around is the text of the sentence that a place stands in, or the block; of one longer than any sentence, what is near.
func (u *unit) around(at int) string {
	const part = 500
	start, end := 0, len(u.plain)
	if i := u.sentence(at); i >= 0 {
		start, end = u.block.Sentences[i].Start, u.block.Sentences[i].End
	}
	if end-start > 2*part {
		start, end = max(start, at-part), min(end, at+part)
	}
	return strings.ToValidUTF8(u.plain[start:end], "")
}

// inQuotes tells whether somebody else speaks: the range lies in a block quote or in quotation marks.
func (u *unit) inQuotes(start, end int) bool {
	if u.block.Quoted || u.block.Kind == prose.Quote {
		return true
	}
	if !u.marks {
		u.quoted, u.marks = quotations(u.plain), true
	}
	i := sort.Search(len(u.quoted), func(i int) bool { return u.quoted[i].End >= end })
	return i < len(u.quoted) && u.quoted[i].Start <= start
}

// worth tells whether any unit can hold a match of a pattern.
func (s *sheet) worth(p *pattern) bool {
	if s.lower == "" {
		s.fold()
	}
	return !s.folds || p.holds(s.lower)
}

// fold writes all units in small letters, once for all patterns.
func (s *sheet) fold() {
	size := 0
	for i := range s.units {
		size += len(s.units[i].plain) + 1
	}
	small := make([]byte, 0, size)
	s.folds = true
	for i := range s.units {
		small = appendLower(small, s.units[i].plain)
		small = append(small, '\n')
		s.folds = s.folds && foldable(s.units[i].plain)
	}
	s.lower = string(small)
	at := 0
	for i := range s.units {
		u := &s.units[i]
		u.lower = s.lower[at : at+len(u.plain)]
		at += len(u.plain) + 1
	}
}

// quotations finds what stands in quotation marks. A mark that is never closed opens nothing.
func quotations(plain string) []prose.Span {
	var spans []prose.Span
	open, closing := -1, rune(0)
	before := ' '
	for i, r := range plain {
		switch {
		case open >= 0 && r == closing:
			spans = append(spans, prose.Span{Start: open, End: i + utf8.RuneLen(r)})
			open = -1
		case open < 0 && strings.ContainsRune("“„«", r):
			open, closing = i, map[rune]rune{'“': '”', '„': '“', '«': '»'}[r]
		case open < 0 && r == '"' && (unicode.IsSpace(before) || strings.ContainsRune("([—–", before)):
			open, closing = i, '"'
		}
		before = r
	}
	return spans
}

// each calls visit for the units in a scope.
func (s *sheet) each(scope place, visit func(u *unit, index int)) {
	for i := range s.units {
		if s.units[i].place&scope != 0 {
			visit(&s.units[i], i)
		}
	}
}
