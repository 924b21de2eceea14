package prose

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// split finds the words and the sentences of a block. The words are appended to words; the sentences count from the
// block's first word.
func split(plain string, styles []style, words []Word) ([]Word, []Sentence) {
	first := len(words)
	words = appendWords(words, plain, styles)
	s := splitter{plain: plain, styles: styles, words: words[first:]}
	return words, s.sentences()
}

type splitter struct {
	plain  string
	styles []style
	words  []Word
	start  int // index of the first word of the sentence
}

func (s *splitter) sentences() []Sentence {
	if len(s.words) == 0 {
		return nil
	}
	var list []Sentence
	from := skipSpace(s.plain, 0)
	for i := range len(s.words) - 1 {
		gap := Span{s.words[i].End, s.words[i+1].Start}
		if gap.End-gap.Start < 2 && gap.End > gap.Start && s.plain[gap.Start] == ' ' {
			continue
		}
		if end := s.boundary(i, gap); end > 0 {
			list = append(list, Sentence{Span{from, end}, s.start, i + 1})
			from, s.start = skipSpace(s.plain, end), i+1
		}
	}
	end := len(strings.TrimRightFunc(s.plain, unicode.IsSpace))
	return append(list, Sentence{Span{from, end}, s.start, len(s.words)})
}

func skipSpace(plain string, at int) int {
	return len(plain) - len(strings.TrimLeftFunc(plain[at:], unicode.IsSpace))
}

const (
	closers   = "\"')]}”’»›«‹“‘」』）】〉》*_"
	wide      = "。！？．｡" // end a sentence without a space after them
	marks     = ".!?…‽" + wide + "।॥؟۔։።"
	stops     = ".…"
	hardBreak = '\n'
)

// boundary is where a sentence ends in the gap after word i; 0 where it goes on.
func (s *splitter) boundary(i int, gap Span) int {
	text := s.plain[gap.Start:gap.End]
	at := strings.IndexAny(text, marks)
	if at < 0 {
		if at = strings.IndexByte(text, hardBreak); at >= 0 && !startsLower(s.next(i)) {
			return gap.Start + at
		}
		return 0
	}
	if s.sameCode(i) {
		return 0
	}
	signs, rest := cutSet(text[at:], marks)
	closed, rest := cutSet(rest, closers)
	for again, after := cutSet(rest, marks); again != ""; again, after = cutSet(rest, marks) { // as in »(etc.).« and »he said "no".«
		signs, rest = again, after
		closed, rest = cutSet(rest, closers)
	}
	spaced := strings.TrimLeftFunc(rest, unicode.IsSpace) != rest
	if dots := strings.TrimLeftFunc(rest, unicode.IsSpace); spaced && strings.HasPrefix(dots, ". .") || strings.HasPrefix(dots, ". ") {
		signs, rest = "...", strings.TrimLeft(dots, ".") // a spaced ellipsis
		for strings.HasPrefix(rest, " .") {
			rest = strings.TrimLeft(rest[1:], ".")
		}
	}
	end := gap.End - len(rest)
	switch {
	case strings.ContainsAny(signs, wide):
		if !spaced && closed != "" || rest != "" && !spaced && strings.ContainsAny(rest, ",、，") {
			return 0 // a quotation within the sentence
		}
		return end
	case !spaced:
		return 0
	case !s.ends(i, signs, at == 0):
		return 0
	}
	return end
}

// cutSet takes the longest prefix made of the characters of a set.
func cutSet(s, set string) (prefix, rest string) {
	rest = strings.TrimLeft(s, set)
	return s[:len(s)-len(rest)], rest
}

// next is the text from the word after word i on.
func (s *splitter) next(i int) string { return s.plain[s.words[i+1].Start:] }

// sameCode reports whether word i and the one after it stand in the same piece of code or the same address.
func (s *splitter) sameCode(i int) bool {
	w, next := s.words[i], s.words[i+1]
	if !w.Code || !next.Code {
		return false
	}
	at := sort.Search(len(s.styles), func(i int) bool { return s.styles[i].at >= w.End })
	return at == len(s.styles) || s.styles[at].at > next.Start
}

// ends decides whether signs end the sentence, given a space and another word after them. Touching tells that they stand
// right behind word i.
func (s *splitter) ends(i int, signs string, touching bool) bool {
	next := s.words[i+1]
	lower := startsLower(s.next(i)) && !next.Code
	if strings.Trim(signs, stops) != "" || signs != "." || !touching {
		return !lower
	}
	if lower || s.words[i].Code {
		return !lower
	}
	word, nextText := s.words[i], s.plain[next.Start:next.End]
	text := s.plain[word.Start:word.End]
	switch abbreviations[word.Fold] {
	case always:
		return false
	case beforeNumber:
		if isDigit(nextText[0]) {
			return false
		}
	case often:
		return s.starts(next)
	}
	switch {
	case isInitials(text):
		return i > s.start && s.starts(next) && !(len(nextText) == 1 && strings.HasPrefix(s.plain[next.End:], "."))
	case isNumber(text) && i == s.start && len(text) <= 2:
		return false // the number of an item
	case isNumber(text) && len(text) <= 2 && germanMonths[next.Fold]:
		return false
	}
	return true
}

// starts reports whether a word is one that begins sentences: The, or I'm.
func (s *splitter) starts(w Word) bool {
	word, _, _ := strings.Cut(w.Fold, "'")
	return starters[word]
}

// startsLower reports whether a text goes on in lower case. Names such as iPhone do not count.
func startsLower(text string) bool {
	r, size := utf8.DecodeRuneInString(text)
	if !unicode.IsLower(r) {
		return false
	}
	second, _ := utf8.DecodeRuneInString(text[size:])
	return !unicode.IsUpper(second)
}

// isInitials reports whether a word is J or U.S.A.
func isInitials(word string) bool {
	single := true // the next character must be a letter that stands alone
	for _, r := range word {
		if single && !unicode.IsUpper(r) || !single && r != '.' {
			return false
		}
		single = !single
	}
	return true
}

func isNumber(word string) bool { return strings.Trim(word, "0123456789") == "" }
