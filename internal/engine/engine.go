// Package engine is the only writer of state: it takes events in, judges them, brings publications to their desired
// state, and carries out what operators decide. Every change is an event; the rows follow by themselves.
package engine

import (
	"context"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"stet"
	"stet/connector"
	"stet/internal/publish"
	"stet/internal/state"
	"stet/internal/store"
)

// Source is who may send events, and about what.
type Source struct {
	Name         string
	Contents     []string // patterns of content ids it may touch (path.Match); empty: all
	Targets      []string // where it may publish, and does when an event names no target
	PublishDraft bool     // draft_ready publishes too, once the gates pass
	MaxJump      int64    // how far a version may jump ahead; a slip there would lock the source out. 0: 10^13
}

// Target is a configured place to publish to.
type Target struct {
	Name        string
	Kind        string
	Connector   connector.Connector
	Policy      publish.Policy
	SlugScope   string        // targets with one scope share their slugs; empty: the target's own
	CallTimeout time.Duration // of one call; 20 s
	MaxAttempts int64         // tries before a dead letter; 12
	Backoff     time.Duration // after the first failed try, doubling; 2 s
	MaxBackoff  time.Duration // 30 min
	BaseURL     string        // of its pages, for links between them; empty: not known
	KeepHold    bool          // after a rollback, newer versions wait until an operator releases them
}

// Observer is told what was committed, and of every call to a target; for metrics and traces.
type Observer interface {
	Committed(events []stet.Event)
	Called(target string, call publish.CallKind, took time.Duration, err error)
	Span(ctx context.Context, key, name string) (context.Context, func(error))
}

// Config is what an Engine needs besides its store.
type Config struct {
	Sources  []Source
	Targets  []Target
	Gate     Gate
	Reviser  Reviser // nil: a document that failed is not changed
	Observer Observer
	Log      *slog.Logger
	Node     string        // this process start; owners of leases begin with it
	NodeTTL  time.Duration // a node without a sign of life for so long is dead; 0: nodes are never dead
	Lease    time.Duration // 60 s
	Crashes  int64         // lost leases in a row before work counts as poison; 3
	NewID    func() string // ids of events, unique for ever
	Rand     func() float64
	Pause    func(ctx context.Context, d time.Duration) error
	Now      func() time.Time   // the local clock, for deadlines only
	Fail     func(point string) // named failpoints, for tests that kill the process
	Off      publish.Off

	ResubmitFor time.Duration // how long a refused version may be sent again with other text; DefaultResubmitFor
}

// Engine does the work. Its methods may be called by many goroutines and on many nodes.
type Engine struct {
	db      *store.DB
	cfg     Config
	sources map[string]Source
	targets map[string]Target
	scopes  []string // of slugs, each once
	log     *slog.Logger
	marker  markerKey
}

// New makes an Engine. Open must be called before it works.
func New(db *store.DB, cfg Config) *Engine {
	cfg.setDefaults()
	e := &Engine{db: db, cfg: cfg, sources: map[string]Source{}, targets: map[string]Target{}, log: cfg.Log}
	for _, s := range cfg.Sources {
		if s.MaxJump == 0 {
			s.MaxJump = 1e13
		}
		e.sources[s.Name] = s
	}
	for _, t := range cfg.Targets {
		t.setDefaults()
		e.targets[t.Name] = t
		if !slices.Contains(e.scopes, t.SlugScope) {
			e.scopes = append(e.scopes, t.SlugScope)
		}
	}
	return e
}

func (c *Config) setDefaults() {
	setDefault(&c.Lease, 60*time.Second)
	setDefault(&c.Crashes, 3)
	setDefault(&c.ResubmitFor, DefaultResubmitFor)
	if c.Gate == nil {
		c.Gate = passAll{}
	}
	if c.Observer == nil {
		c.Observer = blind{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.NewID == nil {
		c.NewID = func() string { return ulid.Make().String() }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Pause == nil {
		c.Pause = pause
	}
	if c.Rand == nil {
		c.Rand = randFloat
	}
	if c.Fail == nil {
		c.Fail = func(string) {}
	}
}

func (t *Target) setDefaults() {
	setDefault(&t.CallTimeout, 20*time.Second)
	setDefault(&t.MaxAttempts, 12)
	setDefault(&t.Backoff, 2*time.Second)
	setDefault(&t.MaxBackoff, 30*time.Minute)
	if t.SlugScope == "" {
		t.SlugScope = t.Name
	}
}

func setDefault[T ~int64](to *T, value T) {
	if *to == 0 {
		*to = value
	}
}

func (s Source) mayTouch(contentID string) bool {
	if len(s.Contents) == 0 {
		return true
	}
	for _, pattern := range s.Contents {
		if ok, _ := path.Match(pattern, contentID); ok || strings.HasSuffix(pattern, "/**") && strings.HasPrefix(contentID, strings.TrimSuffix(pattern, "**")) {
			return true
		}
	}
	return false
}

// unit is one transaction of the engine: the store's, plus the giving of event ids. The ids are made before the
// transaction, so that a repeat of it appends the same events.
type unit struct {
	*store.Tx
	id     string
	events []stet.Event
}

func (u *unit) append(events ...stet.Event) error {
	for _, e := range events {
		e.ID = fmt.Sprintf("%s.%d", u.id, len(u.events))
		u.events = append(u.events, e)
		if err := u.Append(e); err != nil {
			return err
		}
	}
	return nil
}

// update runs fn in one transaction, and tells the observer what was committed. ahead is what fn is known to read.
func (e *Engine) update(ctx context.Context, fn func(*unit) error, ahead ...store.Read) error {
	id := e.cfg.NewID()
	var events []stet.Event
	err := e.db.Update(ctx, func(tx *store.Tx) error {
		u := &unit{Tx: tx, id: id}
		err := fn(u)
		events = u.events
		return err
	}, ahead...)
	if err == nil && len(events) > 0 {
		e.cfg.Observer.Committed(events)
	}
	return err
}

// publication loads the row of a key; it is new where there is none.
func publication(r state.Reader, key stet.Key) (*state.Publication, error) {
	p := &state.Publication{ContentID: key.ContentID, Target: key.Target, State: stet.StateIdle}
	_, err := r.Get(p)
	return p, err
}

func ofKey(key stet.Key) map[string]any {
	return map[string]any{"content_id": key.ContentID, "target": key.Target}
}
