package plugin_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

// message is one that the plugin sent and whose signature is good.
type message struct {
	ID   string
	Body map[string]any
}

// receiver takes the plugin's messages of one test. Those it is told to refuse it answers with 500.
type receiver struct {
	refuse chan struct{}
	got    chan message
}

func receive(t *testing.T, s *site) *receiver {
	t.Helper()
	r := &receiver{refuse: make(chan struct{}, 1), got: make(chan message, 100)}
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		m := message{ID: request.Header.Get("webhook-id")}
		if err := verifier.Verify(body, request.Header); err != nil {
			t.Errorf("the message is not signed: %v", err)
		}
		if err := json.Unmarshal(body, &m.Body); err != nil {
			t.Error(err)
		}
		select {
		case <-r.refuse:
			w.WriteHeader(http.StatusInternalServerError)
		default:
		}
		r.got <- m
	}))
	t.Cleanup(server.Close)
	set := func(url string) answer {
		return s.call(t, "PUT", "stet/v1/webhook", map[string]any{"url": url, "secret": secret})
	}
	s.query(t, "DELETE FROM wp_stet_outbox")
	expect(t, set(server.URL+"/hook"), 200, "")
	t.Cleanup(func() { s.query(t, "UPDATE wp_options SET option_value = '' WHERE option_name = 'stet_webhook_url'") })
	return r
}

// next returns the message that arrives next.
func (r *receiver) next(t *testing.T) message {
	t.Helper()
	select {
	case m := <-r.got:
		return m
	case <-time.After(patience):
		t.Fatal("no message came")
		return message{}
	}
}

// TestTellsWhenAPersonEdits looks at every message there is: the writes of stet itself must send none.
func TestTellsWhenAPersonEdits(t *testing.T) {
	s := open(t)
	r := receive(t, s)
	key := name()
	made := s.call(t, "POST", "stet/v1/upsert", write(key, 1, map[string]any{"tags": []string{"one"}}))
	expect(t, made, 200, "")
	id := made.get("id")
	post := fmt.Sprint("wp/v2/posts/", id)
	editor := s.as("editor")

	for _, step := range []struct {
		name, method, path string
		body               any
		status             string
	}{
		{"title", "POST", post, map[string]any{"title": "A person's"}, "publish"},
		{"terms", "POST", post, map[string]any{"tags": []int{}}, "publish"},
		{"slug", "POST", post, map[string]any{"slug": key + "-new"}, "publish"},
		{"unpublish", "POST", post, map[string]any{"status": "draft"}, "draft"},
		{"trash", "DELETE", post, nil, "trash"},
		{"delete", "DELETE", post + "?force=true", nil, "deleted"},
	} {
		expect(t, editor.call(t, step.method, step.path, step.body), 200, "")
		m := r.next(t)
		for member, want := range map[string]any{
			"type": "item_changed", "key": key + "@blog", "marker": key, "post_id": id, "user": "editor", "status": step.status, "apply_seq": 1.0, "hash": "hash-1", "drifted": true,
		} {
			if m.Body[member] != want {
				t.Errorf("%s: %s is %v, want %v", step.name, member, m.Body[member], want)
			}
		}
	}
	if n := len(r.got); n != 0 {
		t.Errorf("%d messages too many: %v", n, <-r.got)
	}
}

func TestSendsAMessageAgainUntilItIsAccepted(t *testing.T) {
	s := open(t)
	r := receive(t, s)
	key := name()
	made := s.call(t, "POST", "stet/v1/upsert", write(key, 1, nil))
	r.refuse <- struct{}{}
	s.as("editor").call(t, "POST", fmt.Sprint("wp/v2/posts/", made.get("id")), map[string]any{"title": "A person's"})
	first := r.next(t)
	if n := s.count(t, "SELECT COUNT(*) FROM wp_stet_outbox"); n != 1 {
		t.Fatalf("%d messages wait after a refusal", n)
	}
	s.query(t, "UPDATE wp_stet_outbox SET due = 0") // time passes
	s.call(t, "GET", "stet/v1/items?key="+key+"@blog", nil)
	if again := r.next(t); again.ID != first.ID || first.ID == "" {
		t.Errorf("sent as %q, then as %q", first.ID, again.ID)
	}
}

func TestRefusesABadWebhook(t *testing.T) {
	s := open(t)
	put := func(s *site, url, secret string) answer {
		return s.call(t, "PUT", "stet/v1/webhook", map[string]any{"url": url, "secret": secret})
	}
	expect(t, put(s, "ftp://example.com", secret), 400, "stet_bad_url")
	expect(t, put(s, "https://example.com", "whsec_c2hvcnQ="), 400, "stet_bad_secret")
	expect(t, put(s.as("editor"), "https://example.com", secret), 403, "rest_forbidden")
}
