package word

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// prefilter says what a text must hold before a regular expression is worth running.
type prefilter struct {
	heads []bytes256 // a match begins with one byte of each, in this order
	need  *bytes256  // a match holds one of these bytes
	edge  bool       // a match begins where a word does
	local bool       // whether a match begins somewhere can be told without the text before, but for edge
}

// bytes256 is a set of bytes. Every byte of a character beyond ASCII is in it when one such character is.
type bytes256 [256]bool

const maxHeads = 6

func newPrefilter(tree *syntax.Regexp, program *syntax.Prog) prefilter {
	f := prefilter{need: needOf(tree)}
	states, asserted := closure(program, []uint32{uint32(program.Start)}, true)
	if free, _ := closure(program, []uint32{uint32(program.Start)}, false); asserted == syntax.EmptyWordBoundary && len(free) == 0 {
		f.edge, f.local = true, true
	} else if asserted == 0 {
		f.local = true
	}
	for len(f.heads) < maxHeads {
		var set bytes256
		var following []uint32
		for _, at := range states {
			inst := &program.Inst[at]
			if inst.Op == syntax.InstMatch {
				return f
			}
			set.addInst(inst)
			following = append(following, inst.Out)
		}
		f.heads = append(f.heads, set)
		states, _ = closure(program, following, true)
	}
	return f
}

// closure gives the instructions that read a character or match, reached from others without reading. It goes past
// assertions such as \b where through is set, and says which.
func closure(program *syntax.Prog, from []uint32, through bool) (reached []uint32, asserted syntax.EmptyOp) {
	seen := make([]bool, len(program.Inst))
	for len(from) > 0 {
		at := from[len(from)-1]
		from = from[:len(from)-1]
		if seen[at] {
			continue
		}
		seen[at] = true
		switch inst := &program.Inst[at]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			from = append(from, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			from = append(from, inst.Out)
		case syntax.InstEmptyWidth:
			asserted |= syntax.EmptyOp(inst.Arg)
			if through {
				from = append(from, inst.Out)
			}
		case syntax.InstFail:
		default:
			reached = append(reached, at)
		}
	}
	return reached, asserted
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

// holds tells whether a text has one of the bytes that every match has.
func (f *prefilter) holds(text string) bool {
	if f.need == nil {
		return true
	}
	for i := range len(text) {
		if f.need[text[i]] {
			return true
		}
	}
	return false
}

// next is the first place from which a match may begin, at or after a place; -1 where there is none.
func (f *prefilter) next(text string, at int) int {
	if len(f.heads) == 0 {
		return at
	}
	for ; at+len(f.heads) <= len(text); at++ {
		if f.heads[0][text[at]] && f.begins(text[at:]) && utf8.RuneStart(text[at]) && !(f.edge && at > 0 && wordByte(text[at-1]) && wordByte(text[at])) {
			return at
		}
	}
	return -1
}

func (f *prefilter) begins(text string) bool {
	for k := range f.heads {
		if text[k] >= utf8.RuneSelf {
			return true // from here on bytes are not characters
		}
		if !f.heads[k][text[k]] {
			return false
		}
	}
	return true
}

// wordByte tells whether \b takes a byte for a part of a word.
func wordByte(b byte) bool {
	c := b | 0x20
	return c >= 'a' && c <= 'z' || b >= '0' && b <= '9' || b == '_'
}
