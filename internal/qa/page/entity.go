package page

import (
	"slices"
	"strings"
)

// maxItems is how many things, and how many values of a property, are looked at. Real data has fewer; without a limit a few
// megabytes of references could keep a check busy for hours.
const maxItems = 1000

// entities are the things that structured data describes on its first level: the value itself, those of a list, those of
// a graph.
func entities(root *node) (list []*node) {
	switch {
	case root == nil:
	case root.isList:
		for _, item := range root.items {
			list = append(list, entities(item)...)
		}
	case root.members["@graph"] != nil:
		list = entities(root.members["@graph"])
	case root.members != nil:
		list = append(list, root)
	}
	return list[:min(len(list), maxItems)]
}

// types are the names of a thing's types, without the address of the vocabulary.
func (n *node) types() (list []string) {
	for _, t := range n.each("@type") {
		list = append(list, strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(t.text, "https://schema.org/"), "http://schema.org/"), "schema:"))
	}
	return list
}

// known is the first of a thing's types that is known here.
func (n *node) known() (name string, s schema, ok bool) {
	for _, t := range n.types() {
		if s, ok := schemas[t]; ok {
			return t, s, true
		}
	}
	return "", schema{}, false
}

// each are the values of a property: the items of a list, or the only one.
func (n *node) each(property string) []*node {
	if n == nil || n.members == nil {
		return nil
	}
	value := n.members[property]
	switch {
	case value == nil:
		return nil
	case value.isList:
		return value.items[:min(len(value.items), maxItems)]
	}
	return []*node{value}
}

// has reports whether a property is there and not empty.
func (n *node) has(property string) bool {
	return slices.ContainsFunc(n.each(property), func(v *node) bool {
		return strings.TrimSpace(v.text) != "" || len(v.members) > 0 || len(v.items) > 0
	})
}

// name is the text of a value: of a text itself, of a thing its name, or the text of another property.
func (n *node) name(properties ...string) string {
	if n == nil {
		return ""
	}
	if n.isText {
		return strings.TrimSpace(n.text)
	}
	for _, p := range append(properties, "name") {
		if v := n.members[p]; v != nil && v.isText {
			return strings.TrimSpace(v.text)
		}
	}
	return ""
}

// graph finds things by their @id, so that {"@id": "#a"} stands for what it refers to.
type graph map[string]*node

func graphOf(scripts []script) graph {
	g := graph{}
	for i := range scripts {
		g.add(scripts[i].root)
	}
	return g
}

func (g graph) add(n *node) {
	if n == nil {
		return
	}
	if id := n.members["@id"]; id != nil && len(n.members) > 1 && g[id.text] == nil {
		g[id.text] = n
	}
	for _, key := range n.keys {
		g.add(n.members[key])
	}
	for _, item := range n.items {
		g.add(item)
	}
}

// follow is what a value refers to, if it refers.
func (g graph) follow(n *node) *node {
	if id := n.members["@id"]; id != nil && len(n.members) == 1 {
		if to := g[id.text]; to != nil {
			return to
		}
	}
	return n
}

// refers reports whether a value is nothing but a reference to something that stands elsewhere.
func refers(n *node) bool { return len(n.members) == 1 && n.members["@id"] != nil }
