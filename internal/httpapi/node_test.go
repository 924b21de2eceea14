package httpapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"stet"
	"stet/internal/config"
	"stet/internal/httpapi"
	"stet/internal/telemetry"
	"stet/internal/testpg"
)

func TestSecurityTwoNodes(t *testing.T) {
	c := settings(t)
	c.Database = config.NewSecret(testpg.DSN(t))
	nodes := []*world{start(t, c, time.Now), start(t, c, time.Now)}
	t.Run("case_15_a_hundred_at_once_on_two_nodes", func(t *testing.T) {
		answers := make([]reply, 100)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = nodes[i%2].deliver(delivery{id: "r15", body: event("news/hundred", 1, "One")}) })
		}
		all.Wait()
		for _, a := range answers {
			if a.status != 202 || a.body != answers[0].body {
				t.Fatalf("got %d %s and %d %s", a.status, a.body, answers[0].status, answers[0].body)
			}
		}
		nodes[0].until("news%2Fhundred", stet.PublishSettled)
		if n := nodes[1].count(stet.ApplyQueued, "news/hundred"); n != 1 {
			t.Errorf("%d applies", n)
		}
	})
	t.Run("case_95_the_password_of_the_database", func(t *testing.T) {
		const password = "canary-database-password"
		wrong := c
		wrong.Database = config.NewSecret("postgres://stet:" + password + "@127.0.0.1:1/stet?connect_timeout=1")
		err := openError(t, wrong)
		if err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("got %v", err)
		}
	})
}

func TestClosingEndsWaitingRequests(t *testing.T) {
	w := newWorld(t)
	w.deliver(delivery{id: "m", body: event("news/one", 1, "One")})
	w.until("news%2Fone", stet.PublishSettled)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/contents/news%2Fone/timeline?after=1000000&wait=30", nil)
	r.Header.Set("Authorization", "Bearer "+canaryViewer)
	out, answered := httptest.NewRecorder(), make(chan struct{})
	start := time.Now()
	go func() {
		w.server().ServeHTTP(out, r)
		close(answered)
	}()
	w.server().Close()
	if <-answered; out.Code != 200 || time.Since(start) > 20*time.Second {
		t.Errorf("after %s: %d %s", time.Since(start), out.Code, out.Body)
	}
}

func TestPanicTellsNothing(t *testing.T) {
	o, err := telemetry.New(t.Context(), telemetry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	log := &safeBuffer{}
	s := httpapi.New(httpapi.Config{Observer: o, Log: telemetry.Logger(log, "info", "json", nil),
		Ready: func(context.Context) error { panic("canary-panic") }})
	out := httptest.NewRecorder()
	s.ServeHTTP(out, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
	got := reply{out.Code, out.Header(), out.Body.String()}
	if got.status != 500 || got.code() != "internal" || strings.Contains(got.body, "canary") || !strings.Contains(log.String(), "canary-panic") {
		t.Errorf("got %d %s, log %s", got.status, got.body, log)
	}
}
