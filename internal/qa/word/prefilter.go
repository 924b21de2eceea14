package word

import (
	"math/bits"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// prefilter says what a text must hold before a regular expression is worth running.
type prefilter struct {
	// Bit k of a byte's entry says that it can be byte k of a match, for the first length bytes. Of characters beyond ASCII
	// every byte can be, or none.
	heads  [256]uint8
	length int
	needs  []string // a match holds one of these, but for case
	edge   bool     // a match begins where a word does
	local  bool     // one character before a match is all that tells whether it begins there
}

const maxHeads = 8

func newPrefilter(tree *syntax.Regexp, program *syntax.Prog) prefilter {
	f := prefilter{needs: needsOf(tree)}
	states, asserted := closure(program, []uint32{uint32(program.Start)}, true)
	free, _ := closure(program, []uint32{uint32(program.Start)}, false)
	f.edge = asserted == syntax.EmptyWordBoundary && len(free) == 0
	f.local = asserted&syntax.EmptyBeginText == 0
	for ; f.length < maxHeads; f.length++ {
		var following []uint32
		for _, at := range states {
			if program.Inst[at].Op == syntax.InstMatch {
				return f
			}
			following = append(following, program.Inst[at].Out)
		}
		for b := range f.heads {
			if slices.ContainsFunc(states, func(at uint32) bool { return reads(&program.Inst[at], b) }) {
				f.heads[b] |= 1 << f.length
			}
		}
		states, _ = closure(program, following, true)
	}
	return f
}

// reads tells whether an instruction can read a character that has a byte.
func reads(inst *syntax.Inst, b int) bool {
	if b < utf8.RuneSelf {
		return inst.MatchRune(rune(b))
	}
	switch {
	case inst.Op != syntax.InstRune && inst.Op != syntax.InstRune1, len(inst.Rune) == 0:
		return true
	case len(inst.Rune) == 1 && syntax.Flags(inst.Arg)&syntax.FoldCase != 0:
		for r := unicode.SimpleFold(inst.Rune[0]); r != inst.Rune[0]; r = unicode.SimpleFold(r) {
			if r >= utf8.RuneSelf {
				return true
			}
		}
	}
	return inst.Rune[len(inst.Rune)-1] >= utf8.RuneSelf // ranges are in order
}

// tailOf gives the end of a pattern that begins with something of no certain length, from its first text on: of
// "(?:[^,]+,)+ and" it is ", and". It is empty where a pattern has no such end.
func tailOf(tree *syntax.Regexp) string {
	if tree.Op == syntax.OpCapture {
		tree = tree.Sub[0]
	}
	if tree.Op != syntax.OpConcat {
		return ""
	}
	for i, sub := range tree.Sub {
		switch sub.Op {
		case syntax.OpPlus, syntax.OpStar, syntax.OpRepeat:
		case syntax.OpWordBoundary, syntax.OpBeginLine:
			continue
		default:
			return ""
		}
		rest := tree.Sub[i+1:]
		if last := lastOf(sub); last != nil {
			rest = append([]*syntax.Regexp{last}, rest...)
		}
		if len(rest) == 0 || rest[0].Op != syntax.OpLiteral {
			return ""
		}
		return (&syntax.Regexp{Op: syntax.OpConcat, Flags: tree.Flags, Sub: rest}).String()
	}
	return ""
}

// lastOf is the text that every round of a repetition ends with.
func lastOf(repetition *syntax.Regexp) *syntax.Regexp {
	round := repetition.Sub[0]
	for round.Op == syntax.OpCapture {
		round = round.Sub[0]
	}
	must := repetition.Op == syntax.OpPlus || repetition.Op == syntax.OpRepeat && repetition.Min > 0
	if round.Op == syntax.OpConcat && must {
		if last := round.Sub[len(round.Sub)-1]; last.Op == syntax.OpLiteral {
			return last
		}
	}
	return nil
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

// maxNeeds is how many texts are looked for before it is cheaper to run the regular expression.
const maxNeeds = 16

// needsOf finds short texts in small letters of which every match holds one, as few and as rare as it can; nil where there
// are none.
func needsOf(tree *syntax.Regexp) []string {
	switch tree.Op {
	case syntax.OpLiteral:
		return needsOfLiteral(tree.Rune)
	case syntax.OpCharClass:
		return needsOfClass(tree.Rune)
	case syntax.OpCapture, syntax.OpPlus:
		return needsOf(tree.Sub[0])
	case syntax.OpRepeat:
		if sub := tree.Sub[0]; sub.Op == syntax.OpLiteral && tree.Min > 0 {
			return needsOfLiteral(slices.Repeat(sub.Rune, min(tree.Min, maxHeads)))
		}
		if tree.Min > 0 {
			return needsOf(tree.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range tree.Sub {
			if needs := needsOf(sub); needs != nil && (best == nil || frequency(needs) < frequency(best)) {
				best = needs
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range tree.Sub {
			needs := needsOf(sub)
			if needs == nil || len(all)+len(needs) > maxNeeds {
				return nil
			}
			all = append(all, needs...)
		}
		return all
	}
	return nil
}

// needsOfLiteral gives the longest run of ASCII characters.
func needsOfLiteral(runes []rune) []string {
	best := ""
	for _, part := range strings.FieldsFunc(string(runes), func(r rune) bool { return r >= utf8.RuneSelf }) {
		if len(part) > len(best) {
			best = part
		}
	}
	if best == "" {
		return nil
	}
	return []string{strings.ToLower(best)}
}

// needsOfClass gives the characters of a small class.
func needsOfClass(runes []rune) []string {
	const most = 10 // digits are that many
	var all []string
	for i := 0; i+1 < len(runes); i += 2 {
		if runes[i+1] >= utf8.RuneSelf || int(runes[i+1]-runes[i])+len(all) >= most {
			return nil
		}
		for r := runes[i]; r <= runes[i+1]; r++ {
			if one := strings.ToLower(string(r)); !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	return all
}

// frequency says how often prose holds one of some texts, roughly: per byte of it.
func frequency(texts []string) float64 {
	sum := 0.0
	for _, text := range texts {
		product := 1.0
		for i := range len(text) {
			switch c := text[i]; {
			case c == ' ':
				product *= 0.2
			case c >= 'a' && c <= 'z':
				product *= 0.08
			case c >= '0' && c <= '9':
				product *= 0.0005
			default:
				product *= 0.01
			}
		}
		sum += product
	}
	return sum
}

// appendLower adds a text in small ASCII letters, byte for byte.
func appendLower(small []byte, text string) []byte {
	for i := range len(text) {
		c := text[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		small = append(small, c)
	}
	return small
}

// foldable tells whether a text in small ASCII letters is the same to every pattern that does not look at case. It is not
// where the text has one of the two letters beyond ASCII that are ASCII letters to such a pattern.
func foldable(text string) bool {
	return !strings.Contains(text, "ſ") && !strings.Contains(text, "\u212a") // the long s and the Kelvin sign
}

// holds tells whether a text in small letters has one of the texts that every match has.
func (f *prefilter) holds(lower string) bool {
	if f.needs == nil {
		return true
	}
	for _, need := range f.needs {
		if strings.Contains(lower, need) {
			return true
		}
	}
	return false
}

// next is the first place from which a match may begin, at or after a place; -1 where there is none. All heads are compared
// at once: bit k of state says that the last k+1 bytes fit the first k+1 heads.
func (f *prefilter) next(text string, at int) int {
	if f.length == 0 {
		return at
	}
	var state, whole uint8 = 0, 1 << (f.length - 1)
	for i := at; i < len(text); i++ {
		if state == 0 { // the usual case, in a loop of its own
			for i < len(text) && f.heads[text[i]]&1 == 0 {
				i++
			}
			if i == len(text) {
				return -1
			}
		}
		state = (state<<1 | 1) & f.heads[text[i]]
		if state == 0 {
			continue
		}
		first := -1
		if text[i] >= utf8.RuneSelf { // from here on bytes are not characters: whatever has begun may go on
			first = i - bits.Len8(state) + 1
		} else if state&whole != 0 {
			first = i - f.length + 1
		}
		if first < 0 {
			continue
		}
		if utf8.RuneStart(text[first]) && !(f.edge && first > 0 && wordByte(text[first-1]) && wordByte(text[first])) {
			return first
		}
		if text[i] >= utf8.RuneSelf { // try what has begun later
			i, state = first, 0
		}
	}
	return -1
}

// wordByte tells whether \b takes a byte for a part of a word.
func wordByte(b byte) bool {
	c := b | 0x20
	return c >= 'a' && c <= 'z' || b >= '0' && b <= '9' || b == '_'
}
