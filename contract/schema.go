package contract

import (
	"bytes"
	"embed"
	"encoding/json"
	"io/fs"
	"path"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"stet"
)

//go:embed schema/*.json
var schemaFiles embed.FS

// Schemas holds the JSON Schemas (2020-12) event-1.json, event-2.json and log-event-1.json.
func Schemas() fs.FS {
	files, err := fs.Sub(schemaFiles, "schema")
	if err != nil {
		panic(err) // the name is a constant, valid one
	}
	return files
}

// compiled gives the schemas by the name an envelope's "schema" field has.
var compiled = sync.OnceValue(func() map[string]*jsonschema.Schema {
	return map[string]*jsonschema.Schema{
		Schema1:   mustCompile("event-1.json"),
		Schema2:   mustCompile("event-2.json"),
		LogSchema: mustCompile("log-event-1.json"),
	}
})

// mustCompile panics on a fault in an embedded file: a fault of the build, which every test meets.
func mustCompile(name string) *jsonschema.Schema {
	raw, err := schemaFiles.ReadFile(path.Join("schema", name))
	if err != nil {
		panic(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.RegisterVocabulary(byTypeVocabulary())
	c.AssertVocabs()
	withByType(doc)
	if err := c.AddResource(name, doc); err != nil {
		panic(err)
	}
	return c.MustCompile(name)
}

// Validate checks a JSON text against the schema it names (stet.event/1, stet.event/2 or stet.log-event/1), after the
// same strict scan that Decode does.
func Validate(body []byte, limits Limits) error {
	_, err := validated(body, limits)
	return err
}

// validated returns the name of the schema that body satisfies.
func validated(body []byte, limits Limits) (string, error) {
	tree, err := scan(body, limits)
	if err != nil {
		return "", err
	}
	object, ok := tree.(map[string]any)
	if !ok {
		return "", fault("wrong_type", "", "the body is no JSON object; send an event envelope")
	}
	name, _ := object["schema"].(string)
	schema, ok := compiled()[name]
	if !ok {
		return "", fault("unknown_schema", "/schema", "schema is %s; this stet reads %q and %q", shown(object["schema"]), Schema1, Schema2)
	}
	if eventType, ok := object["type"].(string); ok && name != LogSchema && !incoming(stet.EventType(eventType)) {
		return "", fault("unknown_type", "/type", "type is %s; a source may send draft_ready, publish_request or unpublish_request",
			shown(eventType))
	}
	if err := schema.Validate(tree); err != nil {
		return "", faultOf(err)
	}
	return name, nil
}

func incoming(t stet.EventType) bool {
	return t == stet.DraftReady || t == stet.PublishRequest || t == stet.UnpublishRequest
}

// LogSchema names the envelope of what stet tells: an entry of the log.
const LogSchema = "stet.log-event/1"

// LogEvent is an entry of the log as the API and the notifications carry it.
type LogEvent struct {
	Schema string `json:"schema"`
	stet.Event
}

// Outgoing wraps an entry of the log in the envelope that schema log-event-1.json describes.
func Outgoing(e stet.Event) LogEvent {
	if len(e.Data) == 0 || string(e.Data) == "null" {
		e.Data = json.RawMessage("{}")
	}
	return LogEvent{Schema: LogSchema, Event: e}
}
