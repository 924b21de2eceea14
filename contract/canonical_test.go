package contract_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"stet"
	"stet/contract"
)

// generally is the canonical form by general means: the document as any encoder writes it, each string composed, and
// the whole laid out by a library.
func generally(t *rapid.T, doc stet.Document) string {
	var raw bytes.Buffer
	enc := json.NewEncoder(&raw)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		t.Fatal(err)
	}
	var tree any
	dec := json.NewDecoder(&raw)
	dec.UseNumber()
	if err := dec.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(composed(tree))
	if err != nil {
		t.Fatal(err)
	}
	value := jsontext.Value(out)
	if err := value.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	return string(value)
}

func composed(v any) any {
	switch v := v.(type) {
	case string:
		return norm.NFC.String(v)
	case []any:
		for i := range v {
			v[i] = composed(v[i])
		}
	case map[string]any:
		for name, value := range v {
			delete(v, name)
			v[norm.NFC.String(name)] = composed(value)
		}
	}
	return v
}

func TestCanonicalFormIsThatOfAGeneralWriter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := drawDocument(t)
		got, err := contract.Canonical(doc)
		if err != nil {
			t.Fatal(err)
		}
		if want := generally(t, doc); string(got) != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}
