package contract_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"stet/contract"
)

func TestAsyncAPIDescribesEveryEvent(t *testing.T) {
	raw, err := os.ReadFile("../docs/asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.UnmarshalWithOptions(raw, &doc, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if doc["asyncapi"] != "3.0.0" {
		t.Errorf("asyncapi is %v", doc["asyncapi"])
	}
	checkReferences(t, doc, doc, "#")
	for _, name := range eventTypes(t) {
		channel, payload := "logEvents", "logEvent"
		if incoming := strings.Contains("draft_ready publish_request unpublish_request", name); incoming {
			channel, payload = "sourceEvents", "sourceEvent"
		}
		message, _ := resolve(doc, "#/components/messages/"+name).(map[string]any)
		if message["name"] != name || fmt.Sprint(message["payload"]) != fmt.Sprint(map[string]any{"$ref": "#/components/schemas/" + payload}) {
			t.Errorf("message %s is %v", name, message)
		}
		if resolve(doc, "#/channels/"+channel+"/messages/"+name) == nil {
			t.Errorf("channel %s has no %s", channel, name)
		}
	}
}

// checkReferences follows every $ref, inside the document or to a file.
func checkReferences(t *testing.T, doc map[string]any, node any, at string) {
	t.Helper()
	switch node := node.(type) {
	case map[string]any:
		if ref, ok := node["$ref"].(string); ok && !exists(doc, ref) {
			t.Errorf("%s: there is no %s", at, ref)
		}
		for name, child := range node {
			checkReferences(t, doc, child, at+"/"+name)
		}
	case []any:
		for i, child := range node {
			checkReferences(t, doc, child, fmt.Sprint(at, "/", i))
		}
	}
}

func exists(doc map[string]any, ref string) bool {
	if strings.HasPrefix(ref, "#") {
		return resolve(doc, ref) != nil
	}
	_, err := os.Stat(filepath.Join("../docs", ref))
	return err == nil
}

func resolve(doc map[string]any, ref string) any {
	var node any = doc
	for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		object, _ := node.(map[string]any)
		node = object[name]
	}
	return node
}

// TestTheGuidesSignatureIsRight keeps the worked example of docs/contract.md true.
func TestTheGuidesSignatureIsRight(t *testing.T) {
	guide, err := os.ReadFile("../docs/contract.md")
	if err != nil {
		t.Fatal(err)
	}
	payload := []byte(`{"hello": "stet"}`)
	want := contract.Sign(secret(t, secretText), "msg_1", noon, payload)
	for _, part := range []string{secretText, string(payload), fmt.Sprint(noon.Unix()), want} {
		if !strings.Contains(string(guide), part) {
			t.Errorf("docs/contract.md lacks %s", part)
		}
	}
	for _, name := range eventTypes(t) {
		if !strings.Contains(string(guide), "`"+name+"`") {
			t.Errorf("docs/contract.md does not say what %s is", name)
		}
	}
}
