package httpclient

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"sync/atomic"

	"stet"
)

// call is one request on its way and what is known of it.
type call struct {
	client  *Client
	name    string
	url     *url.URL
	write   bool
	gotConn atomic.Bool // from here on bytes may have been written
}

func (c *Client) newCall(r Request) (*call, error) {
	k := &call{client: c, name: c.name(r), write: !isRead(r.Method)}
	u, err := c.target(k, r)
	if err != nil {
		return nil, err
	}
	k.url = u
	return k, nil
}

// trace notes when the request gets a connection that is dialed and, for https, has its handshake behind it. Before
// that no byte of the request itself can have been written; after it nothing is provable.
func (k *call) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { k.gotConn.Store(true) },
	})
}

// refused is the error of a request that is not sent because it must not be.
func (k *call) refused(why string, args ...any) error {
	return &stet.Error{Kind: stet.Invalid, Code: "bad_request", Outcome: stet.NotApplied,
		Message: k.client.Redact(fmt.Sprintf("%s was not sent: %s", k.name, fmt.Sprintf(why, args...)))}
}

// failed says what is known of a call that brought no usable answer.
func (k *call) failed(cause error) error {
	e := k.explain(k.client.clean(cause))
	e.Message = k.name + ": " + e.Message
	if !k.gotConn.Load() {
		e.Outcome = stet.NotApplied
		e.Message += "; nothing was sent"
	} else if k.write {
		e.Message += "; whether it took effect is unknown until it is read back"
	}
	return e
}

// explain gives the cause a kind, a code and words.
func (k *call) explain(cause error) *stet.Error {
	if own, ok := errors.AsType[*stet.Error](cause); ok {
		e := *own
		return &e
	}
	e := &stet.Error{Kind: stet.Unavailable, Err: cause}
	switch {
	case errors.Is(cause, context.Canceled):
		e.Code, e.Message = "canceled", "the call was cancelled"
	case errors.Is(cause, context.DeadlineExceeded):
		e.Code, e.Message = "timeout", "there was no complete answer in time"
	case k.gotConn.Load():
		e.Code, e.Message = "no_answer", "the connection ended before a complete answer"
	case isTLS(cause):
		e.Kind, e.Code = stet.Configuration, "tls"
		e.Message = "the TLS handshake failed; check the certificate and the URL of the target"
	default:
		e.Code, e.Message = "unreachable", "the target could not be reached"
	}
	return e
}

func isTLS(err error) bool {
	_, verify := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	op, alert := errors.AsType[*net.OpError](err) // crypto/tls wraps alerts so
	return verify || record || alert && (op.Op == "remote error" || op.Op == "local error")
}

// Classify is the usual reading of an answer: nil for 2xx, otherwise a *stet.Error. The outcome is NotApplied only for
// the statuses in preCommit: those with which this CMS refuses this very operation before it changes anything. Many a
// CMS answers 400 or 500 after the item was stored, so no status proves anything by itself.
func Classify(r *Response, preCommit ...int) error {
	if r.Status/100 == 2 {
		return nil
	}
	if r.Status/100 == 3 {
		return r.redirected()
	}
	kind, next := judge(r.Status)
	e := &stet.Error{Kind: kind, Code: fmt.Sprintf("http_%d", r.Status), Details: map[string]any{"status": r.Status}}
	e.Message = fmt.Sprintf("%s: the target answered %d %s; %s", r.name, r.Status, http.StatusText(r.Status), next)
	if kind == stet.Throttled || kind == stet.Unavailable {
		e.RetryAfter = r.RetryAfter()
	}
	if slices.Contains(preCommit, r.Status) {
		e.Outcome = stet.NotApplied
	}
	return e
}

// judge gives the kind of a status that is neither 2xx nor 3xx, and what to do next (RFC 9110, 15).
func judge(status int) (stet.Kind, string) {
	switch status {
	case http.StatusUnauthorized:
		return stet.Configuration, "check the credential"
	case http.StatusForbidden:
		return stet.Forbidden, "the credential is known but may not do this"
	case http.StatusNotFound, http.StatusGone:
		return stet.NotFound, "there is no such item"
	case http.StatusConflict, http.StatusPreconditionFailed:
		return stet.Conflict, "the item is in another state than the request needs; read it again"
	case http.StatusRequestEntityTooLarge:
		return stet.TooLarge, "the content is over the limit of the target"
	case http.StatusTooManyRequests:
		return stet.Throttled, "it wants fewer requests"
	case http.StatusRequestTimeout, http.StatusTooEarly:
		return stet.Unavailable, "try again later"
	}
	if status >= 500 {
		return stet.Unavailable, "try again later"
	}
	return stet.Invalid, "the request is against a rule of the target"
}

// redirected names the host alone: the rest of a Location may hold a token.
func (r *Response) redirected() error {
	host := "an unreadable address"
	if to, err := url.Parse(r.Header.Get("Location")); err == nil {
		host = "host " + cmp.Or(to.Host, "itself")
	}
	return &stet.Error{Kind: stet.Configuration, Code: "redirected",
		Message: fmt.Sprintf("%s: the target answered %d and points to %s; "+
			"redirects are not followed, so put the final address into the URL of the target", r.name, r.Status, host),
		Details: map[string]any{"status": r.Status}}
}
