package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/client"
)

// door is a receiver that verifies signatures and answers from a list, the last one for ever.
type door struct {
	secret  contract.Secret
	answers []answer
	seen    []contract.Delivery
	bodies  []string
}

type answer struct {
	status int
	body   string
	header map[string]string
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	delivery, err := contract.Verify(r.Header, body, []contract.Secret{d.secret}, time.Now(), 0)
	if err != nil || r.URL.EscapedPath() != "/v1/sources/newsroom/events" {
		http.Error(w, "bad", http.StatusTeapot)
		return
	}
	a := d.answers[min(len(d.seen), len(d.answers)-1)]
	d.seen, d.bodies = append(d.seen, delivery), append(d.bodies, string(body))
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

const receipt = `{"event_id":"e","content_id":"c","version":1,"idempotency_key":"c/1","status":"accepted"}`

// send sends once to a door with these answers, noting the pauses instead of making them.
func send(t *testing.T, answers ...answer) (*door, []time.Duration, client.Receipt, error) {
	t.Helper()
	secret, _ := contract.NewSecret()
	d := &door{secret: secret, answers: answers}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	c, err := client.New(server.URL+"/", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	var pauses []time.Duration
	pause := func(_ context.Context, p time.Duration) error { pauses = append(pauses, p); return nil }
	r, err := c.Send(t.Context(), client.Door{Source: "newsroom", Secret: secret, Pause: pause}, "msg_1", []byte(`{"a":1}`))
	return d, pauses, r, err
}

func TestSendTriesAgainUnderOneDeliveryID(t *testing.T) {
	d, pauses, r, err := send(t, answer{status: 503, header: map[string]string{"Retry-After": "7"}}, answer{status: 500}, answer{status: 429}, answer{status: 202, body: receipt})
	if err != nil || r.Status != "accepted" || r.ContentID != "c" {
		t.Fatalf("%+v, %v", r, err)
	}
	if want := []time.Duration{7 * time.Second, 400 * time.Millisecond, 800 * time.Millisecond}; !slices.Equal(pauses, want) {
		t.Errorf("pauses %v, want %v", pauses, want)
	}
	for i, seen := range d.seen {
		if seen.ID != "msg_1" || d.bodies[i] != `{"a":1}` {
			t.Errorf("try %d came as %q with %s", i, seen.ID, d.bodies[i])
		}
	}
}

func TestSendTakesARefusalAsFinal(t *testing.T) {
	problem := `{"title":"conflict","status":409,"detail":"stale version","code":"stale_version","stored":5}`
	d, _, _, err := send(t, answer{status: 409, body: problem})
	known, ok := errors.AsType[*stet.Error](err)
	if !ok || known.Kind != stet.Conflict || known.Code != "stale_version" || known.Message != "stale version" || known.Details["stored"] != 5.0 {
		t.Fatalf("%#v", err)
	}
	if len(d.seen) != 1 {
		t.Errorf("%d tries, want 1", len(d.seen))
	}
}

func TestSendGivesUp(t *testing.T) {
	d, _, _, err := send(t, answer{status: 502, body: "<html>"})
	if !stet.IsKind(err, stet.Unavailable) || len(d.seen) != 5 {
		t.Fatalf("%v after %d tries", err, len(d.seen))
	}
}

func TestSendKnowsWhatIsNoStet(t *testing.T) {
	for _, a := range []answer{{status: 200, body: "hello"}, {status: 200, body: "{}"}, {status: 302, header: map[string]string{"Location": "http://example.com/"}}} {
		if _, _, _, err := send(t, a); err == nil {
			t.Errorf("%+v is taken for an answer", a)
		}
	}
}

func TestNobodyThere(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	c, err := client.New(server.URL, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	err = c.Ready(t.Context())
	if known, ok := errors.AsType[*stet.Error](err); !ok || known.Code != client.Unreachable || known.Kind != stet.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestNewRefusesWhatIsNoAddress(t *testing.T) {
	for _, base := range []string{"", "127.0.0.1:7838", "ftp://example.com", "http://user:pw@example.com", "http://example.com/?a=b"} {
		if _, err := client.New(base, "", nil); !stet.IsKind(err, stet.Configuration) {
			t.Errorf("New(%q): %v", base, err)
		}
	}
}

func TestStoredIsTheNewestVersion(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.EscapedPath() != "/v1/contents/docs%2Fintro" || r.Header.Get("Authorization") != "Bearer token" {
			http.Error(w, "{}", http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(client.Content{Version: 4, ContentHash: "bb"})
	}))
	defer server.Close()
	c, err := client.New(server.URL, "token", nil)
	if err != nil {
		t.Fatal(err)
	}
	if version, hash, err := c.Stored(t.Context(), "docs/intro"); version != 4 || hash != "bb" || err != nil {
		t.Errorf("%d %s %v", version, hash, err)
	}
	if _, _, err := c.Stored(t.Context(), "other"); !stet.IsKind(err, stet.NotFound) {
		t.Errorf("%v, want NotFound", err)
	}
}
