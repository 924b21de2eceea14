// Package all lists the connectors of this build.
package all

import (
	"stet/connector"
	"stet/connector/site"
	"stet/connector/wordpress"
)

// Specs are the kinds of connector, sorted by kind.
func Specs() []connector.Spec {
	return []connector.Spec{
		site.Spec(),
		wordpress.Spec(),
	}
}

// Find gives the connector of a kind.
func Find(kind string) (connector.Spec, bool) {
	for _, s := range Specs() {
		if s.Kind == kind {
			return s, true
		}
	}
	return connector.Spec{}, false
}

// Kinds are the names of Specs.
func Kinds() []string {
	var kinds []string
	for _, s := range Specs() {
		kinds = append(kinds, s.Kind)
	}
	return kinds
}
