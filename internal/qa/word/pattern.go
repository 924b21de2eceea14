package word

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

const (
	maxPattern = 4096    // bytes of a regular expression
	maxProgram = 4000    // instructions of a compiled one
	maxWork    = 1 << 32 // instructions times bytes of text that one rule may spend on one article
	maxHeads   = 4
)

// pattern is a regular expression with what a text must hold before it is worth running.
type pattern struct {
	re    *regexp.Regexp
	size  int
	heads []bytes256 // a match begins with one byte of each, in this order
	need  *bytes256  // a match holds one of these bytes
}

// bytes256 is a set of bytes. Every byte of a character beyond ASCII is in it when one such character is.
type bytes256 [256]bool

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
	return &pattern{re: re, size: len(program.Inst), heads: headsOf(program), need: needOf(tree)}, nil
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

// headsOf walks the program like its machine does, and keeps the bytes that any path can read at each step.
func headsOf(program *syntax.Prog) []bytes256 {
	var heads []bytes256
	states := []uint32{uint32(program.Start)}
	for len(heads) < maxHeads {
		seen := make([]bool, len(program.Inst))
		var set bytes256
		var following []uint32
		for len(states) > 0 {
			at := states[len(states)-1]
			states = states[:len(states)-1]
			if seen[at] {
				continue
			}
			seen[at] = true
			switch inst := &program.Inst[at]; inst.Op {
			case syntax.InstAlt, syntax.InstAltMatch:
				states = append(states, inst.Out, inst.Arg)
			case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
				states = append(states, inst.Out)
			case syntax.InstMatch:
				return heads
			case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
				set.addInst(inst)
				following = append(following, inst.Out)
			}
		}
		heads = append(heads, set)
		states = following
	}
	return heads
}

func (set *bytes256) addInst(inst *syntax.Inst) {
	for b := range utf8.RuneSelf {
		if inst.MatchRune(rune(b)) {
			set[b] = true
		}
	}
	set.addBeyond() // to ask every other character costs more than it saves
}

func (set *bytes256) addBeyond() {
	for b := utf8.RuneSelf; b < 256; b++ {
		set[b] = true
	}
}

// needOf finds bytes of which every match holds one, as few and as rare as it can; nil where there are none.
func needOf(tree *syntax.Regexp) *bytes256 {
	switch tree.Op {
	case syntax.OpLiteral:
		return needOfLiteral(tree)
	case syntax.OpCharClass:
		return needOfClass(tree)
	case syntax.OpCapture, syntax.OpPlus:
		return needOf(tree.Sub[0])
	case syntax.OpRepeat:
		if tree.Min > 0 {
			return needOf(tree.Sub[0])
		}
	case syntax.OpConcat:
		var best *bytes256
		for _, sub := range tree.Sub {
			if set := needOf(sub); set != nil && (best == nil || set.cost() < best.cost()) {
				best = set
			}
		}
		return best
	case syntax.OpAlternate:
		var all bytes256
		for _, sub := range tree.Sub {
			set := needOf(sub)
			if set == nil {
				return nil
			}
			for b, in := range set {
				all[b] = all[b] || in
			}
		}
		return &all
	}
	return nil
}

func needOfLiteral(tree *syntax.Regexp) *bytes256 {
	var best *bytes256
	for _, r := range tree.Rune {
		set := &bytes256{}
		set.addRune(r)
		if tree.Flags&syntax.FoldCase != 0 {
			for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
				set.addRune(other)
			}
		}
		if best == nil || set.cost() < best.cost() {
			best = set
		}
	}
	return best
}

func needOfClass(tree *syntax.Regexp) *bytes256 {
	set := &bytes256{}
	for i := 0; i+1 < len(tree.Rune); i += 2 {
		for r := tree.Rune[i]; r <= min(tree.Rune[i+1], utf8.RuneSelf-1); r++ {
			set[r] = true
		}
		if tree.Rune[i+1] >= utf8.RuneSelf {
			set.addBeyond()
		}
	}
	return set
}

func (set *bytes256) addRune(r rune) {
	if r < utf8.RuneSelf {
		set[r] = true
	} else {
		set.addBeyond()
	}
}

// cost says how often prose holds a byte of the set, roughly.
func (set *bytes256) cost() int {
	cost := 0
	for b, in := range set {
		switch {
		case !in:
		case b >= 'a' && b <= 'z', b == ' ':
			cost += 30
		case b == '.' || b == ',' || b == '\n':
			cost += 10
		default:
			cost++
		}
	}
	return cost
}

// worth tells whether a text can hold a match at all.
func (p *pattern) worth(text string) bool {
	if p.need != nil {
		i := 0
		for i < len(text) && !p.need[text[i]] {
			i++
		}
		if i == len(text) {
			return false
		}
	}
	if len(p.heads) == 0 {
		return true
	}
	for i := 0; i+len(p.heads) <= len(text); i++ {
		if p.heads[0][text[i]] && p.begins(text[i:]) {
			return true
		}
	}
	return false
}

func (p *pattern) begins(text string) bool {
	for k := range p.heads {
		if text[k] >= utf8.RuneSelf {
			return true // from here on bytes are not characters
		}
		if !p.heads[k][text[k]] {
			return false
		}
	}
	return true
}
