package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/state"
)

// header sets or, with no value, removes a header after signing.
func header(name string, values ...string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del(name)
		for _, v := range values {
			r.Header.Add(name, v)
		}
	}
}

// refuses delivers an event that must be refused and must leave nothing behind.
func (w *world) refuses(t *testing.T, d delivery, status int) {
	t.Helper()
	if d.id == "" {
		d.id = "msg_refused"
	}
	if d.body == "" {
		d.body = event("news/refused", 1, "Refused")
	}
	got := w.deliver(d)
	if got.status != status || got.code() == "" || got.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %d %s, want %d", got.status, got.body, status)
	}
	if n := len(w.rows(&state.Entry{})) + len(w.rows(&state.Delivery{})); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func (w *world) rows(of state.Row) (rows []state.Row) {
	w.t.Helper()
	err := w.app.DB().View(w.t.Context(), func(r state.Reader) (err error) {
		rows, err = r.Find(of, state.Query{})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// The cases of the threat model that concern signatures; none of the refused may write a row.
func TestSecuritySignatures(t *testing.T) {
	w := newWorld(t)
	t.Run("case_01_no_signature", func(t *testing.T) {
		for _, name := range []string{contract.HeaderSignature, contract.HeaderID, contract.HeaderTimestamp} {
			w.refuses(t, delivery{change: header(name)}, 401)
		}
	})
	t.Run("case_02_wrong_secret", func(t *testing.T) {
		_, text := contract.NewSecret()
		w.refuses(t, delivery{secret: text}, 401)
	})
	t.Run("case_03_one_byte_changed", func(t *testing.T) {
		body := event("news/refused", 1, "Refused")
		good := contract.Sign(secret(t, canarySigning), "msg_refused", w.now(), []byte(body))
		w.refuses(t, delivery{body: strings.Replace(body, "Refused", "Refuser", 1), change: header(contract.HeaderSignature, good)}, 401)
	})
	t.Run("case_04_secret_of_another_source", func(t *testing.T) { w.refuses(t, delivery{secret: canaryOther}, 401) })
	t.Run("case_07_ten_thousand_signatures", func(t *testing.T) {
		w.refuses(t, delivery{change: header(contract.HeaderSignature, strings.Repeat("v1,AA== ", 3000))}, 400)
		r := w.build(delivery{id: "msg_refused", body: "{}", change: header(contract.HeaderSignature, strings.Repeat("v1,AA== ", 10000))})
		if got := w.do(r); got.status != 431 { // over the limit of all headers, before anything of ours runs
			t.Errorf("got %d", got.status)
		}
	})
	t.Run("case_08_other_schemes", func(t *testing.T) {
		good := contract.Sign(secret(t, canarySigning), "msg_refused", w.now(), []byte(event("news/refused", 1, "Refused")))
		for _, value := range []string{"v0" + good[2:], "none", "v1,", "v1a," + good[3:], good[3:], "V1" + good[2:], "v2" + good[2:]} {
			w.refuses(t, delivery{change: header(contract.HeaderSignature, value)}, 401)
		}
	})
	t.Run("case_10_old_and_future_timestamps", func(t *testing.T) {
		for _, off := range []time.Duration{-302 * time.Second, 302 * time.Second} {
			w.refuses(t, delivery{at: w.now().Add(off)}, 401)
		}
	})
	t.Run("case_11_malformed_timestamps", func(t *testing.T) {
		for _, value := range []string{"1e9", "+1", "1 1", strings.Repeat("1", 20), "-1", "1.5", "0x1"} {
			w.refuses(t, delivery{change: header(contract.HeaderTimestamp, value)}, 400)
		}
	})
	t.Run("case_12_dot_in_webhook_id", func(t *testing.T) {
		w.refuses(t, delivery{id: "msg.1"}, 400)
	})
}

func TestSecurityAcceptedSignatures(t *testing.T) {
	w := newWorld(t)
	accepted := func(t *testing.T, d delivery) {
		t.Helper()
		d.body = event("news/"+d.id, 1, "One")
		if got := w.deliver(d); got.status != 202 {
			t.Errorf("got %d %s", got.status, got.body)
		}
	}
	t.Run("case_05_old_secret_during_rotation", func(t *testing.T) { accepted(t, delivery{id: "m5", secret: canaryOld}) })
	t.Run("case_06_first_of_two_signatures_wrong", func(t *testing.T) {
		accepted(t, delivery{id: "m6", change: func(r *http.Request) {
			r.Header.Set(contract.HeaderSignature, "v1,AAAA "+r.Header.Get(contract.HeaderSignature))
		}})
	})
	t.Run("case_10_within_the_tolerance", func(t *testing.T) {
		accepted(t, delivery{id: "m10a", at: w.now().Add(-290 * time.Second)})
		accepted(t, delivery{id: "m10b", at: w.now().Add(290 * time.Second)})
	})
}

func TestSecurityReplay(t *testing.T) {
	w := newWorld(t)
	t.Run("case_05_after_the_rotation", func(t *testing.T) {
		later := start(t, settings(t), func() time.Time { return rotationEnds })
		later.refuses(t, delivery{secret: canaryOld}, 401)
	})
	t.Run("case_13_same_id_same_bytes", func(t *testing.T) {
		for _, d := range []delivery{{id: "r1", body: event("news/r", 5, "One")}, {id: "r2", body: event("news/r", 4, "Old")}} {
			first, again := w.deliver(d), w.deliver(d)
			if first.status != again.status || first.body != again.body || first.header.Get("Webhook-Delivery") != again.header.Get("Webhook-Delivery") {
				t.Errorf("first %d %s, then %d %s", first.status, first.body, again.status, again.body)
			}
		}
	})
	t.Run("case_14_same_id_other_body", func(t *testing.T) {
		expect(t, w.deliver(delivery{id: "r1", body: event("news/r", 6, "One")}), 422, "idempotency_mismatch")
	})
	t.Run("case_15_a_hundred_at_once", func(t *testing.T) {
		answers := make([]reply, 100)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = w.deliver(delivery{id: "r15", body: event("news/hundred", 1, "One")}) })
		}
		all.Wait()
		for _, a := range answers {
			if a.status != 202 || a.body != answers[0].body {
				t.Fatalf("got %d %s and %d %s", a.status, a.body, answers[0].status, answers[0].body)
			}
		}
		w.until("news%2Fhundred", stet.PublishSettled)
		if n := w.count(stet.ApplyQueued, "news/hundred"); n != 1 {
			t.Errorf("%d applies", n)
		}
	})
	t.Run("case_80_flood_of_older_versions", func(t *testing.T) {
		w.deliver(delivery{id: "f0", body: event("news/flood", 1000, "New")})
		w.until("news%2Fflood", stet.PublishSettled)
		intents := len(w.rows(&state.Intent{}))
		for i := range 100 {
			expect(t, w.deliver(delivery{id: fmt.Sprint("f", i+1), body: event("news/flood", int64(i+1), "Old")}), 409, "stale_version")
		}
		if n := len(w.rows(&state.Intent{})); n != intents {
			t.Errorf("the target was called: %d intents, before %d", n, intents)
		}
	})
	t.Run("case_81_largest_version", func(t *testing.T) {
		expect(t, w.deliver(delivery{id: "j1", body: event("news/jump", stet.MaxVersion, "Jump")}), 409, "version_jump")
		expect(t, w.deliver(delivery{id: "j2", body: event("news/jump", 1, "One")}), 202, "")
	})
	t.Run("case_82_same_version_other_content", func(t *testing.T) {
		expect(t, w.deliver(delivery{id: "c1", body: event("news/conflict", 1, "One")}), 202, "")
		expect(t, w.deliver(delivery{id: "c2", body: event("news/conflict", 1, "Two")}), 409, "version_conflict")
		if n := w.count(stet.VersionConflict, "news/conflict"); n != 1 {
			t.Errorf("%d events in the log", n)
		}
	})
}

// count gives how many events of a type a content has.
func (w *world) count(kind stet.EventType, contentID string) (n int) {
	w.t.Helper()
	for _, row := range w.rows(&state.Entry{}) {
		if e := row.(*state.Entry); e.Type == kind && e.ContentID == contentID {
			n++
		}
	}
	return n
}

// The clock of a node decides about timestamps of deliveries alone; the order of versions is no matter of time.
func TestSecurityClock(t *testing.T) {
	c := settings(t)
	day, now := 24*time.Hour, time.Now()
	for i, off := range []time.Duration{0, day, -day} {
		w := start(t, c, func() time.Time { return now.Add(off) })
		t.Run(fmt.Sprintf("case_90_clock_off_by_%s", off), func(t *testing.T) {
			id := fmt.Sprint("t", i)
			expect(t, w.deliver(delivery{id: id, body: event("news/clock", int64(i+2), id)}), 202, "")
			w.until("news%2Fclock", stet.PublishSucceeded)
			for end := now.Add(patience); w.live("news/clock") != int64(i+2); {
				w.ask(canaryViewer, "/v1/contents/news%2Fclock/timeline?after=1000000&wait=1", "")
				if time.Now().After(end) {
					t.Fatalf("version %d is live, want %d", w.live("news/clock"), i+2)
				}
			}
			expect(t, w.deliver(delivery{id: id + "old", body: event("news/clock", 1, "Old")}), 409, "stale_version")
		})
		if err := w.app.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) live(contentID string) int64 {
	for _, row := range w.rows(&state.Publication{}) {
		if p := row.(*state.Publication); p.ContentID == contentID {
			return p.AppliedVersion
		}
	}
	return 0
}
