package word

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

const (
	maxPattern = 4096    // bytes of a regular expression
	maxProgram = 4000    // instructions of a compiled one
	maxWork    = 1 << 32 // instructions times bytes of text that one rule may spend on one article
)

// pattern is a regular expression with what a text must hold before it is worth running.
type pattern struct {
	prefilter
	re    *regexp.Regexp
	start *regexp.Regexp // the same, for a match at the beginning of a text
	after *regexp.Regexp // the same, for a match after the first character of a text
	tail  *pattern       // what a match must end with, easier to find than where it begins; nil: unknown
	size  int
}

// compile reads a regular expression, and refuses one whose program would be large before it is built.
func compile(source string, exact bool) (*pattern, error) {
	if len(source) > maxPattern {
		return nil, fmt.Errorf("the pattern has %d bytes, %d are allowed; split it", len(source), maxPattern)
	}
	if !exact {
		source = "(?i)" + source
	}
	source = "(?m)" + source
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("%w (RE2 syntax: no look-ahead, look-behind or back-reference)", err)
	}
	if size := weigh(tree); size > maxProgram {
		return nil, fmt.Errorf("the pattern needs a program of about %d steps, %d are allowed; use smaller counts in {}, or words", size, maxProgram)
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, err
	}
	if re.MatchString("") {
		return nil, fmt.Errorf("the pattern matches the empty text; let it need one character")
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	p := &pattern{re: re, size: len(program.Inst), prefilter: newPrefilter(tree, program)}
	if tail := tailOf(tree); tail != "" {
		if p.tail, err = compile(tail, true); err != nil {
			return nil, err
		}
	}
	if p.local {
		p.start, err = regexp.Compile(`\A(?:` + source + `)`)
		if err == nil {
			p.after, err = regexp.Compile(`\A(?s:.)(?:` + source + `)`)
		}
	}
	return p, err
}

// weigh estimates the number of instructions of a tree, without building them.
func weigh(tree *syntax.Regexp) int {
	size := 1 + len(tree.Rune)/8
	if tree.Op == syntax.OpLiteral {
		size = len(tree.Rune)
	}
	for _, sub := range tree.Sub {
		size = min(size+weigh(sub), 1<<40)
	}
	if tree.Op == syntax.OpRepeat {
		size = min(size*max(tree.Min, tree.Max, 1), 1<<40)
	}
	return size
}

// Few matches in a short text are found by trying where one may begin. With many to try, or much text for each, the
// regular expression's own search is faster, and its time does not grow with the square of the text.
const (
	maxTries = 32
	maxTried = 4096
)

// find gives the matches in a text, as regexp.FindAllStringSubmatchIndex does. It does not ask whether the text holds what
// every match holds.
func (p *pattern) find(text string) [][]int {
	at := p.next(text, 0)
	if at < 0 {
		return nil
	}
	if p.tail != nil && p.tail.find(text) == nil {
		return nil
	}
	if p.start == nil || len(text) > maxTried {
		return p.re.FindAllStringSubmatchIndex(text, -1)
	}
	var starts [maxTries]int
	n := 0
	for ; at >= 0 && at < len(text); at = p.next(text, at+1) {
		if n == maxTries {
			return p.re.FindAllStringSubmatchIndex(text, -1)
		}
		starts[n] = at
		n++
	}
	var found [][]int
	end := 0
	for _, start := range starts[:n] {
		if start < end {
			continue
		}
		if groups := p.at(text, start); groups != nil {
			found = append(found, groups)
			end = groups[1]
		}
	}
	return found
}

// at gives the match that begins at a place, nil where none does.
func (p *pattern) at(text string, at int) []int {
	if at == 0 {
		return p.start.FindStringSubmatchIndex(text)
	}
	_, size := utf8.DecodeLastRuneInString(text[:at])
	groups := p.after.FindStringSubmatchIndex(text[at-size:])
	if groups == nil {
		return nil
	}
	for k := range groups {
		if groups[k] >= 0 {
			groups[k] += at - size
		}
	}
	groups[0] = at
	return groups
}
