package httpclient_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"stet"
	"stet/internal/httpclient"
)

const canary = "canary-5f2c9e71"

// commits counts the requests that a server took completely: what a CMS would have stored.
type commits struct{ atomic.Int64 }

func (c *commits) want(t *testing.T, n int64) {
	t.Helper()
	if got := c.Load(); got != n {
		t.Errorf("the server committed %d times, want %d", got, n)
	}
}

// serve answers with h and counts.
func serve(t *testing.T, h http.HandlerFunc) (string, *commits) {
	n := new(commits)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		n.Add(1)
		h(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, n
}

// serveRaw gives each request, once read, to answer, which writes bytes to the connection and says whether to keep it.
func serveRaw(t *testing.T, answer func(conn net.Conn, r *http.Request) (keep bool)) (string, *commits) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	n := new(commits)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				from := bufio.NewReader(conn)
				for r, err := http.ReadRequest(from); err == nil; r, err = http.ReadRequest(from) {
					io.Copy(io.Discard, r.Body)
					n.Add(1)
					if !answer(conn, r) {
						return
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String(), n
}

// open makes a client for a server on this machine.
func open(t *testing.T, conf httpclient.Config) *httpclient.Client {
	t.Helper()
	conf.AllowPrivate = true
	if conf.Pace == nil {
		conf.Pace = httpclient.NewPace(8, 0)
	}
	c, err := httpclient.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func get(t *testing.T, c *httpclient.Client) (*httpclient.Response, error) {
	return c.Do(t.Context(), httpclient.Request{Method: "GET", Path: "/posts"})
}

func post(t *testing.T, c *httpclient.Client) (*httpclient.Response, error) {
	return c.Do(t.Context(), httpclient.Request{Method: "POST", Path: "/posts", Body: []byte(`{"title":"t"}`)})
}

// wantError checks kind, code and outcome of an error.
func wantError(t *testing.T, err error, kind stet.Kind, code string, outcome stet.Outcome) {
	t.Helper()
	e, ok := errors.AsType[*stet.Error](err)
	if !ok {
		t.Errorf("error = %v, want a *stet.Error of kind %s", err, kind)
		return
	}
	if e.Kind != kind || e.Code != code || e.Outcome != outcome {
		t.Errorf("error %s %s with outcome %q, want %s %s with %q: %v", e.Kind, e.Code, e.Outcome, kind, code, outcome, err)
	}
}
