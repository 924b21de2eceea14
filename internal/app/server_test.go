package app_test

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"stet/internal/app"
)

// pipes is a listener whose connections are pipes, so that a bubble's clock rules their deadlines.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p pipes) Close() error   { close(p.done); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

func TestSecurity(t *testing.T) {
	for name, c := range map[string]struct {
		sent  string
		limit time.Duration
	}{
		"case_17_slow_header": {"POST / HTTP/1.1\r\nHost: x\r\n", 10 * time.Second},
		"case_17_slow_body":   {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc", 30 * time.Second},
		"case_17_idle":        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				listener := pipes{make(chan net.Conn), make(chan struct{})}
				server := app.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body) // it ends when the server gives up
				}), slog.New(slog.DiscardHandler))
				go func() { _ = server.Serve(listener) }() // ends with the listener
				ours, theirs := net.Pipe()
				listener.conns <- theirs
				go func() { _, _ = io.WriteString(ours, c.sent) }() // what arrives is seen below
				start := time.Now()
				_, err := io.Copy(io.Discard, ours)
				if took := time.Since(start); err != nil && !errors.Is(err, io.ErrClosedPipe) || took > c.limit+time.Second || took < time.Second {
					t.Errorf("the connection ended after %s with %v, want about %s", took, err, c.limit)
				}
				server.Close()
			})
		})
	}
}
