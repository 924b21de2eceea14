// Package client talks to a stet server: it sends signed events to the door and uses the API.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"stet"
)

// Client is one server. Its methods may be called by many goroutines.
type Client struct {
	base  *url.URL
	token string
	http  *http.Client
}

// maxAnswer bounds what is read of an answer that is not a stream.
const maxAnswer = 64 << 20

// New makes the client of the server at base (http://127.0.0.1:7838). token may be empty: the door needs none. A nil
// transport is the usual one.
func New(base, token string, transport http.RoundTripper) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, stet.Errorf(stet.Configuration, "bad_server", "%q is no address of a server; write one such as http://127.0.0.1:7838", base)
	}
	c := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Client{base: u, token: token, http: c}, nil
}

// Base is the server's address.
func (c *Client) Base() string { return c.base.String() }

// HasToken reports whether the API can be asked.
func (c *Client) HasToken() bool { return c.token != "" }

// Ready reports whether the server answers and takes events.
func (c *Client) Ready(ctx context.Context) error {
	return c.get(ctx, "readyz", nil, nil)
}

func (c *Client) get(ctx context.Context, path string, query url.Values, out any) error {
	return c.call(ctx, http.MethodGet, path+encoded(query), nil, out)
}

// call does one request of the API. path is relative to the base, with its query, its parts escaped by the caller.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base.String()+"/"+path, body)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	raw, err := c.do(req)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("read the answer of %s %s: %w", method, path, err)
	}
	return nil
}

func encoded(query url.Values) string {
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// do gives the body of a good answer; a refusal is a *stet.Error of the problem document.
func (c *Client) do(req *http.Request) ([]byte, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, unreachable(c.base.String(), err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, unreachable(c.base.String(), err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return raw, refusal(resp, raw)
	}
	return raw, nil
}

// Unreachable is the Code of an error that says that no server answered.
const Unreachable = "unreachable"

func unreachable(base string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return &stet.Error{Kind: stet.Unavailable, Code: Unreachable, Err: err,
		Message: fmt.Sprintf("the server at %s does not answer; is `stet serve` running there?", base)}
}

var kinds = map[int]stet.Kind{
	400: stet.Invalid, 401: stet.Unauthenticated, 403: stet.Forbidden, 404: stet.NotFound, 409: stet.Conflict, 413: stet.TooLarge,
	415: stet.Unsupported, 422: stet.Invalid, 429: stet.Throttled, 502: stet.Unavailable, 503: stet.Unavailable, 504: stet.Unavailable,
}

// refusal is the error of a status that says no: its Details are the members of the problem document.
func refusal(resp *http.Response, raw []byte) error {
	e := &stet.Error{Kind: stet.Internal, Code: "status_" + strconv.Itoa(resp.StatusCode)}
	if kind, ok := kinds[resp.StatusCode]; ok {
		e.Kind = kind
	} else if resp.StatusCode < 500 {
		e.Kind = stet.Invalid
	}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds >= 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	var problem struct{ Detail, Code, Pointer string }
	if json.Unmarshal(raw, &problem) == nil && problem.Detail != "" {
		e.Message, e.Pointer = problem.Detail, problem.Pointer
		_ = json.Unmarshal(raw, &e.Details) // it was an object a line ago
		if problem.Code != "" {
			e.Code = problem.Code
		}
		return e
	}
	e.Message = fmt.Sprintf("the server answered %s", resp.Status)
	return e
}

func asError(err error) (*stet.Error, bool) { return errors.AsType[*stet.Error](err) }
