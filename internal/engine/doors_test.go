package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stet"
	"stet/connector"
	"stet/contract"
	"stet/internal/engine"
	"stet/internal/state"
	"stet/internal/store"
)

// ladder is a gate that passes documents whose summary is a number not below its threshold, and what is waived.
type ladder struct {
	threshold  int
	broken     bool
	panics     bool
	suggestion string // what the reviser makes of a summary; it calls every change a success

	edit          func(*stet.Document) // what the reviser does besides
	reviserBroken error
	meanwhile     func() // runs while the reviser works
}

func (g *ladder) Policy() string { return fmt.Sprint("ladder@", g.threshold) }

func (*ladder) CheckWaiver(w stet.Waived, now time.Time) error {
	if stet.Time(w.Until).After(now.Add(maxWaiver)) {
		return stet.Errorf(stet.Invalid, "bad_waiver", "too long")
	}
	return nil
}

const maxWaiver = 24 * time.Hour

func (g *ladder) passes(doc stet.Document, waivers []stet.Waived) bool {
	quality, err := strconv.Atoi(doc.Summary)
	for _, w := range waivers {
		if w.Hash == doc.Summary {
			return true
		}
	}
	return err == nil && quality >= g.threshold
}

func (g *ladder) Judge(_ context.Context, c engine.Case) (engine.Judgement, error) {
	switch {
	case g.panics:
		panic("out of its mind")
	case g.broken:
		return engine.Judgement{Verdict: stet.Verdict{Passed: true, Policy: g.Policy()}}, errors.New("out of order")
	}
	return engine.Judgement{Verdict: stet.Verdict{Passed: g.passes(c.Doc, inForce(c)), Policy: g.Policy(), Score: 1}, Revisable: g.suggestion != ""}, nil
}

func inForce(c engine.Case) (list []stet.Waived) {
	for _, w := range c.Waivers {
		if stet.Time(w.Until).After(c.Now) {
			list = append(list, w)
		}
	}
	return list
}

func (g *ladder) Revise(_ context.Context, c engine.Case) (*engine.Round, error) {
	doc := c.Doc
	doc.Summary = g.suggestion
	if g.edit != nil {
		g.edit(&doc)
	}
	if g.meanwhile != nil {
		g.meanwhile()
	}
	if g.reviserBroken != nil {
		return nil, g.reviserBroken
	}
	return &engine.Round{Revised: stet.Revised{By: "reviser", Kept: true, Why: "trust me"}, Doc: doc}, nil
}

// doors plays with everything that can make stet write to a target, while the shelf checks each write.
type doors struct {
	*world
	t       *rapid.T
	gate    *ladder
	version int64
	texts   map[int64]string // summary of each version as it was sent last
	broken  []string
}

func (d *doors) envelope(version int64, summary string, t stet.EventType) contract.Envelope {
	head := contract.Envelope{Type: t, ContentID: "c", Version: version, OccurredAt: d.now, Source: "src"}
	doc := stet.Document{Title: fmt.Sprintf("version %d %s", version, summary), Slug: "c", Summary: summary, Body: stet.Body{Format: "markdown", Text: "text"}}
	return contract.Wrap(head, doc)
}

func (d *doors) arrive(version int64, summary, token string, t stet.EventType) engine.Answer {
	env := d.envelope(version, summary, t)
	if t == stet.UnpublishRequest {
		env.Data.Content = nil
		env.IdempotencyKey, env.Attempt = fmt.Sprint("down", version), 1
	}
	body, err := contract.Encode(env)
	d.ok(err)
	d.sent++
	a, err := d.engine.Accept(context.Background(), engine.Arrival{Source: "src", Delivery: fmt.Sprint("d", d.sent), Body: body, Stored: body, Envelope: env, Resubmission: token})
	d.ok(err)
	return a
}

// try does some of the waiting jobs; they may fail, as in a queue.
func (d *doors) try(n int) {
	for i := 0; i < n && len(d.jobs) > 0; i++ {
		job := d.jobs[0]
		if err := d.engine.Work(context.Background(), job, job); err != nil {
			d.jobs = append(d.jobs[1:], job)
		}
	}
}

// watch lets the shelf say what it was given that it must not have.
func (d *doors) watch(w connector.Write) {
	waivers, err := []stet.Waived(nil), error(nil)
	d.ok(d.db.View(context.Background(), func(r state.Reader) error { waivers, err = engine.Waivers(r, "c"); return err }))
	if !d.gate.passes(w.Doc, waivers) {
		d.broken = append(d.broken, fmt.Sprintf("%q was written by policy %s", w.Doc.Title, d.gate.Policy()))
	}
}

func (d *doors) token() string {
	var token string
	d.ok(d.db.View(context.Background(), func(r state.Reader) error {
		rev := &state.Revision{ContentID: "c", Version: d.version}
		_, err := r.Get(rev)
		token, _ = d.engine.ResubmissionToken(rev)
		return err
	}))
	return token
}

func quality(t *rapid.T) string { return fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "quality")) }

func (d *doors) actions() map[string]func(*rapid.T) {
	ctx, operator := context.Background(), "operator:x"
	incoming := rapid.SampledFrom([]stet.EventType{stet.DraftReady, stet.PublishRequest})
	return map[string]func(*rapid.T){
		"newer version": func(t *rapid.T) {
			d.version++
			d.texts[d.version] = quality(t)
			d.arrive(d.version, d.texts[d.version], "", incoming.Draw(t, "type"))
		},
		"older version": func(t *rapid.T) {
			v := int64(rapid.IntRange(1, int(d.version)+1).Draw(t, "version"))
			if d.texts[v] != "" {
				d.arrive(v, d.texts[v], "", incoming.Draw(t, "type"))
			}
		},
		"another text": func(t *rapid.T) {
			if d.version > 0 {
				d.arrive(d.version, quality(t), "", stet.PublishRequest)
			}
		},
		"resubmission": func(t *rapid.T) {
			token := d.token()
			if token == "" {
				return
			}
			text := quality(t)
			if a := d.arrive(d.version, text, token, stet.PublishRequest); a.Status == 202 {
				d.texts[d.version] = text
				if again := d.arrive(d.version, text+"0", token, stet.PublishRequest); again.Status != 409 {
					t.Fatalf("a token was good twice: %d", again.Status)
				}
			}
		},
		"unpublish": func(*rapid.T) {
			if d.version > 0 {
				d.arrive(d.version, "", "", stet.UnpublishRequest)
			}
		},
		"rollback": func(t *rapid.T) {
			to := int64(rapid.IntRange(0, int(d.version)).Draw(t, "to"))
			_, _ = d.engine.Rollback(ctx, key, to, operator, rapid.Bool().Draw(t, "dry"))
		},
		"release": func(*rapid.T) { _, _ = d.engine.Release(ctx, key, operator, false) },
		"redrive": func(*rapid.T) { _, _ = d.engine.Redrive(ctx, engine.Letters{All: true}, operator, false) },
		"decide": func(t *rapid.T) {
			_ = d.engine.Decide(ctx, key, rapid.SampledFrom([]string{"overwrite", "adopt", "detach"}).Draw(t, "decision"), "", operator)
		},
		"waive": func(t *rapid.T) {
			_ = d.engine.Waive(ctx, "c", stet.Waived{Rule: "R", Hash: quality(t), Reason: "because", By: operator,
				Until: stet.Millis(d.now.Add(time.Hour))}, rapid.Bool().Draw(t, "dry"))
		},
		"edit there": func(*rapid.T) {
			if item, ok := d.shelf.items["c"]; ok {
				item.Live, item.Draft = "theirs", "theirs"
				d.shelf.items["c"] = item
			}
		},
		"remove there":   func(*rapid.T) { delete(d.shelf.items, "c") },
		"work":           func(t *rapid.T) { d.try(rapid.IntRange(1, 4).Draw(t, "jobs")) },
		"lose the queue": func(*rapid.T) { d.jobs = nil },
		"let time pass": func(t *rapid.T) {
			d.now = d.now.Add(time.Duration(rapid.IntRange(1, 5000).Draw(t, "seconds")) * time.Second)
			_, err := d.engine.Reconcile(ctx)
			d.ok(err)
		},
		"restart": func(*rapid.T) { d.cfg.Node += "x"; d.restart() },
		"another policy": func(t *rapid.T) {
			d.gate.threshold = rapid.IntRange(1, 9).Draw(t, "threshold")
			d.restart()
		},
		"the gate changes": func(t *rapid.T) {
			d.gate.broken, d.gate.panics = rapid.IntRange(0, 4).Draw(t, "broken") == 0, rapid.IntRange(0, 4).Draw(t, "panics") == 0
			d.gate.suggestion = rapid.SampledFrom([]string{"", "0", "5", "9", "other"}).Draw(t, "suggestion")
		},
		"the target changes": func(t *rapid.T) {
			d.shelf.fail = rapid.SampledFrom([]error{nil, nil, stet.Errorf(stet.Unavailable, "unreachable", "connection refused"),
				stet.Errorf(stet.Invalid, "no", "no")}).Draw(t, "failure")
		},
	}
}

// often are the actions without which nothing comes of the others.
var often = []string{"work", "work", "work", "work", "newer version", "newer version", "another policy", "rollback", "let time pass", "let time pass"}

// TestNothingBelowTheThresholdReachesATarget: whatever door something comes through, and whatever happens meanwhile, a
// target is never given a document that the policy of now refuses.
func TestNothingBelowTheThresholdReachesATarget(t *testing.T) {
	written := 0
	rapid.Check(t, func(rt *rapid.T) {
		gate := &ladder{threshold: 5}
		d := &doors{t: rt, gate: gate, texts: map[int64]string{}}
		d.world = newWorld(t, func(c *engine.Config) {
			c.Gate, c.Reviser = gate, gate
			c.Sources[0].PublishDraft = true
			c.Targets[0].KeepHold = rapid.Bool().Draw(rt, "hold")
		})
		d.shelf.watch = func(w connector.Write) { written++; d.watch(w) }
		actions := d.actions()
		names := append(slices.Sorted(maps.Keys(actions)), often...)
		for range 80 {
			actions[rapid.SampledFrom(names).Draw(rt, "action")](rt)
		}
		gate.broken, gate.panics, d.shelf.fail = false, false, nil
		for range 20 {
			d.now = d.now.Add(time.Hour)
			_, err := d.engine.Reconcile(context.Background())
			d.ok(err)
			d.try(10)
		}
		if len(d.jobs) > 0 {
			rt.Errorf("the work does not end: %v", d.jobs)
		}
		if len(d.broken) > 0 {
			rt.Errorf("%s", strings.Join(d.broken, "; "))
		}
		d.ok(d.db.View(context.Background(), func(r state.Reader) error {
			differences, err := store.Check(r)
			if len(differences) > 0 {
				rt.Errorf("the rows are not the fold of the log: %v", differences)
			}
			return err
		}))
	})
	if written == 0 {
		t.Error("nothing was ever written: the test proves nothing")
	}
}
