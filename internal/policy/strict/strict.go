// Package strict reads YAML that people write by hand: every mistake is told with its place, what is allowed and what to do.
package strict

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"stet/internal/qa"
)

// MaxBytes is the longest file that is read.
const MaxBytes = 1 << 20

const (
	maxOpen   = 32 // brackets open at once, and dashes that begin a line: the parser's time grows with their square
	maxDepth  = 32 // mappings and lists in one another
	maxFaults = 10 // told at once
)

// Faults are the mistakes found in one or more files, in the order found. The zero value is ready for use.
type Faults struct{ list []*qa.Fault }

// Add notes a mistake, once where it is found twice.
func (f *Faults) Add(fault *qa.Fault) {
	for _, known := range f.list {
		if *known == *fault {
			return
		}
	}
	f.list = append(f.list, fault)
}

// Take gives the mistakes that do notes, which are then no longer noted; nil where there are none.
func (f *Faults) Take(do func()) error {
	before := f.list
	f.list = nil
	do()
	err := f.Err()
	f.list = before
	return err
}

// Err is nil where nothing was noted. Its text has one line for each of the first ten mistakes.
func (f *Faults) Err() error {
	var all []error
	for i, fault := range f.list {
		if i == maxFaults {
			all = append(all, fmt.Errorf("and %d more", len(f.list)-maxFaults))
			break
		}
		all = append(all, fault)
	}
	return errors.Join(all...)
}

// File is one YAML file and where its mistakes go.
type File struct {
	Name   string // as mistakes name it
	faults *Faults
}

// Node is a value in a file. The zero Node is a value that is not there.
type Node struct {
	File *File
	node ast.Node
}

// Read parses a file. Where it is no YAML, empty, too large or built to cost much, that is noted and the Node is zero.
func Read(name string, text []byte, faults *Faults) Node {
	file := &File{name, faults}
	if len(text) > MaxBytes {
		file.note(1, 1, "has %d bytes; a file may have %d: split it", len(text), MaxBytes)
		return Node{}
	}
	if line := tooDeep(text); line > 0 {
		file.note(line, 1, "brackets or dashes are nested deeper than %d; write it flatter", maxOpen)
		return Node{}
	}
	tree, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if syntax, ok := errors.AsType[yaml.Error](err); ok {
		line, column := 1, 1
		if t := syntax.GetToken(); t != nil {
			line, column = t.Position.Line, t.Position.Column
		}
		file.note(line, column, "this is no YAML: %s", syntax.GetMessage())
		return Node{}
	}
	switch {
	case err != nil:
		file.note(1, 1, "this is no YAML: %v", err)
	case len(tree.Docs) > 1:
		file.note(tree.Docs[1].Start.Position.Line, 1, "a second document begins here; the file holds one")
	case len(tree.Docs) == 0 || tree.Docs[0].Body == nil:
		file.note(1, 1, "the file is empty; fill it or delete it")
	default:
		return file.plain(Node{file, tree.Docs[0].Body})
	}
	return Node{}
}

func (f *File) note(line, column int, format string, args ...any) {
	f.faults.Add(&qa.Fault{File: f.Name, Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
}

// tooDeep gives the line in which more brackets than allowed are open, or which begins with more dashes; 0: none.
func tooDeep(text []byte) int {
	line, open, dashes, begun := 1, 0, 0, false
	for _, c := range text {
		switch c {
		case '\n':
			line, dashes, begun = line+1, 0, false
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		case '-', '?', ':':
			if !begun {
				dashes++
			}
		case ' ', '\t':
		default:
			begun = true
		}
		if open > maxOpen || dashes > maxOpen && !begun {
			return line
		}
	}
	return 0
}

// plain refuses what lets a short file stand for a long one, and what hides a type: anchors, aliases, merges and tags.
func (f *File) plain(top Node) Node {
	before := len(f.faults.list)
	f.walk(top.node, 0)
	if len(f.faults.list) > before {
		return Node{}
	}
	return top
}

func (f *File) walk(node ast.Node, depth int) {
	at := Node{f, node}
	if depth > maxDepth {
		at.Fault("this is nested deeper than %d; write it flatter", maxDepth)
		return
	}
	switch n := node.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		at.Fault("an anchor (&), an alias (*) or a merge (<<) stands here; write the value out")
	case *ast.TagNode:
		at.Fault("a tag (%s) stands here; leave it out", n.GetToken().Value)
	case *ast.MappingNode:
		for _, v := range n.Values {
			f.walk(v, depth)
		}
	case *ast.MappingValueNode:
		f.walk(n.Key, depth+1)
		f.walk(n.Value, depth+1)
	case *ast.SequenceNode:
		for _, v := range n.Values {
			f.walk(v, depth+1)
		}
	}
}

// Fault notes a mistake at the value.
func (n Node) Fault(format string, args ...any) {
	line, column := n.Place()
	n.File.note(line, column, format, args...)
}

// Place is where the value begins, counted from 1.
func (n Node) Place() (line, column int) {
	if n.node == nil || n.node.GetToken() == nil {
		return 1, 1
	}
	node := n.node
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		node = m.Values[0]
	}
	if v, ok := node.(*ast.MappingValueNode); ok {
		node = v.Key
	}
	position := node.GetToken().Position
	return position.Line, position.Column
}

// There tells whether there is a value, which may be an empty list or text but not null.
func (n Node) There() bool {
	if n.node == nil {
		return false
	}
	_, null := n.node.(*ast.NullNode)
	return !null
}

// Pair is one key of a mapping with its value.
type Pair struct {
	Name  string
	Key   Node
	Value Node
}

// Pairs are the entries of a mapping in the file's order. Repeated keys, and anything but a mapping, are mistakes; what
// names the mapping in them.
func (n Node) Pairs(what string) (list []Pair) {
	var values []*ast.MappingValueNode
	switch m := n.node.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		n.Fault("%s is %s; it must be a mapping of names to values", what, n.describe())
		return nil
	}
	seen := map[string]int{}
	for _, v := range values {
		key, name := Node{n.File, v.Key}, v.Key.GetToken().Value
		if first, twice := seen[name]; twice {
			key.Fault("%q is there twice in %s, first in line %d; keep one", name, what, first)
			continue
		}
		seen[name], _ = key.Place()
		list = append(list, Pair{name, key, Node{n.File, v.Value}})
	}
	return list
}

// Items are the values of a list; a value that is no list counts as a list of one.
func (n Node) Items() (list []Node) {
	sequence, ok := n.node.(*ast.SequenceNode)
	if !ok {
		return []Node{n}
	}
	for _, v := range sequence.Values {
		list = append(list, Node{n.File, v})
	}
	return list
}

// describe says what is there, short and on one line.
func (n Node) describe() string {
	switch v := n.node.(type) {
	case nil, *ast.NullNode:
		return "empty"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.LiteralNode:
		return "a text of several lines"
	default:
		text := []rune(strings.ToValidUTF8(v.GetToken().Value, "\uFFFD"))
		if len(text) > 40 {
			text = append(text[:39], '…')
		}
		return strconv.Quote(string(text))
	}
}

// Has tells whether a mapping has a key.
func (n Node) Has(name string) bool {
	for _, p := range n.Pairs("") {
		if p.Name == name {
			return true
		}
	}
	return false
}

// Text is a pair as YAML.
func Text(p Pair) string {
	text, err := yaml.Marshal(map[string]any{p.Name: p.Value.Value()})
	if err != nil {
		return p.Name + ": ?\n"
	}
	return string(text)
}
