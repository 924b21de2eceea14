package wordpress

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"stet"
	"stet/internal/httpclient"
)

// root is where the API of the site is, relative to the address of the site.
type root struct {
	path       string // "/wp-json", or "" or "/index.php" with byQuery
	byQuery    bool   // the route is in ?rest_route=
	namespaces []string
	plugin     bool // the companion plugin is there and can write transactions
}

// namespace is where the companion plugin has its routes.
const namespace = "stet/v1"

// request puts a route of the API, such as /wp/v2/posts, into a request.
func (r root) request(method, route string, query url.Values) httpclient.Request {
	if !r.byQuery {
		return httpclient.Request{Method: method, Path: r.path + route, Query: query}
	}
	with := url.Values{"rest_route": {route}}
	for name, values := range query {
		with[name] = values
	}
	return httpclient.Request{Method: method, Path: r.path, Query: with}
}

// api finds the API once: where the site's own pages say it is (the Link header), then in the two usual places
// (https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/). Only an answer of the API itself is kept.
func (s *site) api(ctx context.Context) (root, error) {
	s.mu.Lock()
	known := s.root
	s.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	places := []root{{path: "/wp-json"}, {byQuery: true, path: "/"}}
	page, err := s.client.Do(ctx, httpclient.Request{Method: http.MethodHead, Path: "/"})
	if err != nil {
		return root{}, nothingSent(err)
	}
	if named, found := s.named(page.Header); found {
		places = slices.Insert(places, 0, named)
	}
	var last error
	for _, place := range places {
		if last = s.index(ctx, &place); last == nil {
			s.mu.Lock()
			s.root = &place
			s.mu.Unlock()
			return place, nil
		}
		if stet.IsKind(last, stet.Unavailable) || stet.IsKind(last, stet.Throttled) {
			break // it may be there when asked again
		}
	}
	return root{}, nothingSent(last)
}

var apiLink = regexp.MustCompile(`<([^>]*)>;\s*rel="?https://api\.w\.org/"?`)

// named reads the path in the Link header. Its host is left aside: a site often knows itself by another name than the one
// it is reached by, and the password is for no other host than the configured one.
func (s *site) named(h http.Header) (root, bool) {
	base, err := url.Parse(s.opt.url)
	if err != nil {
		return root{}, false
	}
	for _, link := range h.Values("Link") {
		m := apiLink.FindStringSubmatch(link)
		if m == nil {
			continue
		}
		at, err := url.Parse(m[1])
		if err != nil {
			continue
		}
		path, below := strings.CutPrefix(at.EscapedPath(), base.EscapedPath())
		switch {
		case !below:
		case at.Query().Has("rest_route"):
			return root{path: path, byQuery: true}, true
		default:
			return root{path: strings.TrimSuffix(path, "/")}, true
		}
	}
	return root{}, false
}

// index asks the API for its index.
func (s *site) index(ctx context.Context, at *root) error {
	resp, err := s.client.Do(ctx, at.request(http.MethodGet, "/", url.Values{"_fields": {"namespaces"}}))
	if err != nil {
		return err
	}
	if resp.Status == http.StatusNotFound {
		return stet.Errorf(stet.Configuration, "wp_no_api",
			"There is no WordPress REST API at %s. See that the address is that of the site, and that no plugin switches the API off.", s.client)
	}
	if err := s.judge(resp, nil); err != nil {
		return err
	}
	var index struct {
		Namespaces []string `json:"namespaces"`
	}
	if err := resp.Decode(&index); err != nil { // a page of somebody's; it may be one that says "back soon"
		return stet.Errorf(stet.Unavailable, "wp_no_api", "What answers at %s is not the REST API of a WordPress: %w", s.client, err)
	}
	if !slices.Contains(index.Namespaces, "wp/v2") {
		return stet.Errorf(stet.Configuration, "wp_no_api", "What answers at %s is not the REST API of a WordPress.", s.client)
	}
	at.namespaces = index.Namespaces
	if s.opt.plugin == "no" || !slices.Contains(index.Namespaces, namespace) {
		return nil
	}
	return s.pluginStatus(ctx, at)
}

// pluginStatus asks the companion plugin what it can promise there.
func (s *site) pluginStatus(ctx context.Context, at *root) error {
	resp, err := s.client.Do(ctx, at.request(http.MethodGet, pluginRoute("status"), nil))
	if err != nil {
		return err
	}
	if err := s.judge(resp, nil); err != nil {
		return err
	}
	var status struct {
		Transactions *bool `json:"transactions"`
	}
	if err := resp.Decode(&status); err != nil {
		return err
	}
	if status.Transactions == nil {
		return unusable("the status of the companion plugin")
	}
	at.plugin = *status.Transactions
	return nil
}
