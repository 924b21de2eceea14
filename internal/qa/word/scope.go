package word

import (
	"slices"
	"strings"

	"stet/internal/prose"
	"stet/internal/qa"
)

// place is a set of places that a text can stand in.
type place uint32

const (
	paragraph place = 1 << iota
	heading
	list
	quote
	table
	title
	summary
	metaTitle
	metaDescription
	heroAlt
	level1 // a heading of level 1; level2 and so on follow
)

var places = map[string]place{
	"paragraph": paragraph, "heading": heading, "list": list, "quote": quote, "table": table,
	"title": title, "summary": summary, "meta_title": metaTitle, "meta_description": metaDescription, "hero_alt": heroAlt,
	"h1": level1, "h2": level1 << 1, "h3": level1 << 2, "h4": level1 << 3, "h5": level1 << 4, "h6": level1 << 5,
}

// running is where rules on words look unless they name a scope.
const running = paragraph | heading | list | quote | table | title | summary

var blocks = map[prose.Kind]place{
	prose.Paragraph: paragraph, prose.Heading: heading, prose.List: list, prose.Quote: quote, prose.Cell: table,
}

func placeOf(block *prose.Block) place {
	at := blocks[block.Kind]
	if block.Kind == prose.Heading && block.Level >= 1 && block.Level <= 6 {
		at |= level1 << (block.Level - 1)
	}
	return at
}

// scopeOf is the set of places a rule is for. A place of a heading is in it when the kind or the level is named.
func scopeOf(rule *qa.Rule, otherwise place) place {
	var scope place
	for _, name := range rule.Scope {
		scope |= places[name]
	}
	if scope == 0 {
		return otherwise
	}
	return scope
}

func checkScope(rule *qa.Rule) error {
	for _, name := range rule.Scope {
		if _, known := places[name]; !known {
			names := make([]string, 0, len(places))
			for name := range places {
				names = append(names, name)
			}
			slices.Sort(names)
			return rule.Fault("scope", "scope %q is not a place that kind %s knows; they are %s", name, rule.Kind, strings.Join(names, ", "))
		}
	}
	return nil
}
