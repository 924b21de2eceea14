package contract_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"stet"
	"stet/contract"
)

// published compiles a schema as any user of the files would, without the package's own keyword.
func published(t testing.TB, name string) *jsonschema.Schema {
	t.Helper()
	file, err := contract.Schemas().Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile(name)
}

func accepts(t testing.TB, schema *jsonschema.Schema, body string) bool {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(doc) == nil
}

// TestDecodeAndSchemaAgree holds Decode to the published files on what a schema can say.
func TestDecodeAndSchemaAgree(t *testing.T) {
	long := func(n int) string { return strings.Repeat("ä", n) }
	list := func(n int, item any) []any { return slices.Repeat([]any{item}, n) }
	type example struct {
		name, pointer string // pointer is "" for an example that is good
		value         any
		path          []string
	}
	content := func(names ...string) []string { return append([]string{"data", "content"}, names...) }
	both := []example{
		{"no version", "/version", nil, []string{"version"}},
		{"no event_id", "/event_id", nil, []string{"event_id"}},
		{"no content", "/data/content", nil, content()},
		{"no data", "/data", nil, []string{"data"}},
		{"no targets", "", nil, []string{"data", "targets"}},
		{"no reason", "", nil, []string{"reason"}},
		{"no attempt", "", nil, []string{"attempt"}},
		{"empty targets", "/data/targets", []any{}, []string{"data", "targets"}},
		{"target twice", "/data/targets", []any{"a", "a"}, []string{"data", "targets"}},
		{"bad target", "/data/targets/1", []any{"a", "B"}, []string{"data", "targets"}},
		{"mass assignment", "/state", "APPROVED", []string{"state"}},
		{"unknown in content", "/data/content/tenant", "x", content("tenant")},
		{"pointer is escaped", "/data/content/a~1b~0c", "x", content("a/b~c")},
		{"free fields", "", map[string]any{"anything": list(3, nil)}, content("fields")},
		{"fields is a list", "/data/content/fields", []any{}, content("fields")},
		{"bad content_id", "/content_id", "../x", []string{"content_id"}},
		{"long content_id", "/content_id", strings.Repeat("a", 201), []string{"content_id"}},
		{"longest content_id", "", strings.Repeat("a", 200), []string{"content_id"}},
		{"bad source", "/source", "News Room", []string{"source"}},
		{"line break after source", "/source", "newsroom\n", []string{"source"}},
		{"event_id with space", "/event_id", "a b", []string{"event_id"}},
		{"attempt 0", "/attempt", 0, []string{"attempt"}},
		{"time without zone", "/occurred_at", "2026-11-24T09:00:00", []string{"occurred_at"}},
		{"time of no day", "/occurred_at", "2026-02-30T09:00:00Z", []string{"occurred_at"}},
		{"leap second", "/occurred_at", "2016-12-31T23:59:60Z", []string{"occurred_at"}},
		{"date alone", "/occurred_at", "2026-11-24", []string{"occurred_at"}},
		{"time with offset", "", "2026-11-24T09:00:00.123456789-11:30", []string{"occurred_at"}},
		{"bad publish_at", "/data/content/publish_at", "tomorrow", content("publish_at")},
		{"empty publish_at", "/data/content/publish_at", "", content("publish_at")},
		{"longest title", "", long(1000), content("title")},
		{"long title", "/data/content/title", long(1001), content("title")},
		{"empty title", "/data/content/title", "", content("title")},
		{"title of two lines", "/data/content/title", "a\nb", content("title")},
		{"title is null", "/data/content/title", json.RawMessage("null"), content("title")},
		{"hero is null", "/data/content/hero_image", json.RawMessage("null"), content("hero_image")},
		{"publish_at is null", "", json.RawMessage("null"), content("publish_at")},
		{"long slug", "/data/content/canonical_slug", long(201), content("canonical_slug")},
		{"slug with tab", "/data/content/canonical_slug", "a\tb", content("canonical_slug")},
		{"many tags", "/data/content/tags", list(101, "t"), content("tags")},
		{"empty tag", "/data/content/tags/0", []any{""}, content("tags")},
		{"tag is a number", "/data/content/tags/1", []any{"a", 1}, content("tags")},
		{"locale", "/data/content/locale", "english please", content("locale")},
		{"script address", "/data/content/metadata/canonical_url", "javascript:alert(1)", content("metadata", "canonical_url")},
		{"relative hero", "/data/content/hero_image/url", "/x.png", content("hero_image", "url")},
		{"short hash", "/data/content/hero_image/sha256", "ab", content("hero_image", "sha256")},
		{"metadata unknown", "/data/content/metadata/robots", "x", content("metadata", "robots")},
	}
	blocks := func(b ...any) []any { return append([]any{}, b...) }
	v2 := []example{
		{"no blocks", "/data/content/blocks", nil, content("blocks")},
		{"empty blocks", "", blocks(), content("blocks")},
		{"body in version 2", "/data/content/body", map[string]any{"format": "html", "text": ""}, content("body")},
		{"unknown block", "/data/content/blocks/0/type", blocks(map[string]any{"type": "video"}), content("blocks")},
		{"no type", "/data/content/blocks/0/type", blocks(map[string]any{"text": "x"}), content("blocks")},
		{"a string", "/data/content/blocks/0", blocks("x"), content("blocks")},
		{"foreign field", "/data/content/blocks/0/level", blocks(map[string]any{"type": "paragraph", "text": "x", "level": 1}), content("blocks")},
		{"level 7", "/data/content/blocks/0/level", blocks(map[string]any{"type": "heading", "level": 7}), content("blocks")},
		{"empty paragraph", "/data/content/blocks/0/text", blocks(map[string]any{"type": "paragraph", "text": ""}), content("blocks")},
		{"code without text", "", blocks(map[string]any{"type": "code"}), content("blocks")},
		{"list without items", "/data/content/blocks/0/items", blocks(map[string]any{"type": "list", "items": list(0, nil)}), content("blocks")},
		{"inner fault", "/data/content/blocks/0/items/0/blocks/0/x", blocks(map[string]any{"type": "list", "items": list(1,
			map[string]any{"blocks": blocks(map[string]any{"type": "divider", "x": 1})})}), content("blocks")},
		{"list from 0", "", blocks(map[string]any{"type": "list", "ordered": true, "start": 0, "items": list(1, map[string]any{})}), content("blocks")},
		{"bad align", "/data/content/blocks/0/align/0", blocks(map[string]any{"type": "table", "align": list(1, "middle"), "header": list(1, "a")}), content("blocks")},
	}
	v1 := []example{
		{"no body", "/data/content/body", nil, content("body")},
		{"blocks in version 1", "/data/content/blocks", blocks(), content("blocks")},
		{"body format", "/data/content/body/format", "rtf", content("body", "format")},
		{"body is text", "/data/content/body", "x", content("body")},
		{"empty body", "", "", content("body", "text")},
	}
	for version, examples := range map[string][]example{"1": append(v1, both...), "2": append(v2, both...)} {
		schema := published(t, "event-"+version+".json")
		for _, x := range examples {
			t.Run("version "+version+", "+x.name, func(t *testing.T) {
				body := edited(t, "publish_request.v"+version, x.value, x.path...)
				e, err := contract.Decode([]byte(body), contract.Limits{})
				if good := accepts(t, schema, body); good != (x.pointer == "") || good != (err == nil) {
					t.Fatalf("schema accepts: %t; Decode: %v; want good: %t", good, err, x.pointer == "")
				}
				if err != nil {
					wantFault(t, err, stet.Invalid, err.(*stet.Error).Code, x.pointer)
				} else if e.Schema != "stet.event/"+version {
					t.Errorf("schema is %q", e.Schema)
				}
			})
		}
	}
}

func TestUnpublishCarriesNoContent(t *testing.T) {
	body := edited(t, "publish_request.v1", "unpublish_request", "type")
	_, err := contract.Decode([]byte(body), contract.Limits{})
	wantFault(t, err, stet.Invalid, "unknown_field", "/data/content")
	if accepts(t, published(t, "event-1.json"), body) {
		t.Error("the schema accepts an unpublish_request with content")
	}
	if _, err := mustDecode(t, []byte(edited(t, "unpublish_request.v2", nil, "data"))).Document(); err == nil {
		t.Error("an unpublish_request has a document")
	}
}

func TestGoldensAreValid(t *testing.T) {
	for name, body := range goldens(t) {
		version := name[len(name)-1:]
		if !accepts(t, published(t, "event-"+version+".json"), string(body)) {
			t.Errorf("%s: the schema refuses it", name)
		}
		mustDecode(t, body)
	}
	if !accepts(t, published(t, "log-event-1.json"), string(golden(t, "log-event"))) {
		t.Error("log-event: the schema refuses it")
	}
}

func TestSchemasOfBothVersionsDifferInTheTextAlone(t *testing.T) {
	strip := func(name, text string) any {
		doc := readSchema(t, contract.Schemas(), name)
		for _, key := range []string{"$id", "title", "description"} {
			delete(doc, key)
		}
		delete(doc["properties"].(map[string]any), "schema")
		defs := doc["$defs"].(map[string]any)
		content := defs["content"].(map[string]any)
		delete(content["properties"].(map[string]any), text)
		content["required"] = slices.DeleteFunc(content["required"].([]any), func(v any) bool { return v == text })
		for def := range defs {
			if strings.HasPrefix(def, "block") {
				delete(defs, def)
			}
		}
		return doc
	}
	if diff := cmp.Diff(strip("event-1.json", "body"), strip("event-2.json", "blocks")); diff != "" {
		t.Errorf("-version 1 +version 2\n%s", diff)
	}
}

func TestLogSchemaDescribesEveryEvent(t *testing.T) {
	doc := readSchema(t, contract.Schemas(), "log-event-1.json")
	var listed []string
	for _, name := range doc["properties"].(map[string]any)["type"].(map[string]any)["enum"].([]any) {
		listed = append(listed, name.(string))
	}
	slices.Sort(listed)
	if diff := cmp.Diff(slices.Sorted(slices.Values(eventTypes(t))), listed); diff != "" {
		t.Errorf("-event.go +log-event-1.json (add a new type there, in its published copy and in docs/asyncapi.yaml)\n%s", diff)
	}
	for _, name := range eventTypes(t) {
		body, err := json.Marshal(contract.Outgoing(stet.Event{Seq: 1, ID: "e", Type: stet.EventType(name)}))
		if err != nil {
			t.Fatal(err)
		}
		if err := contract.Validate(body, contract.Limits{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := contract.Decode(body, contract.Limits{}); err == nil {
			t.Errorf("%s: Decode takes what stet sends", name)
		}
	}
}

// eventTypes reads the constants of type EventType from the root package, in their order.
func eventTypes(t testing.TB) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typeName, ok := spec.Type.(*ast.Ident); ok && typeName.Name == "EventType" {
			name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		return true
	})
	if len(names) < 20 {
		t.Fatalf("found %d event types in event.go", len(names))
	}
	return names
}

func readSchema(t testing.TB, files fs.FS, name string) map[string]any {
	t.Helper()
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}
