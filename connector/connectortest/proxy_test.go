package connectortest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"stet/connector/connectortest"
)

// behind starts a server that counts what reaches it, and a proxy before it.
func behind(t *testing.T) (*connectortest.Proxy, *atomic.Int32) {
	t.Helper()
	reached := new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, "http://"+r.Host+" got "+string(body))
	}))
	t.Cleanup(server.Close)
	proxy, err := connectortest.NewProxy(server.URL, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	return proxy, reached
}

// send makes a request on a connection of its own; a hanging one is given up when stop ends.
func send(ctx context.Context, proxy *connectortest.Proxy) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, proxy.URL()+"/things?a=b", strings.NewReader("hello"))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Authorization", "Bearer canary")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(data), err
}

func TestProxyDoesWhatEachFaultSays(t *testing.T) {
	for _, c := range []struct {
		fault   connectortest.Fault
		status  int // 0: no answer
		whole   bool
		reached int32
	}{
		{connectortest.None, 200, true, 1},
		{connectortest.Refuse, 0, false, 0},
		{connectortest.CutBefore, 0, false, 0},
		{connectortest.CutAfter, 0, false, 1},
		{connectortest.Throttle, 429, true, 0},
		{connectortest.ErrorBefore, 500, true, 0},
		{connectortest.GatewayBefore, 502, true, 0},
		{connectortest.ErrorAfter, 500, true, 1},
		{connectortest.GatewayAfter, 502, true, 1},
		{connectortest.ErrorBody, 200, true, 0},
		{connectortest.Truncate, 200, false, 1},
		{connectortest.Twice, 200, true, 2},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			proxy, reached := behind(t)
			proxy.Script(map[int]connectortest.Fault{0: c.fault})
			status, body, err := send(t.Context(), proxy)
			if status != c.status || (err == nil) != c.whole || reached.Load() != c.reached {
				t.Errorf("status %d, error %v, reached the server %d times; want %d, whole %t, %d", status, err, reached.Load(), c.status, c.whole, c.reached)
			}
			if c.fault == connectortest.Refuse && !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("the error is %v; want a refused connection", err)
			}
			if c.fault == connectortest.None && body != proxy.URL()+" got hello" {
				t.Errorf("the answer is %q; want the proxy's address for the server's", body)
			}
			if log := proxy.Log(); c.fault != connectortest.Refuse && (len(log) != 1 || log[0].Fault != c.fault || log[0].Path != "/things?a=b") {
				t.Errorf("the log is %+v", log)
			}
		})
	}
}

func TestProxyHoldsUntilTheCallerHasGone(t *testing.T) {
	for _, fault := range []connectortest.Fault{connectortest.Hang, connectortest.Late} {
		proxy, reached := behind(t)
		ctx, cancel := context.WithCancel(t.Context())
		proxy.Hook(func(connectortest.Exchange) connectortest.Fault {
			cancel()
			return fault
		})
		if _, _, err := send(ctx, proxy); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v; want the caller to give up", fault, err)
		}
		if reached.Load() != 0 {
			t.Errorf("%s: the request reached the server while the caller waited", fault)
		}
	}
}

func TestRulesStrikeAtTheNthRequestOfTheirPath(t *testing.T) {
	proxy, _ := behind(t)
	proxy.Hook(connectortest.Rules(
		connectortest.Rule{Path: regexp.MustCompile("^/other"), Fault: connectortest.CutBefore},
		connectortest.Rule{Method: http.MethodPost, Path: regexp.MustCompile("^/things"), Nth: 2, Fault: connectortest.ErrorBefore},
	))
	for i, want := range []int{200, 500, 200} {
		if status, _, err := send(t.Context(), proxy); status != want || err != nil {
			t.Errorf("request %d: status %d, error %v; want %d", i+1, status, err, want)
		}
	}
}
