package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"stet"
	"stet/connector"
	"stet/contract"
	"stet/internal/engine"
	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/memory"
)

// world is an engine on a memory store with a hand-cranked queue and clock, and one target: a shelf.
type world struct {
	t      *testing.T
	now    time.Time
	db     *store.DB
	engine *engine.Engine
	shelf  *shelf
	jobs   []store.Job
	sent   int
	cfg    engine.Config

	token     string // the resubmission token that send sends
	queueOnly bool   // send leaves its work waiting
}

func newWorld(t *testing.T, edit ...func(*engine.Config)) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), shelf: &shelf{items: map[string]connector.Item{}}}
	w.db = memory.Open(store.Options{Synchronous: true, Now: func() time.Time { return w.now }})
	w.db.Use(w)
	w.cfg = engine.Config{Node: "node1", Now: func() time.Time { return w.now }, Rand: func() float64 { return 1 },
		Sources: []engine.Source{{Name: "src", Targets: []string{"shelf"}, Contents: []string{"c*"}}},
		Targets: []engine.Target{{Name: "shelf", Connector: w.shelf, MaxAttempts: 3}}}
	for _, e := range edit {
		e(&w.cfg)
	}
	w.restart()
	return w
}

// restart is a new process on the same store.
func (w *world) restart() {
	w.engine = engine.New(w.db, w.cfg)
	w.ok(w.engine.Open(context.Background()))
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// Write keeps unique jobs; a completed one is the first of its kind.
func (w *world) Write(_ context.Context, tx any, insert []store.Job, complete []store.Claim) error {
	t := tx.(*memory.Tx)
	for _, c := range complete {
		t.OnCommit(func() { w.jobs = slices.DeleteFunc(w.jobs, func(j store.Job) bool { return j == c.(store.Job) }) })
	}
	for _, job := range insert {
		t.OnCommit(func() {
			if !slices.Contains(w.jobs, job) {
				w.jobs = append(w.jobs, job)
			}
		})
	}
	return nil
}

func (w *world) Committed([]store.Job) {}

// work does the waiting jobs, and those that they ask for.
func (w *world) work() {
	w.t.Helper()
	for n := 0; len(w.jobs) > 0; n++ {
		if n > 100 {
			w.t.Fatal("the jobs do not end")
		}
		w.ok(w.engine.Work(context.Background(), w.jobs[0], w.jobs[0]))
	}
}

// pass lets time go by, and the reconciler see what is due.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.now = w.now.Add(d)
	_, err := w.engine.Reconcile(context.Background())
	w.ok(err)
	w.work()
}

// send delivers a version and does the work it causes.
func (w *world) send(id string, version int64, edit ...func(*contract.Envelope, *stet.Document)) engine.Answer {
	w.t.Helper()
	head := contract.Envelope{Type: stet.PublishRequest, ContentID: id, Version: version, OccurredAt: w.now, Source: "src"}
	doc := stet.Document{Title: fmt.Sprintf("%s version %d", id, version), Slug: id, Body: stet.Body{Format: "markdown", Text: "text"}}
	for _, e := range edit {
		e(&head, &doc)
	}
	env := contract.Wrap(head, doc)
	if head.Type == stet.UnpublishRequest {
		env.Data.Content = nil
	}
	body, err := contract.Encode(env)
	w.ok(err)
	w.sent++
	answer, err := w.engine.Accept(context.Background(), engine.Arrival{Source: "src", Delivery: fmt.Sprint("d", w.sent), Body: body, Stored: body, Envelope: env,
		Resubmission: w.token})
	w.ok(err)
	if !w.queueOnly {
		w.work()
	}
	return answer
}

func (w *world) publication(id string) *state.Publication {
	p := &state.Publication{ContentID: id, Target: "shelf"}
	w.ok(w.db.View(context.Background(), func(r state.Reader) error { _, err := r.Get(p); return err }))
	return p
}

func (w *world) events(id string, types ...stet.EventType) (found []stet.Event) {
	w.ok(w.db.View(context.Background(), func(r state.Reader) error {
		entries, err := state.All[*state.Entry](r, state.Query{Equal: map[string]any{"content_id": id}})
		for _, e := range entries {
			if len(types) == 0 || slices.Contains(types, e.Type) {
				found = append(found, e.Event())
			}
		}
		return err
	}))
	return found
}

func (w *world) size() int {
	n := 0
	w.ok(w.db.View(context.Background(), func(r state.Reader) error {
		entries, err := state.All[*state.Entry](r, state.Query{})
		n = len(entries)
		return err
	}))
	return n
}

func data[T any](w *world, e stet.Event) (d T) {
	w.ok(json.Unmarshal(e.Data, &d))
	return d
}

// shelf is a target of class E in memory.
type shelf struct {
	items map[string]connector.Item
	calls int
	fail  error
	watch func(connector.Write) // sees every write that is tried
}

func (*shelf) Capabilities() connector.Capabilities {
	return connector.Capabilities{Class: connector.File, Upsert: true, StrongLookup: true, Unpublish: true}
}

func (*shelf) Fingerprint(w connector.Write) (string, error) { return w.Doc.Title, nil }

func (s *shelf) Find(_ context.Context, w connector.Write) ([]connector.Item, error) {
	s.calls++
	if s.fail != nil {
		return nil, s.fail
	}
	if item, ok := s.items[w.Key.ContentID]; ok {
		return []connector.Item{item}, nil
	}
	return nil, nil
}

func (s *shelf) Read(_ context.Context, id string) (connector.Item, error) {
	s.calls++
	if item, ok := s.items[id]; ok && s.fail == nil {
		return item, nil
	}
	return connector.Item{}, s.fail
}

func (s *shelf) Upsert(_ context.Context, w connector.Write) (connector.Item, error) {
	s.calls++
	if s.watch != nil {
		s.watch(w)
	}
	item := connector.Item{ID: w.Key.ContentID, Slug: w.Doc.Slug, URL: "https://example.com/news/" + w.Doc.Slug + "/", Public: true, Live: w.Doc.Title, Draft: w.Doc.Title, Seq: w.ApplySeq}
	if s.fail == nil {
		s.items[item.ID] = item
	}
	return item, s.fail
}

func (s *shelf) Unpublish(_ context.Context, id string, w connector.Write) error {
	s.calls++
	item := s.items[id]
	item.Public, item.Live, item.Draft, item.Seq = false, "", "", w.ApplySeq
	s.items[id] = item
	return s.fail
}
