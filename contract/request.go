package contract

import (
	"mime"
	"net/http"
	"strings"

	"stet"
)

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
