package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/config"
	"stet/internal/httpapi"
)

// rules of a pack with one fault that can be repaired unattended and one that cannot. Both block.
const rules = `
- {id: VOI-001-hype, kind: forbid, severity: blocker, words: [revolutionary]}
- {id: VOI-002-term, kind: substitute, severity: blocker, swap: {"e-mail": email}, fix: {kind: replace, safe: true}}
`

// guarded is a node with a policy.
func guarded(t *testing.T, edit ...func(*config.Config)) *world {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{"policy.yaml": "name: test\nwaivers: {max_days: 10}\n", "rules/words.yaml": rules} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := settings(t)
	c.Policy = folder
	for _, e := range edit {
		e(&c)
	}
	return start(t, c, time.Now)
}

func (w *world) report(token, contentPath string) (r httpapi.Report) {
	w.t.Helper()
	got := w.ask(token, "/v1/contents/"+contentPath+"/report", "")
	if err := json.Unmarshal([]byte(got.body), &r); err != nil || got.status != 200 {
		w.t.Fatalf("report: %d %s", got.status, got.body)
	}
	return r
}

// text is an event of a content with a body.
func text(contentID string, version int64, body string) string {
	return strings.Replace(event(contentID, version, "A title"), `"Hello."`, fmt.Sprintf("%q", body), 1)
}

// answered checks an answer of the API; a good one has no code.
func answered(t *testing.T, got reply, status int, code string) {
	t.Helper()
	if got.status != status || status >= 400 && got.code() != code {
		t.Errorf("got %d %s, want %d %q", got.status, got.body, status, code)
	}
}

// published reports whether the target holds a page of the slug.
func (w *world) published(slug string) bool {
	_, err := os.Stat(filepath.Join(w.app.Config().Targets["blog"].Options["path"], slug, "index.html"))
	return err == nil
}

func TestARefusedVersionAndWhatItsAuthorCanDo(t *testing.T) {
	w := guarded(t)
	expect(t, w.deliver(delivery{id: "1", body: text("news/one", 1, "A revolutionary thing.")}), 202, "")
	w.until("news%2Fone", stet.QAFailed)
	r := w.report(canaryEditor, "news%2Fone")
	if r.Gate != "failed" || r.Passed || len(r.Reasons) == 0 || len(r.Findings) != 1 || r.Findings[0].Rule != "VOI-001-hype" || r.Findings[0].Where.Start.Line != 1 || r.Resubmission == nil {
		t.Fatalf("the report says %+v", r)
	}
	if v := w.report(canaryViewer, "news%2Fone"); v.Resubmission != nil {
		t.Error("a viewer gets the token")
	}
	again := func(id, token, body string) reply {
		return w.deliver(delivery{id: id, body: body, change: func(r *http.Request) { r.Header.Set(contract.HeaderResubmission, token) }})
	}
	better := text("news/one", 1, "A new thing.")
	expect(t, w.deliver(delivery{id: "2", body: better}), 409, "version_conflict")
	expect(t, again("3", "rs_wrong", better), 409, "bad_resubmission")
	expect(t, again("4", r.Resubmission.Token, better), 202, "")
	w.until("news%2Fone", stet.PublishSucceeded)
	expect(t, again("5", r.Resubmission.Token, text("news/one", 1, "Another thing.")), 409, "bad_resubmission")
	if r := w.report(canaryEditor, "news%2Fone"); !r.Passed || r.Resubmission != nil || !w.published("news-one") {
		t.Errorf("after the resubmission: %+v", r)
	}
	answered(t, w.ask(canaryViewer, "/v1/contents/news%2Fone/report?version=7", ""), 404, "unknown_version")
	answered(t, w.ask(canaryViewer, "/v1/contents/nothing/report", ""), 404, "unknown_content")
}

func TestASafeFixIsMadeAndTold(t *testing.T) {
	w := guarded(t)
	w.deliver(delivery{id: "1", body: text("news/one", 1, "Send an e-mail to us.")})
	w.until("news%2Fone", stet.PublishSucceeded)
	r := w.report(canaryViewer, "news%2Fone")
	if !r.Passed || len(r.Rounds) != 1 || r.Rounds[0].By != "fixer" || !r.Rounds[0].Kept || !strings.Contains(r.Rounds[0].Diff, "+Send an email to us.") {
		t.Errorf("the report says %+v", r)
	}
	page, err := os.ReadFile(filepath.Join(w.app.Config().Targets["blog"].Options["path"], "news-one", "index.html"))
	if err != nil || !strings.Contains(string(page), "Send an email to us.") {
		t.Errorf("the page is %s (%v)", page, err)
	}
}

// TestAReviserIsAskedForTheRest: what it gives is published if the policy passes it, and not if it brings in a number.
func TestAReviserIsAskedForTheRest(t *testing.T) {
	rewrite := strings.NewReplacer("revolutionary thing", "new thing", "revolutionary price", "price of 99 euros")
	model := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var ask struct{ Messages []struct{ Content string } }
		if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
			t.Error(err)
		}
		var data struct {
			Passages []struct {
				ID   string `json:"id"`
				Text string `json:"text"`
			} `json:"passages"`
		}
		shown := ask.Messages[1].Content
		shown = shown[strings.Index(shown, "{") : strings.LastIndex(shown, "}")+1]
		if err := json.Unmarshal([]byte(shown), &data); err != nil {
			t.Error(err)
		}
		for i := range data.Passages {
			data.Passages[i].Text = rewrite.Replace(data.Passages[i].Text)
		}
		answer, _ := json.Marshal(data)
		_ = json.NewEncoder(rw).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]string{"content": string(answer)}}}})
	}))
	t.Cleanup(model.Close)
	w := guarded(t, func(c *config.Config) {
		c.Reviser = config.Reviser{Kind: "openai", URL: model.URL, Model: "m", AllowPrivate: true}
	})
	w.deliver(delivery{id: "1", body: text("news/one", 1, "An e-mail about a revolutionary thing.")})
	w.until("news%2Fone", stet.PublishSucceeded)
	r := w.report(canaryViewer, "news%2Fone")
	if len(r.Rounds) != 2 || r.Rounds[0].By != "fixer" || r.Rounds[1].By != "reviser" || !r.Rounds[1].Kept || !strings.Contains(r.Rounds[1].Diff, "+An email about a new thing.") {
		t.Errorf("the rounds are %+v", r.Rounds)
	}
	w.deliver(delivery{id: "2", body: text("news/two", 1, "A revolutionary price.")})
	w.until("news%2Ftwo", stet.DocumentRevised)
	r = w.settled("news%2Ftwo")
	if len(r.Rounds) != 3 || r.Rounds[2].Kept || !strings.Contains(r.Rounds[2].Why, `the number "99" is neither in the article`) || r.Passed || w.published("news-two") {
		t.Errorf("%+v", r)
	}
}

// settled waits until the verdict on a content stands.
func (w *world) settled(contentPath string) httpapi.Report {
	w.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if r := w.report(canaryEditor, contentPath); r.Gate == "failed" || r.Gate == "ready" {
			return r
		}
		w.ask(canaryViewer, "/v1/contents/"+contentPath+"/timeline?after=4&wait=1", "")
	}
	w.t.Fatalf("the verdict on %s never stands", contentPath)
	return httpapi.Report{}
}

func TestWaivers(t *testing.T) {
	w := guarded(t)
	w.deliver(delivery{id: "1", body: text("news/one", 1, "A revolutionary thing.")})
	w.until("news%2Fone", stet.QAFailed)
	hash := w.report(canaryViewer, "news%2Fone").Findings[0].Hash
	waive := func(token, rule, reason string, days int) reply {
		body, err := json.Marshal(httpapi.Waive{Rule: rule, Hash: hash, Reason: reason, Until: time.Now().AddDate(0, 0, days)})
		if err != nil {
			t.Fatal(err)
		}
		return w.ask(token, "/v1/contents/news%2Fone/waivers", string(body))
	}
	answered(t, waive(canaryEditor, "VOI-001-hype", "it is", 5), 403, "role_too_low")
	answered(t, waive(canaryOperator, "VOI-001-hype", "it is", 20), 400, "bad_waiver")
	answered(t, waive(canaryOperator, "VOI-009", "it is", 5), 400, "bad_waiver")
	answered(t, waive(canaryOperator, "VOI-001-hype", "", 5), 400, "incomplete_waiver")
	answered(t, waive(canaryOperator, "VOI-001-hype", "it is", -1), 400, "waiver_over")
	if w.published("news-one") {
		t.Fatal("published without a waiver")
	}
	answered(t, waive(canaryOperator, "VOI-001-hype", "it is the name of the product", 5), 200, "")
	w.until("news%2Fone", stet.PublishSucceeded)
	r := w.report(canaryViewer, "news%2Fone")
	if len(r.Waivers) != 1 || r.Waivers[0].By != "operator:operator" || len(r.Findings) != 1 || r.Findings[0].Waived == nil {
		t.Errorf("the report says %+v", r)
	}
}

// TestNoDoorForABadDocument: whatever form an event comes in, the policy judges it.
func TestNoDoorForABadDocument(t *testing.T) {
	w := guarded(t)
	const bad = "A revolutionary thing."
	blocks := strings.NewReplacer("stet.event/1", "stet.event/2", `"body":{"format":"markdown","text":"`+bad+`"}`,
		`"blocks":[{"type":"paragraph","text":"`+bad+`"}]`).Replace(text("news/v2", 1, bad))
	cloud := func(contentID string) string {
		return `{"specversion":"1.0","id":"evt_1","type":"stet.publish_request.v1","source":"newsroom","datacontenttype":"application/json","data":` + text(contentID, 1, bad) + `}`
	}
	draft := strings.Replace(text("news/draft", 1, bad), "publish_request", "draft_ready", 1)
	for id, d := range map[string]delivery{
		"news%2Fv1":     {body: text("news/v1", 1, bad)},
		"news%2Fv2":     {body: blocks},
		"news%2Fdraft":  {body: draft},
		"news%2Fcloud":  {body: cloud("news/cloud"), change: func(r *http.Request) { r.Header.Set("Content-Type", contract.MediaCloudEvent) }},
		"news%2Fbinary": {body: text("news/binary", 1, bad), change: binary},
	} {
		d.id = id
		if got := w.deliver(d); got.status != 202 {
			t.Errorf("%s: %d %s", id, got.status, got.body)
			continue
		}
		w.until(id, stet.QAFailed)
		if slug := strings.Replace(id, "%2F", "-", 1); w.published(slug) {
			t.Errorf("%s was published", id)
		}
	}
}

func binary(r *http.Request) {
	for name, value := range map[string]string{"ce-specversion": "1.0", "ce-id": "evt_1", "ce-type": "stet.publish_request.v1", "ce-source": "newsroom"} {
		r.Header.Set(name, value)
	}
}
