package contract_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/contract"
)

func TestDecodeReadsEveryField(t *testing.T) {
	e := mustDecode(t, golden(t, "publish_request.v1"))
	want := contract.Envelope{
		Schema: contract.Schema1, EventID: "evt_01J10012", Type: stet.PublishRequest, ContentID: "launch-post", Version: 12,
		IdempotencyKey: "launch-post/12", Attempt: 1, OccurredAt: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		Source: "newsroom", Reason: "The embargo has ended.",
		Data: contract.Data{Targets: []string{"blog", "docs-us"}, Content: &contract.Content{Document: stet.Document{
			Title: "Launch – the naïve “post”", Slug: "launch-post", Locale: "en-GB",
			Body:    stet.Body{Format: "markdown", Text: e.Data.Content.Body.Text},
			Summary: "What changes for readers, in two sentences.\nAnd why now.",
			Authors: []string{"Example Author"}, Tags: []string{"release", "naïve café"}, Categories: []string{"news"},
			Metadata: stet.Metadata{Title: "Launch", Description: "A short description.",
				CanonicalURL: "https://example.com/launch-post", OGImage: "https://example.com/card.png"},
			Hero:      &stet.Image{URL: "https://example.com/hero.jpg", Alt: "A bridge at dawn", SHA256: strings.Repeat("0", 64)},
			PublishAt: "2026-12-01T08:00:00+01:00",
			Fields: map[string]any{"reading_time": 4.0, "rating": 4.5,
				"nested": map[string]any{"list": []any{1.0, nil, true, "x"}}},
		}}},
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !strings.HasPrefix(e.Data.Content.Body.Text, "# Launch\n\nText with *emphasis*") {
		t.Errorf("body is %q", e.Data.Content.Body.Text)
	}
}

func TestDecodeFillsDefaults(t *testing.T) {
	body := edited(t, "unpublish_request.v1", nil, "idempotency_key")
	body = strings.Replace(body, `"attempt":1,`, "", 1)
	e := mustDecode(t, []byte(body))
	if e.IdempotencyKey != "launch-post/13" || e.Attempt != 1 {
		t.Errorf("key %q, attempt %d; want launch-post/13 and 1", e.IdempotencyKey, e.Attempt)
	}
}

func TestDecodeRefusesWhatJSONLibrariesHide(t *testing.T) {
	const text = "text\": \"# Launch"
	pr := "publish_request.v1"
	for name, c := range map[string]struct{ body, code, pointer string }{
		"empty":               {"", "malformed_json", ""},
		"white space":         {" \n", "malformed_json", ""},
		"array":               {"[]", "wrong_type", ""},
		"string":              {`"x"`, "wrong_type", ""},
		"null":                {"null", "wrong_type", ""},
		"cut":                 {`{"schema": "stet.event/1", "ev`, "malformed_json", ""},
		"duplicate key":       {replaced(t, pr, `"title"`, `"canonical_slug": "a", "title"`), "duplicate_key", "/data/content/canonical_slug"},
		"duplicate, escaped":  {replaced(t, pr, `"title"`, `"canonical_\u0073lug": "a", "title"`), "duplicate_key", "/data/content/canonical_slug"},
		"duplicate in fields": {replaced(t, pr, `"rating": 4.5`, `"rating": 4.5, "rating": 5`), "duplicate_key", "/data/content/fields/rating"},
		"case twin":           {replaced(t, pr, `"title"`, `"TITLE": "a", "title"`), "key_twin", "/data/content/title"},
		"long s twin":         {replaced(t, pr, `"canonical_slug"`, `"canonical_ſlug": "a", "canonical_slug"`), "key_twin", "/data/content/canonical_slug"},
		"kelvin twin":         {replaced(t, pr, `"rating"`, `"K": 1, "k": 2, "rating"`), "key_twin", "/data/content/fields/k"},
		"normal form twin":    {replaced(t, pr, `"rating"`, `"caf\u00e9": 1, "cafe\u0301": 2, "rating"`), "key_twin", "/data/content/fields/cafe\u0301"},
		"case alone":          {replaced(t, pr, `"version"`, `"Version"`), "unknown_field", "/Version"},
		"trailing garbage":    {string(golden(t, pr)) + "x", "trailing_data", ""},
		"two documents":       {string(golden(t, pr)) + "{}", "trailing_data", ""},
		"byte order mark":     {"\ufeff" + string(golden(t, pr)), "malformed_json", ""},
		"NaN":                 {replaced(t, pr, `"rating": 4.5`, `"rating": NaN`), "malformed_json", "/data/content/fields/rating"},
		"comment":             {replaced(t, pr, `"data"`, `/* c */ "data"`), "malformed_json", ""},
		"trailing comma":      {replaced(t, pr, `"x"`, `"x",`), "malformed_json", "/data/content/fields/nested/list"},
		"single quotes":       {replaced(t, pr, `"x"`, `'x'`), "malformed_json", "/data/content/fields/nested/list/3"},
		"invalid UTF-8":       {replaced(t, pr, text, text+"\xff"), "malformed_json", "/data/content/body/text"},
		"overlong UTF-8":      {replaced(t, pr, text, text+"\xc0\xa0"), "malformed_json", "/data/content/body/text"},
		"surrogate in UTF-8":  {replaced(t, pr, text, text+"\xed\xa0\x80"), "malformed_json", "/data/content/body/text"},
		"lone surrogate":      {replaced(t, pr, text, text+`\ud800`), "malformed_json", "/data/content/body/text"},
		"swapped surrogates":  {replaced(t, pr, text, text+`\udc00\ud800`), "malformed_json", "/data/content/body/text"},
		"NUL":                 {replaced(t, pr, text, text+`\u0000`), "bad_text", "/data/content/body/text"},
		"raw NUL":             {replaced(t, pr, text, text+"\x00"), "malformed_json", "/data/content/body/text"},
		"escape character":    {replaced(t, pr, text, text+`\u001b[31m`), "bad_text", "/data/content/body/text"},
		"delete":              {replaced(t, pr, text, text+"\x7f"), "bad_text", "/data/content/body/text"},
		"C1":                  {replaced(t, pr, text, text+"\u0085"), "bad_text", "/data/content/body/text"},
		"noncharacter FFFE":   {replaced(t, pr, text, text+"\ufffe"), "bad_text", "/data/content/body/text"},
		"noncharacter FDD0":   {replaced(t, pr, text, text+`\ufdd0`), "bad_text", "/data/content/body/text"},
		"noncharacter 1FFFF":  {replaced(t, pr, text, text+`\ud83f\udfff`), "bad_text", "/data/content/body/text"},
		"control in a name":   {replaced(t, pr, `"rating"`, `"rat\ning"`), "bad_text", "/data/content/fields/rat\ning"},
		"large integer":       {replaced(t, pr, `4.5`, `9007199254740993`), "bad_number", "/data/content/fields/rating"},
		"overflowing float":   {replaced(t, pr, `4.5`, `1e400`), "bad_number", "/data/content/fields/rating"},
		"vanishing float":     {replaced(t, pr, `4.5`, `1e-400`), "bad_number", "/data/content/fields/rating"},
		"leading zero":        {replaced(t, pr, `4.5`, `04`), "malformed_json", "/data/content/fields"},
		"plus":                {replaced(t, pr, `4.5`, `+4`), "malformed_json", "/data/content/fields/rating"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := contract.Decode([]byte(c.body), contract.Limits{})
			wantFault(t, err, stet.Invalid, c.code, c.pointer)
		})
	}
}

func TestDecodeRefusesAVersionThatIsNoPlainInteger(t *testing.T) {
	for version, code := range map[string]string{
		`"12"`: "wrong_type", "12.0": "bad_number", "12.5": "wrong_type", "1e2": "bad_number", "1E2": "bad_number", "0": "wrong_value",
		"-1": "wrong_value", "-0": "wrong_value", "9007199254740992": "bad_number", "9223372036854775808": "bad_number",
		"9007199254740993": "bad_number", "null": "wrong_type", "true": "wrong_type", "[12]": "wrong_type", "9.007199254740992e15": "wrong_value",
	} {
		t.Run(version, func(t *testing.T) {
			body := replaced(t, "publish_request.v1", `"version": 12`, `"version": `+version)
			_, err := contract.Decode([]byte(body), contract.Limits{})
			wantFault(t, err, stet.Invalid, code, "/version")
		})
	}
	_, err := contract.Decode([]byte(replaced(t, "publish_request.v1", `"version": 12`, `"version": 012`)), contract.Limits{})
	wantFault(t, err, stet.Invalid, "malformed_json", "") // to JSON it is 0 and then something else
	if e := mustDecode(t, []byte(replaced(t, "publish_request.v1", `"version": 12`, `"version": 9007199254740991`))); e.Version != stet.MaxVersion {
		t.Errorf("version %d; want 2^53-1", e.Version)
	}
}

func TestDecodeTakesTextAsItIs(t *testing.T) {
	text := "line\nline\r\n\ttab \u202e\U0001F600\ufeff\ufffd </script> \u2028"
	e := mustDecode(t, []byte(edited(t, "publish_request.v1", text, "data", "content", "body", "text")))
	if got := e.Data.Content.Body.Text; got != text {
		t.Errorf("body is %q; want %q", got, text)
	}
}

func TestDecodeNamesTheThreeTypes(t *testing.T) {
	for _, eventType := range []stet.EventType{stet.PublishSucceeded, stet.QAPassed, "delete_everything", ""} {
		body := edited(t, "publish_request.v2", string(eventType), "type")
		_, err := contract.Decode([]byte(body), contract.Limits{})
		wantFault(t, err, stet.Invalid, "unknown_type", "/type")
		for _, name := range []string{"draft_ready", "publish_request", "unpublish_request"} {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%q does not name %s", err, name)
			}
		}
	}
}

func TestDecodeGivesOneAnswerToOneBody(t *testing.T) {
	body := []byte(`{"schema":"stet.event/1","zeta":1,"alpha":2,"state":"APPROVED","tenant":"x","version":"1","data":{"content":{"x":1}}}`)
	first := map[string]bool{}
	for range 20 {
		_, err := contract.Decode(body, contract.Limits{})
		first[err.Error()] = true
		wantFault(t, err, stet.Invalid, "unknown_field", "/alpha")
	}
	if len(first) != 1 {
		t.Errorf("answers differ: %v", first)
	}
}
