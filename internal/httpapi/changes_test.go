package httpapi_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/contract"
)

const canaryChange = "whsec_Y2FuYXJ5NC1jYW5hcnk0LWNhbmFyeTQtY2FuYXJ5NA=="

// tell sends a message of a target.
func (w *world) tell(target, body, with string) reply {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/v1/targets/"+target+"/changes", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if with != "" {
		contract.SetHeaders(r.Header, secret(w.t, with), contract.Delivery{ID: "msg_change", Timestamp: w.now()}, []byte(body))
	}
	return w.do(r)
}

func TestATargetTellsOfAChange(t *testing.T) {
	c := settings(t)
	blog := c.Targets["blog"]
	blog.ChangeSecrets = []contract.Secret{secret(t, canaryChange)}
	c.Targets["blog"] = blog
	silent := blog
	silent.ChangeSecrets = nil
	silent.Options = map[string]string{"path": t.TempDir(), "base_url": "https://example.com/", "title": "Articles", "language": "en", "format": "html", "flavor": "hugo"}
	c.Targets["silent"] = silent
	w := start(t, c, time.Now)
	w.deliver(delivery{id: "msg_1", body: event("news/one", 1, "One")})
	w.until("news%2Fone", stet.PublishSettled)

	const message = `{"type":"item_changed","timestamp":"2026-11-24T09:00:00Z","key":"news/one@blog","status":"publish","drifted":true}`
	for _, c := range []struct {
		name, target, body, with string
		status                   int
		code                     string
	}{
		{"no signature", "blog", message, "", 401, "missing_signature"},
		{"a source's secret", "blog", message, canarySigning, 401, "bad_signature"},
		{"no such target", "shop", message, canaryChange, 404, "unknown_target"},
		{"a target that signs nothing", "silent", message, canaryChange, 404, "unknown_target"},
		{"no JSON", "blog", "?", canaryChange, 400, "bad_message"},
		{"another target's key", "blog", strings.Replace(message, "@blog", "@shop", 1), canaryChange, 400, "bad_key"},
		{"too large", "blog", message + strings.Repeat(" ", 64<<10), canaryChange, 413, "too_large"},
		{"nothing published", "blog", strings.Replace(message, "news/one", "news/two", 1), canaryChange, 202, ""},
		{"another type", "blog", strings.Replace(message, "item_changed", "ping", 1), canaryChange, 202, ""},
	} {
		got := w.tell(c.target, c.body, c.with)
		if got.status != c.status || got.code() != c.code || c.status == 202 && got.body != `{"looking":false}` {
			t.Errorf("%s: got %d %q: %s", c.name, got.status, got.code(), got.body)
		}
	}

	edit(t, blog.Options["path"])
	if got := w.tell("blog", message, canaryChange); got.status != 202 || got.body != `{"looking":true}` {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	w.until("news%2Fone", stet.ChangeReported)
	w.until("news%2Fone", stet.DriftDetected)
	if strings.Contains(w.log.String(), canaryChange) {
		t.Error("the secret is in the log")
	}
}

// edit changes the page of the one article in a folder.
func edit(t *testing.T, folder string) {
	t.Helper()
	edited := 0
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(name, "news-one") || filepath.Ext(name) != ".html" {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		edited++
		return os.WriteFile(name, []byte(strings.ReplaceAll(string(text), "Hello.", "By hand.")), 0o600)
	})
	if err != nil || edited == 0 {
		t.Fatalf("edited %d pages: %v", edited, err)
	}
}
