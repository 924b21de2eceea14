package engine

import (
	"strings"

	"github.com/mtibben/confusables"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"stet"
	"stet/internal/state"
)

// slugKey is what two slugs share when a person could take one for the other: compatibility form, folded case, and
// the skeleton of Unicode's confusable characters (UTS 39, 4).
func slugKey(slug string) string {
	folded := cases.Fold().String(norm.NFKC.String(strings.TrimSpace(slug)))
	return norm.NFKC.String(confusables.Skeleton(folded))
}

// slugOwner is the content that holds the slug at the target's scope, empty where nobody does.
func slugOwner(r state.Reader, scope, key string) (string, error) {
	s := &state.Slug{Scope: scope, SlugKey: key}
	_, err := r.Get(s)
	return s.ContentID, err
}

func slugHeld(slug, owner string) *stet.Error {
	return stet.Errorf(stet.Conflict, "slug_conflict",
		"the slug %q, or one that looks like it, belongs to content %q; choose another slug and send a new version", slug, owner)
}
