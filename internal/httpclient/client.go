// Package httpclient is the outgoing HTTP of stet: one Client per target, which paces its calls, guards the addresses
// it dials, limits what it reads, never lets a write be sent twice, and says of a failed call what is known of it.
//
// It speaks HTTP/1.1 only, so that "no byte of the request was written" is a plain fact of one connection, and every
// write has a connection of its own: Go's transport sends a request again, by itself, only on a reused connection.
package httpclient

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"stet"
)

// Config is what a Client is made of. Only Base is required.
type Config struct {
	Base    string      // every request goes to this URL or below it: "https://cms.example.com/wp-json"
	Header  http.Header // sent with every request, Authorization for example; every value is kept out of errors
	Secrets []string    // more words to keep out of errors: a token in the path or query, for example

	// IdempotencyHeader is the header by which this CMS recognises a repeated write. Empty, the usual case, means it
	// knows none, and no such header is ever sent.
	IdempotencyHeader string

	AllowPrivate   bool           // the target may be at a loopback or private address, and may speak plain http
	AllowAddresses []netip.Prefix // further addresses the target may have, whatever they are, and may speak plain http
	PlainHTTP      bool           // plain http is good enough: nothing secret is sent, and public addresses only
	CAFile         string         // PEM certificates to trust besides the system's
	Proxy          string         // URL of a proxy; empty: none. The guard then sees the proxy's address. HTTP_PROXY is ignored

	Timeout   time.Duration // for one call, from dialing to the last byte of the answer; default 20 s
	MaxBody   int64         // bytes of an answer after decoding; default 8 MiB
	MaxHeader int64         // bytes of an answer's header; default 64 KiB
	Pace      *Pace         // shared by all who call this target; default DefaultPace

	Transport http.RoundTripper // for tests, in place of the network; nil: the network
}

// Client calls one host. It may be used from several goroutines and is meant to live as long as the process.
type Client struct {
	base   *url.URL
	conf   Config
	redact *strings.Replacer
	reads  http.RoundTripper // keeps connections
	writes http.RoundTripper // does not
}

// New checks the configuration. The error is of kind Configuration. It makes no network call.
func New(conf Config) (*Client, error) {
	base, err := parseBase(conf)
	if err != nil {
		return nil, err
	}
	conf.Timeout = orDefault(conf.Timeout, 20*time.Second)
	conf.MaxBody = orDefault(conf.MaxBody, 8<<20)
	conf.MaxHeader = orDefault(conf.MaxHeader, 64<<10)
	if conf.Pace == nil {
		conf.Pace = DefaultPace()
	}
	c := &Client{base: base, conf: conf, redact: redactor(conf), reads: conf.Transport, writes: conf.Transport}
	if conf.Transport != nil {
		return c, nil
	}
	reads, err := transport(conf)
	if err != nil {
		return nil, err
	}
	writes := reads.Clone()
	writes.DisableKeepAlives = true
	c.reads, c.writes = reads, writes
	return c, nil
}

// String is the base URL, so that a Client in a log line shows nothing else.
func (c *Client) String() string { return c.Redact(c.base.String()) }

// Do sends one request and reads the whole answer. Whatever the status, an answer is a Response; Classify judges it.
// The exception is a redirect of a write, which is never followed and is an error of kind Configuration.
//
// The error is a *stet.Error. Its Outcome is NotApplied only when no byte of the request was written; otherwise it is
// Unknown. It never means that there is no such thing, and it never holds a credential or a query.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	call, err := c.newCall(r)
	if err != nil {
		return nil, err
	}
	req, err := c.build(ctx, call, r)
	if err != nil {
		return nil, err
	}
	done, err := c.conf.Pace.enter(ctx)
	if err != nil {
		return nil, call.failed(err)
	}
	defer done()
	ctx, cancel := context.WithTimeout(call.trace(ctx), c.conf.Timeout)
	defer cancel()
	resp, err := c.roundTrip(req.WithContext(ctx), call)
	if err != nil {
		return nil, call.failed(err)
	}
	if wait := resp.RetryAfter(); wait > 0 {
		c.conf.Pace.Pause(wait)
	}
	if call.write && resp.Status/100 == 3 {
		return nil, resp.redirected()
	}
	return resp, nil
}

func (c *Client) roundTrip(req *http.Request, call *call) (*Response, error) {
	via := c.reads
	if call.write {
		via = c.writes
	}
	// RoundTrip and not http.Client, which would follow redirects and answer 401 and cookies in its own way.
	if _, ours := via.(*http.Transport); !ours {
		call.gotConn.Store(true) // a transport that may not call the trace proves nothing by its silence
	}
	httpResp, err := via.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer httpResp.Body.Close()
	body, err := readBody(httpResp, c.conf.MaxBody)
	if err != nil {
		return nil, err
	}
	return &Response{Status: httpResp.StatusCode, Header: httpResp.Header, Body: body, name: call.name}, nil
}

// Redact replaces every credential of this client in s, for messages that quote the CMS.
func (c *Client) Redact(s string) string { return c.redact.Replace(s) }

func parseBase(conf Config) (*url.URL, error) {
	refuse := func(why string) error { // without the URL: it may hold the very credentials it is refused for
		return stet.Errorf(stet.Configuration, "base_url", "the URL of the target %s", why)
	}
	u, err := url.Parse(conf.Base)
	if err != nil {
		return nil, refuse("is not a URL; write it as https://cms.example.com")
	}
	trusted := conf.AllowPrivate || len(conf.AllowAddresses) > 0
	switch {
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.Opaque != "":
		return nil, refuse("must be an absolute https URL, such as https://cms.example.com")
	case u.User != nil:
		return nil, refuse("holds a user name or password; set the credential in its own option")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.ContainsAny(conf.Base, "#\\"):
		return nil, refuse("must have no query, fragment or backslash")
	case u.Scheme == "http" && !trusted && !conf.PlainHTTP:
		return nil, refuse("is plain http, which sends credentials in the clear; use https, " +
			"or allow private addresses if the target is on your own network")
	case !trusted && notForHTTP[u.Port()]:
		return nil, refuse(fmt.Sprintf("has port %s, which belongs to another protocol than HTTP", u.Port()))
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	u.RawPath = strings.TrimSuffix(u.RawPath, "/")
	return u, nil
}

func orDefault[T int64 | time.Duration](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}
