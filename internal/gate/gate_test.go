package gate_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/internal/engine"
	"stet/internal/gate"
	"stet/internal/policy"
)

var now = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// pack is a policy with the rules of a file.
func pack(t *testing.T, rules string) *policy.Pack {
	t.Helper()
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "rules"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"policy.yaml": "name: test\nwaivers: {max_days: 10}\n", "rules/all.yaml": rules} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := policy.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const words = `
- {id: VOI-001-hype, kind: forbid, severity: blocker, words: [revolutionary]}
- {id: VOI-002-term, kind: substitute, severity: warning, swap: {"e-mail": email}, fix: {kind: replace, safe: true}}
`

func about(body string) engine.Case {
	doc := stet.Document{Title: "A title", Slug: "a", Locale: "en", Body: stet.Body{Format: "markdown", Text: body}}
	return engine.Case{ContentID: "c", Version: 1, Doc: doc, Original: doc, Site: nowhere{}, Now: now}
}

// nowhere is a site without pages.
type nowhere struct{}

func (nowhere) Internal(string) bool             { return false }
func (nowhere) Page(string) (bool, string, bool) { return false, "", false }

func judge(t *testing.T, g *gate.Gate, c engine.Case) engine.Judgement {
	t.Helper()
	j, err := g.Judge(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestTheVerdictIsThePacks(t *testing.T) {
	g := gate.New(pack(t, words), nil)
	good, bad := judge(t, g, about("A thing.")), judge(t, g, about("A revolutionary thing."))
	if !good.Passed || good.Policy != g.Policy() || good.Score != 100 || len(good.Categories) == 0 || good.Revisable {
		t.Errorf("a good document: %+v", good)
	}
	if bad.Passed || len(bad.Reasons) == 0 || len(bad.Findings) != 1 || bad.Revisable {
		t.Errorf("a bad one: %+v", bad)
	}
	if fixable := judge(t, g, about("A revolutionary e-mail.")); !fixable.Revisable || !strings.Contains(string(fixable.Findings[0]), "VOI-001") {
		t.Errorf("one that a fix helps: %+v", fixable)
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	j := judge(t, gate.New(pack(t, words), nil), about(strings.Repeat("x", 5<<20)))
	if j.Passed || len(j.Reasons) == 0 || !strings.Contains(j.Reasons[0], "cannot be judged") {
		t.Errorf("%+v", j.Verdict)
	}
}

func TestAnEndedContextIsNoVerdict(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := gate.New(pack(t, words), nil).Judge(ctx, about("A thing.")); err == nil {
		t.Error("a verdict after the end")
	}
}

func TestOperatorsWaiversCount(t *testing.T) {
	g := gate.New(pack(t, words), nil)
	c := about("A revolutionary thing.")
	var f struct{ Hash string }
	if err := json.Unmarshal(judge(t, g, c).Findings[0], &f); err != nil {
		t.Fatal(err)
	}
	waive := func(until time.Time) stet.Verdict {
		c.Waivers = []stet.Waived{{Rule: "VOI-001-hype", Hash: f.Hash, Reason: "its name", By: "operator:x", Until: stet.Millis(until)}}
		return judge(t, g, c).Verdict
	}
	if v := waive(now.AddDate(0, 0, 5)); !v.Passed || len(v.Findings) != 1 || !strings.Contains(string(v.Findings[0]), `"by":"operator:x"`) {
		t.Errorf("in its time: %+v", v)
	}
	if v := waive(now.AddDate(0, 0, -1)); v.Passed {
		t.Error("a waiver that is over lets it pass")
	}
	if v := waive(now.AddDate(0, 0, 30)); v.Passed {
		t.Error("a waiver that is longer than the policy allows lets it pass")
	}
	if err := g.CheckWaiver(stet.Waived{Rule: "VOI-001-hype", Hash: f.Hash, Reason: "r", By: "operator:x", Until: stet.Millis(now.AddDate(0, 0, 30))}, now); !stet.IsKind(err, stet.Invalid) {
		t.Errorf("a waiver that is longer than the policy allows: %v", err)
	}
}

// TestAReportFitsIntoAnEvent: what an article with thousands of findings says is bounded, and nothing that blocks is cut.
func TestAReportFitsIntoAnEvent(t *testing.T) {
	body := strings.Repeat("Write an e-mail about it. ", 3000) + "\n\nA revolutionary thing.\n"
	v := judge(t, gate.New(pack(t, words), nil), about(body)).Verdict
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Findings) > 200 || v.Omitted == 0 || len(raw) > 300<<10 {
		t.Errorf("%d findings, %d omitted, %d bytes", len(v.Findings), v.Omitted, len(raw))
	}
	if !strings.Contains(string(v.Findings[0]), "VOI-001") {
		t.Errorf("the first finding is %s", v.Findings[0])
	}
}

func TestOneRoundMakesTheSafeFixes(t *testing.T) {
	g := gate.New(pack(t, strings.Replace(words, "severity: warning", "severity: blocker", 1)), nil)
	c := about("Write an e-mail, and another e-mail.")
	r, err := g.Revise(t.Context(), c)
	if err != nil || r == nil || !r.Kept || r.Doc.Body.Text != "Write an email, and another email." || r.By != "fixer" || r.ScoreAfter <= r.ScoreBefore {
		t.Fatalf("%+v, %v", r, err)
	}
	c.Doc = r.Doc
	if r, err := g.Revise(t.Context(), c); r != nil || err != nil {
		t.Errorf("a second round: %+v, %v", r, err)
	}
}

func TestTheSameDocumentHasTheSameVerdict(t *testing.T) {
	p := pack(t, words)
	first, err := json.Marshal(judge(t, gate.New(p, nil), about("A revolutionary e-mail.")))
	if err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(judge(t, gate.New(p, nil), about("A revolutionary e-mail.")))
	if err != nil || string(first) != string(second) {
		t.Errorf("%s\n%s", first, second)
	}
}
