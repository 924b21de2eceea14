package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/engine"
	"stet/internal/state"
	"stet/internal/store"
)

var key = stet.Key{ContentID: "c", Target: "shelf"}

func TestVersionsArriveInAnyOrder(t *testing.T) {
	w := newWorld(t)
	other := func(_ *contract.Envelope, d *stet.Document) { d.Body.Text = "other" }
	for _, step := range []struct {
		version int64
		edit    []func(*contract.Envelope, *stet.Document)
		status  int
		word    string
		live    string
	}{
		{2, nil, 202, `"status":"accepted"`, "c version 2"},
		{1, nil, 409, `"expected_next_version":3`, "c version 2"},
		{2, nil, 200, `"status":"duplicate","outcome":[{"target":"shelf","state":"settled","version":2`, "c version 2"},
		{2, []func(*contract.Envelope, *stet.Document){other}, 409, `"code":"version_conflict"`, "c version 2"},
		{5, nil, 202, `"status":"accepted"`, "c version 5"},
		{5 + 1e13 + 1, nil, 409, `"code":"version_jump"`, "c version 5"},
	} {
		calls := w.shelf.calls
		answer := w.send("c", step.version, step.edit...)
		if answer.Status != step.status || !strings.Contains(string(answer.Body), step.word) {
			t.Errorf("version %d: %d %s", step.version, answer.Status, answer.Body)
		}
		if got := w.shelf.items["c"].Live; got != step.live {
			t.Errorf("after version %d %q is live, want %q", step.version, got, step.live)
		}
		if step.status != 202 && w.shelf.calls != calls {
			t.Errorf("version %d was refused and still caused %d calls", step.version, w.shelf.calls-calls)
		}
	}
}

func TestOneKeyNamesOnePublish(t *testing.T) {
	w := newWorld(t)
	reuse := func(e *contract.Envelope, _ *stet.Document) { e.IdempotencyKey = "k" }
	w.send("c", 1, reuse)
	if a := w.send("c", 2, reuse); a.Status != 422 || !strings.Contains(string(a.Body), "idempotency_mismatch") {
		t.Errorf("the key of version 1 for version 2: %d %s", a.Status, a.Body)
	}
	if a := w.send("x", 1); a.Status != 403 {
		t.Errorf("a content outside the source's name space: %d %s", a.Status, a.Body)
	}
}

func TestRollbackTakesItsOwnNumber(t *testing.T) {
	for name, keep := range map[string]bool{"newer versions publish": false, "newer versions wait": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *engine.Config) { c.Targets[0].KeepHold = keep })
			w.send("c", 1)
			w.send("c", 2)
			before := w.size()
			plan, err := w.engine.Rollback(context.Background(), key, 0, "operator:x", true)
			if err != nil || plan.From != 2 || plan.To != 1 || plan.ApplySeq != 3 || w.size() != before {
				t.Fatalf("dry run: %+v, %v, %d events", plan, err, w.size()-before)
			}
			_, err = w.engine.Rollback(context.Background(), key, 0, "operator:x", false)
			w.ok(err)
			w.work()
			if p := w.publication("c"); p.Applied != 3 || p.AppliedVersion != 1 || w.shelf.items["c"].Live != "c version 1" {
				t.Fatalf("after the rollback: %+v", p)
			}
			if a := w.send("c", 3); a.Status != 202 { // the source's own next number is free
				t.Fatalf("version 3: %d %s", a.Status, a.Body)
			}
			want := map[bool]string{false: "c version 3", true: "c version 1"}[keep]
			if got := w.shelf.items["c"].Live; got != want {
				t.Fatalf("after version 3 %q is live, want %q", got, want)
			}
			if !keep {
				return
			}
			_, err = w.engine.Release(context.Background(), key, "operator:x", false)
			w.ok(err)
			w.work()
			if got := w.shelf.items["c"].Live; got != "c version 3" {
				t.Errorf("after the release %q is live", got)
			}
		})
	}
}

func TestRollbackRefusesWhatItCannotDo(t *testing.T) {
	w := newWorld(t)
	w.send("c", 1)
	for to, code := range map[int64]string{0: "nothing_before", 7: "no_such_version"} {
		_, err := w.engine.Rollback(context.Background(), key, to, "operator:x", false)
		if e, ok := errors.AsType[*stet.Error](err); !ok || e.Code != code {
			t.Errorf("rollback to %d: %v, want %s", to, err, code)
		}
	}
}

func TestTriesEndInADeadLetter(t *testing.T) {
	w := newWorld(t)
	w.shelf.fail = stet.Errorf(stet.Unavailable, "unreachable", "connection refused")
	w.send("c", 1)
	w.pass(time.Second) // not yet due: base 2 s, full jitter
	if n := len(w.events("c", stet.AttemptFailed)); n != 1 {
		t.Fatalf("%d tries after one second, want 1", n)
	}
	w.pass(time.Second)
	w.pass(4 * time.Second)
	letters := w.events("c", stet.DeadLettered)
	if len(letters) != 1 || w.publication("c").State != stet.StateDead {
		t.Fatalf("%d dead letters, state %s", len(letters), w.publication("c").State)
	}
	dead := data[stet.Dead](w, letters[0])
	if dead.Class != stet.DeadTargetDown || len(dead.Attempts) != 3 || dead.Advice == "" || !strings.Contains(letters[0].Reason, "connection refused") {
		t.Errorf("the letter says %+v, %q", dead, letters[0].Reason)
	}
	w.shelf.fail = nil
	before := w.size()
	closed, err := w.engine.Redrive(context.Background(), engine.Letters{Class: stet.DeadTargetDown}, "operator:x", true)
	if err != nil || len(closed) != 1 || w.size() != before {
		t.Fatalf("dry run: %v, %v", closed, err)
	}
	_, err = w.engine.Redrive(context.Background(), engine.Letters{All: true}, "operator:x", false)
	w.ok(err)
	w.work()
	if p := w.publication("c"); p.State != stet.StateSettled {
		t.Errorf("after the redrive: %+v", p)
	}
	if _, err := w.engine.Redrive(context.Background(), engine.Letters{}, "operator:x", false); !stet.IsKind(err, stet.Invalid) {
		t.Errorf("a redrive of nothing in particular: %v", err)
	}
}

func TestRefusalsAreNotRetried(t *testing.T) {
	for kind, class := range map[stet.Kind]stet.DeadClass{stet.Configuration: stet.DeadConfiguration, stet.Forbidden: stet.DeadConfiguration, stet.Invalid: stet.DeadContent} {
		w := newWorld(t)
		w.shelf.fail = stet.Errorf(kind, "no", "no")
		w.send("c", 1)
		letters := w.events("c", stet.DeadLettered)
		if len(letters) != 1 || data[stet.Dead](w, letters[0]).Class != class {
			t.Errorf("%s: %d letters", kind, len(letters))
		}
	}
}

func TestDiscardLeavesWhatIsLive(t *testing.T) {
	w := newWorld(t)
	w.send("c", 1)
	w.shelf.fail = stet.Errorf(stet.Invalid, "no", "no")
	w.send("c", 2)
	_, err := w.engine.Discard(context.Background(), engine.Letters{ContentID: "c"}, "operator:x", false)
	w.ok(err)
	w.shelf.fail = nil
	w.pass(time.Hour)
	if p := w.publication("c"); p.AppliedVersion != 1 || p.State != stet.StatePublished || w.shelf.items["c"].Live != "c version 1" {
		t.Errorf("after the discard: %+v", p)
	}
}

func TestATargetsPauseHoldsForAllAndIsNoTry(t *testing.T) {
	w := newWorld(t)
	throttled := stet.Errorf(stet.Throttled, "http_429", "too many requests")
	throttled.RetryAfter = time.Minute
	w.shelf.fail = throttled
	w.send("c", 1)
	w.shelf.fail = nil
	calls := w.shelf.calls
	w.send("c2", 1)
	if w.shelf.calls != calls {
		t.Fatalf("another content called the target %d times during its pause", w.shelf.calls-calls)
	}
	if p := w.publication("c2"); p.Attempts != 0 || p.NotBefore == 0 {
		t.Errorf("the wait counted as a try: %+v", p)
	}
	w.pass(time.Minute)
	if w.shelf.items["c"].Live == "" || w.shelf.items["c2"].Live == "" {
		t.Error("the work did not go on after the pause")
	}
}

// dies runs fn in a process that ends at the failpoint; another process takes its place. The lease stays as it was.
func (w *world) dies(point string, fn func()) {
	w.t.Helper()
	w.cfg.Fail = func(reached string) {
		if reached == point {
			panic("killed")
		}
	}
	w.restart()
	func() {
		defer func() { _ = recover() }()
		fn()
	}()
	w.cfg.Fail, w.cfg.Node = nil, w.cfg.Node+"x"
	w.restart()
}

// crash is a process that dies with the first job in hand.
func (w *world) crash() {
	w.t.Helper()
	w.dies("K2", func() { _ = w.engine.Work(context.Background(), w.jobs[0], w.jobs[0]) })
}

func TestPoisonIsBuriedAfterThreeCrashes(t *testing.T) {
	w := newWorld(t)
	w.dies("K2", func() { w.send("c", 1) })
	for range 2 {
		w.crash()
	}
	w.work()
	letters := w.events("c", stet.DeadLettered)
	if len(letters) != 1 || data[stet.Dead](w, letters[0]).Class != stet.DeadPoison {
		t.Fatalf("%d dead letters", len(letters))
	}
}

func TestAKilledProcessesWorkGoesOn(t *testing.T) {
	w := newWorld(t)
	w.dies("K5:upsert", func() { w.send("c", 1) })
	calls := w.shelf.calls
	w.work()
	if p := w.publication("c"); p.State != stet.StateSettled || w.shelf.calls-calls != 1 {
		t.Errorf("the new process made %d calls, want one look; %+v", w.shelf.calls-calls, p)
	}
}

func TestSlugsThatLookAlikeClash(t *testing.T) {
	w := newWorld(t)
	slug := func(s string) func(*contract.Envelope, *stet.Document) {
		return func(_ *contract.Envelope, d *stet.Document) { d.Slug = s }
	}
	w.send("c1", 1, slug("paypal"))
	for id, s := range map[string]string{"c2": "paypal", "c3": "pаypal", "c4": "PayPal", "c5": "ｐａｙｐａｌ"} {
		w.send(id, 1, slug(s))
		if p := w.publication(id); p.State != stet.StateSlugConflict || w.shelf.items[id].ID != "" {
			t.Errorf("slug %q: %s", s, p.State)
		}
	}
	w.send("c1", 2, slug("renamed"))
	w.send("c2", 2, slug("paypal"))
	if p := w.publication("c2"); p.State != stet.StateSettled {
		t.Errorf("the slug that c1 gave up is still held: %s", p.State)
	}
}

func TestDriftWaitsForAPerson(t *testing.T) {
	for decision, want := range map[string]string{"overwrite": "c version 2", "adopt": "theirs"} {
		w := newWorld(t)
		w.send("c", 1)
		item := w.shelf.items["c"]
		item.Live, item.Draft = "theirs", "theirs"
		w.shelf.items["c"] = item
		w.send("c", 2)
		if p := w.publication("c"); p.State != stet.StateDrifted || w.shelf.items["c"].Live != "theirs" {
			t.Fatalf("%s, %q live", p.State, w.shelf.items["c"].Live)
		}
		if err := w.engine.Decide(context.Background(), key, decision, "something else", "operator:x"); !stet.IsKind(err, stet.Conflict) {
			t.Errorf("a decision about another edit: %v", err)
		}
		w.ok(w.engine.Decide(context.Background(), key, decision, "theirs", "operator:x"))
		w.work()
		if got := w.shelf.items["c"].Live; got != want {
			t.Errorf("after %s %q is live, want %q", decision, got, want)
		}
	}
}

func TestUnpublishAndPublishAgain(t *testing.T) {
	w := newWorld(t)
	down := func(e *contract.Envelope, _ *stet.Document) {
		e.Type, e.IdempotencyKey, e.Attempt = stet.UnpublishRequest, "down", 1
	}
	w.send("c", 1)
	if a := w.send("c", 1, func(e *contract.Envelope, d *stet.Document) { down(e, d); e.IdempotencyKey = "c/1" }); a.Status != 202 {
		t.Fatalf("unpublish of the live version: %d %s", a.Status, a.Body)
	}
	if p := w.publication("c"); p.State != stet.StateUnpublished || w.shelf.items["c"].Public {
		t.Fatalf("after the unpublish: %s", p.State)
	}
	if a := w.send("c", 1, func(e *contract.Envelope, d *stet.Document) { down(e, d); e.IdempotencyKey = "c/1" }); a.Status != 200 {
		t.Errorf("the same again: %d %s", a.Status, a.Body)
	}
	w.send("c", 2)
	if !w.shelf.items["c"].Public || w.shelf.items["c"].Live != "c version 2" {
		t.Errorf("after version 2: %+v", w.shelf.items["c"])
	}
}

func TestPublishAtWaits(t *testing.T) {
	w := newWorld(t)
	w.send("c", 1, func(_ *contract.Envelope, d *stet.Document) { d.PublishAt = w.now.Add(time.Hour).Format(time.RFC3339) })
	w.pass(59 * time.Minute)
	if len(w.shelf.items) > 0 {
		t.Fatal("published before its time")
	}
	w.pass(time.Minute)
	if len(w.shelf.items) == 0 {
		t.Error("not published at its time")
	}
}

// TestTheQueueCanBeMadeAgain: the rows know what is to be done; jobs that were lost are asked for again.
func TestTheQueueCanBeMadeAgain(t *testing.T) {
	w := newWorld(t)
	w.cfg.Fail = func(point string) {
		if point == "K1" {
			w.jobs = nil // the queue loses everything
		}
	}
	w.restart()
	w.send("c", 1)
	w.pass(15 * time.Second)
	w.jobs = nil
	w.pass(15 * time.Second)
	w.pass(15 * time.Second)
	if w.shelf.items["c"].Live != "c version 1" {
		t.Error("the work was lost with its jobs")
	}
}

func TestTheSameDeliveryGetsTheSameBytes(t *testing.T) {
	w := newWorld(t)
	env := contract.Wrap(contract.Envelope{Type: stet.PublishRequest, ContentID: "c", Version: 1, OccurredAt: w.now, Source: "src"},
		stet.Document{Title: "t", Slug: "c", Body: stet.Body{Format: "markdown", Text: "x"}})
	body, err := contract.Encode(env)
	w.ok(err)
	arrival := engine.Arrival{Source: "src", Delivery: "same", Body: body, Stored: body, Envelope: env}
	first, err := w.engine.Accept(context.Background(), arrival)
	w.ok(err)
	w.work()
	w.restart()
	again, err := w.engine.Accept(context.Background(), arrival)
	if err != nil || again.Status != first.Status || !slices.Equal(again.Body, first.Body) {
		t.Errorf("first %d %s, again %d %s (%v)", first.Status, first.Body, again.Status, again.Body, err)
	}
	arrival.Body = append(slices.Clone(body), ' ')
	if a, err := w.engine.Accept(context.Background(), arrival); err != nil || a.Status != 422 || !a.Final {
		t.Errorf("the same id with other bytes: %+v, %v", a, err)
	}
}

// TestRowsAreTheFoldOfTheLog: after all that operators and sources do, the rows are what the log says.
func TestRowsAreTheFoldOfTheLog(t *testing.T) {
	w := newWorld(t)
	w.send("c", 1)
	w.send("c", 3)
	w.send("c", 2)
	_, err := w.engine.Rollback(context.Background(), key, 0, "operator:x", false)
	w.ok(err)
	w.work()
	w.shelf.fail = stet.Errorf(stet.Invalid, "no", "no")
	w.send("c", 4)
	w.ok(w.db.View(context.Background(), func(r state.Reader) error {
		differences, err := store.Check(r)
		if len(differences) > 0 {
			t.Errorf("%v", differences)
		}
		return err
	}))
}

func TestProblemDocumentsCarryTheirDetails(t *testing.T) {
	err := stet.Errorf(stet.Conflict, "stale_version", "stale")
	err.Details = map[string]any{"stored": 14}
	raw, _ := json.Marshal(engine.ProblemOf(err))
	if !strings.Contains(string(raw), `"stored":14`) || !strings.Contains(string(raw), `"status":409`) {
		t.Errorf("%s", raw)
	}
	if p := engine.ProblemOf(errors.New("password=hunter2")); strings.Contains(p.Detail, "hunter2") || p.Status != 500 {
		t.Errorf("an internal error is told as %+v", p)
	}
}

// TestCrashesOfAnotherApplyDoNotCount: a version that was never in hand when the process died is not poison.
func TestCrashesOfAnotherApplyDoNotCount(t *testing.T) {
	w := newWorld(t)
	w.dies("K2", func() { w.send("c", 1) })
	w.crash()
	w.crash()
	publish := w.jobs
	w.jobs = nil // the worker gets to it only after version 2 has come
	w.send("c", 2)
	w.jobs = publish
	w.work()
	if n := len(w.events("c", stet.DeadLettered)); n != 0 || w.shelf.items["c"].Live != "c version 2" {
		t.Errorf("%d dead letters, %q live", n, w.shelf.items["c"].Live)
	}
}
