package vale

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// maxTexts is how many texts a regular expression may stand for to be written as words.
const maxTexts = 64

// besides are the keys for what stands beside a match, by the look-around that says it.
var besides = map[string]string{"(?=": "before", "(?!": "not_before", "(?<=": "after", "(?<!": "not_after"}

// cutBeside takes look-arounds off the ends of a regular expression, where they are conditions on what is beside it.
func cutBeside(source string) (core string, conditions mapping) {
	core = source
	for _, open := range []string{"(?<=", "(?<!"} {
		if end := closing(core, 0); strings.HasPrefix(core, open) && end > 0 {
			conditions = append(conditions, pair{besides[open], core[len(open):end]})
			core = core[end+1:]
		}
	}
	for _, open := range []string{"(?=", "(?!"} {
		at := strings.LastIndex(core, open)
		if at > 0 && closing(core, at) == len(core)-1 {
			conditions = append(conditions, pair{besides[open], core[at+len(open) : len(core)-1]})
			core = core[:at]
		}
	}
	return core, conditions
}

// closing is where the bracket at a place is closed, 0 where it is not. Escapes and classes are passed over.
func closing(source string, at int) int {
	depth, class := 0, false
	for i := at; i < len(source); i++ {
		switch c := source[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return 0
}

// texts gives what a regular expression stands for as phrases, where that is a short list. A run of word characters at
// the beginning or end of a word becomes a *.
func texts(source string) ([]string, bool) {
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, false
	}
	list, ok := expand(tree)
	return list, ok && !slices.ContainsFunc(list, func(text string) bool { return !phrase(text) })
}

// phrase tells whether a text can be a phrase of a rule that matches whole words: it begins and ends within words, and each
// * stands at one end of a word.
func phrase(text string) bool {
	if strings.Trim(text, " ") != text || text == "" || strings.ContainsAny(text, "(|") {
		return false
	}
	runes := []rune(text)
	for i, r := range runes {
		if r != '*' {
			continue
		}
		before, after := i > 0 && inWord(runes[i-1]), i+1 < len(runes) && inWord(runes[i+1])
		if before == after {
			return false
		}
	}
	edge := func(r rune) bool { return r == '*' || inWord(r) }
	return edge(runes[0]) && edge(runes[len(runes)-1])
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func expand(tree *syntax.Regexp) ([]string, bool) {
	switch tree.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary:
		return []string{""}, true
	case syntax.OpLiteral:
		text := string(tree.Rune)
		return []string{text}, !strings.Contains(text, "*") && tree.Flags&syntax.FoldCase == 0
	case syntax.OpCharClass:
		return expandClass(tree)
	case syntax.OpCapture:
		return expand(tree.Sub[0])
	case syntax.OpStar, syntax.OpPlus:
		if is(tree.Sub[0], 'x') && is(tree.Sub[0], 'q') {
			return []string{"*"}, true
		}
		list, ok := expand(tree.Sub[0]) // once stands for many: nobody writes two hyphens
		if tree.Op == syntax.OpStar {
			list = append(list, "")
		}
		return list, ok
	case syntax.OpQuest:
		list, ok := expand(tree.Sub[0])
		return append(list, ""), ok
	case syntax.OpAlternate:
		return expandAll(tree.Sub, func(all, list []string) []string { return append(all, list...) }, nil)
	case syntax.OpConcat:
		return expandAll(tree.Sub, product, []string{""})
	}
	return nil, false
}

func expandAll(subs []*syntax.Regexp, join func(all, list []string) []string, all []string) ([]string, bool) {
	for _, sub := range subs {
		list, ok := expand(sub)
		if !ok {
			return nil, false
		}
		if all = join(all, list); len(all) > maxTexts {
			return nil, false
		}
	}
	return all, true
}

func product(all, list []string) []string {
	var out []string
	for _, begin := range all {
		for _, end := range list {
			out = append(out, begin+end)
		}
	}
	return out
}

// expandClass gives the characters of a small class; white space is one space.
func expandClass(tree *syntax.Regexp) ([]string, bool) {
	if is(tree, ' ') && is(tree, '\t') {
		return []string{" "}, !is(tree, 'x')
	}
	var list []string
	for i := 0; i+1 < len(tree.Rune); i += 2 {
		if tree.Rune[i+1]-tree.Rune[i] >= 8 {
			return nil, false
		}
		for r := tree.Rune[i]; r <= tree.Rune[i+1]; r++ {
			list = append(list, string(r))
		}
	}
	return list, len(list) <= 8 && !slices.Contains(list, "*")
}

// is tells whether a tree is one character, and may be the given one.
func is(tree *syntax.Regexp, want rune) bool {
	if tree.Op == syntax.OpLiteral {
		return len(tree.Rune) == 1 && tree.Rune[0] == want
	}
	if tree.Op == syntax.OpCharClass {
		for i := 0; i+1 < len(tree.Rune); i += 2 {
			if tree.Rune[i] <= want && want <= tree.Rune[i+1] {
				return true
			}
		}
	}
	return false
}
