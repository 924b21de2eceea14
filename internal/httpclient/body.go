package httpclient

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"stet"
)

// Response is a complete answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // decoded
	name   string // of the request, for messages
}

// Decode reads the body as one JSON value into v. An answer that is not JSON (a login page, nothing at all) is an
// error of kind Unavailable with an unknown outcome, whatever its status: it says nothing about the content.
func (r *Response) Decode(v any) error {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media != "application/json" && !strings.HasSuffix(media, "+json") {
		return r.unusable("not_json", fmt.Errorf("its content type is %q", media))
	}
	if err := json.Unmarshal(r.Body, v); err != nil {
		return r.unusable("not_json", err)
	}
	return nil
}

// RetryAfter is how long the answer asks to wait: 0 where it does not ask. Too Many Requests asks for a second at
// least, with or without the header.
func (r *Response) RetryAfter() time.Duration {
	switch r.Status {
	case http.StatusTooManyRequests:
		return max(RetryAfter(r.Header, time.Now()), minRetryAfter)
	case http.StatusServiceUnavailable:
		return RetryAfter(r.Header, time.Now())
	}
	return 0
}

func (r *Response) unusable(code string, cause error) error {
	return &stet.Error{Kind: stet.Unavailable, Code: code, Err: cause,
		Message: fmt.Sprintf("%s: the target answered %d, but not with JSON", r.name, r.Status)}
}

// readBody reads all of an answer or fails. An answer whose end is marked by nothing but the end of the connection
// may have been cut anywhere, so it must be a complete JSON value with nothing behind it (RFC 9112, 8).
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	decoded, err := decoder(resp)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(decoded, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if int64(len(body)) > limit {
		return nil, stet.Errorf(stet.TooLarge, "answer_too_large", "the answer is larger than %d bytes", limit)
	}
	framed := resp.Body == http.NoBody || resp.ContentLength >= 0 || slices.Contains(resp.TransferEncoding, "chunked")
	if !framed && !json.Valid(body) {
		return nil, stet.Errorf(stet.Unavailable, "answer_truncated",
			"the answer has neither a length nor chunks and is not a complete JSON value, so it may have been cut")
	}
	return body, nil
}

func decoder(resp *http.Response) (io.Reader, error) {
	switch coding := resp.Header.Get("Content-Encoding"); strings.ToLower(coding) {
	case "", "identity":
		return resp.Body, nil
	case "gzip", "x-gzip":
		zr, err := gzip.NewReader(resp.Body)
		if errors.Is(err, io.EOF) { // no body at all: HEAD, 204
			return bytes.NewReader(nil), nil
		}
		if err != nil {
			return nil, fmt.Errorf("read gzip answer: %w", err)
		}
		return zr, nil
	default:
		return nil, stet.Errorf(stet.Unavailable, "answer_encoding", "the answer is encoded as %q, only gzip was offered", coding)
	}
}
