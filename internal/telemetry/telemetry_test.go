package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"stet"
	"stet/internal/telemetry"
)

func TestLogShowsNoSecretAndNoControl(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run("case_65_"+format, func(t *testing.T) {
			var out bytes.Buffer
			redact := func(s string) string { return strings.ReplaceAll(s, "canary", "(hidden)") }
			log := telemetry.Logger(&out, "debug", format, redact)
			evil := "title\x1b[31m\r\nlevel=ERROR \u202e\u2028\u009b canary"
			log.Debug("request "+evil, "title", evil, "error", errors.New(evil), "Authorization", "Bearer x-1", "draft_body", "x-1", "list", []string{evil},
				slog.Group("nested", "password", "x-1", evil, 1))
			text := strings.TrimSuffix(out.String(), "\n")
			if strings.ContainsAny(text, "\x1b\r\n\u202e\u2028\u009b") || strings.Contains(text, "canary") || strings.Contains(text, "x-1") {
				t.Errorf("the log has %q", text)
			}
		})
	}
}

func TestLogKeepsItsLevel(t *testing.T) {
	var out bytes.Buffer
	telemetry.Logger(&out, "warn", "json", nil).Info("quiet")
	if out.Len() > 0 {
		t.Errorf("got %s", &out)
	}
}

func scrape(t *testing.T, o *telemetry.Observer) string {
	t.Helper()
	out := httptest.NewRecorder()
	o.Metrics().ServeHTTP(out, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	return out.Body.String()
}

func TestLabelsAreBounded(t *testing.T) {
	o, err := telemetry.New(t.Context(), telemetry.Config{Targets: []string{"blog"}, Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		target := fmt.Sprint("removed", i)
		o.Committed([]stet.Event{{Type: stet.PublishSucceeded, Target: target}, {Type: stet.PublishSucceeded, Target: "blog"}})
		o.Called(target, "read", time.Millisecond, stet.Errorf(stet.NotFound, "x", "x"))
	}
	o.Door(401, "bad_signature", time.Millisecond)
	o.Table("stet_queue_jobs", "Jobs.", []string{"kind", "state"}, func(context.Context) ([]telemetry.Gauge, error) {
		return []telemetry.Gauge{{Labels: []string{"publish", "running"}, Value: 3}}, nil
	})
	text := scrape(t, o)
	for _, line := range []string{`stet_events_total{target="other",type="publish_succeeded"} 1000`, `stet_events_total{target="blog",type="publish_succeeded"} 1000`,
		`stet_target_call_seconds_count{op="read",outcome="unknown",target="other"} 1000`, `stet_door_refused_total{code="bad_signature"} 1`,
		`stet_queue_jobs{kind="publish",state="running"} 3`, `version="1.2.3"`} {
		if !strings.Contains(text, line) {
			t.Errorf("no %s", line)
		}
	}
	if strings.Contains(text, "removed") {
		t.Error("case_105: a name from outside became a label")
	}
}

func TestSpansOfOnePublishShareATrace(t *testing.T) {
	var posts atomic.Int64
	var got atomic.Pointer[[]byte]
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && r.URL.Path == "/v1/traces" {
			posts.Add(1)
			got.Store(&body)
		}
	}))
	defer receiver.Close()
	o, err := telemetry.New(t.Context(), telemetry.Config{OTLPEndpoint: receiver.URL})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"accept", "publish blog"} {
		ctx, end := o.Span(t.Context(), "launch-post/12", name)
		if id := trace.SpanContextFromContext(ctx).TraceID().String(); id != telemetry.TraceID("launch-post/12") {
			t.Errorf("%s has the trace %s", name, id)
		}
		end(errors.New("canary"))
	}
	if err := o.Close(t.Context()); err != nil || posts.Load() != 1 {
		t.Fatalf("%d posts, %v", posts.Load(), err)
	}
	if body := string(*got.Load()); !strings.Contains(body, "publish blog") || strings.Contains(body, "canary") {
		t.Errorf("exported %q", body)
	}
}

func TestWithoutEndpointNothingIsSent(t *testing.T) {
	o, err := telemetry.New(t.Context(), telemetry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := o.Span(t.Context(), "k", "accept")
	end(nil)
	if got := trace.SpanContextFromContext(ctx).TraceID().String(); got != telemetry.TraceID("k") {
		t.Errorf("the trace is %s", got)
	}
	if err := o.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
