package plugin_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/app"
	"stet/internal/config"
)

const (
	viewer  = "stet_viewer-of-the-plugin-tests-0001"
	signing = "whsec_bmV3c3Jvb20tbmV3c3Jvb20tbmV3c3Jvb20="
)

// node starts a stet with one target, the site, and gives its address.
func node(t *testing.T, s *site) string {
	t.Helper()
	secretOf := func(text string) []contract.Secret {
		parsed, err := contract.ParseSecret(text)
		if err != nil {
			t.Fatal(err)
		}
		return []contract.Secret{parsed}
	}
	c := config.Config{Listen: "127.0.0.1:0", Data: t.TempDir(), Log: config.Log{Level: "error", Format: "text"},
		Targets: map[string]config.Target{"blog": {Kind: "wordpress", ChangeSecrets: secretOf(secret), Options: map[string]string{
			"url": s.URL, "user": s.User, "password": s.Password, "allow_private": "yes", "rate": "0", "plugin": "yes"}}},
		Sources: map[string]config.Source{"newsroom": {Secrets: secretOf(signing), Targets: []string{"blog"}, MaxBody: 1 << 20, Tolerance: 5 * time.Minute}},
		Tokens:  map[string]config.Token{"viewer": {Role: config.Viewer, Value: config.NewSecret(viewer), SHA256: sha256.Sum256([]byte(viewer))}}}
	a, err := app.Open(t.Context(), c, app.Options{Stderr: io.Discard, Now: time.Now, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return a.URL()
}

// request asks a node, and gives status and body.
func request(t *testing.T, method, url, body string, change func(http.Header)) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	change(r.Header)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// sees waits until the log of a content has an event.
func sees(t *testing.T, at, content string, wanted stet.EventType) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		_, page := request(t, http.MethodGet, at+"/v1/contents/"+content+"/timeline?wait=5&after=0", "", func(h http.Header) { h.Set("Authorization", "Bearer "+viewer) })
		if strings.Contains(page, `"type":"`+string(wanted)+`"`) {
			return
		}
	}
	t.Fatalf("%s never came", wanted)
}

// An edit that a person makes in a real WordPress is drift in a real stet at once: nobody sent a new version, and stet
// asked for nothing.
func TestAnEditIsSeenAtOnce(t *testing.T) {
	s := open(t)
	at := node(t, s)
	s.query(t, "DELETE FROM wp_stet_outbox")
	expect(t, s.call(t, "PUT", "stet/v1/webhook", map[string]any{"url": at + "/v1/targets/blog/changes", "secret": secret}), 200, "")
	t.Cleanup(func() { s.query(t, "UPDATE wp_options SET option_value = '' WHERE option_name = 'stet_webhook_url'") })

	content := "look-" + name()
	event := fmt.Sprintf(`{"schema":"stet.event/1","event_id":"evt_1","type":"publish_request","content_id":%q,"version":1,"occurred_at":%q,"source":"newsroom",`+
		`"data":{"content":{"title":"Launch day","canonical_slug":%q,"body":{"format":"markdown","text":"Hello."}}}}`, content, time.Now().UTC().Format(time.RFC3339), content)
	status, answered := request(t, http.MethodPost, at+"/v1/sources/newsroom/events", event, func(h http.Header) {
		h.Set("Content-Type", "application/json")
		parsed, _ := contract.ParseSecret(signing)
		contract.SetHeaders(h, parsed, contract.Delivery{ID: "msg_" + content, Timestamp: time.Now()}, []byte(event))
	})
	if status != http.StatusAccepted {
		t.Fatalf("the event was answered %d: %s", status, answered)
	}
	sees(t, at, content, stet.PublishSettled)

	found := s.query(t, "SELECT ID FROM wp_posts WHERE post_type = 'post' AND post_name = '%s'", content)
	if len(found) != 1 {
		t.Fatalf("the posts of %s in the database are %q", content, found)
	}
	expect(t, s.as("editor").call(t, "POST", "wp/v2/posts/"+found[0], map[string]any{"title": "A person's"}), 200, "")
	sees(t, at, content, stet.ChangeReported)
	sees(t, at, content, stet.DriftDetected)
}
