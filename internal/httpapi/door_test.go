package httpapi_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"stet"
)

func hashOf(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }

// expect checks an answer of the door and what every one of its kind must have.
func expect(t *testing.T, got reply, status int, code string) {
	t.Helper()
	if got.status != status || got.code() != code {
		t.Errorf("got %d %q, want %d %q: %s", got.status, got.code(), status, code, got.body)
	}
	media, abort := "application/json", ""
	if status >= 400 {
		media = "application/problem+json"
	}
	if status >= 400 && status < 500 && status != 411 && status != 405 {
		abort = "abort-message"
	}
	if h := got.header; h.Get("Content-Type") != media || h.Get("Webhook-Delivery") != abort || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers of %d %q: %v", status, code, h)
	}
}

// The rows of the answer table in docs/contract.md, in its order.
func TestDoorAnswers(t *testing.T) {
	w := newWorld(t)
	first := w.deliver(delivery{id: "msg_1", body: event("news/one", 4, "One")})
	t.Run("accepted", func(t *testing.T) {
		expect(t, first, 202, "")
		want := `{"event_id":"evt_4","content_id":"news/one","version":4,"idempotency_key":"news/one/4","status":"accepted"}` + "\n"
		if first.body != want {
			t.Errorf("got %s", first.body)
		}
	})
	t.Run("same id, same bytes", func(t *testing.T) {
		again := w.deliver(delivery{id: "msg_1", body: event("news/one", 4, "One")})
		if again.status != first.status || again.body != first.body {
			t.Errorf("got %d %s", again.status, again.body)
		}
	})
	t.Run("same id, other bytes", func(t *testing.T) {
		expect(t, w.deliver(delivery{id: "msg_1", body: event("news/one", 5, "One")}), 422, "idempotency_mismatch")
	})
	t.Run("same version, same content", func(t *testing.T) {
		w.until("news%2Fone", stet.PublishSucceeded)
		got := w.deliver(delivery{id: "msg_2", body: event("news/one", 4, "One")})
		expect(t, got, 200, "")
		var receipt struct {
			Status  string
			Outcome []struct{ Target, URL string }
		}
		if err := json.Unmarshal([]byte(got.body), &receipt); err != nil || receipt.Status != "duplicate" || len(receipt.Outcome) != 1 || receipt.Outcome[0].URL == "" {
			t.Errorf("got %s", got.body)
		}
	})
	t.Run("same version, other content", func(t *testing.T) {
		expect(t, w.deliver(delivery{id: "msg_3", body: event("news/one", 4, "Another")}), 409, "version_conflict")
	})
	t.Run("older version", func(t *testing.T) {
		got := w.deliver(delivery{id: "msg_4", body: event("news/one", 3, "Old")})
		expect(t, got, 409, "stale_version")
		for _, part := range []string{`"incoming":3`, `"stored":4`, `"expected_next_version":5`, "stale version: incoming 3 \\u003c stored 4; reject; next expected version is 5"} {
			if !strings.Contains(got.body, part) {
				t.Errorf("no %s in %s", part, got.body)
			}
		}
	})
	t.Run("bad signature", func(t *testing.T) {
		expect(t, w.deliver(delivery{id: "msg_5", body: event("news/one", 9, "x"), secret: canaryOther}), 401, "bad_signature")
	})
	t.Run("malformed", func(t *testing.T) {
		got := w.deliver(delivery{id: "msg_6", body: strings.Replace(event("news/one", 9, "x"), `"version":9`, `"version":"9"`, 1)})
		expect(t, got, 400, got.code())
		if !strings.Contains(got.body, `"pointer":"/version"`) {
			t.Errorf("no pointer in %s", got.body)
		}
	})
	t.Run("too large", func(t *testing.T) {
		expect(t, w.deliver(delivery{id: "msg_7", body: event("news/one", 9, strings.Repeat("x", 64<<10))}), 413, "too_large")
	})
	t.Run("unknown source", func(t *testing.T) {
		expect(t, w.deliver(delivery{id: "msg_8", body: event("news/one", 9, "x"), source: "nobody"}), 404, "unknown_source")
	})
	t.Run("disabled source", func(t *testing.T) {
		expect(t, w.deliver(delivery{id: "msg_9", body: event("news/one", 9, "x"), source: "off"}), 403, "source_disabled")
	})
	t.Run("foreign content", func(t *testing.T) {
		expect(t, w.deliver(delivery{id: "msg_10", body: event("other-1", 9, "x")}), 403, "foreign_content")
	})
}

func TestDoorSaysWhenItCannotStore(t *testing.T) {
	w := newWorld(t)
	r := w.build(delivery{id: "msg_1", body: event("news/one", 1, "x")})
	r.URL.Scheme, r.URL.Host = "", "" // as a server sees it
	if err := w.app.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	out := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(out, r)
	got := reply{out.Code, out.Header(), out.Body.String()}
	expect(t, got, 503, got.code())
	if got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// A sender that hangs up is no fault of ours: it is neither an error in the log nor a 5xx in the metrics.
func TestDoorNotesASenderThatIsGone(t *testing.T) {
	w := newWorld(t)
	r := w.build(delivery{id: "msg_1", body: event("news/one", 1, "x")})
	r.URL.Scheme, r.URL.Host = "", ""
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(out, r.WithContext(ctx))
	if out.Code != 499 {
		t.Errorf("answered %d: %s", out.Code, out.Body)
	}
}

func TestDoorTakesCloudEvents(t *testing.T) {
	w := newWorld(t)
	const attributes = `"specversion":"1.0","id":"evt_1","type":"stet.publish_request.v1","source":"https://example.com/newsroom",`
	structured := w.deliver(delivery{id: "ce_1", body: `{` + attributes + `"data":` + event("news/ce", 1, "One") + `}`,
		change: func(r *http.Request) { r.Header.Set("Content-Type", "application/cloudevents+json") }})
	expect(t, structured, 202, "")
	binary := w.deliver(delivery{id: "ce_2", body: event("news/ce", 2, "Two"), change: func(r *http.Request) {
		for name, value := range map[string]string{"specversion": "1.0", "id": "evt_2", "type": "stet.publish_request.v1", "source": "newsroom"} {
			r.Header.Set("Ce-"+name, value)
		}
	}})
	expect(t, binary, 202, "")
	w.until("news%2Fce", stet.PublishSucceeded)
	files, err := os.ReadDir(w.app.Config().Targets["blog"].Options["path"])
	if err != nil || len(files) == 0 {
		t.Errorf("nothing was published: %v", err)
	}
}
