package word

import (
	"slices"
	"strings"
)

// trie holds the phrases of all rules, token by token. A text is read once: each of its tokens is looked up by its hash
// among the first tokens of all phrases, and what follows decides.
type trie struct{ root node }

type node struct {
	next    map[string]*node
	heads   affixes // for tokens that begin with something
	tails   affixes // for tokens that end with something
	entries []*entry
}

// affixes are beginnings or ends of tokens, tried by length.
type affixes struct {
	nodes   map[string]*node
	lengths []int
}

// entry is a phrase of a rule's list.
type entry struct {
	phrase
	list   int
	index  int  // of the phrase in its list
	except bool // what it covers is allowed
	exact  bool // letters count as they are written
	parts  bool // it may be a part of a word with hyphens or apostrophes
}

// hit is a place where something that a rule looks for was found.
type hit struct {
	unit       int
	start, end int // bytes of the unit's plain text
	index      int // of the phrase or pattern in the rule's list
	except     bool
	opaque     bool  // it touches inline code or an address
	groups     []int // of a pattern, as regexp gives them
}

// maxGap is how many bytes may stand between two tokens of a phrase.
const maxGap = 64

func newTrie() *trie { return &trie{} }

func (t *trie) add(e *entry) {
	at := &t.root
	for _, piece := range e.tokens {
		switch piece.open {
		case after:
			at = at.heads.child(piece.fold)
		case before:
			at = at.tails.child(piece.fold)
		default:
			if at.next == nil {
				at.next = map[string]*node{}
			}
			if at.next[piece.fold] == nil {
				at.next[piece.fold] = &node{}
			}
			at = at.next[piece.fold]
		}
	}
	at.entries = append(at.entries, e)
}

func (a *affixes) child(text string) *node {
	if a.nodes == nil {
		a.nodes = map[string]*node{}
	}
	if a.nodes[text] == nil {
		a.nodes[text] = &node{}
		if !slices.Contains(a.lengths, len(text)) {
			a.lengths = append(a.lengths, len(text))
			slices.Sort(a.lengths)
		}
	}
	return a.nodes[text]
}

// read finds every phrase in a unit and adds the hits to the lists of the sheet.
func (t *trie) read(s *sheet, index int) {
	u := &s.units[index]
	for i := range u.tokens {
		t.root.walk(s, index, i, i)
	}
}

// walk follows the tokens from next on; the phrase began with the token first.
func (n *node) walk(s *sheet, index, first, next int) {
	u := &s.units[index]
	for _, e := range n.entries {
		if e.matches(u, first, next-1) {
			s.found[e.list] = append(s.found[e.list], e.hit(u, index, first, next-1))
		}
	}
	if next == len(u.tokens) {
		return
	}
	fold := u.tokens[next].fold
	if n.next != nil {
		if child := n.next[fold]; child != nil {
			child.walk(s, index, first, next+1)
		}
	}
	for _, length := range n.heads.lengths {
		if length > len(fold) {
			break
		}
		if child := n.heads.nodes[fold[:length]]; child != nil {
			child.walk(s, index, first, next+1)
		}
	}
	for _, length := range n.tails.lengths {
		if length > len(fold) {
			break
		}
		if child := n.tails.nodes[fold[len(fold)-length:]]; child != nil {
			child.walk(s, index, first, next+1)
		}
	}
}

// matches looks at what the tokens do not tell: what stands between and beside them, the case, and where words end.
func (e *entry) matches(u *unit, first, last int) bool {
	if !e.parts && (!u.tokens[first].first || !u.tokens[last].last) {
		return false
	}
	for i, gap := range e.gaps {
		between := u.plain[u.tokens[first+i].end:u.tokens[first+i+1].start]
		if len(between) > maxGap || normalGap(between) != gap {
			return false
		}
	}
	if e.exact {
		for i, piece := range e.tokens {
			if t := u.tokens[first+i]; !piece.accepts(u.plain[t.start:t.end]) {
				return false
			}
		}
	}
	return strings.HasSuffix(u.plain[:u.tokens[first].start], e.lead) && strings.HasPrefix(u.plain[u.tokens[last].end:], e.trail)
}

func (e *entry) hit(u *unit, index, first, last int) hit {
	h := hit{
		unit: index, start: u.tokens[first].start - len(e.lead), end: u.tokens[last].end + len(e.trail), index: e.index, except: e.except,
	}
	for _, t := range u.tokens[first : last+1] {
		h.opaque = h.opaque || t.opaque
	}
	return h
}
