package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/app"
	"stet/internal/config"
)

// patience ends a test that waits in vain; it is no measure of anything.
const patience = time.Minute

// The values planted wherever the configuration holds a secret.
const (
	canarySigning  = "whsec_Y2FuYXJ5MS1jYW5hcnkxLWNhbmFyeTEtY2FuYXJ5MQ=="
	canaryOld      = "whsec_Y2FuYXJ5Mi1jYW5hcnkyLWNhbmFyeTItY2FuYXJ5Mg=="
	canaryOther    = "whsec_Y2FuYXJ5My1jYW5hcnkzLWNhbmFyeTMtY2FuYXJ5Mw=="
	canaryViewer   = "stet_canary-viewer-canary-viewer"
	canaryEditor   = "stet_canary-editor-canary-editor"
	canaryOperator = "stet_canary-operator-canary-operator"
)

var rotationEnds = time.Now().Add(time.Hour)

// world is a running node and what tests ask of it.
type world struct {
	t   testing.TB
	app *app.App
	url string
	log *safeBuffer
	now func() time.Time
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// secret reads one of the planted signing secrets.
func secret(t testing.TB, text string) contract.Secret {
	t.Helper()
	s, err := contract.ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// settings is the configuration of a node that tests may change before start.
func settings(t testing.TB) config.Config {
	t.Helper()
	c := config.Config{Listen: "127.0.0.1:0", Data: t.TempDir(), Log: config.Log{Level: "debug", Format: "json"}}
	c.Targets = map[string]config.Target{"blog": {Kind: "site", Options: map[string]string{
		"path": t.TempDir(), "base_url": "https://example.com/", "title": "Articles", "language": "en", "format": "html", "flavor": "hugo"}}}
	source := config.Source{Secrets: []contract.Secret{secret(t, canarySigning), secret(t, canaryOld).Until(rotationEnds)}, Targets: []string{"blog"},
		MaxBody: 64 << 10, Tolerance: 5 * time.Minute, Contents: []string{"news/**", "news-*"}}
	other := source
	other.Secrets, other.Contents = []contract.Secret{secret(t, canaryOther)}, []string{"other-*"}
	disabled := source
	disabled.Disabled = true
	c.Sources = map[string]config.Source{"newsroom": source, "other": other, "off": disabled}
	c.Tokens = map[string]config.Token{}
	for name, token := range map[string]string{"viewer": canaryViewer, "editor": canaryEditor, "operator": canaryOperator} {
		c.Tokens[name] = config.Token{Role: config.Role(name), Value: config.NewSecret(token), SHA256: hashOf(token)}
	}
	return c
}

func newWorld(t testing.TB) *world { return start(t, settings(t), time.Now) }

func start(t testing.TB, c config.Config, now func() time.Time) *world {
	t.Helper()
	w := &world{t: t, log: &safeBuffer{}, now: now}
	a, err := app.Open(t.Context(), c, app.Options{Stderr: w.log, Now: now, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	w.app, w.url = a, a.URL()
	return w
}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) code() string {
	var p struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal([]byte(r.body), &p)
	return p.Code
}

func (w *world) do(r *http.Request) reply {
	w.t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

// ask calls the API with a token; a body makes it a POST.
func (w *world) ask(token, path, body string) reply {
	w.t.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	return w.request(method, path, token, body)
}

func (w *world) request(method, path, token, body string) reply {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return w.do(r)
}

// delivery is one request to the door, signed when it is sent.
type delivery struct {
	source, id, body string
	secret           string
	at               time.Time
	change           func(*http.Request) // after it was signed
}

func (w *world) build(d delivery) *http.Request {
	w.t.Helper()
	if d.source == "" {
		d.source = "newsroom"
	}
	if d.secret == "" {
		d.secret = canarySigning
	}
	if d.at.IsZero() {
		d.at = w.now()
	}
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/v1/sources/"+d.source+"/events", strings.NewReader(d.body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	contract.SetHeaders(r.Header, secret(w.t, d.secret), contract.Delivery{ID: d.id, Timestamp: d.at}, []byte(d.body))
	if d.change != nil {
		d.change(r)
	}
	return r
}

func (w *world) deliver(d delivery) reply {
	w.t.Helper()
	return w.do(w.build(d))
}

// event is the JSON of a publish_request.
func event(contentID string, version int64, title string) string {
	return fmt.Sprintf(`{"schema":"stet.event/1","event_id":"evt_%[1]d","type":"publish_request","content_id":%[2]q,"version":%[1]d,`+
		`"occurred_at":"2026-11-24T09:00:00Z","source":"newsroom","data":{"content":{"title":%[3]q,"canonical_slug":%[4]q,"body":{"format":"markdown","text":"Hello."}}}}`,
		version, contentID, title, strings.ReplaceAll(contentID, "/", "-"))
}

// until follows a content's timeline to an event of a type.
func (w *world) until(contentPath string, wanted stet.EventType) {
	w.t.Helper()
	after := int64(0)
	for end := time.Now().Add(patience); time.Now().Before(end); {
		got := w.ask(canaryViewer, fmt.Sprintf("/v1/contents/%s/timeline?after=%d&wait=5", contentPath, after), "")
		var page struct {
			Events []struct{ Type stet.EventType }
			After  int64
		}
		if err := json.Unmarshal([]byte(got.body), &page); err != nil || got.status != 200 {
			w.t.Fatalf("timeline: %d %s", got.status, got.body)
		}
		for _, e := range page.Events {
			if e.Type == wanted {
				return
			}
		}
		after = page.After
	}
	w.t.Fatalf("%s never came for %s", wanted, contentPath)
}
