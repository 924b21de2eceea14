package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"stet"
)

// A CloudEvent's data is the whole envelope, and its context attributes repeat parts of it for routers on the way:
//
//	id      event_id
//	type    stet.TYPE.vN, as in stet.publish_request.v1
//	source  a URI reference whose last segment is source
//	subject content_id (optional)
//	time    occurred_at (optional)
//
// An attribute that contradicts the data is refused. So a webhook signature, which covers the body alone, covers all
// that decides in binary mode too, where the attributes are unsigned headers. Other extension attributes are ignored,
// as CloudEvents asks of receivers. Sources: CloudEvents 1.0.2, JSON format 1.0.2, HTTP protocol binding 1.0.2.
type attributes map[string]string

const headerPrefix = "Ce-"

var (
	attributeName = regexp.MustCompile(`^[a-z0-9]+$`)
	quotedPair    = regexp.MustCompile(`\\(.)`)
)

// reserved are the members of a structured event that are no attributes.
var reserved = map[string]bool{"data": true, "data_base64": true}

func hasAttributes(header http.Header) bool {
	for name := range header {
		if strings.HasPrefix(name, headerPrefix) {
			return true
		}
	}
	return false
}

func decodeStructured(body []byte, limits Limits) (Envelope, error) {
	limits = limits.withDefaults()
	outer := limits
	outer.Depth++
	tree, err := scan(body, outer)
	if err != nil {
		return Envelope{}, err
	}
	members, ok := tree.(map[string]any)
	if !ok {
		return Envelope{}, fault("wrong_type", "", "the body is no JSON object; send a CloudEvent")
	}
	if _, found := members["data_base64"]; found {
		return Envelope{}, fault("unknown_field", "/data_base64", "data_base64 is not taken; send the envelope as JSON in data")
	}
	attrs, err := structuredAttributes(members)
	if err != nil {
		return Envelope{}, err
	}
	var event struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		return Envelope{}, fmt.Errorf("decode CloudEvent: %w", err)
	}
	if event.Data == nil {
		return Envelope{}, fault("missing_field", "/data", "the CloudEvent has no data; put the envelope there")
	}
	e, err := Decode(event.Data, limits)
	if err != nil {
		return Envelope{}, within("/data", err)
	}
	return agreed(e, attrs)
}

func structuredAttributes(members map[string]any) (attributes, error) {
	attrs := attributes{}
	for name, value := range members {
		if reserved[name] {
			continue
		}
		if !attributeName.MatchString(name) {
			return nil, fault("unknown_field", pointer(name),
				"%q is no CloudEvents attribute name (lower-case letters and digits); the envelope's fields belong into data", clipped(name))
		}
		switch value := value.(type) {
		case string:
			attrs[name] = value
		case nil, bool, json.Number:
		default:
			return nil, fault("wrong_type", pointer(name), "the CloudEvents attribute %q must be a string, a number or a boolean", name)
		}
	}
	return attrs, nil
}

func decodeBinary(header http.Header, body []byte, limits Limits) (Envelope, error) {
	attrs := attributes{"datacontenttype": MediaJSON}
	for key, values := range header {
		name, ok := strings.CutPrefix(key, headerPrefix)
		if !ok {
			continue
		}
		if name = strings.ToLower(name); name == "datacontenttype" || len(values) != 1 {
			return Envelope{}, fault("bad_cloudevent", "", "the header %s must not be there more than once, and ce-datacontenttype not at all", key)
		}
		value, err := headerValue(values[0])
		if err != nil {
			return Envelope{}, fault("bad_cloudevent", "", "the header %s is not percent-encoded UTF-8", key)
		}
		attrs[name] = value
	}
	e, err := Decode(body, limits)
	if err != nil {
		return Envelope{}, err
	}
	return agreed(e, attrs)
}

func agreed(e Envelope, attrs attributes) (Envelope, error) {
	if err := attrs.agree(e); err != nil {
		return Envelope{}, err
	}
	return e, nil
}

// headerValue undoes quoting, then percent-encoding (HTTP protocol binding, 3.1.3.2).
func headerValue(s string) (string, error) {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = quotedPair.ReplaceAllString(s[1:len(s)-1], "$1")
	}
	s, err := url.PathUnescape(s)
	if err == nil && !utf8.ValidString(s) {
		err = errors.New("invalid UTF-8")
	}
	return s, err
}

// agree refuses attributes that are missing or say something else than the envelope.
func (a attributes) agree(e Envelope) error {
	eventType := "stet." + string(e.Type) + ".v" + strings.TrimPrefix(e.Schema, "stet.event/")
	for _, w := range []struct {
		name, want string
		fits       func(got string) bool
		optional   bool
	}{
		{name: "specversion", want: "1.0"},
		{name: "id", want: e.EventID},
		{name: "type", want: eventType},
		{name: "source", want: e.Source, fits: endsIn(e.Source)},
		{name: "subject", want: e.ContentID, optional: true},
		{name: "time", want: e.OccurredAt.Format(time.RFC3339Nano), fits: sameTime(e.OccurredAt), optional: true},
		{name: "datacontenttype", want: MediaJSON, fits: isJSON, optional: true},
	} {
		got, found := a[w.name]
		switch {
		case !found && w.optional, found && w.fits == nil && got == w.want, found && w.fits != nil && w.fits(got):
		case !found:
			return fault("missing_field", pointer(w.name), "the CloudEvents attribute %q is missing; it must be %s", w.name, shown(w.want))
		default:
			return fault("cloudevent_mismatch", pointer(w.name), "the CloudEvents attribute %q is %s and must be %s, as the data says",
				w.name, shown(got), shown(w.want))
		}
	}
	return nil
}

// endsIn compares the last segment of a URI reference: https://example.com/newsroom, urn:example:newsroom, newsroom.
func endsIn(source string) func(string) bool {
	return func(got string) bool { return got[strings.LastIndexAny(got, "/:")+1:] == source }
}

func isJSON(got string) bool { return got == MediaJSON || strings.HasPrefix(got, MediaJSON+";") }

func sameTime(want time.Time) func(string) bool {
	return func(s string) bool {
		t, err := time.Parse(time.RFC3339Nano, s)
		return err == nil && t.Equal(want)
	}
}

// within puts the place of an inner fault into the whole body.
func within(prefix string, err error) error {
	if e, ok := errors.AsType[*stet.Error](err); ok {
		e.Pointer = prefix + e.Pointer
	}
	return err
}
