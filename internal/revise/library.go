package revise

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"stet/internal/qa"
)

// Library is a knowledge base as a Source.
type Library struct{ KB qa.Knowledge }

// nearest is how many passages are looked at for a particular.
const nearest = 10

// Holds implements Source: one of the nearest passages has the particular as whole words.
func (l Library) Holds(ctx context.Context, particular string) (bool, error) {
	if l.KB == nil || l.KB.Documents() == 0 {
		return false, nil
	}
	found, err := l.KB.Search(ctx, particular, "", nearest)
	if err != nil {
		return false, fmt.Errorf("search the knowledge base: %w", err)
	}
	wanted := squeeze(particular)
	for _, p := range found {
		if whole(squeeze(p.Text), wanted) {
			return true, nil
		}
	}
	return false, nil
}

// whole reports whether text has part as whole words and numbers: 5 is not in 50, in 5.5 or in 1,5.
func whole(text, part string) bool {
	for from := 0; part != ""; {
		i := strings.Index(text[from:], part)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(part)
		if !goesOn(backward(text[:start])) && !goesOn(text[end:]) {
			return true
		}
		from = end
	}
	return false
}

// goesOn reports whether a word or number goes on in text: with a letter or digit, or with a digit behind a point or comma.
func goesOn(text string) bool {
	first, size := utf8.DecodeRuneInString(text)
	if first == '.' || first == ',' {
		next, _ := utf8.DecodeRuneInString(text[size:])
		return unicode.IsDigit(next)
	}
	return unicode.IsLetter(first) || unicode.IsDigit(first)
}

// backward is the end of text in reverse, as far as goesOn looks.
func backward(text string) string {
	last, size := utf8.DecodeLastRuneInString(text)
	if size == 0 {
		return ""
	}
	before, _ := utf8.DecodeLastRuneInString(text[:len(text)-size])
	return string([]rune{last, before})
}
