package word

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"stet/internal/prose"
)

// phrase is what an automaton looks for: tokens with what stands between them.
type phrase struct {
	tokens []piece
	gaps   []string // between the tokens; " " stands for any white space
	lead   string   // marks that touch the first token, as the point in ".NET"
	trail  string   // marks that touch the last one, as in "C++"
}

// piece is a token of a phrase, or the beginning or end of one.
type piece struct {
	text, fold string
	open       side
}

// side says at which end of a piece anything may follow.
type side uint8

const (
	closed side = iota
	after       // "utili*"
	before      // "*ed"
)

var errNoWord = errors.New("it has no letter or digit; write it under patterns, as a regular expression")

// parsePhrase reads a phrase as it stands in a rule. A word may begin or end with *, and * alone is any word.
func parsePhrase(text string) (phrase, error) {
	text = norm.NFC.String(strings.TrimSpace(text))
	var p phrase
	at := 0 // where the gap before the next token begins
	spans := runs(text)
	for _, span := range stars(text, spans) {
		gap := text[at:span.start]
		if len(p.tokens) == 0 {
			p.lead = strings.TrimSpace(gap)
		} else {
			p.gaps = append(p.gaps, normalGap(gap))
		}
		p.tokens = append(p.tokens, span.piece)
		at = span.end
	}
	if len(p.tokens) == 0 {
		return phrase{}, fmt.Errorf("read phrase %q: %w", text, errNoWord)
	}
	p.trail = strings.TrimSpace(text[at:])
	if strings.Contains(p.lead+p.trail+strings.Join(p.gaps, ""), "*") || slices.Contains(p.gaps, "") {
		return phrase{}, fmt.Errorf("read phrase %q: a word takes one *, at its beginning or its end", text)
	}
	return p, nil
}

// maxAlternatives is how many phrases one with alternatives may stand for.
const maxAlternatives = 5000

// alternatives gives the phrases that one with choices stands for: "(a|an) (large|small) number" stands for four.
func alternatives(text string) ([]string, error) {
	open := strings.IndexByte(text, '(')
	length := strings.IndexByte(text[max(open, 0):], ')')
	if open < 0 || length < 0 || !strings.Contains(text[open:open+length], "|") {
		return []string{text}, nil
	}
	rest, err := alternatives(text[open+length+1:])
	if err != nil {
		return nil, err
	}
	var all []string
	for _, choice := range strings.Split(text[open+1:open+length], "|") {
		for _, end := range rest {
			all = append(all, text[:open]+choice+end)
		}
	}
	if len(all) > maxAlternatives {
		return nil, fmt.Errorf("read phrase %q: it stands for more than %d phrases; split it", short(text), maxAlternatives)
	}
	return all, nil
}

// starred is a piece with its place in the text of the phrase, stars included.
type starred struct {
	piece
	start, end int
}

func stars(text string, spans []prose.Span) []starred {
	var pieces []starred
	at := 0
	alone := func(until int) {
		for k := at; k < until; k++ {
			if text[k] == '*' && (k == 0 || text[k-1] == ' ') && (k+1 == len(text) || text[k+1] == ' ') {
				pieces = append(pieces, starred{piece: piece{open: after}, start: k, end: k + 1})
			}
		}
	}
	for _, run := range spans {
		it := starred{start: run.Start, end: run.End}
		it.text = text[run.Start:run.End]
		it.fold = strings.ToLower(it.text)
		if run.Start > at && text[run.Start-1] == '*' {
			it.open, it.start = before, run.Start-1
		} else if run.End < len(text) && text[run.End] == '*' {
			it.open, it.end = after, run.End+1
		}
		alone(it.start)
		pieces = append(pieces, it)
		at = it.end
	}
	alone(len(text))
	return pieces
}

// accepts tells whether the piece is a token, letter for letter.
func (p piece) accepts(text string) bool {
	switch p.open {
	case after:
		return strings.HasPrefix(text, p.text)
	case before:
		return strings.HasSuffix(text, p.text)
	default:
		return text == p.text
	}
}

// normalGap makes gaps comparable: white space is one space, apostrophes and hyphens are the plain ones.
func normalGap(gap string) string {
	if gap == " " || gap == "-" {
		return gap
	}
	var b strings.Builder
	space := false
	for _, r := range gap {
		switch {
		case unicode.IsSpace(r):
			if !space {
				b.WriteByte(' ')
			}
		case r == '’' || r == 'ʼ':
			b.WriteByte('\'')
		case r == '‐' || r == '‑':
			b.WriteByte('-')
		default:
			b.WriteRune(r)
		}
		space = unicode.IsSpace(r)
	}
	return b.String()
}
