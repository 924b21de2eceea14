// Package connectortest is the suite that every connector must pass: it drives the connector with the real engine
// through faults, races and people, and asks the CMS itself, not stet, what came of it.
//
// A connector's test is about twenty lines:
//
//	func TestConformance(t *testing.T) {
//		cms := fake.New(...)
//		connectortest.Run(t, connectortest.Config{
//			Spec:   ghost.Spec(),
//			Target: cms.URL,
//			Open: func(t connectortest.T, at connectortest.At) connector.Connector {
//				return connectortest.Open(t, ghost.Spec(), at, map[string]string{"url": at.BaseURL, "key": key(at.Wrong)})
//			},
//			Judge: cms, Person: cms, Against: "fake", Secrets: []string{secret},
//		})
//	}
//
// A part is skipped for two reasons only: the connector does not declare the capability, or Config.Deviations names
// the test and says why.
package connectortest

import (
	"context"
	"log/slog"
	"maps"
	"testing"

	"stet/connector"
)

// T is what a test needs of *testing.T. TrialOf gives one that only takes notes.
type T interface {
	Context() context.Context
	TempDir() string
	Cleanup(func())
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
	Failed() bool
}

// Config is a connector and the CMS it is tried against.
type Config struct {
	Spec    connector.Spec
	Name    string // the connector's name in docs/connectors.md; empty: Spec.Kind
	Against string // what is tried: "fake", "WordPress 6.1.9"

	// Open opens the connector under test. It is called often, with another At each time.
	Open func(t T, at At) connector.Connector

	// Target is the base URL of the CMS; the connector is given that of a fault proxy in front of it. Empty for a
	// connector that does not speak HTTP: its faults strike at its methods.
	Target string

	Judge  Judge
	Person Person // nil where a Deviation covers "person" and "slug_taken"

	Secrets   []string // every credential the connector is opened with: none may be seen in an error, event or log line
	UnknownID string   // an id in the form of the CMS that no item has
	Pictures  bool     // the connector uploads the pictures of a document: the suite serves some on loopback, and Judge is a Library
	Faults    int      // at least so many faults are injected; 0: each fault once at every call

	// Sparse is for a slow CMS: one fault at each call of an operation, in turn, in place of all; random lives bring their
	// number up to Faults. Workers sleep at every other call.
	Sparse bool

	Deviations []Deviation
	Docs       string // the page to keep, ../../docs/connectors.md from a connector's folder; empty: none
}

// At is how a connector is to be opened.
type At struct {
	BaseURL string // in place of Config.Target
	Wrong   bool   // with credentials that the CMS does not accept
	Log     *slog.Logger
}

// Deviation is a known failure: the test is skipped, and its reason stands in docs/connectors.md.
type Deviation struct {
	Test   string // name of a test or of a group: "person/duplicate", "texts"
	Reason string // one sentence
}

// Judge reads the CMS itself: its database, or its own list of everything, drafts and trash included.
type Judge interface {
	// Items lists the items whose title contains title; an empty one is in all.
	Items(ctx context.Context, title string) ([]JudgedItem, error)
}

// JudgedItem is an item as the CMS holds it.
type JudgedItem struct {
	ID      string // as connector.Item.ID
	Title   string // as stored
	Slug    string
	Public  bool
	Trashed bool
	Image   string // id of the file that is its featured image; only of a Library
}

// Person is somebody who works in the CMS itself, past stet. A deed the CMS does not offer returns
// errors.ErrUnsupported, and needs a Deviation.
type Person interface {
	// Edit changes the text of an item; the title stays.
	Edit(ctx context.Context, id string) error
	// Trash moves an item to the trash, or deletes it where there is none.
	Trash(ctx context.Context, id string) error
	// Delete removes an item for good.
	Delete(ctx context.Context, id string) error
	// Duplicate makes a public copy of an item, with everything an editor's "duplicate" copies.
	Duplicate(ctx context.Context, id string) error
	// TakeSlug publishes an item of the person's own under a slug, and gives its id.
	TakeSlug(ctx context.Context, slug string) (id string, err error)
}

// Run holds a connector to the contract and to the publish protocol.
func Run(t *testing.T, cfg Config) *Report {
	t.Helper()
	s := newSuite(cfg)
	s.run(t, func(name string, fn func(T)) {
		t.Run(name, func(t *testing.T) { fn(t) })
	})
	t.Log(s.report)
	s.page(t)
	return s.report
}

// Open opens a connector with the defaults of its Spec and then the options given.
func Open(t T, spec connector.Spec, at At, options map[string]string) connector.Connector {
	all := map[string]string{}
	for _, o := range spec.Options {
		if o.Default != "" {
			all[o.Name] = o.Default
		}
	}
	maps.Copy(all, options)
	c, err := spec.Open(t.Context(), connector.Env{Target: target, Options: all, Log: at.Log})
	if err != nil {
		t.Fatalf("open %s: %v", spec.Kind, err)
	}
	return c
}
