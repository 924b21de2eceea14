package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"

	"stet"
)

// ContentHash is the lower-case hex SHA-256 of Canonical. It is the identity of what would be published: two versions
// with one hash are one text. It panics where Canonical fails.
func ContentHash(doc stet.Document) string {
	canonical, err := Canonical(doc)
	if err != nil {
		panic(err) // Fields holds a value no JSON has; Decode never returns one
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// Canonical is the form of a document that the content hash covers: its JSON with the names of version 1, empty
// optional fields left out, every string in Unicode normal form C, then laid out after RFC 8785 (members sorted, ECMAScript
// numbers, no white space). It fails where Fields holds what JSON has not: a channel, NaN.
func Canonical(doc stet.Document) ([]byte, error) {
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("canonicalise document %q: %w", doc.Slug, err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, fmt.Errorf("canonicalise document %q: %w", doc.Slug, err)
	}
	if raw, err = json.Marshal(composed(tree)); err != nil {
		return nil, fmt.Errorf("canonicalise document %q: %w", doc.Slug, err)
	}
	value := jsontext.Value(raw)
	if err := value.Canonicalize(); err != nil {
		return nil, fmt.Errorf("canonicalise document %q: %w", doc.Slug, err)
	}
	return value, nil
}

// composed puts every string of a tree in NFC. Of names that become equal the last in byte order stays, so that the
// result does not depend on the order of a map; the scanner refuses such twins.
func composed(v any) any {
	switch v := v.(type) {
	case string:
		return norm.NFC.String(v)
	case []any:
		for i := range v {
			v[i] = composed(v[i])
		}
	case map[string]any:
		object := make(map[string]any, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			object[norm.NFC.String(name)] = composed(v[name])
		}
		return object
	}
	return v
}
