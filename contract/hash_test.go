package contract_test

import (
	"encoding/json"
	"math"
	"regexp"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"stet"
	"stet/contract"
)

func TestCanonicalFormIsThis(t *testing.T) {
	doc := stet.Document{
		Title: "Cafe\u0301 <b>", Slug: "cafe", Body: stet.Body{Format: "markdown", Text: "a\n\u20ac"}, Tags: []string{"z", "a"},
		Fields: map[string]any{"\U0001F600": 1e21, "\ufb00": math.Copysign(0, -1), "b": 1.50, "a": []any{nil, true}},
	}
	// Members in the order of UTF-16 code units: U+1F600 (D83D DE00) before U+FB00 (RFC 8785, 3.2.3).
	want := "{\"body\":{\"format\":\"markdown\",\"text\":\"a\\n\u20ac\"},\"canonical_slug\":\"cafe\"," +
		"\"fields\":{\"a\":[null,true],\"b\":1.5,\"\U0001F600\":1e+21,\"\ufb00\":0},\"tags\":[\"z\",\"a\"],\"title\":\"Caf\u00e9 <b>\"}"
	got, err := contract.Canonical(doc)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if hash := contract.ContentHash(doc); !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(hash) {
		t.Errorf("hash is %q", hash)
	}
}

// TestContentHashIsPinned fails when the hash of a stored revision would change.
func TestContentHashIsPinned(t *testing.T) {
	doc, err := mustDecode(t, golden(t, "publish_request.v1")).Document()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := contract.ContentHash(doc), "fdff0e27afd7755b82eca91e3be4d1a6c362c92f454232fe57c0d66b9c909b01"; got != want {
		t.Errorf("hash is %s; want %s", got, want)
	}
}

func TestContentHashIgnoresWhatDoesNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := drawDocument(t)
		hash := contract.ContentHash(doc)
		raw, err := json.MarshalIndent(doc, " ", "  ")
		if err != nil {
			t.Fatal(err)
		}
		var again stet.Document
		if err := json.Unmarshal(norm.NFD.Bytes(raw), &again); err != nil {
			t.Fatal(err)
		}
		if contract.ContentHash(again) != hash {
			t.Fatalf("another layout and normal form has another hash: %s", raw)
		}
	})
}

func TestContentHashTellsChangesApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := drawDocument(t)
		hash := contract.ContentHash(doc)
		for i, change := range changes {
			changed := doc
			changed.Tags = append([]string{}, doc.Tags...)
			change(&changed)
			if contract.ContentHash(changed) == hash {
				t.Fatalf("change %d has the same hash: %#v", i, changed)
			}
		}
	})
}

var changes = []func(*stet.Document){
	func(d *stet.Document) { d.Title += "." },
	func(d *stet.Document) { d.Slug += "-2" },
	func(d *stet.Document) { d.Locale += "x" },
	func(d *stet.Document) { d.Body.Format += "x" },
	func(d *stet.Document) { d.Body.Text += "\n" },
	func(d *stet.Document) { d.Body.Text = " " + d.Body.Text },
	func(d *stet.Document) { d.Summary, d.Title = d.Summary+d.Title, "" },
	func(d *stet.Document) { d.Authors = append(d.Authors[:len(d.Authors):len(d.Authors)], "x") },
	func(d *stet.Document) { d.Tags = append(d.Tags, "") },
	func(d *stet.Document) { d.Tags[0], d.Tags[1] = d.Tags[1]+"x", d.Tags[0] },
	func(d *stet.Document) { d.Categories, d.Tags = d.Tags, d.Categories },
	func(d *stet.Document) { d.Metadata.Title += "x" },
	func(d *stet.Document) { d.Metadata.Description += "x" },
	func(d *stet.Document) { d.Metadata.CanonicalURL += "x" },
	func(d *stet.Document) { d.Metadata.OGImage += "x" },
	func(d *stet.Document) { d.Hero = &stet.Image{URL: "https://example.com/other"} },
	func(d *stet.Document) { d.PublishAt += "x" },
	func(d *stet.Document) { d.Fields = map[string]any{"a": "1"} },
	func(d *stet.Document) { d.Fields = map[string]any{"a": 1.0, "b": nil} },
}

func drawDocument(t *rapid.T) stet.Document {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"é", "e\u0301", "\u212b", "ﬁ", "가", "\u1112\u1161", "a\u0323\u0307", "<\u0338", "\u226e", "\"\u0301\u0323", "\u2028"}))
	var hero *stet.Image
	if rapid.Bool().Draw(t, "has hero") {
		hero = &stet.Image{URL: text.Draw(t, "url"), Alt: text.Draw(t, "alt"), SHA256: text.Draw(t, "sha256")}
	}
	return stet.Document{
		Hero: hero, Locale: text.Draw(t, "locale"), PublishAt: text.Draw(t, "publish_at"), Categories: rapid.SliceOf(text).Draw(t, "categories"),
		Metadata: stet.Metadata{Title: text.Draw(t, "meta_title"), Description: text.Draw(t, "meta_description"),
			CanonicalURL: text.Draw(t, "canonical_url"), OGImage: text.Draw(t, "og_image")},
		Title: "t" + text.Draw(t, "title"), Slug: text.Draw(t, "slug"), Body: stet.Body{Format: "markdown", Text: text.Draw(t, "text")},
		Summary: text.Draw(t, "summary"), Authors: rapid.SliceOf(text).Draw(t, "authors"),
		Tags:   append([]string{"one", "two"}, rapid.SliceOf(text).Draw(t, "tags")...),
		Fields: map[string]any{"a": 1, text.Draw(t, "name"): text.Draw(t, "value"), "n": rapid.Float64Range(-1e9, 1e9).Draw(t, "n")},
	}
}

func TestContentHashIsEqualAfterTheStore(t *testing.T) {
	doc := stet.Document{Fields: map[string]any{"int": 5, "int64": int64(7), "list": []string{"a"}, "empty": []any{}}}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var again stet.Document
	if err := json.Unmarshal(raw, &again); err != nil {
		t.Fatal(err)
	}
	if contract.ContentHash(doc) != contract.ContentHash(again) {
		t.Error("a document has another hash after a way through JSON")
	}
	again.Authors, again.Tags = []string{}, []string{}
	if contract.ContentHash(doc) != contract.ContentHash(again) {
		t.Error("an empty list has another hash than none")
	}
}
