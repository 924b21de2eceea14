// Package linkcheck asks other sites whether the pages exist that articles link to: one question at a time to a site, a
// second apart, and remembers the answers.
package linkcheck

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"stet"
	"stet/internal/httpclient"
)

// Answer is what is known of an address. An address that answered neither yes nor no, because its site was busy or refused
// to say, has neither Found nor Broken.
type Answer struct {
	Found  bool      `json:"found,omitempty"`
	Broken string    `json:"broken,omitempty"` // why nobody can follow a link to it
	At     time.Time `json:"at"`
}

// Config is what a Checker is made of. The zero Config asks the network and remembers nothing.
type Config struct {
	Cache     string           // file of the answers; empty: none
	Addresses []netip.Prefix   // that may be asked beside public ones
	PerSecond float64          // questions to one site in a second; 1
	Now       func() time.Time // time.Now
}

const (
	sites        = 16 // that are asked at the same time
	maxRedirects = 5
	timeout      = 15 * time.Second
	keepFound    = 7 * 24 * time.Hour
	keepBroken   = 24 * time.Hour
)

// Checker asks. It may be used by several goroutines, but Check is meant to be called once with all addresses.
type Checker struct {
	conf    Config
	answers answers
	mu      sync.Mutex
	clients map[string]*httpclient.Client
}

// New makes a Checker with the answers of its cache.
func New(conf Config) (*Checker, error) {
	conf.PerSecond = cmp.Or(conf.PerSecond, 1)
	if conf.Now == nil {
		conf.Now = time.Now
	}
	known, err := read(conf.Cache)
	return &Checker{conf: conf, answers: known, clients: map[string]*httpclient.Client{}}, err
}

// Check asks for what is not known, or not lately, and calls step after each of the addresses. It writes the cache
// also when it is stopped; the error is that of ctx or of the cache.
func (c *Checker) Check(ctx context.Context, addresses []string, step func()) error {
	bySite := map[string][]string{}
	for _, a := range unique(addresses) {
		if c.fresh(a) {
			step()
			continue
		}
		bySite[siteOf(a)] = append(bySite[siteOf(a)], a)
	}
	var group errgroup.Group
	group.SetLimit(sites)
	for _, list := range bySite {
		group.Go(func() error {
			for _, a := range list {
				c.ask(ctx, a)
				step()
			}
			return ctx.Err()
		})
	}
	return errors.Join(group.Wait(), c.answers.write(c.conf.Cache))
}

// Answer gives what is known of an address; false where it was never asked for.
func (c *Checker) Answer(address string) (Answer, bool) { return c.answers.get(plain(address)) }

func (c *Checker) fresh(address string) bool {
	a, known := c.answers.get(address)
	keep := keepFound
	if !a.Found {
		keep = keepBroken
	}
	return known && (a.Found || a.Broken != "") && c.conf.Now().Sub(a.At) < keep
}

// ask looks with HEAD; what a site says to that alone is not held against the page.
func (c *Checker) ask(ctx context.Context, address string) {
	a := c.follow(ctx, http.MethodHead, address)
	if !a.Found {
		a = c.follow(ctx, http.MethodGet, address)
	}
	if ctx.Err() == nil {
		a.At = c.conf.Now().UTC().Truncate(time.Second)
		c.answers.put(address, a)
	}
}

func (c *Checker) follow(ctx context.Context, method, address string) Answer {
	at, err := url.Parse(address)
	for range maxRedirects + 1 {
		if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
			return Answer{Broken: "leads to what is no address of a page"}
		}
		resp, err := c.call(ctx, method, at)
		if err != nil {
			return ofError(err)
		}
		if resp.Status/100 != 3 || resp.Header.Get("Location") == "" {
			return ofStatus(resp.Status)
		}
		at, err = at.Parse(resp.Header.Get("Location"))
		if err != nil {
			return Answer{Broken: "redirects to what is no address"}
		}
	}
	return Answer{Broken: fmt.Sprintf("redirects more than %d times", maxRedirects)}
}

// ofStatus: only what means that there is no page is held against it. A site may refuse programs (401, 403, 429) or be
// in trouble (5xx) and still show the page to readers.
func ofStatus(status int) Answer {
	switch {
	case status/100 == 2 || status == http.StatusNotModified:
		return Answer{Found: true}
	case status == http.StatusNotFound || status == http.StatusGone:
		return Answer{Broken: fmt.Sprintf("answers %d", status)}
	}
	return Answer{}
}

func ofError(err error) Answer {
	e, known := errors.AsType[*stet.Error](err)
	if known && e.Code == "address_refused" {
		return Answer{Broken: "is at an address that no reader can reach"}
	}
	if known && strings.Contains(e.Message, "no such host") {
		return Answer{Broken: "has a host that does not exist"}
	}
	return Answer{}
}

func (c *Checker) call(ctx context.Context, method string, at *url.URL) (*httpclient.Response, error) {
	client, err := c.client(at)
	if err != nil {
		return nil, err
	}
	clean := (&url.URL{}).ResolveReference(at)
	return client.Do(ctx, httpclient.Request{Method: method, Path: clean.EscapedPath(), Query: at.Query()})
}

// client is that of a site; an answer's first kilobytes are enough to have an answer.
func (c *Checker) client(at *url.URL) (*httpclient.Client, error) {
	site := siteOf(at.String())
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.clients[site]; known != nil {
		return known, nil
	}
	client, err := httpclient.New(httpclient.Config{Base: site, PlainHTTP: true, AllowAddresses: c.conf.Addresses, Timeout: timeout,
		Pace: httpclient.NewPace(1, c.conf.PerSecond)})
	if err == nil {
		c.clients[site] = client
	}
	return client, err
}

// siteOf is the scheme and host of an address.
func siteOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// plain is an address without its fragment, which the site is never told.
func plain(address string) string {
	at, _, _ := strings.Cut(address, "#")
	return at
}

func unique(addresses []string) []string {
	out := make([]string, len(addresses))
	for i, a := range addresses {
		out[i] = plain(a)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
