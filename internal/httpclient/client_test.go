package httpclient_test

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/trace"

	"stet"
	"stet/internal/httpclient"
)

// The server answers a request with X-Warm and keeps the connection; any other it takes, and hangs up. A client that
// used the kept connection for the second would be tempted to send it again.
func serveWarm(t *testing.T) (string, *commits) {
	return serveRaw(t, func(conn net.Conn, r *http.Request) bool {
		warm := r.Header.Get("X-Warm") != ""
		if warm {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
		}
		return warm
	})
}

func TestAWriteIsNeverSentAgain(t *testing.T) {
	base, n := serveWarm(t)
	for _, r := range []httpclient.Request{
		{Method: "POST", Body: []byte("{}")}, {Method: "PUT", Body: []byte("{}")}, {Method: "DELETE"}, {Method: "POST"},
		{Method: "PUT", Body: []byte("{}"), IdempotencyKey: "k1"}, {Method: "DELETE", IdempotencyKey: "k2"},
	} {
		for name, transport := range map[string]http.RoundTripper{"ours": nil, "one that keeps connections": &http.Transport{}} {
			if transport != nil && r.Body == nil {
				continue // nothing but the fresh connection protects a write without a body
			}
			c := open(t, httpclient.Config{Base: base, IdempotencyHeader: "Idempotency-Key", Transport: transport})
			for _, method := range []string{"GET", "POST"} {
				warm := httpclient.Request{Method: method, Header: http.Header{"X-Warm": {"1"}}}
				if _, err := c.Do(t.Context(), warm); err != nil {
					t.Fatal(err)
				}
			}
			n.Store(0)
			_, err := c.Do(t.Context(), r)
			wantError(t, err, stet.Unavailable, "no_answer", stet.Unknown)
			if n.Load() != 1 {
				t.Errorf("%s %q by %s was committed %d times", r.Method, r.IdempotencyKey, name, n.Load())
			}
		}
	}
}

// The control: with the same server, Go's own client commits twice.
func TestGoItselfSendsAWriteAgain(t *testing.T) {
	base, n := serveWarm(t)
	send := func(header string) {
		req, err := http.NewRequest("POST", base, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(header, "k")
		if resp, err := http.DefaultClient.Do(req); err == nil {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	}
	send("X-Warm")
	n.Store(0)
	send("Idempotency-Key")
	if n.Load() < 2 {
		t.Error("Go no longer sends a write again; the rules against it may be lifted")
	}
}

func TestAnIdempotencyHeaderIsSentOnlyWhereDeclared(t *testing.T) {
	var seen http.Header
	base, n := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header })
	send := func(declared string, header http.Header) error {
		c := open(t, httpclient.Config{Base: base, IdempotencyHeader: declared})
		_, err := c.Do(t.Context(), httpclient.Request{Method: "POST", Header: header, IdempotencyKey: "k1"})
		return err
	}
	if err := send("", nil); err != nil || len(seen["Idempotency-Key"])+len(seen["X-Idempotency-Key"]) > 0 {
		t.Errorf("undeclared: sent %v, %v", seen, err)
	}
	if err := send("Idempotency-Key", nil); err != nil || seen.Get("Idempotency-Key") != "k1" {
		t.Errorf("declared: sent %v, %v", seen, err)
	}
	n.Store(0)
	for _, name := range []string{"Idempotency-Key", "x-idempotency-key"} {
		wantError(t, send("", http.Header{name: {"k1"}}), stet.Invalid, "bad_request", stet.NotApplied)
	}
	n.want(t, 0)
}

func TestARedirectIsNeverFollowed(t *testing.T) {
	elsewhere, other := serve(t, func(http.ResponseWriter, *http.Request) {})
	for _, status := range []int{301, 302, 303, 307, 308} {
		base, n := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", elsewhere+"/in?token="+canary)
			w.WriteHeader(status)
		})
		c := open(t, httpclient.Config{Base: base, Header: http.Header{"Authorization": {"Bearer " + canary}}})
		_, err := post(t, c)
		wantError(t, err, stet.Configuration, "redirected", stet.Unknown)
		host := strings.TrimPrefix(elsewhere, "http://")
		if err == nil || !strings.Contains(err.Error(), host) || strings.Contains(err.Error(), canary) {
			t.Errorf("%d: error %v must name host %s and no more of the location", status, err, host)
		}
		resp, err := get(t, c)
		if err != nil || resp.Status != status {
			t.Fatalf("%d: a redirected read gave %v, %v", status, resp, err)
		}
		wantError(t, httpclient.Classify(resp), stet.Configuration, "redirected", stet.Unknown)
		n.want(t, 2)
	}
	other.want(t, 0)
}

func TestOnlyACompleteAnswerCounts(t *testing.T) {
	gz := zipped(`{"id":1}`)
	for name, c := range map[string]struct {
		answer string
		code   string // "": accepted
	}{
		"length":                    {"Content-Length: 8\r\n\r\n" + `{"id":1}`, ""},
		"length, cut":               {"Content-Length: 9\r\n\r\n" + `{"id":1}`, "no_answer"},
		"chunks":                    {"Transfer-Encoding: chunked\r\n\r\n8\r\n" + `{"id":1}` + "\r\n0\r\n\r\n", ""},
		"chunks, last missing":      {"Transfer-Encoding: chunked\r\n\r\n8\r\n" + `{"id":1}` + "\r\n", "no_answer"},
		"to the end, complete":      {"\r\n" + `{"id":1}` + "\n", ""},
		"to the end, cut":           {"\r\n" + `{"id":1`, "answer_truncated"},
		"to the end, two values":    {"\r\n" + `{"id":1}{"id":2}`, "answer_truncated"},
		"to the end, HTML":          {"\r\n<html></html>", "answer_truncated"},
		"to the end, nothing":       {"\r\n", "answer_truncated"},
		"to the end, gzip":          {"Content-Encoding: gzip\r\n\r\n" + gz, ""},
		"to the end, gzip cut":      {"Content-Encoding: gzip\r\n\r\n" + gz[:len(gz)-3], "no_answer"},
		"length, gzip":              {fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(gz), gz), ""},
		"another coding":            {"Content-Encoding: br\r\nContent-Length: 1\r\n\r\nx", "answer_encoding"},
		"a header of a megabyte":    {"X: " + strings.Repeat("x", 1<<20) + "\r\nContent-Length: 2\r\n\r\n{}", "no_answer"},
		"nothing but a status line": {"", "no_answer"},
	} {
		base, n := serveRaw(t, func(conn net.Conn, _ *http.Request) bool {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n"+c.answer)
			return false
		})
		resp, err := post(t, open(t, httpclient.Config{Base: base}))
		n.want(t, 1)
		if c.code != "" {
			t.Run(name, func(t *testing.T) { wantError(t, err, stet.Unavailable, c.code, stet.Unknown) })
		} else if err != nil || strings.TrimSpace(string(resp.Body)) != `{"id":1}` {
			t.Errorf("%s: %v, %v", name, resp, err)
		}
	}
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func TestAnswersWithoutABodyAreComplete(t *testing.T) {
	base, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "DELETE" {
			w.WriteHeader(http.StatusNoContent)
		}
		w.Header().Set("Content-Encoding", "gzip")
	})
	c := open(t, httpclient.Config{Base: base})
	for method, status := range map[string]int{"HEAD": 200, "DELETE": 204} {
		if resp, err := c.Do(t.Context(), httpclient.Request{Method: method}); err != nil || resp.Status != status {
			t.Errorf("%s: %v, %v", method, resp, err)
		}
	}
}

func TestTheDecodedBodyIsLimited(t *testing.T) {
	bomb := zipped(strings.Repeat("0", 2<<20))
	base, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, bomb)
	})
	_, err := get(t, open(t, httpclient.Config{Base: base, MaxBody: 1 << 16}))
	wantError(t, err, stet.TooLarge, "answer_too_large", stet.Unknown)
	if _, err := get(t, open(t, httpclient.Config{Base: base, MaxBody: 2 << 20})); err != nil {
		t.Errorf("an answer of exactly the limit: %v", err)
	}
	endless, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for chunk := make([]byte, 1<<16); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	_, err = get(t, open(t, httpclient.Config{Base: endless, MaxBody: 1 << 16, Timeout: 20 * time.Second}))
	wantError(t, err, stet.TooLarge, "answer_too_large", stet.Unknown)
}

func TestTheDeadlineCoversATricklingBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan struct{})
		dial := func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				defer close(ended)
				if _, err := http.ReadRequest(bufio.NewReader(theirs)); err != nil { // an answer without a question ends a connection
					t.Error(err)
				}
				go io.Copy(io.Discard, theirs)
				_, err := io.WriteString(theirs, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
				for ; err == nil; _, err = io.WriteString(theirs, "1\r\nx\r\n") {
					<-time.After(time.Second)
				}
			}()
			return ours, nil
		}
		c := open(t, httpclient.Config{Base: "http://cms.example.com", Transport: &http.Transport{DialContext: dial}})
		start := time.Now()
		_, err := post(t, c)
		wantError(t, err, stet.Unavailable, "timeout", stet.Unknown)
		if took := time.Since(start); took != 20*time.Second {
			t.Errorf("the call took %v, want the default of 20s", took)
		}
		<-ended // the connection was closed
	})
}

func TestHeaders(t *testing.T) {
	var seen http.Header
	base, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header })
	c := open(t, httpclient.Config{Base: base, Header: http.Header{"Authorization": {"Bearer " + canary}}})
	if _, err := get(t, c); err != nil {
		t.Fatal(err)
	}
	if seen.Get("Authorization") != "Bearer "+canary || seen.Get("User-Agent") != "stet" || seen.Get("Traceparent") != "" ||
		seen.Get("Stet-Intent") != "" {
		t.Errorf("sent %v", seen)
	}
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: 1})
	ctx := trace.ContextWithSpanContext(httpclient.WithRequestID(t.Context(), "intent-7"), span)
	if _, err := c.Do(ctx, httpclient.Request{Method: "POST", Header: http.Header{"If-Match": {`"3"`}}}); err != nil {
		t.Fatal(err)
	}
	const parent = "00-01000000000000000000000000000000-0200000000000000-01"
	if seen.Get("Traceparent") != parent || seen.Get("Stet-Intent") != "intent-7" || seen.Get("If-Match") != `"3"` {
		t.Errorf("sent %v", seen)
	}
}

func TestWhatACMSSaidCannotBendTheRequest(t *testing.T) {
	var seen string
	base, n := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.RequestURI })
	c := open(t, httpclient.Config{Base: base + "/wp%20json/"})
	for id, want := range map[string]string{
		"7": "/wp%20json/posts/7", "../../users/1": "/wp%20json/posts/..%2F..%2Fusers%2F1",
		"1?force=true": "/wp%20json/posts/1%3Fforce=true", "1#x": "/wp%20json/posts/1%23x", "é%": "/wp%20json/posts/%C3%A9%25",
	} {
		if _, err := c.Do(t.Context(), httpclient.Request{Method: "DELETE", Path: httpclient.Path("posts", id)}); err != nil {
			t.Errorf("id %q: %v", id, err)
		}
		if seen != want {
			t.Errorf("id %q was sent as %s, want %s", id, seen, want)
		}
	}
	n.Store(0)
	for _, r := range []httpclient.Request{
		{Path: httpclient.Path("posts", "..")}, {Path: httpclient.Path("posts", ".")}, {Path: httpclient.Path("posts", "")},
		{Path: "/posts/%2e%2E/users"}, {Path: "posts"}, {Path: "//evil.example.com/../x"}, {Path: "/%zz"},
		{Path: httpclient.Path("posts", strings.Repeat("x", 1<<20))}, {Query: url.Values{"q": {strings.Repeat("x", 1<<20)}}},
		{Header: http.Header{"If-Match": {"\"3\"\r\nX-Evil: 1"}}}, {Header: http.Header{"X Evil": {"1"}}},
		{Method: "NO SUCH"},
	} {
		r.Method = cmp.Or(r.Method, "DELETE")
		_, err := c.Do(t.Context(), r)
		wantError(t, err, stet.Invalid, "bad_request", stet.NotApplied)
	}
	n.want(t, 0)
}
