package httpclient

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	"golang.org/x/net/http/httpguts"
)

// Request is one call below the client's base URL.
type Request struct {
	Method string
	Path   string // escaped, from Path; empty: the base itself
	Query  url.Values
	Header http.Header
	Body   []byte // nil: none

	// IdempotencyKey is sent only where Config.IdempotencyHeader names a header for it.
	IdempotencyKey string
}

// IntentHeader carries the id of the intent a call belongs to, so that the log of the CMS can be joined with ours.
const IntentHeader = "Stet-Intent"

// maxPath is the longest path and query that is sent; common servers refuse more than 8 KiB of request line.
const maxPath = 8 << 10

type intentKey struct{}

// WithRequestID makes the calls under ctx carry id in the Stet-Intent header.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, intentKey{}, id)
}

// RequestID is the id that WithRequestID put into ctx, empty where there is none.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(intentKey{}).(string)
	return id
}

// Path joins segments, each escaped, so that an id from a CMS cannot leave its place in the path: a slash, a question
// mark or a percent sign within a segment is data. Do refuses the segments "." and "..", and the empty one: an id that
// is missing must not address the whole collection. A trailing slash, where a CMS wants one, is added by the caller.
func Path(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString("/" + url.PathEscape(cmp.Or(s, ".")))
	}
	return b.String()
}

func (c *Client) build(ctx context.Context, call *call, r Request) (*http.Request, error) {
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, c.base.String(), body)
	if err != nil {
		return nil, call.refused("%v", err)
	}
	req.URL = call.url
	req.GetBody = nil // without it the transport has no second copy to send
	req.Header = c.header(ctx, r)
	for name, values := range req.Header {
		for _, v := range values {
			if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(v) {
				return nil, call.refused("header %q has a character that HTTP does not allow", name)
			}
		}
		if isIdempotency(name) && !strings.EqualFold(name, c.conf.IdempotencyHeader) {
			return nil, call.refused("header %q was set, but the connector declares no idempotency header", name)
		}
	}
	return req, nil
}

func (c *Client) header(ctx context.Context, r Request) http.Header {
	h := http.Header{}
	for _, from := range []http.Header{c.conf.Header, r.Header} {
		for name, values := range from {
			h[http.CanonicalHeaderKey(name)] = append([]string(nil), values...)
		}
	}
	if h.Get("User-Agent") == "" {
		h.Set("User-Agent", "stet")
	}
	h.Set("Accept-Encoding", "gzip") // asked for and decoded here: the transport's own decoding hides the framing
	if c.conf.IdempotencyHeader != "" && r.IdempotencyKey != "" {
		h.Set(c.conf.IdempotencyHeader, r.IdempotencyKey)
	}
	if id, _ := ctx.Value(intentKey{}).(string); id != "" {
		h.Set(IntentHeader, id)
	}
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(h)) // nothing without a span
	return h
}

// isIdempotency reports whether Go's transport, or a proxy, would take the header as leave to send a write again.
func isIdempotency(name string) bool {
	return strings.EqualFold(name, "Idempotency-Key") || strings.EqualFold(name, "X-Idempotency-Key")
}

// target is the URL of a request, which is below base or an error.
func (c *Client) target(call *call, r Request) (*url.URL, error) {
	if r.Path != "" && !strings.HasPrefix(r.Path, "/") {
		return nil, call.refused("its path does not begin with a slash")
	}
	plain, err := url.PathUnescape(r.Path)
	if err != nil {
		return nil, call.refused("its path is not well escaped")
	}
	for segment := range strings.SplitSeq(r.Path, "/") {
		if s, _ := url.PathUnescape(segment); s == "." || s == ".." {
			return nil, call.refused("its path has a segment %q", s)
		}
	}
	u := *c.base
	u.RawPath = c.base.EscapedPath() + r.Path
	u.Path = c.base.Path + plain
	u.RawQuery = r.Query.Encode()
	if len(u.RawPath)+len(u.RawQuery) > maxPath {
		return nil, call.refused("its path and query are longer than %d bytes", maxPath)
	}
	return &u, nil
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// name is how a request is called in messages: without its query, and cut where the path is long.
func (c *Client) name(r Request) string {
	name := c.Redact(r.Method + " " + c.base.String() + r.Path)
	if len(name) > 300 {
		name = name[:300] + "..."
	}
	return strings.ToValidUTF8(name, "")
}
