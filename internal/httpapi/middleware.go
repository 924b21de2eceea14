package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"runtime/debug"
	"strings"
	"time"

	"stet"
)

// note is what the parts of a request add to its line in the access log.
type note struct {
	trace string
	err   error
	route string
}

type noteKey struct{}

func noteTrace(ctx context.Context, trace string) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.trace = trace
	}
}

func noteError(ctx context.Context, err error) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.err = err
	}
}

// answered watches what is written.
type answered struct {
	http.ResponseWriter
	status int
}

func (a *answered) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answered) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := &note{}
	out := &answered{ResponseWriter: w}
	start := time.Now()
	defer s.finish(out, r, n, start)
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	s.dispatch(out, r.WithContext(context.WithValue(r.Context(), noteKey{}, n)), n)
}

// finish turns a panic into an answer without its text, and writes the line of the access log. What was asked of the
// address stands there, but no query and no header.
func (s *Server) finish(w *answered, r *http.Request, n *note, start time.Time) {
	if v := recover(); v != nil {
		s.cfg.Log.Error("request ended in a panic", "path", r.URL.Path, "panic", v, "stack", string(debug.Stack()))
		if w.status == 0 {
			writeError(w, stet.Errorf(stet.Internal, "internal", "something went wrong here; the log of the server says what"))
		}
	}
	took := time.Since(start)
	if gone(r, n.err) {
		w.status = statusClientGone
	}
	if n.route != "" && !strings.Contains(n.route, doorPath) {
		s.cfg.Observer.Request(n.route, w.status, took)
	}
	attrs := []any{"method", r.Method, "path", r.URL.Path, "status", w.status, "took", took}
	if n.trace != "" {
		attrs = append(attrs, "trace", n.trace)
	}
	level := slog.LevelInfo
	if n.err != nil {
		attrs = append(attrs, "error", n.err)
		if w.status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
	}
	s.cfg.Log.Log(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// statusClientGone is logged where nobody waits for the answer any more; the number is that of nginx.
const statusClientGone = 499

// gone reports whether err is nothing but the end of the connection.
func gone(r *http.Request, err error) bool {
	return errors.Is(err, context.Canceled) && r.Context().Err() != nil
}

// dispatch refuses what could be read in two ways, then asks the mux; what that has no route for is a problem too.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request, n *note) {
	if refusal := strict(r); refusal != nil {
		w.Header().Set("Connection", "close")
		writeProblem(w, refusal.Problem)
		return
	}
	handler, pattern := s.mux.Handler(r)
	if n.route = pattern; pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	missing := &answered{ResponseWriter: discard{http.Header{}}}
	handler.ServeHTTP(missing, r)
	if allow := missing.Header().Get("Allow"); missing.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", allow)
		writeProblem(w, plain(http.StatusMethodNotAllowed, "method_not_allowed", "this address takes "+allow))
		return
	}
	writeProblem(w, plain(http.StatusNotFound, "not_found", "there is nothing at this address; /openapi.json lists what there is"))
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// strict: a path has one spelling, a parameter one value, and a body its length. A request whose length two readers may see differently is
// how one request is smuggled inside another (RFC 9112, 11.2), and no client of ours needs chunks.
func strict(r *http.Request) *problem {
	escaped := r.URL.EscapedPath()
	clean := path.Clean(escaped)
	if len(clean) > 1 && strings.HasSuffix(escaped, "/") {
		clean += "/"
	}
	switch {
	case clean != escaped || strings.ContainsFunc(r.URL.Path, control):
		return &problem{Problem: plain(http.StatusBadRequest, "bad_path", "the path has empty or relative parts or control characters; send its plain form")}
	case len(r.TransferEncoding) > 0:
		return &problem{Problem: plain(http.StatusLengthRequired, "length_required", "send the body with a Content-Length and without Transfer-Encoding")}
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	for _, values := range query {
		if len(values) > 1 {
			err = errRepeated
		}
	}
	if err != nil {
		return &problem{Problem: plain(http.StatusBadRequest, "bad_query", "the query cannot be read in one way only; send each parameter once, percent-encoded")}
	}
	return nil
}

var errRepeated = errors.New("a parameter is there twice")

func control(r rune) bool { return r < ' ' || r == 0x7f }

// codeIn reads the code of a problem document of ours.
func codeIn(body []byte) string {
	var p struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(body, &p) // no code then
	return p.Code
}
