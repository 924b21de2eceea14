package config

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"stet"
	"stet/internal/policy/strict"
)

// reader walks the tree of a YAML file and collects every fault with its place, so that one start shows them all.
type reader struct {
	file   string // as faults name it
	folder string // that relative paths start from
	faults []string

	private bool // what is read is a secret: faults do not quote it
}

// maxFaults bounds what is told at once.
const maxFaults = 10

// fault notes what is wrong at a node. The sentence says what is there and what is allowed.
func (r *reader) fault(at ast.Node, format string, args ...any) {
	line, column := 1, 1
	if at != nil && at.GetToken() != nil {
		line, column = at.GetToken().Position.Line, at.GetToken().Position.Column
	}
	r.faults = append(r.faults, fmt.Sprintf("%s:%d:%d: %s", r.file, line, column, fmt.Sprintf(format, args...)))
}

func (r *reader) err() error {
	faults := r.faults
	if len(faults) == 0 {
		return nil
	}
	if len(faults) > maxFaults {
		faults = append(slices.Clone(faults[:maxFaults]), fmt.Sprintf("%s: and %d more", r.file, len(faults)-maxFaults))
	}
	return stet.Errorf(stet.Configuration, "bad_config", "%s", strings.Join(faults, "\n"))
}

// parse gives the top node of the file; nil when that is empty. The parser's own error text is not used, because it
// quotes the lines around the fault, and a secret may stand there.
func (r *reader) parse(text []byte) ast.Node {
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if syntax, ok := errors.AsType[yaml.Error](err); ok {
		line, column := 1, 1
		if t := syntax.GetToken(); t != nil {
			line, column = t.Position.Line, t.Position.Column
		}
		r.faults = append(r.faults, fmt.Sprintf("%s:%d:%d: this is no YAML: %s", r.file, line, column, syntax.GetMessage()))
		return nil
	}
	if err != nil {
		r.faults = append(r.faults, r.file+": this is no YAML")
		return nil
	}
	if len(file.Docs) > 1 {
		r.fault(file.Docs[1].Body, "a second document begins here; the file holds one")
	}
	if len(file.Docs) == 0 {
		return nil
	}
	return file.Docs[0].Body
}

// pair is one key of a mapping.
type pair struct {
	name  string
	key   ast.Node
	value ast.Node
}

// pairs are the entries of a mapping in the file's order, without repeated keys.
func (r *reader) pairs(node ast.Node, what string) (list []pair) {
	var values []*ast.MappingValueNode
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		r.fault(node, "%s is %s; it must be a mapping of names to values", what, r.describe(node))
		return nil
	}
	seen := map[string]int{}
	for _, v := range values {
		name := v.Key.GetToken().Value
		if first, twice := seen[name]; twice {
			r.fault(v.Key, "%q is there twice in %s, first in line %d; keep one", name, what, first)
			continue
		}
		seen[name] = v.Key.GetToken().Position.Line
		list = append(list, pair{name, v.Key, v.Value})
	}
	return list
}

// fields calls the setter of each key of a mapping; other keys are faults.
func (r *reader) fields(node ast.Node, what string, setters map[string]func(ast.Node)) {
	for _, p := range r.pairs(node, what) {
		set, known := setters[p.name]
		if !known {
			r.unknown(p.key, p.name, what, sorted(setters))
			continue
		}
		if _, empty := p.value.(*ast.NullNode); !empty {
			set(p.value)
		}
	}
}

func (r *reader) unknown(at ast.Node, name, what string, allowed []string) {
	hint := ""
	if near := strict.Nearest(name, allowed); near != "" {
		hint = fmt.Sprintf("did you mean %q? ", near)
	}
	r.fault(at, "%s has no %q; %sallowed are %s", what, name, hint, strings.Join(allowed, ", "))
}

// secretly has read run without quoting what it finds.
func (r *reader) secretly(read func()) {
	before := r.private
	r.private = true
	read()
	r.private = before
}

// text reads a string.
func (r *reader) text(to *string, what string) func(ast.Node) {
	return func(node ast.Node) {
		switch n := node.(type) {
		case *ast.StringNode:
			*to = n.Value
		case *ast.LiteralNode:
			*to = n.Value.Value
		default:
			r.fault(node, "%s is %s; it must be a text, in quotes where it looks like something else", what, r.describe(node))
		}
	}
}

// scalar reads a string, and numbers and booleans as they are written.
func (r *reader) scalar(to *string, what string) func(ast.Node) {
	return func(node ast.Node) {
		switch node.(type) {
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
			*to = node.GetToken().Value
		default:
			r.text(to, what)(node)
		}
	}
}

func (r *reader) boolean(to *bool, what string) func(ast.Node) {
	return func(node ast.Node) {
		if n, ok := node.(*ast.BoolNode); ok {
			*to = n.Value
			return
		}
		r.fault(node, "%s is %s; it must be true or false", what, r.describe(node))
	}
}

// integer reads a whole number from low on.
func (r *reader) integer(to *int64, what string, low int64) func(ast.Node) {
	return func(node ast.Node) {
		n, ok := node.(*ast.IntegerNode)
		if ok {
			value, err := strconv.ParseInt(fmt.Sprint(n.Value), 10, 64)
			if err == nil && value >= low {
				*to = value
				return
			}
		}
		r.fault(node, "%s is %s; it must be a whole number from %d to %d", what, r.describe(node), low, int64(math.MaxInt64))
	}
}

func (r *reader) duration(to *time.Duration, what string) func(ast.Node) {
	return func(node ast.Node) {
		d, err := time.ParseDuration(node.GetToken().Value)
		if err != nil || d <= 0 {
			r.fault(node, "%s is %s; it must be a time such as 30s, 5m or 72h", what, r.describe(node))
			return
		}
		*to = d
	}
}

// choice reads one of a closed list of words.
func (r *reader) choice(to *string, what string, allowed ...string) func(ast.Node) {
	return func(node ast.Node) {
		if value := node.GetToken().Value; slices.Contains(allowed, value) {
			*to = value
			return
		}
		r.fault(node, "%s is %s; allowed are %s", what, r.describe(node), strings.Join(allowed, ", "))
	}
}

// items are the nodes of a list.
func (r *reader) items(node ast.Node, what string) []ast.Node {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		r.fault(node, "%s is %s; it must be a list: [one, two]", what, r.describe(node))
		return nil
	}
	return list.Values
}

// describe says what is there, short and on one line.
func (r *reader) describe(node ast.Node) string {
	if r.private {
		return "something else"
	}
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return "empty"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.LiteralNode:
		return "a text of several lines"
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode, *ast.TagNode:
		return "an anchor, an alias or a tag, which this file does not use"
	default:
		text := []rune(n.GetToken().Value)
		if len(text) > 40 {
			text = append(text[:39], '…')
		}
		return strconv.Quote(string(text))
	}
}
