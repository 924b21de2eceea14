package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
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
// optional fields left out, every string in Unicode normal form C, laid out after RFC 8785 (members sorted, ECMAScript
// numbers, no white space). It fails where Fields holds what JSON has not: a channel, NaN.
func Canonical(doc stet.Document) ([]byte, error) {
	w := canonical{out: make([]byte, 0, len(doc.Body.Text)+len(doc.Body.Text)/8+512)}
	w.document(doc)
	if w.err != nil {
		return nil, fmt.Errorf("canonicalise document %q: %w", doc.Slug, w.err)
	}
	return w.out, nil
}

// canonical writes the members of a document in the order in which RFC 8785 sorts their names. It does in one pass what
// a general writer does in three; the tests compare the two.
type canonical struct {
	out []byte
	err error
}

func (w *canonical) document(d stet.Document) {
	w.out = append(w.out, '{')
	w.list("authors", d.Authors)
	w.name("body")
	w.out = append(w.out, '{')
	w.member("format", d.Body.Format)
	w.member("text", d.Body.Text)
	w.out = append(w.out, '}')
	w.member("canonical_slug", d.Slug)
	w.list("categories", d.Categories)
	w.fields(d.Fields)
	if d.Hero != nil {
		w.name("hero_image")
		w.out = append(w.out, '{')
		w.optional("alt", d.Hero.Alt)
		w.optional("sha256", d.Hero.SHA256)
		w.member("url", d.Hero.URL)
		w.out = append(w.out, '}')
	}
	w.optional("locale", d.Locale)
	w.metadata(d.Metadata)
	w.optional("publish_at", d.PublishAt)
	w.optional("summary", d.Summary)
	w.list("tags", d.Tags)
	w.member("title", d.Title)
	w.out = append(w.out, '}')
}

func (w *canonical) metadata(m stet.Metadata) {
	if m == (stet.Metadata{}) {
		return
	}
	w.name("metadata")
	w.out = append(w.out, '{')
	w.optional("canonical_url", m.CanonicalURL)
	w.optional("meta_description", m.Description)
	w.optional("meta_title", m.Title)
	w.optional("og_image", m.OGImage)
	w.out = append(w.out, '}')
}

// fields are free form, so they take the general way.
func (w *canonical) fields(fields map[string]any) {
	if len(fields) == 0 {
		return
	}
	raw, err := json.Marshal(fields)
	if err == nil {
		raw, err = compose(raw)
	}
	value := jsontext.Value(raw)
	if err = errors.Join(w.err, err); err != nil {
		w.err = err
		return
	}
	w.err = value.Canonicalize()
	w.name("fields")
	w.out = append(w.out, value...)
}

func (w *canonical) list(name string, items []string) {
	if len(items) == 0 {
		return
	}
	w.name(name)
	w.out = append(w.out, '[')
	for i, item := range items {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.text(item)
	}
	w.out = append(w.out, ']')
}

func (w *canonical) optional(name, value string) {
	if value != "" {
		w.member(name, value)
	}
}

func (w *canonical) member(name, value string) {
	w.name(name)
	w.text(value)
}

// name begins a member, after a comma where it is not the first of its object.
func (w *canonical) name(name string) {
	if w.out[len(w.out)-1] != '{' {
		w.out = append(w.out, ',')
	}
	w.text(name)
	w.out = append(w.out, ':')
}

func (w *canonical) text(s string) {
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	w.out, _ = jsontext.AppendQuote(w.out, s) // bytes that are no UTF-8 become U+FFFD; Decode lets none in
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
