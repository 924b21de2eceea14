package linkcheck_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"stet/internal/linkcheck"
)

// site answers by path and counts what it was asked.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked map[string]int
}

func newSite(t *testing.T) *site {
	s := &site{asked: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked[r.Method+" "+r.URL.Path]++
		s.mu.Unlock()
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/no-head":
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusNotFound)
			}
		case "/forbidden":
			w.WriteHeader(http.StatusForbidden)
		case "/moved":
			http.Redirect(w, r, "/page?x=1", http.StatusMovedPermanently)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/away":
			http.Redirect(w, r, "http://127.0.0.2:9/", http.StatusFound)
		case "/page":
			if r.URL.RawQuery != "x=1" {
				w.WriteHeader(http.StatusNotFound)
			}
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func checker(t *testing.T, cache string, now time.Time) *linkcheck.Checker {
	t.Helper()
	c, err := linkcheck.New(linkcheck.Config{Cache: cache, Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, PerSecond: 1000,
		Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnswers(t *testing.T) {
	s := newSite(t)
	cases := map[string]linkcheck.Answer{
		"/page?x=1": {Found: true}, "/page?x=1#part": {Found: true}, "/moved": {Found: true}, "/no-head": {Found: true},
		"/page": {Broken: "answers 404"}, "/gone": {Broken: "answers 410"}, "/forbidden": {},
		"/round": {Broken: "redirects more than 5 times"}, "/away": {Broken: "is at an address that no reader can reach"},
	}
	var addresses []string
	for path := range cases {
		addresses = append(addresses, s.URL+path)
	}
	c := checker(t, "", time.Unix(1e9, 0))
	steps := 0
	var mu sync.Mutex
	if err := c.Check(t.Context(), addresses, func() { mu.Lock(); steps++; mu.Unlock() }); err != nil {
		t.Fatal(err)
	}
	for path, want := range cases {
		got, known := c.Answer(s.URL + path)
		if got.At = (time.Time{}); !known || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", path, got, known, want)
		}
	}
	if steps != len(cases)-1 { // two differ in their fragment alone
		t.Errorf("%d steps", steps)
	}
	if n := s.asked["HEAD /page"] + s.asked["GET /page"]; n > 5 {
		t.Errorf("one page was asked for %d times", n)
	}
}

func TestRemembers(t *testing.T) {
	s := newSite(t)
	cache := filepath.Join(t.TempDir(), "folder", "links.json")
	addresses := []string{s.URL + "/page?x=1", s.URL + "/gone", s.URL + "/forbidden"}
	start := time.Unix(1e9, 0)
	for _, c := range []struct {
		after               time.Duration
		page, gone, refuses int // questions by HEAD until then
	}{
		{0, 1, 1, 1}, {time.Hour, 1, 1, 2}, {25 * time.Hour, 1, 2, 3}, {8 * 24 * time.Hour, 2, 3, 4},
	} {
		if err := checker(t, cache, start.Add(c.after)).Check(t.Context(), addresses, func() {}); err != nil {
			t.Fatal(err)
		}
		if s.asked["HEAD /page"] != c.page || s.asked["HEAD /gone"] != c.gone || s.asked["HEAD /forbidden"] != c.refuses {
			t.Errorf("after %s: %v", c.after, s.asked)
		}
	}
}
