package httpclient_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/internal/httpclient"
)

func TestNotAppliedOnlyWhereNothingWasSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	l.Close()
	base, n := serve(t, func(http.ResponseWriter, *http.Request) {})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	ask := httpclient.Request{Method: "POST", Body: []byte("{}")}

	_, err = open(t, httpclient.Config{Base: closed}).Do(t.Context(), ask)
	wantError(t, err, stet.Unavailable, "unreachable", stet.NotApplied)
	_, err = open(t, httpclient.Config{Base: "http://cms.invalid"}).Do(t.Context(), ask)
	wantError(t, err, stet.Unavailable, "unreachable", stet.NotApplied)
	_, err = open(t, httpclient.Config{Base: base}).Do(ended, ask)
	wantError(t, err, stet.Unavailable, "canceled", stet.NotApplied)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not wrap the context's error", err)
	}
	n.want(t, 0)
}

func TestALostAnswerIsUnknown(t *testing.T) {
	base, n := serve(t, func(_ http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	_, err := post(t, open(t, httpclient.Config{Base: base}))
	wantError(t, err, stet.Unavailable, "no_answer", stet.Unknown)
	n.want(t, 1)

	ctx, cancel := context.WithCancel(t.Context())
	base, n = serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err = open(t, httpclient.Config{Base: base}).Do(ctx, httpclient.Request{Method: "POST", Body: []byte("{}")})
	wantError(t, err, stet.Unavailable, "canceled", stet.Unknown)
	n.want(t, 1)
}

// A transport that is not net/http's may have sent anything before it failed.
func TestAForeignTransportProvesNothing(t *testing.T) {
	fail := roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("lost") })
	_, err := post(t, open(t, httpclient.Config{Base: "http://cms.example.com", Transport: fail}))
	wantError(t, err, stet.Unavailable, "no_answer", stet.Unknown)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTLSIsVerified(t *testing.T) {
	newServer := func(conf *tls.Config) *httptest.Server {
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		srv.TLS = conf
		srv.StartTLS()
		t.Cleanup(srv.Close)
		return srv
	}
	good := newServer(nil)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: good.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := post(t, open(t, httpclient.Config{Base: good.URL, CAFile: ca})); err != nil {
		t.Errorf("a server with a certificate of the CA file: %v", err)
	}
	_, err := post(t, open(t, httpclient.Config{Base: good.URL}))
	wantError(t, err, stet.Configuration, "tls", stet.NotApplied)
	wrongHost := strings.Replace(good.URL, "127.0.0.1", "localhost", 1)
	_, err = post(t, open(t, httpclient.Config{Base: wrongHost, CAFile: ca}))
	wantError(t, err, stet.Configuration, "tls", stet.NotApplied)

	old := newServer(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	_, err = post(t, open(t, httpclient.Config{Base: old.URL, CAFile: ca}))
	wantError(t, err, stet.Configuration, "tls", stet.NotApplied)

	plain, n := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, err = post(t, open(t, httpclient.Config{Base: strings.Replace(plain, "http:", "https:", 1)}))
	wantError(t, err, stet.Configuration, "tls", stet.NotApplied)
	n.want(t, 0)

	for _, file := range []string{filepath.Join(t.TempDir(), "none"), os.Args[0]} {
		_, err := httpclient.New(httpclient.Config{Base: good.URL, CAFile: file})
		wantError(t, err, stet.Configuration, "ca_file", stet.Unknown)
	}
}

func TestClassify(t *testing.T) {
	for status, want := range map[int]stet.Kind{
		300: stet.Configuration, 304: stet.Configuration, 400: stet.Invalid, 401: stet.Configuration, 403: stet.Forbidden,
		404: stet.NotFound, 405: stet.Invalid, 408: stet.Unavailable, 409: stet.Conflict, 410: stet.NotFound,
		412: stet.Conflict, 413: stet.TooLarge, 415: stet.Invalid, 422: stet.Invalid, 425: stet.Unavailable,
		429: stet.Throttled, 500: stet.Unavailable, 501: stet.Unavailable, 502: stet.Unavailable, 503: stet.Unavailable,
		599: stet.Unavailable,
	} {
		resp := &httpclient.Response{Status: status, Header: http.Header{"Retry-After": {"30"}}}
		err := httpclient.Classify(resp)
		if stet.KindOf(err) != want || stet.OutcomeOf(err) != stet.Unknown {
			t.Errorf("%d: kind %s, outcome %q, want %s and unknown", status, stet.KindOf(err), stet.OutcomeOf(err), want)
		}
		e, _ := errors.AsType[*stet.Error](err)
		if wait := map[int]time.Duration{429: 30 * time.Second, 503: 30 * time.Second}[status]; e.RetryAfter != wait {
			t.Errorf("%d: retry after %v, want %v", status, e.RetryAfter, wait)
		}
		if status >= 400 && stet.OutcomeOf(httpclient.Classify(resp, 418, status)) != stet.NotApplied {
			t.Errorf("%d is declared as before the commit, but not taken so", status)
		}
	}
	for _, status := range []int{200, 201, 202, 204} {
		if err := httpclient.Classify(&httpclient.Response{Status: status}); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestDecodeTakesOnlyJSON(t *testing.T) {
	for _, c := range []struct {
		media, body string
		ok          bool
	}{
		{"application/json", `{"id":7}`, true}, {"application/vnd.api+json; charset=utf-8", `{"id":7}`, true},
		{"text/html", `{"id":7}`, false}, {"", `{"id":7}`, false}, {"application/json", "", false},
		{"application/json", `{"id":7} x`, false}, {"application/json", `{"id":7`, false},
		{"application/json", "<html>Log in</html>", false},
	} {
		var v struct{ ID int }
		r := &httpclient.Response{Status: 200, Header: http.Header{"Content-Type": {c.media}}, Body: []byte(c.body)}
		err := r.Decode(&v)
		if c.ok && (err != nil || v.ID != 7) {
			t.Errorf("%q %q: %v, %v", c.media, c.body, v, err)
		}
		if !c.ok {
			wantError(t, err, stet.Unavailable, "not_json", stet.Unknown)
		}
	}
}

// Every way to fail that quotes something, with a credential in every place that could be quoted.
func TestErrorsHoldNoSecret(t *testing.T) {
	echo, _ := serveRaw(t, func(conn net.Conn, r *http.Request) bool {
		fmt.Fprintf(conn, "%s\r\n\r\n", r.Header.Get("Authorization"))
		return false
	})
	coding, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", r.Header.Get("X-Api-Key"))
	})
	redirect, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://user:"+canary+"@other.example.com/"+canary, http.StatusFound)
	})
	lost, _ := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	for _, base := range []string{echo, coding, redirect, lost, "http://127.0.0.1:1", "http://cms.invalid", "http://169.254.169.254"} {
		c := open(t, httpclient.Config{
			Base: base + "/hook/" + canary, Secrets: []string{canary},
			Header: http.Header{"Authorization": {"Bearer " + canary + "-2"}, "X-Api-Key": {"key-" + canary}},
		})
		_, err := c.Do(t.Context(), httpclient.Request{Method: "POST", Path: "/" + canary + strings.Repeat("x", 280) + canary,
			Query: url.Values{"token": {canary}}, Body: []byte(canary)})
		if err == nil {
			t.Errorf("%s: no error", base)
			continue
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if text := fmt.Sprintf("%v %+v", e, e); strings.Contains(text, canary) || strings.Contains(text, "token=") {
				t.Errorf("%s: the error holds a secret: %s", base, text)
			}
		}
		if text := fmt.Sprint(c); strings.Contains(text, canary) {
			t.Errorf("the client prints as %s", text)
		}
	}
}

func TestABadBaseIsRefusedWithoutQuotingIt(t *testing.T) {
	for _, base := range []string{
		"", "cms.example.com", "/wp-json", "ftp://cms.example.com", "file:///etc/passwd", "gopher://x", "unix:/run/x",
		"https://user:" + canary + "@cms.example.com", "https://good.example.com@evil.example.com", "https://",
		"https://cms.example.com/?key=" + canary, "https://cms.example.com/#" + canary, "https://cms.example.com#@evil.example.com",
		`https://cms.example.com\@evil.example.com`, "https://cms.example.com\n/" + canary, "https://cms\t.example.com",
		"http://cms.example.com", "https://cms.example.com:22", "https://cms.example.com:6379", "https:cms.example.com",
	} {
		_, err := httpclient.New(httpclient.Config{Base: base})
		wantError(t, err, stet.Configuration, "base_url", stet.Unknown)
		if err != nil && strings.Contains(err.Error(), canary) {
			t.Errorf("the error quotes the URL: %v", err)
		}
	}
	if _, err := httpclient.New(httpclient.Config{Base: "https://cms.example.com:8443/api/"}); err != nil {
		t.Errorf("a good base: %v", err)
	}
}
