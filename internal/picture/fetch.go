package picture

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"stet"
	"stet/internal/httpclient"
)

// fetch gets what is at an absolute address and follows a few redirects, each under the same rules as the first.
func (s *Source) fetch(ctx context.Context, at *url.URL) ([]byte, error) {
	first := short(at.String())
	for range maxRedirects + 1 {
		resp, err := s.ask(ctx, at)
		if err != nil {
			return nil, explain(err, first)
		}
		if resp.Status/100 != 3 {
			return body(resp, first)
		}
		next, err := at.Parse(resp.Header.Get("Location"))
		if err != nil || resp.Header.Get("Location") == "" {
			return nil, refuse("image_address", "%s leads nowhere: its server redirects without an address", first)
		}
		if at.Scheme == "https" && next.Scheme != "https" {
			return nil, refuse("image_address", "%s leads from https to %s", first, next.Scheme)
		}
		at = next
	}
	return nil, refuse("image_address", "%s leads on and on: more than %d redirects", first, maxRedirects)
}

func (s *Source) ask(ctx context.Context, at *url.URL) (*httpclient.Response, error) {
	if at.User != nil {
		return nil, refuse("image_address", "%s has an address with a user name in it", at.Host)
	}
	clean := (&url.URL{}).ResolveReference(at) // without "." and ".."
	client, err := s.client(at)
	if err != nil {
		return nil, err
	}
	return client.Do(ctx, httpclient.Request{Method: http.MethodGet, Path: clean.EscapedPath(), Query: at.Query(),
		Header: http.Header{"Accept": {"image/webp,image/png,image/jpeg,image/gif"}}})
}

// client is that of a host.
func (s *Source) client(at *url.URL) (*httpclient.Client, error) {
	host := at.Scheme + "://" + strings.ToLower(at.Host)
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.clients[host]; c != nil {
		return c, nil
	}
	c, err := httpclient.New(httpclient.Config{Base: host, PlainHTTP: true, AllowAddresses: s.conf.Addresses, CAFile: s.conf.CAFile,
		MaxBody: MaxBytes, Timeout: timeout, Pace: s.pace})
	if err != nil {
		return nil, err
	}
	if len(s.clients) >= maxHosts {
		clear(s.clients)
	}
	s.clients[host] = c
	return c, nil
}

func body(resp *httpclient.Response, name string) ([]byte, error) {
	err := httpclient.Classify(resp)
	switch {
	case err == nil:
		return resp.Body, nil
	case stet.IsKind(err, stet.Unavailable) || stet.IsKind(err, stet.Throttled):
		return nil, explain(err, name)
	}
	return nil, refuse("image_missing", "%s cannot be had: its server answers %d", name, resp.Status)
}

// explain names the picture, and says of what is refused for good that it is. Nothing of it is about the target, and so
// none of its errors may slow the target down.
func explain(err error, name string) error {
	e, known := errors.AsType[*stet.Error](err)
	switch {
	case !known:
		return err
	case e.Kind == stet.TooLarge:
		return tooLarge(name)
	case e.Kind == stet.Configuration || e.Kind == stet.Invalid:
		return refuse(imageCode(e), "%s cannot be fetched: %s", name, e.Message)
	}
	out := stet.Errorf(stet.Unavailable, "image_unavailable", "the picture %s cannot be fetched now: %s", name, e.Message)
	out.RetryAfter = e.RetryAfter
	return out
}

// imageCode keeps the code of what was refused here, and of a guarded address.
func imageCode(e *stet.Error) string {
	if strings.HasPrefix(e.Code, "image_") || e.Code == "address_refused" {
		return e.Code
	}
	return "image_address"
}
