package connectortest_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"stet"
	"stet/connector"
	"stet/connector/connectortest"
)

// page is an article of the little CMS: no drafts but by status, no unique slugs, no revisions.
type page struct {
	ID     int    `json:"id"`
	Title  string `json:"title"`
	Slug   string `json:"slug"`
	Text   string `json:"text"`
	Public bool   `json:"public"`
}

// littleCMS is a CMS as a weekend makes one: POST makes a page, PUT replaces it.
type littleCMS struct {
	mu    sync.Mutex
	pages []page
}

func (c *littleCMS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/pages/"))
	at := slices.IndexFunc(c.pages, func(p page) bool { return p.ID == id })
	var in page
	switch {
	case r.Method == http.MethodPost:
		in.ID, at = len(c.pages)+1, len(c.pages)
		c.pages = append(c.pages, in)
	case at < 0:
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet {
		id = c.pages[at].ID
		if err := json.NewDecoder(r.Body).Decode(&c.pages[at]); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		c.pages[at].ID = id
	}
	_ = json.NewEncoder(w).Encode(c.pages[at])
}

func (c *littleCMS) Items(_ context.Context, about string) (items []connectortest.JudgedItem, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.pages {
		if strings.Contains(p.Title, about) {
			items = append(items, connectortest.JudgedItem{ID: strconv.Itoa(p.ID), Title: p.Title, Slug: p.Slug, Public: p.Public})
		}
	}
	return items, nil
}

// naive is what most integrations do: POST, and when that fails, POST again.
type naive struct{ url string }

func (naive) Capabilities() connector.Capabilities {
	return connector.Capabilities{Class: connector.AutoSuffix, Drafts: true, StrongLookup: true, Unpublish: true, Horizon: 15 * time.Minute,
		BodyFormats: []string{"markdown"}}
}

func (naive) Fingerprint(w connector.Write) (string, error) {
	return w.Doc.Title + "\n" + w.Doc.Body.Text, nil
}

// Find knows no way to look an item up.
func (naive) Find(context.Context, connector.Write) ([]connector.Item, error) { return nil, nil }

func (n naive) Read(ctx context.Context, id string) (connector.Item, error) {
	return n.call(ctx, http.MethodGet, "/pages/"+id, nil)
}

func (n naive) Create(ctx context.Context, w connector.Write) (connector.Item, error) {
	return n.call(ctx, http.MethodPost, "/pages", &page{Title: w.Doc.Title, Slug: w.Doc.Slug, Text: w.Doc.Body.Text, Public: true})
}

func (n naive) Publish(ctx context.Context, id string, w connector.Write) error {
	_, err := n.call(ctx, http.MethodPut, "/pages/"+id, &page{Title: w.Doc.Title, Slug: w.Doc.Slug, Text: w.Doc.Body.Text, Public: true})
	return err
}

func (n naive) Unpublish(ctx context.Context, id string, w connector.Write) error {
	_, err := n.call(ctx, http.MethodPut, "/pages/"+id, &page{Title: w.Doc.Title, Slug: w.Doc.Slug, Text: w.Doc.Body.Text})
	return err
}

// call takes every failure for "it did not work".
func (n naive) call(ctx context.Context, method, path string, body *page) (connector.Item, error) {
	failed := func(err error) (connector.Item, error) {
		return connector.Item{}, &stet.Error{Kind: stet.Unavailable, Code: "failed", Message: "try again", Outcome: stet.NotApplied, Err: err}
	}
	var send io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return failed(err)
		}
		send = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, n.url+path, send)
	if err != nil {
		return failed(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return failed(err)
	}
	defer resp.Body.Close()
	var p page
	err = json.NewDecoder(resp.Body).Decode(&p)
	if resp.StatusCode != http.StatusOK || err != nil || p.ID == 0 {
		return failed(cmp.Or(err, fmt.Errorf("status %d", resp.StatusCode)))
	}
	item := connector.Item{ID: strconv.Itoa(p.ID), Slug: p.Slug, Public: p.Public, Draft: p.Title + "\n" + p.Text}
	if p.Public {
		item.Live = item.Draft
	}
	return item, nil
}

// TestANaiveConnectorFails is the control of the suite: without it, a green run would prove nothing.
func TestANaiveConnectorFails(t *testing.T) {
	cms := &littleCMS{}
	server := httptest.NewServer(cms)
	t.Cleanup(server.Close)
	report, results := connectortest.Try(t.Context(), connectortest.Config{
		Spec: connector.Spec{Kind: "naive"}, Against: "a little CMS", Target: server.URL, Judge: cms, UnknownID: "0",
		Open: func(_ connectortest.T, at connectortest.At) connector.Connector { return naive{at.BaseURL} },
	}, "capabilities", "find_unknown", "rollback", "lost_answer", "race/two_calls", "race/sleeper", "race/sleeper_newer", "throttled", "put_twice", "faults/publish", "faults/update", "faults/many")
	failed := map[string]bool{}
	for _, r := range results {
		failed[r.Name] = r.Failed
	}
	for _, name := range []string{"lost_answer", "throttled", "race/two_calls", "race/sleeper", "put_twice", "faults/publish", "faults/many"} {
		if !failed[name] {
			t.Errorf("the naive connector passes %s", name)
		}
	}
	for _, name := range []string{"capabilities", "find_unknown", "rollback"} {
		if failed[name] {
			t.Errorf("the naive connector fails %s, which asks for nothing it lacks", name)
		}
	}
	if report.Duplicates == 0 || report.Transient == 0 {
		t.Errorf("it made %d duplicates and %d contents had two public items at once; want some of both", report.Duplicates, report.Transient)
	}
	t.Log(report)
	report.Name, report.Control = "naive (the control)", true
	writeRow(t, report)
}

// writeRow keeps the control's row in the page of connectors, where a run is to write it.
func writeRow(t *testing.T, r *connectortest.Report) {
	t.Helper()
	const page = "../../docs/connectors.md"
	if os.Getenv("STET_UPDATE_DOCS") == "" {
		return
	}
	text, err := os.ReadFile(page)
	if err == nil {
		err = os.WriteFile(page, []byte(connectortest.UpdatePage(string(text), r)), 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

// leaky quotes in its errors what the server answered, and a careless server quotes what it was sent.
type leaky struct {
	naive
	token string
}

func (l leaky) Find(ctx context.Context, _ connector.Write) ([]connector.Item, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url+"/pages/0", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+l.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if resp.StatusCode >= http.StatusInternalServerError {
		return nil, fmt.Errorf("the server says %s", body)
	}
	return nil, err
}

func TestALeakyConnectorIsFound(t *testing.T) {
	cms := &littleCMS{}
	server := httptest.NewServer(cms)
	t.Cleanup(server.Close)
	for _, secrets := range [][]string{{"canary-1234567"}, {"something else"}} { // the second is seen on the way only
		_, results := connectortest.Try(t.Context(), connectortest.Config{
			Spec: connector.Spec{Kind: "leaky", Options: []connector.Option{{Name: "token", Secret: true}}}, Target: server.URL, Judge: cms, Secrets: secrets,
			Open: func(_ connectortest.T, at connectortest.At) connector.Connector {
				return leaky{naive{at.BaseURL}, "canary-1234567"}
			},
		}, "faults/publish", "secrets")
		last := results[len(results)-1]
		if last.Name != "secrets" || !last.Failed {
			t.Errorf("with Secrets %q the leak was not found", secrets)
		}
		if strings.Contains(strings.Join(last.Messages, ""), "canary") {
			t.Error("the failure tells the secret")
		}
	}
}
