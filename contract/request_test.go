package contract_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/contract"
)

// binary is the request of a CloudEvent in binary mode that carries the golden publish_request of a version.
func binary(version string) http.Header {
	header := http.Header{}
	for name, value := range map[string]string{
		"Content-Type": "application/json; charset=UTF-8", "ce-specversion": "1.0", "ce-id": "evt_01J" + version + "0012",
		"ce-type": "stet.publish_request.v" + version, "ce-source": "https://example.com/sources/newsroom",
		"ce-subject": "launch-post", "ce-time": "2026-11-24T10:00:00%2B01:00", "ce-traceparent": "00-0af7-b7ad-01",
	} {
		header.Set(name, value)
	}
	return header
}

// structured is the same event in structured mode, with some members changed; a nil value removes one.
func structured(t testing.TB, version string, changes map[string]any) []byte {
	t.Helper()
	members := map[string]any{
		"specversion": "1.0", "id": "evt_01J" + version + "0012", "type": "stet.publish_request.v" + version, "source": "newsroom",
		"subject": "launch-post", "time": "2026-11-24T09:00:00Z", "datacontenttype": "application/json", "sampledrate": 1, "partitionkey": "x",
		"dataschema": "https://example.com/schemas/event-" + version + ".json", "data": json.RawMessage(golden(t, "publish_request.v"+version)),
	}
	for name, value := range changes {
		if members[name] = value; value == nil {
			delete(members, name)
		}
	}
	body, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestEveryWayGivesTheSameEnvelope(t *testing.T) {
	for _, version := range []string{"1", "2"} {
		data := golden(t, "publish_request.v"+version)
		want := mustDecode(t, data)
		for name, request := range map[string]struct {
			header http.Header
			body   []byte
		}{
			"plain":      {http.Header{"Content-Type": {"application/json"}}, data},
			"structured": {http.Header{"Content-Type": {"application/cloudevents+json; charset=utf-8"}, "Ce-Id": {"ignored"}}, structured(t, version, nil)},
			"binary":     {binary(version), data},
			"identity":   {http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"Identity"}}, data},
		} {
			got, err := contract.DecodeRequest(request.header, request.body, contract.Limits{})
			if err != nil {
				t.Errorf("version %s, %s: %v", version, name, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("version %s, %s: -want +got\n%s", version, name, diff)
			}
		}
	}
}

func TestDecodeRequestRefusesOtherMedia(t *testing.T) {
	data := golden(t, "publish_request.v1")
	for name, c := range map[string]struct {
		header http.Header
		code   string
	}{
		"none":       {http.Header{}, "unsupported_media_type"},
		"two":        {http.Header{"Content-Type": {"application/json", "text/plain"}}, "unsupported_media_type"},
		"text":       {http.Header{"Content-Type": {"text/plain"}}, "unsupported_media_type"},
		"form":       {http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, "unsupported_media_type"},
		"XML":        {http.Header{"Content-Type": {"application/xml"}}, "unsupported_media_type"},
		"YAML":       {http.Header{"Content-Type": {"application/yaml"}}, "unsupported_media_type"},
		"batch":      {http.Header{"Content-Type": {"application/cloudevents-batch+json"}}, "unsupported_media_type"},
		"Avro":       {http.Header{"Content-Type": {"application/cloudevents+avro"}}, "unsupported_media_type"},
		"charset":    {http.Header{"Content-Type": {"application/json; charset=utf-16"}}, "unsupported_media_type"},
		"broken":     {http.Header{"Content-Type": {"application/json; ="}}, "unsupported_media_type"},
		"gzip":       {http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}, "unsupported_encoding"},
		"gzip twice": {http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"identity", "gzip, gzip"}}, "unsupported_encoding"},
		"br":         {http.Header{"Content-Type": {"application/cloudevents+json"}, "Content-Encoding": {"br"}}, "unsupported_encoding"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := contract.DecodeRequest(c.header, data, contract.Limits{})
			wantFault(t, err, stet.Unsupported, c.code, "")
		})
	}
}

func TestStructuredEventsMustAgreeWithTheirData(t *testing.T) {
	header := http.Header{"Content-Type": {"application/cloudevents+json"}}
	data := map[string]any{"schema": "stet.event/1", "state": "APPROVED"}
	for name, c := range map[string]struct {
		changes       map[string]any
		code, pointer string
	}{
		"no specversion":    {map[string]any{"specversion": nil}, "missing_field", "/specversion"},
		"old specversion":   {map[string]any{"specversion": "0.3"}, "cloudevent_mismatch", "/specversion"},
		"specversion float": {map[string]any{"specversion": 1.0}, "missing_field", "/specversion"},
		"no id":             {map[string]any{"id": nil}, "missing_field", "/id"},
		"other id":          {map[string]any{"id": "evt_x"}, "cloudevent_mismatch", "/id"},
		"other type":        {map[string]any{"type": "stet.unpublish_request.v1"}, "cloudevent_mismatch", "/type"},
		"other version":     {map[string]any{"type": "stet.publish_request.v2"}, "cloudevent_mismatch", "/type"},
		"other source":      {map[string]any{"source": "https://example.com/evilnewsroom"}, "cloudevent_mismatch", "/source"},
		"source within":     {map[string]any{"source": "https://example.com/newsroom/x"}, "cloudevent_mismatch", "/source"},
		"other subject":     {map[string]any{"subject": "other"}, "cloudevent_mismatch", "/subject"},
		"other time":        {map[string]any{"time": "2026-11-24T09:00:01Z"}, "cloudevent_mismatch", "/time"},
		"no JSON data":      {map[string]any{"datacontenttype": "application/xml"}, "cloudevent_mismatch", "/datacontenttype"},
		"no data":           {map[string]any{"data": nil}, "missing_field", "/data"},
		"data is null":      {map[string]any{"data": json.RawMessage("null")}, "wrong_type", "/data"},
		"data_base64":       {map[string]any{"data_base64": "e30="}, "unknown_field", "/data_base64"},
		"bad name":          {map[string]any{"content_id": "x"}, "unknown_field", "/content_id"},
		"object attribute":  {map[string]any{"ext": map[string]any{}}, "wrong_type", "/ext"},
		"fault in the data": {map[string]any{"data": data}, "missing_field", "/data/content_id"},
		"empty subject":     {map[string]any{"subject": ""}, "cloudevent_mismatch", "/subject"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "fault in the data" {
				c.code, c.pointer = "unknown_field", "/data/state"
			}
			e, err := contract.DecodeRequest(header, structured(t, "1", c.changes), contract.Limits{})
			wantFault(t, err, stet.Invalid, c.code, c.pointer)
			if e.EventID != "" {
				t.Errorf("a refused event is returned: %+v", e)
			}
		})
	}
	if _, err := contract.DecodeRequest(header, structured(t, "1", nil), contract.Limits{Depth: 6}); err != nil {
		t.Errorf("the wrapping counts towards the depth: %v", err)
	}
	twice := strings.Replace(string(structured(t, "1", nil)), `"id":`, `"id":"x","id":`, 1)
	_, err := contract.DecodeRequest(header, []byte(twice), contract.Limits{})
	wantFault(t, err, stet.Invalid, "duplicate_key", "/id")
}

// TestBinaryHeadersDecideNothing shows that changing the headers, which no signature covers, changes no event.
func TestBinaryHeadersDecideNothing(t *testing.T) {
	for name, c := range map[string]struct {
		header, value, code, pointer string
	}{
		"type":            {"ce-type", "stet.unpublish_request.v1", "cloudevent_mismatch", "/type"},
		"id":              {"ce-id", "evt_other", "cloudevent_mismatch", "/id"},
		"source":          {"ce-source", "/sources/other", "cloudevent_mismatch", "/source"},
		"subject":         {"ce-subject", "other", "cloudevent_mismatch", "/subject"},
		"datacontenttype": {"ce-datacontenttype", "application/json", "bad_cloudevent", ""},
		"bad percent":     {"ce-subject", "%zz", "bad_cloudevent", ""},
		"overlong":        {"ce-subject", "%C0%A0", "bad_cloudevent", ""},
		"no specversion":  {"ce-specversion", "", "missing_field", "/specversion"},
	} {
		t.Run(name, func(t *testing.T) {
			header := binary("1")
			if header.Set(c.header, c.value); c.value == "" {
				header.Del(c.header)
			}
			_, err := contract.DecodeRequest(header, golden(t, "publish_request.v1"), contract.Limits{})
			wantFault(t, err, stet.Invalid, c.code, c.pointer)
		})
	}
	header := binary("1")
	header.Add("ce-id", "evt_01J10012")
	_, err := contract.DecodeRequest(header, golden(t, "publish_request.v1"), contract.Limits{})
	wantFault(t, err, stet.Invalid, "bad_cloudevent", "")
}

func TestBinaryHeadersAreUnquotedAndDecoded(t *testing.T) {
	header := binary("1")
	header.Set("ce-subject", `"launch\-%70ost"`)
	if _, err := contract.DecodeRequest(header, golden(t, "publish_request.v1"), contract.Limits{}); err != nil {
		t.Error(err)
	}
}

func TestWrapAndEncodeMakeWhatDecodeReads(t *testing.T) {
	doc := stet.Document{Title: "A", Slug: "a", Body: stet.Body{Format: "markdown", Text: "<b>"}}
	e := contract.Wrap(contract.Envelope{ContentID: "a", Version: 3, OccurredAt: noon, Source: "cli"}, doc)
	body, err := contract.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e, mustDecode(t, body)); diff != "" {
		t.Errorf("-wrapped +decoded\n%s", diff)
	}
	if e.IdempotencyKey != "a/3" || e.Type != stet.DraftReady || !strings.HasPrefix(e.EventID, "evt_") {
		t.Errorf("defaults: %+v", e)
	}
	e.Version = 0
	_, err = contract.Encode(e)
	wantFault(t, err, stet.Invalid, "wrong_value", "/version")
}
