package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/connector"
	"stet/contract"
	"stet/internal/engine"
	"stet/internal/state"
	"stet/internal/store"
)

type moody struct {
	engine.Gate
	err error
}

func (*moody) Policy() string { return "p" }

func (m *moody) Judge(_ context.Context, c engine.Case) (engine.Judgement, error) {
	return engine.Judgement{Verdict: stet.Verdict{Passed: c.Doc.Summary != "bad", Policy: "p", Score: 1}}, m.err
}

func TestTheGateFailsClosed(t *testing.T) {
	gate := &moody{err: errors.New("out of order")}
	w := newWorld(t, func(c *engine.Config) { c.Gate = gate })
	head := contract.Envelope{Type: stet.PublishRequest, ContentID: "c", Version: 1, OccurredAt: w.now, Source: "src"}
	env := contract.Wrap(head, stet.Document{Title: "t", Slug: "c", Body: stet.Body{Format: "markdown", Text: "x"}})
	body, err := contract.Encode(env)
	w.ok(err)
	_, err = w.engine.Accept(context.Background(), engine.Arrival{Source: "src", Delivery: "g", Body: body, Stored: body, Envelope: env})
	w.ok(err)
	if err := w.engine.Work(context.Background(), w.jobs[0], w.jobs[0]); err == nil || w.shelf.calls > 0 || len(w.jobs) != 1 {
		t.Fatalf("a gate out of order: %v, %d calls, jobs %v", err, w.shelf.calls, w.jobs)
	}
	gate.err = nil
	w.work()
	w.send("c", 2, func(_ *contract.Envelope, d *stet.Document) { d.Summary = "bad" })
	if got := w.shelf.items["c"].Live; got != "t" || len(w.events("c", stet.QAFailed)) != 1 {
		t.Errorf("%q is live after a version that failed", got)
	}
}

// summary makes a version whose summary, which the ladder looks at, is s.
func summary(s string) func(*contract.Envelope, *stet.Document) {
	return func(_ *contract.Envelope, d *stet.Document) { d.Summary = s }
}

func gated(t *testing.T, gate *ladder) *world {
	return newWorld(t, func(c *engine.Config) { c.Gate, c.Reviser = gate, gate })
}

func (w *world) revision(version int64) *state.Revision {
	r := &state.Revision{ContentID: "c", Version: version}
	w.ok(w.db.View(context.Background(), func(reader state.Reader) error { _, err := reader.Get(r); return err }))
	return r
}

func (w *world) types(id string) string {
	var list []string
	for _, e := range w.events(id) {
		list = append(list, string(e.Type))
	}
	return strings.Join(list, " ")
}

func TestARevisedDocumentTakesTheSourcesPlace(t *testing.T) {
	w := gated(t, &ladder{threshold: 5, suggestion: "9"})
	got := ""
	w.shelf.watch = func(write connector.Write) { got = write.Doc.Summary }
	w.send("c", 1, summary("1"))
	const want = "publish_request qa_failed revised qa_passed apply_queued publish_started"
	if !strings.HasPrefix(w.types("c"), want) || got != "9" {
		t.Fatalf("%q was written after %s", got, w.types("c"))
	}
	if v := data[stet.Verdict](w, w.events("c", stet.QAFailed)[0]); v.Next != stet.NextRevise || v.ResubmitUntil != 0 {
		t.Errorf("the first verdict is %+v", v)
	}
	r := data[stet.Revised](w, w.events("c", stet.DocumentRevised)[0])
	if passed := data[stet.Verdict](w, w.events("c", stet.QAPassed)[0]); r.Round != 1 || passed.ContentHash != r.ContentHash || passed.Round != 1 {
		t.Errorf("the round is %+v, the verdict after it %+v", r, passed)
	}
	if a := w.send("c", 1, summary("1")); a.Status != 200 {
		t.Errorf("the same event from the source again: %d %s", a.Status, a.Body)
	}
	w.send("c", 2, summary("9"))
	_, err := w.engine.Rollback(context.Background(), key, 0, "operator:x", false)
	w.ok(err)
	got = ""
	w.work()
	if got != "9" || w.publication("c").AppliedVersion != 1 {
		t.Errorf("the rollback wrote %q", got)
	}
}

// TestRoundsEnd: a reviser that does not help has three rounds, and one that may not do what it did has none kept.
func TestRoundsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		suggestion string
		edit       func(*stet.Document)
		kept       bool
	}{
		"no help":          {"2", nil, true},
		"another slug":     {"9", func(d *stet.Document) { d.Slug = "elsewhere" }, false},
		"not a document":   {"9", func(d *stet.Document) { d.Title = "" }, false},
		"another language": {"9", func(d *stet.Document) { d.Locale = "fr" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			gate := &ladder{threshold: 5, suggestion: c.suggestion, edit: c.edit}
			w := gated(t, gate)
			w.send("c", 1, summary("1"))
			rounds := w.events("c", stet.DocumentRevised)
			if len(rounds) != 3 || w.shelf.calls > 0 || w.revision(1).Gate != state.GateFailed {
				t.Fatalf("%d rounds, %d calls: %s", len(rounds), w.shelf.calls, w.types("c"))
			}
			for i, e := range rounds {
				if r := data[stet.Revised](w, e); r.Kept != c.kept || r.Round != int64(i+1) || (r.Document != nil) != c.kept {
					t.Errorf("round %d is %+v", i+1, r)
				}
			}
			failed := w.events("c", stet.QAFailed)
			if last := data[stet.Verdict](w, failed[len(failed)-1]); last.Next != "" || last.ResubmitUntil == 0 {
				t.Errorf("the last verdict is %+v", last)
			}
		})
	}
}

func TestARestartGoesOnWithTheRounds(t *testing.T) {
	gate := &ladder{threshold: 5, suggestion: "9", reviserBroken: errors.New("no answer")}
	w := gated(t, gate)
	w.queueOnly = true
	w.send("c", 1, summary("1"))
	if err := w.engine.Work(context.Background(), w.jobs[0], w.jobs[0]); err == nil || w.revision(1).Gate != state.GateRevising {
		t.Fatalf("%v, the gate is %s", err, w.revision(1).Gate)
	}
	gate.reviserBroken, w.jobs = nil, nil
	w.restart()
	w.pass(time.Minute)
	if w.shelf.items["c"].Live == "" {
		t.Errorf("the work was lost with its job: %s", w.types("c"))
	}
}

func TestANewerVersionEndsTheRounds(t *testing.T) {
	gate := &ladder{threshold: 5, suggestion: "9"}
	w := gated(t, gate)
	gate.meanwhile = func() { gate.meanwhile = nil; w.queueOnly = true; w.send("c", 2, summary("8")); w.queueOnly = false }
	w.send("c", 1, summary("1"))
	if w.shelf.items["c"].Live != "c version 2" || len(w.events("c", stet.DocumentRevised)) != 0 || w.revision(1).Gate != state.GateSuperseded {
		t.Errorf("%q is live: %s", w.shelf.items["c"].Live, w.types("c"))
	}
}

func TestARefusedVersionComesOnceMore(t *testing.T) {
	w := gated(t, &ladder{threshold: 5})
	token := func() string { token, _ := w.engine.ResubmissionToken(w.revision(1)); return token }
	with := func(token, text string) engine.Answer {
		w.token = token
		defer func() { w.token = "" }()
		return w.send("c", 1, summary(text))
	}
	w.send("c", 1, summary("1"))
	first := token()
	if first == "" {
		t.Fatal("no token")
	}
	for _, wrong := range []string{"", "rs_wrong", first[:len(first)-1]} {
		if a := with(wrong, "2"); a.Status != 409 {
			t.Fatalf("with the token %q: %d %s", wrong, a.Status, a.Body)
		}
	}
	if a := with(first, "2"); a.Status != 202 || !data[stet.Incoming](w, w.events("c", stet.PublishRequest)[1]).Resubmitted {
		t.Fatalf("with the token: %d %s", a.Status, a.Body)
	}
	second := token()
	if a := with(first, "9"); a.Status != 409 || !strings.Contains(string(a.Body), "bad_resubmission") || second == first {
		t.Fatalf("with the first token again: %d %s", a.Status, a.Body)
	}
	w.now = w.now.Add(engine.DefaultResubmitFor)
	if a := with(second, "9"); a.Status != 409 || token() != "" {
		t.Fatalf("after its end: %d %s", a.Status, a.Body)
	}
	w.now = w.now.Add(-time.Hour)
	if a := with(second, "9"); a.Status != 202 || w.shelf.items["c"].Live != "c version 1" {
		t.Fatalf("before its end: %d %s, %q is live", a.Status, a.Body, w.shelf.items["c"].Live)
	}
	if a := with(second, "8"); a.Status != 409 {
		t.Errorf("a version that passed was replaced: %d %s", a.Status, a.Body)
	}
}

func TestAWaiverOpensTheGateForATime(t *testing.T) {
	w := gated(t, &ladder{threshold: 5})
	waive := func(dry bool, edit func(*stet.Waived)) error {
		v := stet.Waived{Rule: "R", Hash: "1", Reason: "agreed with legal", By: "operator:x", Until: stet.Millis(w.now.Add(time.Hour))}
		if edit != nil {
			edit(&v)
		}
		err := w.engine.Waive(context.Background(), "c", v, dry)
		w.work()
		return err
	}
	if err := waive(false, nil); !stet.IsKind(err, stet.NotFound) {
		t.Errorf("a waiver for nothing: %v", err)
	}
	w.send("c", 1, summary("1"))
	before := w.size()
	for name, edit := range map[string]func(*stet.Waived){
		"no reason": func(v *stet.Waived) { v.Reason = " " },
		"over":      func(v *stet.Waived) { v.Until = stet.Millis(w.now) },
		"too long":  func(v *stet.Waived) { v.Until = stet.Millis(w.now.Add(maxWaiver + time.Minute)) },
	} {
		if err := waive(false, edit); !stet.IsKind(err, stet.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w.ok(waive(true, nil)); w.size() != before {
		t.Error("a dry run wrote something")
	}
	w.ok(waive(false, nil))
	if w.shelf.items["c"].Live == "" {
		t.Fatalf("not published after the waiver: %s", w.types("c"))
	}
	w.now = w.now.Add(2 * time.Hour)
	w.send("c", 2, summary("1"))
	if w.publication("c").AppliedVersion != 1 {
		t.Error("a waiver that is over let a version pass")
	}
}

func TestAWaiverBringsNothingBackThatWasTakenDown(t *testing.T) {
	w := gated(t, &ladder{threshold: 5})
	w.send("c", 1, summary("1"))
	w.send("c", 1, func(e *contract.Envelope, _ *stet.Document) {
		e.Type, e.IdempotencyKey, e.Attempt = stet.UnpublishRequest, "c/1", 1
	})
	w.ok(w.engine.Waive(context.Background(), "c", stet.Waived{Rule: "R", Hash: "1", Reason: "r", By: "operator:x", Until: stet.Millis(w.now.Add(time.Hour))}, false))
	w.work()
	if w.shelf.calls > 0 || w.revision(1).Gate == state.GateReady {
		t.Errorf("the gate is %s after %d calls: %s", w.revision(1).Gate, w.shelf.calls, w.types("c"))
	}
}

// TestAnotherPolicyJudgesAgain: what waited while the policy changed is judged by the new one, and so is a rollback.
func TestAnotherPolicyJudgesAgain(t *testing.T) {
	gate := &ladder{threshold: 1}
	w := gated(t, gate)
	for v, s := range []string{"3", "8"} {
		w.send("c", int64(v+1), summary(s))
	}
	gate.threshold = 5
	w.restart()
	plan, err := w.engine.Rollback(context.Background(), key, 0, "operator:x", true)
	if w.ok(err); !plan.JudgedAgain {
		t.Errorf("the plan is %+v", plan)
	}
	_, err = w.engine.Rollback(context.Background(), key, 0, "operator:x", false)
	if e, ok := errors.AsType[*stet.Error](err); !ok || e.Code != "gate_closed" {
		t.Fatalf("a rollback to what the policy refuses: %v", err)
	}
	if token, _ := w.engine.ResubmissionToken(w.revision(1)); token != "" || w.revision(1).Gate != state.GateFailed {
		t.Errorf("a version that was published may be replaced (%s)", w.revision(1).Gate)
	}
	w.ok(w.engine.Waive(context.Background(), "c", stet.Waived{Rule: "R", Hash: "3", Reason: "r", By: "operator:x", Until: stet.Millis(w.now.Add(time.Hour))}, false))
	w.work()
	_, err = w.engine.Rollback(context.Background(), key, 0, "operator:x", false)
	w.ok(err)
	w.work()
	if got := w.publication("c").AppliedVersion; got != 1 {
		t.Errorf("version %d is live after the waiver and the rollback", got)
	}
}

// TestAPolicyThatChangesInFlight: a node with another policy has judged the version meanwhile.
func TestAPolicyThatChangesInFlight(t *testing.T) {
	for threshold, want := range map[int]string{2: "c version 1", 9: ""} {
		gate := &ladder{threshold: 5}
		w := gated(t, gate)
		w.cfg.Fail = func(point string) {
			if point == "K2" {
				gate.threshold = threshold
			}
		}
		w.restart()
		w.send("c", 1, summary("7"))
		if got := w.shelf.items["c"].Live; got != want {
			t.Errorf("with threshold %d %q is live, want %q: %s", threshold, got, want, w.types("c"))
		}
	}
}

// TestWhatWasPublishedIsNotReplaced: a later policy refuses the live version, and a waiver that does not help has it judged
// once more; there is no token for another text under its number.
func TestWhatWasPublishedIsNotReplaced(t *testing.T) {
	gate := &ladder{threshold: 1}
	w := gated(t, gate)
	w.send("c", 1, summary("2"))
	w.send("c", 2, summary("3"))
	_, err := w.engine.Rollback(context.Background(), key, 0, "operator:x", false)
	w.ok(err)
	w.work()
	gate.threshold = 5
	w.restart()
	_, err = w.engine.Rollback(context.Background(), key, 2, "operator:x", false)
	if e, ok := errors.AsType[*stet.Error](err); !ok || e.Code != "gate_closed" {
		t.Fatalf("the rollback: %v", err)
	}
	w.ok(w.engine.Waive(context.Background(), "c", stet.Waived{Rule: "R", Hash: "0", Reason: "r", By: "operator:x", Until: stet.Millis(w.now.Add(time.Hour))}, false))
	w.work()
	if token, _ := w.engine.ResubmissionToken(w.revision(2)); token != "" || w.revision(2).Gate != state.GateFailed {
		t.Errorf("a version that was public may be replaced; its gate is %s", w.revision(2).Gate)
	}
}

func TestTheSiteKnowsItsPages(t *testing.T) {
	var seen engine.Site
	w := newWorld(t, func(c *engine.Config) {
		c.Targets[0].BaseURL = "https://example.com/news/"
		c.Gate = gateFunc(func(c engine.Case) { seen = c.Site })
	})
	slug := func(s string) func(*contract.Envelope, *stet.Document) {
		return func(_ *contract.Envelope, d *stet.Document) { d.Slug = s }
	}
	w.send("c", 1, slug("old-name"))
	w.send("c", 2, slug("new-name"))
	for address, want := range map[string]string{
		"/news/new-name/": "true true  true", "new-name": "true true  true", "../New-Name/index.html?q=1#a": "true true  true",
		"https://EXAMPLE.com/news/new-name": "true true  true", "/": "true true  true",
		"/news/old-name": "true false " + w.publication("c").URL + " true", "/news/nothing": "true false  false",
		"https://other.example/x": "false", "#part": "false", "mailto:a@example.com": "false", "//other.example/new-name": "false",
	} {
		got := fmt.Sprint(seen.Internal(address))
		if got == "true" {
			exists, redirect, known := seen.Page(address)
			got = fmt.Sprintf("true %t %s %t", exists, redirect, known)
		}
		if got != want {
			t.Errorf("%s is %s, want %s", address, got, want)
		}
	}
}

func TestTheGateKnowsTheTargets(t *testing.T) {
	var seen []engine.Target
	w := newWorld(t, func(c *engine.Config) { c.Gate = gateFunc(func(c engine.Case) { seen = c.Targets }) })
	w.send("c", 1, func(*contract.Envelope, *stet.Document) {})
	if len(seen) != 1 || seen[0].Name != "shelf" || seen[0].Connector == nil {
		t.Errorf("the gate was told of %+v", seen)
	}
}

// gateFunc looks at cases and passes all.
type gateFunc func(engine.Case)

func (gateFunc) CheckWaiver(stet.Waived, time.Time) error { return nil }

func (gateFunc) Policy() string { return "look" }

func (g gateFunc) Judge(_ context.Context, c engine.Case) (engine.Judgement, error) {
	g(c)
	return engine.Judgement{Verdict: stet.Verdict{Passed: true, Policy: "look"}}, nil
}

func TestTheLogOfTheGateFolds(t *testing.T) {
	gate := &ladder{threshold: 5, suggestion: "2"}
	w := gated(t, gate)
	w.send("c", 1, summary("1"))
	w.ok(w.engine.Waive(context.Background(), "c", stet.Waived{Rule: "R", Hash: "2", Reason: "r", By: "operator:x", Until: stet.Millis(w.now.Add(time.Hour))}, false))
	w.work()
	w.send("c", 2, summary("7"))
	w.ok(w.db.View(context.Background(), func(r state.Reader) error {
		differences, err := store.Check(r)
		if len(differences) > 0 {
			t.Errorf("%v", differences)
		}
		return err
	}))
}
