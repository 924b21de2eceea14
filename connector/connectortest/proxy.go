package connectortest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Proxy stands between a connector and its CMS. It understands HTTP, and does to each request what its script or its
// hook says.
type Proxy struct {
	*line
	target *url.URL
	addr   string
	via    *http.Transport

	life     sync.Mutex
	server   *http.Server
	listener net.Listener
	auth     map[string]bool // every Authorization header that came by
}

// NewProxy starts a proxy on loopback, in front of target. now is the clock of its log. Close ends it.
func NewProxy(target string, now func() time.Time) (*Proxy, error) {
	to, err := url.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("start proxy: %w", err)
	}
	p := &Proxy{line: newLine(now), target: to, addr: "127.0.0.1:0", auth: map[string]bool{},
		via: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	return p, p.Listen()
}

// URL is what the connector is given in place of the target's.
func (p *Proxy) URL() string { return p.origin() + p.target.Path }

func (p *Proxy) origin() string { return "http://" + p.addr }

// Script counts the requests from 0 again and lets the faults strike at the given ones.
func (p *Proxy) Script(faults map[int]Fault) {
	p.play(faults, nil)
	_ = p.Listen() // a refusal nobody met
	p.mayRefuse()
}

// Hook counts the requests from 0 again and asks hook about each.
func (p *Proxy) Hook(hook func(Exchange) Fault) { p.play(nil, hook) }

// Log is what came by since the last Script or Hook, and what was done to it.
func (p *Proxy) Log() []Exchange { return p.entries() }

// Listen accepts connections, again after a refusal.
func (p *Proxy) Listen() error {
	p.life.Lock()
	defer p.life.Unlock()
	if p.listener != nil {
		return nil
	}
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", p.addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	p.listener, p.addr = l, l.Addr().String()
	if p.server == nil {
		p.server = &http.Server{Handler: p, ReadHeaderTimeout: time.Minute}
		p.server.SetKeepAlivesEnabled(false) // a request sent again on a kept connection would hide its fault
	}
	go func() { _ = p.server.Serve(l) }()
	return nil
}

// mayRefuse closes the door if the next request is to find no connection.
func (p *Proxy) mayRefuse() {
	if !p.refusesNext() {
		return
	}
	p.life.Lock()
	defer p.life.Unlock()
	if p.listener != nil {
		_ = p.listener.Close()
		p.listener = nil
	}
}

// reopen ends a refusal that a caller has met.
func (p *Proxy) reopen() error {
	p.life.Lock()
	closed := p.listener == nil
	p.life.Unlock()
	if !closed {
		return nil
	}
	p.begin("", "")
	return p.Listen()
}

// Close ends the proxy and what hangs in it.
func (p *Proxy) Close() error {
	p.via.CloseIdleConnections()
	return p.server.Close()
}

func (p *Proxy) credentials() (list []string) {
	p.life.Lock()
	defer p.life.Unlock()
	for h := range p.auth {
		list = append(list, h)
	}
	return list
}

// ServeHTTP carries out the fault of one request.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if h := r.Header.Get("Authorization"); h != "" {
		p.life.Lock()
		p.auth[h] = true
		p.life.Unlock()
	}
	i, x := p.begin(r.Method, r.URL.RequestURI())
	p.mayRefuse() // before the answer, after which the next request may come at once
	forward := func() *answer {
		a := p.forward(r, body)
		p.answered(i, a.status)
		return a
	}
	switch x.Fault {
	case None:
		forward().write(w)
	case CutAfter:
		forward()
		reset(w)
	case Late:
		p.hold(func() { forward() })
		p.giveUp(w, r)
	case Throttle:
		w.Header().Set("Retry-After", fmt.Sprint(int(retryAfter.Seconds())))
		p.refuse(w, r, http.StatusTooManyRequests)
	case ErrorBefore, GatewayBefore, ErrorAfter, GatewayAfter:
		if x.Fault == ErrorAfter || x.Fault == GatewayAfter {
			forward()
		}
		status := http.StatusInternalServerError
		if x.Fault == GatewayBefore || x.Fault == GatewayAfter {
			status = http.StatusBadGateway
		}
		p.refuse(w, r, status)
	case ErrorBody:
		p.refuse(w, r, http.StatusOK)
	case Truncate:
		forward().breakOff(w)
	case Twice:
		forward()
		forward().write(w)
	case Hang:
		p.giveUp(w, r)
	case freeze:
		p.sleep()
		forward().write(w)
	default:
		reset(w)
	}
}

// giveUp tells the caller that its time is over, and waits until it has gone.
func (p *Proxy) giveUp(w http.ResponseWriter, r *http.Request) {
	p.tell()
	<-r.Context().Done()
	reset(w)
}

// refuse answers like a broken server that shows what it was sent, credentials included: JSON from the CMS, HTML from
// what stands before it.
func (p *Proxy) refuse(w http.ResponseWriter, r *http.Request, status int) {
	text := "request failed: Authorization: " + r.Header.Get("Authorization")
	if status == http.StatusInternalServerError || status == http.StatusOK {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"code":"internal_error","error":%q,"message":%q,"data":{"status":500}}`, text, text)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<html><title>%d</title><pre>%s</pre></html>", status, text)
}

// answer is what the CMS said, with its own address replaced by the proxy's.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (p *Proxy) forward(r *http.Request, body []byte) *answer {
	out, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, p.target.Scheme+"://"+p.target.Host+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return &answer{status: http.StatusBadGateway}
	}
	out.Header = r.Header.Clone()
	out.Header.Del("Accept-Encoding")
	out.GetBody = nil
	resp, err := p.via.RoundTrip(out)
	if err != nil {
		return &answer{status: http.StatusBadGateway}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return &answer{status: http.StatusBadGateway}
	}
	a := &answer{resp.StatusCode, resp.Header, text}
	p.rename(a)
	return a
}

// rename puts the proxy's address where the CMS gives its own, so that the connector stays on this way.
func (p *Proxy) rename(a *answer) {
	from, to := p.target.Scheme+"://"+p.target.Host, p.origin()
	slashes := func(s string) []byte { return []byte(strings.ReplaceAll(s, "/", `\/`)) }
	a.body = bytes.ReplaceAll(a.body, []byte(from), []byte(to))
	a.body = bytes.ReplaceAll(a.body, slashes(from), slashes(to))
	for _, values := range a.header {
		for i, v := range values {
			values[i] = strings.ReplaceAll(v, from, to)
		}
	}
	for _, name := range []string{"Content-Length", "Transfer-Encoding", "Connection"} {
		a.header.Del(name)
	}
}

func (a *answer) head(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(a.body)))
	w.WriteHeader(a.status)
}

func (a *answer) write(w http.ResponseWriter) {
	a.head(w)
	_, _ = w.Write(a.body) // a caller that has gone
}

// breakOff promises the whole answer and sends half of it.
func (a *answer) breakOff(w http.ResponseWriter) {
	a.head(w)
	_, _ = w.Write(a.body[:len(a.body)/2])
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	reset(w)
}

// reset ends the connection with RST.
func reset(w http.ResponseWriter) {
	h, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	conn, _, err := h.Hijack()
	if errors.Is(err, http.ErrHijacked) || err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
