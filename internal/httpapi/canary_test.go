package httpapi_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/internal/app"
	"stet/internal/config"
)

// Secrets are planted in the configuration and in requests; drafts in bodies. Whatever happens, none may be seen.
func TestSecuritySecrets(t *testing.T) {
	const draft = "canary-draft-of-an-unpublished-text"
	c := settings(t)
	c.Telemetry.OTLPEndpoint = "http://127.0.0.1:1" // nobody is there: its errors are told too
	w := start(t, c, time.Now)
	var seen []string
	note := func(r reply) {
		var head strings.Builder
		if err := r.header.Write(&head); err != nil {
			t.Fatal(err)
		}
		seen = append(seen, head.String()+r.body)
	}
	withToken := func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+canaryOperator)
		r.Header.Set("Cookie", "session=canary-cookie")
		r.URL.RawQuery = "token=" + canaryOperator
	}
	for _, d := range []delivery{
		{id: "m1", body: event("news/one", 1, draft)}, {id: "m1", body: event("news/one", 1, draft+"2")}, {id: "m2", body: event("news/one", 1, draft+"3")},
		{id: "m3", body: event("news/one", 1, draft), secret: canaryOther}, {id: "m4", body: strings.Replace(event("news/one", 2, draft), `"version"`, `"verzion"`, 1)},
		{id: "m5", body: event("other-1", 1, draft)}, {id: "m6", body: event("news/one", 2, draft), source: "off"}, {id: "m7", body: "{" + draft},
		{id: "m8", body: event("news/one", 1, draft), source: "nobody"}, {id: "m9", body: event("news/two", 1, draft), change: withToken},
	} {
		note(w.deliver(d))
	}
	w.until("news%2Fone", stet.PublishSettled)
	for _, route := range w.server().Routes() {
		for _, token := range []string{canaryViewer, canaryEditor, canaryOperator, canaryOperator + "-wrong", canarySigning} {
			got := w.request(route.Method, address(route.Path), token, "?")
			if !strings.HasPrefix(route.Path, "/v1/contents/{id}/timeline") && !strings.HasPrefix(route.Path, "/v1/events") { // which show the log to viewers
				note(got)
			}
		}
	}
	note(w.ask(canaryViewer, "/metrics", ""))
	if err := w.app.Stop(t.Context()); err != nil {
		seen = append(seen, err.Error()) // the traces could not be sent
	}
	secrets := []string{canarySigning[6:], canaryOld[6:], canaryOther[6:], canaryViewer, canaryEditor, canaryOperator, "canary-cookie", "canary1", "canary2", "canary3"}
	t.Run("case_95_answers_and_metrics", func(t *testing.T) { absent(t, secrets, seen...) })
	t.Run("case_95_log_and_process_arguments", func(t *testing.T) { absent(t, secrets, w.log.String(), strings.Join(os.Args, " ")) })
	t.Run("case_95_store", func(t *testing.T) { absent(t, secrets, folder(t, c.Data)) })
	t.Run("case_98_debug_log_without_drafts", func(t *testing.T) { absent(t, []string{draft, "Bearer", "session="}, w.log.String()) })
}

func absent(t *testing.T, secrets []string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, s := range secrets {
			if i := strings.Index(text, s); i >= 0 {
				t.Errorf("%q is in %q", s, text[max(0, i-100):min(len(text), i+100)])
			}
		}
	}
}

// openError is what opening a node of a configuration says.
func openError(t *testing.T, c config.Config) error {
	t.Helper()
	a, err := app.Open(t.Context(), c, app.Options{Stderr: t.Output()})
	if err == nil {
		t.Fatal(a.Stop(t.Context()))
	}
	return err
}

// folder is all that its files hold.
func folder(t *testing.T, path string) string {
	t.Helper()
	var all strings.Builder
	files, err := filepath.Glob(filepath.Join(path, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

func TestSecurityStore(t *testing.T) {
	t.Run("case_94_second_process_on_the_same_file", func(t *testing.T) {
		c := settings(t)
		w := start(t, c, time.Now)
		if _, err := app.Open(t.Context(), c, app.Options{Stderr: t.Output()}); err == nil || !strings.Contains(err.Error(), c.Data) {
			t.Errorf("the second got %v", err)
		}
		expect(t, w.deliver(delivery{id: "m", body: event("news/one", 1, "One")}), 202, "")
	})
	t.Run("case_96_unknown_connector_option", func(t *testing.T) {
		c := settings(t)
		c.Targets = map[string]config.Target{"blog": {Kind: "fax"}}
		if _, err := app.Open(t.Context(), c, app.Options{Stderr: t.Output()}); !stet.IsKind(err, stet.Configuration) {
			t.Errorf("got %v", err)
		}
	})
}
