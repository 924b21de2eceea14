package wordpress

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// parts are hashes of what a document has outside of the row of its post: author, featured image, categories, tags,
// meta, language; and its parent, which not every document decides. WordPress stores most of them after the row, each by itself and without a transaction, so that a write may leave
// a new row with some parts new and some old. "-" is a part that the document does not decide.
type parts [7]string

const (
	partAuthor = iota
	partMedia
	partCategories
	partTags
	partMeta
	partParent
	partLanguage
)

const (
	free    = "-"
	unknown = "any" // was: not known before a create, because a plugin decides it
)

func (p parts) String() string { return strings.Join(p.decided(), ".") }

func parseParts(s string) (p parts) {
	p = allFree
	copy(p[:], strings.Split(s, "."))
	return p
}

var allFree = parts{free, free, free, free, free, free, free}

// decided are the parts without the last ones that are free, but for the first five.
func (p parts) decided() []string {
	n := len(p)
	for n > partMeta+1 && p[n-1] == free {
		n--
	}
	return p[:n]
}

// partOf is the hash of one part.
func partOf(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return "unreadable"
	}
	return short(sha256.Sum256(data), 13)
}

// over gives the parts of a post as far as a document decides them.
func (p parts) over(want parts) parts {
	for i := range p {
		if want[i] == free {
			p[i] = free
		}
	}
	return p
}

// but gives p with one part of another.
func (p parts) but(i int, other parts) parts {
	p[i] = other[i]
	return p
}

// between reports whether every part is as it was before a write or as the write wanted it: what an interrupted write of
// ours leaves behind, and not what a person did.
func (p parts) between(was, want parts) bool {
	for i := range p {
		if p[i] != was[i] && p[i] != want[i] && was[i] != unknown {
			return false
		}
	}
	return true
}

// row is what is stored in one step.
type row struct {
	Title, Content, Excerpt string // in normal form
	Password                bool   // a visitor is asked for one
}

func fingerprint(r row, p parts) string {
	data, _ := json.Marshal([]any{r, p.decided()})
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// termList is the normal form of a list of terms: their keys, in order, none twice.
func termList(names []string) []string {
	keys := []string{}
	for _, name := range names {
		if key := termKey(name); key != "" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
