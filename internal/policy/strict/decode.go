package strict

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Decode reads the value into what into points to: a struct with yaml tags, or what its fields may be: texts, booleans,
// whole numbers, float64, time.Time (a day), time.Duration, pointers, lists, maps from text, yaml.MapSlice. Keys without
// a field are mistakes, and so is every other type. what names the value in them.
func (n Node) Decode(into any, what string) {
	n.decode(reflect.ValueOf(into).Elem(), what)
}

var (
	dayType      = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	pairsType    = reflect.TypeFor[yaml.MapSlice]()
	nodeType     = reflect.TypeFor[Node]()
)

func (n Node) decode(to reflect.Value, what string) {
	if to.Type() == nodeType {
		to.Set(reflect.ValueOf(n))
		return
	}
	if !n.There() {
		return
	}
	switch to.Type() {
	case dayType:
		n.day(to, what)
		return
	case durationType:
		n.duration(to, what)
		return
	case pairsType:
		n.ordered(to, what)
		return
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		n.decode(to.Elem(), what)
	case reflect.Struct:
		n.fields(to, what)
	case reflect.Slice:
		n.list(to, what)
	case reflect.Map:
		n.names(to, what)
	case reflect.Interface:
		to.Set(reflect.ValueOf(n.Value()))
	default:
		n.scalar(to, what)
	}
}

// fields reads a mapping into a struct.
func (n Node) fields(to reflect.Value, what string) {
	decodePairs(n.Pairs(what), to, what, nil)
}

// DecodePairs reads keys that may come from several mappings into a struct, like Node.Decode. Keys named in also are
// allowed and not read.
func DecodePairs(pairs []Pair, into any, what string, also []string) {
	decodePairs(pairs, reflect.ValueOf(into).Elem(), what, also)
}

func decodePairs(pairs []Pair, to reflect.Value, what string, also []string) {
	index, allowed := keys(to.Type())
	allowed = append(allowed, also...)
	for _, p := range pairs {
		if at, known := index[p.Name]; known {
			p.Value.decode(to.FieldByIndex(at), p.Name)
		} else if !slices.Contains(also, p.Name) {
			p.Key.Fault("%s has no %q; %sallowed are %s", what, p.Name, Hint(p.Name, allowed), strings.Join(allowed, ", "))
		}
	}
}

// keys are the names that a struct's fields have in YAML, in the struct's order.
func keys(t reflect.Type) (map[string][]int, []string) {
	index, names := map[string][]int{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" || !f.IsExported() || f.Anonymous {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		index[name], names = f.Index, append(names, name)
	}
	return index, names
}

func (n Node) list(to reflect.Value, what string) {
	sequence, ok := n.node.(*ast.SequenceNode)
	if !ok {
		n.Fault("%s is %s; it must be a list: [one, two]", what, n.describe())
		return
	}
	list := reflect.MakeSlice(to.Type(), len(sequence.Values), len(sequence.Values))
	for i, v := range sequence.Values {
		Node{n.File, v}.decode(list.Index(i), fmt.Sprintf("entry %d of %s", i+1, what))
	}
	to.Set(list)
}

func (n Node) names(to reflect.Value, what string) {
	m := reflect.MakeMap(to.Type())
	for _, p := range n.Pairs(what) {
		value := reflect.New(to.Type().Elem()).Elem()
		p.Value.decode(value, p.Name)
		m.SetMapIndex(reflect.ValueOf(p.Name).Convert(to.Type().Key()), value)
	}
	to.Set(m)
}

func (n Node) ordered(to reflect.Value, what string) {
	var list yaml.MapSlice
	for _, p := range n.Pairs(what) {
		list = append(list, yaml.MapItem{Key: p.Name, Value: p.Value.Value()})
	}
	to.Set(reflect.ValueOf(list))
}

// scalar reads texts, booleans and numbers.
func (n Node) scalar(to reflect.Value, what string) {
	switch to.Kind() {
	case reflect.String:
		if text, ok := n.text(); ok {
			to.SetString(text)
			return
		}
		n.Fault("%s is %s; it must be a text, in quotes where it looks like something else", what, n.describe())
	case reflect.Bool:
		if b, ok := n.node.(*ast.BoolNode); ok {
			to.SetBool(b.Value)
			return
		}
		n.Fault("%s is %s; it must be true or false", what, n.describe())
	case reflect.Int, reflect.Int64:
		if i, ok := n.node.(*ast.IntegerNode); ok {
			if value, err := strconv.ParseInt(fmt.Sprint(i.Value), 10, 32); err == nil {
				to.SetInt(value)
				return
			}
		}
		n.Fault("%s is %s; it must be a whole number up to %d", what, n.describe(), math.MaxInt32)
	case reflect.Float64:
		value, err := strconv.ParseFloat(n.node.GetToken().Value, 64)
		if _, quoted := n.node.(*ast.StringNode); err == nil && !quoted && !math.IsInf(value, 0) && !math.IsNaN(value) {
			to.SetFloat(value)
			return
		}
		n.Fault("%s is %s; it must be a number", what, n.describe())
	default:
		panic(fmt.Sprintf("strict: no way to read a %s", to.Type()))
	}
}

// text is a text as it is written, block texts included.
func (n Node) text() (string, bool) {
	switch v := n.node.(type) {
	case *ast.StringNode:
		return v.Value, true
	case *ast.LiteralNode:
		return v.Value.Value, true
	}
	return "", false
}

func (n Node) day(to reflect.Value, what string) {
	day, err := time.Parse(time.DateOnly, n.node.GetToken().Value)
	if err != nil {
		n.Fault("%s is %s; it must be a day such as 2026-11-24", what, n.describe())
		return
	}
	to.Set(reflect.ValueOf(day))
}

func (n Node) duration(to reflect.Value, what string) {
	d, err := time.ParseDuration(n.node.GetToken().Value)
	if err != nil || d <= 0 {
		n.Fault("%s is %s; it must be a time such as 500ms, 2s or 1m", what, n.describe())
		return
	}
	to.SetInt(int64(d))
}

// Value is the value as JSON knows it: nil, text, bool, int64, float64, []any or map[string]any.
func (n Node) Value() any {
	switch v := n.node.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.BoolNode:
		return v.Value
	case *ast.IntegerNode:
		if i, err := strconv.ParseInt(fmt.Sprint(v.Value), 10, 64); err == nil {
			return i
		}
		return v.GetToken().Value
	case *ast.FloatNode:
		return v.Value
	case *ast.SequenceNode:
		list := []any{}
		for _, item := range v.Values {
			list = append(list, Node{n.File, item}.Value())
		}
		return list
	case *ast.MappingNode, *ast.MappingValueNode:
		m := map[string]any{}
		for _, p := range n.Pairs("the mapping") {
			m[p.Name] = p.Value.Value()
		}
		return m
	}
	if text, ok := n.text(); ok {
		return text
	}
	return n.node.GetToken().Value
}

// Of makes a Node of a value as Node.Value gives it.
func Of(name string, value any, faults *Faults) Node {
	text, err := yaml.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("strict: write %s: %v", name, err)) // of nothing but JSON's types
	}
	return Read(name, text, faults)
}
