package httpapi_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/httpapi"
	"stet/internal/state"
)

var update = flag.Bool("update", false, "write docs/openapi.json again")

// server is the part of a node that knows its routes.
func (w *world) server() *httpapi.Server { return w.app.Handler().(*httpapi.Server) }

var place = regexp.MustCompile(`\{[^}]*\}`)

// address fills the places of a route's path.
func address(path string) string {
	for name, value := range map[string]string{"{source}": "newsroom", "{name}": "event-1.json", "{id}": "news%2Fone", "{target}": "blog"} {
		path = strings.ReplaceAll(path, name, value)
	}
	return place.ReplaceAllString(path, "x")
}

// The whole matrix of roles and routes: who is not allowed in gets 401 or 403, whatever else is wrong with the request.
func TestSecurity(t *testing.T) {
	w := newWorld(t)
	ranks := map[httpapi.Role]int{httpapi.Open: 0, httpapi.Viewer: 1, httpapi.Editor: 2, httpapi.Operator: 3}
	bearers := map[httpapi.Role]string{httpapi.Open: "", httpapi.Viewer: canaryViewer, httpapi.Editor: canaryEditor, httpapi.Operator: canaryOperator}
	t.Run("case_67_role_matrix", func(t *testing.T) {
		if n := len(w.server().Routes()); n < 18 {
			t.Fatalf("%d routes", n)
		}
		for _, route := range w.server().Routes() {
			for role, token := range bearers {
				body := ""
				if route.Method == http.MethodPost {
					body = "?" // no JSON: whoever is let in gets 400
				}
				got := w.request(route.Method, address(route.Path), token, body)
				want := 0
				switch {
				case ranks[role] >= ranks[route.Role]:
				case role == httpapi.Open:
					want = 401
				default:
					want = 403
				}
				if (strings.HasPrefix(route.Path, "/v1/sources/") || strings.HasPrefix(route.Path, "/v1/targets/")) && got.status == 401 && got.code() == "missing_signature" {
					continue // the door asks for a signature, not for a token
				}
				if refused := got.status == 401 || got.status == 403; refused != (want != 0) || refused && got.status != want {
					t.Errorf("%s %s as %q: got %d %s", route.Method, route.Path, role, got.status, got.body)
				}
			}
		}
	})
	t.Run("case_67_wrong_tokens", func(t *testing.T) {
		for _, value := range []string{"Bearer", "Bearer ", "Bearer x", "Basic " + canaryOperator, canaryOperator, "Bearer " + canaryOperator + "x", "Bearer  " + canaryOperator} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/v1/contents", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", value)
			if got := w.do(r); got.status != 401 || got.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%q: got %d", value, got.status)
			}
		}
	})
	t.Run("case_97_metrics_and_debug_pages", func(t *testing.T) {
		if got := w.request(http.MethodGet, "/metrics", "", ""); got.status != 401 {
			t.Errorf("metrics: got %d", got.status)
		}
		for _, path := range []string{"/debug/pprof/", "/debug/vars", "/docs"} {
			if got := w.request(http.MethodGet, path, canaryOperator, ""); got.status != 404 {
				t.Errorf("%s: got %d", path, got.status)
			}
		}
	})
}

func TestNoTokensMeansNoAPI(t *testing.T) {
	c := settings(t)
	c.Tokens = nil
	w := start(t, c, time.Now)
	if got := w.ask("", "/v1/contents", ""); got.status != 401 {
		t.Errorf("got %d", got.status)
	}
	expect(t, w.deliver(delivery{id: "m", body: event("news/one", 1, "One")}), 202, "")
}

// snapshot is every row of every table as text.
func (w *world) snapshot() string {
	var all strings.Builder
	for _, row := range state.Tables() {
		for _, r := range w.rows(row) {
			text, err := json.Marshal(r)
			if err != nil {
				w.t.Fatal(err)
			}
			fmt.Fprintf(&all, "%s %s\n", row.Table().Name, text)
		}
	}
	return all.String()
}

func TestGetChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.deliver(delivery{id: "m", body: event("news/one", 1, "One")})
	w.until("news%2Fone", stet.PublishSettled)
	before := w.snapshot()
	refusing := []string{"/v1/deadletters/{id}", "/v1/contents/{id}/targets/{target}/drift"} // here: there is none; a site cannot compare
	for _, route := range w.server().Routes() {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
			if got := w.request(method, address(route.Path), canaryOperator, ""); route.Method == http.MethodGet && method == http.MethodGet &&
				got.status != 200 && !slices.Contains(refusing, route.Path) {
				t.Errorf("%s: got %d %s", route.Path, got.status, got.body)
			}
		}
	}
	if after := w.snapshot(); after != before {
		t.Errorf("the store changed from\n%s to\n%s", before, after)
	}
}

func TestReadsAndDecides(t *testing.T) {
	w := newWorld(t)
	for version, title := range []string{"", "One", "Two"} {
		if title != "" {
			w.deliver(delivery{id: title, body: event("news/one", int64(version), title)})
			w.live1("news/one", int64(version))
		}
	}
	const rollback = "/v1/contents/news%2Fone/targets/blog/rollback"
	before := w.snapshot()
	dry := w.ask(canaryEditor, rollback, `{"dry_run":true}`)
	if dry.status != 200 || !strings.Contains(dry.body, `"from_version":2,"to_version":1`) || w.snapshot() != before {
		t.Errorf("dry run: %d %s", dry.status, dry.body)
	}
	if got := w.ask(canaryEditor, rollback, `{}`); got.status != 200 {
		t.Errorf("rollback: %d %s", got.status, got.body)
	}
	w.until("news%2Fone", stet.RolledBack)
	if got := w.ask(canaryViewer, "/v1/events?type=apply_queued&content=news/one&after=10", ""); !strings.Contains(got.body, `"source":"operator:editor"`) {
		t.Errorf("the log does not say who: %s", got.body)
	}
	for path, want := range map[string]string{
		"/v1/contents": `"content_id":"news/one"`, "/v1/contents?limit=1&after=news/one": `"contents":[]`, "/v1/targets": `{"name":"blog","kind":"site"}`,
		"/v1/log/head": `"head":"`, "/v1/deadletters": `"letters":[]`, "/v1/contents/news%2Fone": `"public":true`,
	} {
		if got := w.ask(canaryViewer, path, ""); got.status != 200 || !strings.Contains(got.body, want) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	for path, body := range map[string]string{
		"/v1/contents/nothing": "", "/v1/contents/nothing/timeline": "", "/v1/deadletters/nothing": "", "/v1/contents/news%2Fone/targets/nowhere/rollback": "{}",
		"/v1/deadletters/redrive": `{"id":"nothing"}`,
	} {
		if got := w.ask(canaryOperator, path, body); got.status != 404 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	for path, want := range map[string]string{"/v1/deadletters/redrive": "no_choice", "/v1/deadletters/discard": "no_choice"} {
		if got := w.ask(canaryOperator, path, "{}"); got.status != 400 || got.code() != want {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

// live1 waits until a version is live at the only target.
func (w *world) live1(contentID string, version int64) {
	w.t.Helper()
	for end := time.Now().Add(patience); w.live(contentID) != version; {
		w.ask(canaryViewer, "/v1/contents/"+strings.ReplaceAll(contentID, "/", "%2F")+"/timeline?after=1000000&wait=1", "")
		if time.Now().After(end) {
			w.t.Fatalf("version %d of %s is live, want %d", w.live(contentID), contentID, version)
		}
	}
}

func TestExportsTheLogAsItIs(t *testing.T) {
	w := newWorld(t)
	w.deliver(delivery{id: "m", body: event("news/one", 1, "One")})
	w.until("news%2Fone", stet.PublishSettled)
	got := w.ask(canaryViewer, "/v1/events/export", "")
	lines := bufio.NewScanner(strings.NewReader(got.body))
	lines.Buffer(nil, 1<<20)
	seq := int64(0)
	for lines.Scan() {
		seq++
		if err := contract.Validate(lines.Bytes(), contract.Limits{}); err != nil {
			t.Errorf("line %d: %v", seq, err)
		}
		var e stet.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e.Seq != seq {
			t.Errorf("line %d has seq %d, %v", seq, e.Seq, err)
		}
	}
	if int(seq) != len(w.rows(&state.Entry{})) || got.header.Get("Content-Type") != "application/x-ndjson" {
		t.Errorf("%d lines of %s", seq, got.header.Get("Content-Type"))
	}
}

func TestServesWhatDescribesIt(t *testing.T) {
	w := newWorld(t)
	served := w.request(http.MethodGet, "/openapi.json", "", "")
	document, err := w.server().OpenAPI()
	if err != nil || served.body != string(document) {
		t.Fatalf("served %d bytes: %v", len(served.body), err)
	}
	var shown any
	if err := json.Unmarshal(document, &shown); err != nil {
		t.Fatal(err)
	}
	const file = "../../docs/openapi.json"
	pretty, err := json.MarshalIndent(shown, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	pretty = append(pretty, '\n')
	if *update {
		if err := os.WriteFile(file, pretty, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	checkedIn, err := os.ReadFile(file)
	if err != nil || string(checkedIn) != string(pretty) {
		t.Errorf("docs/openapi.json is not what the code says (%v); run go generate ./internal/httpapi", err)
	}
	for _, route := range w.server().Routes() {
		if strings.HasPrefix(route.Path, "/v1/") && !strings.Contains(string(pretty), `"`+route.Path+`": {`) {
			t.Errorf("the document does not tell of %s", route.Path)
		}
	}
	for path, media := range map[string]string{"/schemas/event-1.json": "application/schema+json", "/schemas/log-event-1.json": "application/schema+json",
		"/openapi.yaml": "application/yaml", "/healthz": "text/plain; charset=utf-8", "/readyz": "text/plain; charset=utf-8"} {
		if got := w.request(http.MethodGet, path, "", ""); got.status != 200 || got.header.Get("Content-Type") != media {
			t.Errorf("%s: %d %v", path, got.status, got.header)
		}
	}
	if got := w.request(http.MethodGet, "/schemas/secret", "", ""); got.status != 404 {
		t.Errorf("got %d", got.status)
	}
}
