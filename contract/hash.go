package contract

import (
	"bytes"
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
	raw, err := plainJSON(doc)
	if err != nil {
		return nil, fmt.Errorf("canonicalise document %q: %w", doc.Slug, err)
	}
	if !composedAlready(raw) {
		if raw, err = compose(raw); err != nil {
			return nil, fmt.Errorf("canonicalise document %q: %w", doc.Slug, err)
		}
	}
	value := jsontext.Value(raw)
	if err := value.Canonicalize(); err != nil {
		return nil, fmt.Errorf("canonicalise document %q: %w", doc.Slug, err)
	}
	return value, nil
}

// plainJSON is a document as JSON with as few escapes as encoding/json can: control characters, quotes and the like.
func plainJSON(doc stet.Document) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(doc)
	return out.Bytes(), err
}

// composedAlready reports whether every string of a JSON text is surely in NFC, as nearly all are: the text is as a
// whole, and hides nothing in an escape. A quote or a backslash, which stand where a string begins or an escape does,
// compose with no mark.
func composedAlready(raw []byte) bool {
	return norm.NFC.IsNormal(raw) && !bytes.Contains(raw, []byte(`\u`))
}

// compose puts every string of a JSON text in NFC.
func compose(raw []byte) ([]byte, error) {
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, err
	}
	return json.Marshal(composed(tree))
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
