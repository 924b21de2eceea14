package contract

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"

	"stet"
)

// Decode reads an event from a source: version 1 or 2, the three types a source may send. The package comment says
// what is refused. Absent idempotency_key and attempt have their defaults in the result.
func Decode(body []byte, limits Limits) (Envelope, error) {
	name, err := validated(body, limits)
	if err != nil {
		return Envelope{}, err
	}
	if name == LogSchema {
		return Envelope{}, fault("unknown_schema", "/schema", "schema is %q, which stet sends and does not take; send %q", name, Schema1)
	}
	var e Envelope
	if err := unmarshal(body, &e); err != nil {
		return Envelope{}, err
	}
	return e.withDefaults(), nil
}

// DecodeStored reads an envelope that Decode accepted when it came, and that was kept as it came. It checks nothing again.
func DecodeStored(body []byte) (Envelope, error) {
	var e Envelope
	err := unmarshal(body, &e)
	return e.withDefaults(), err
}

// unmarshal decodes a body that its schema accepts. What may still fail is the spelling of a number or a time: to a
// schema 1e2 and 100.0 are integers, to the contract they are not.
func unmarshal(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	if err == nil {
		return nil
	}
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return fmt.Errorf("decode body: %w", err)
	}
	at := clip(semantic.JSONPointer)
	if semantic.JSONKind == '0' {
		return fault("bad_number", at, "%s is %s and must be a plain integer without sign, point or exponent", at,
			clipped(string(semantic.JSONValue)))
	}
	return &stet.Error{Kind: stet.Invalid, Code: "wrong_value", Pointer: at, Err: semantic.Err,
		Message: fmt.Sprintf("%s is not what the contract says", at)}
}

// The media types of the door.
const (
	MediaJSON       = "application/json"
	MediaCloudEvent = "application/cloudevents+json"
)

// DecodeRequest reads the event of an HTTP request: an envelope as application/json, or a CloudEvent in structured or
// binary mode. Another media type or a content coding is Unsupported. The body is the raw one, already verified; what
// decides is always inside it, see cloudevent.go.
func DecodeRequest(header http.Header, body []byte, limits Limits) (Envelope, error) {
	media, err := mediaType(header)
	if err != nil {
		return Envelope{}, err
	}
	for _, coding := range header.Values("Content-Encoding") {
		if !strings.EqualFold(strings.TrimSpace(coding), "identity") {
			return Envelope{}, stet.Errorf(stet.Unsupported, "unsupported_encoding",
				"content-encoding %s is not taken; send the body as it is", shown(coding))
		}
	}
	switch {
	case media == MediaCloudEvent:
		return decodeStructured(body, limits)
	case hasAttributes(header):
		return decodeBinary(header, body, limits)
	}
	return Decode(body, limits)
}

func mediaType(header http.Header) (string, error) {
	values := header.Values("Content-Type")
	if len(values) != 1 {
		return "", unsupported("the request has %d content-type headers and needs one", len(values))
	}
	media, params, err := mime.ParseMediaType(values[0])
	if err != nil || media != MediaJSON && media != MediaCloudEvent {
		return "", unsupported("content-type %s is not taken", shown(values[0]))
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return "", unsupported("charset %s is not taken, JSON is UTF-8 (RFC 8259, 8.1)", shown(charset))
	}
	return media, nil
}

func unsupported(format string, args ...any) *stet.Error {
	return stet.Errorf(stet.Unsupported, "unsupported_media_type", format+"; send "+MediaJSON+" or "+MediaCloudEvent, args...)
}
