package connectortest

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"stet"
	"stet/connector"
)

// The tests of this file call the connector itself, without an engine.

// abilities: what is declared is implemented, and the other way round.
func (s *suite) abilities(t T) {
	c := s.cfg.Open(t, At{BaseURL: s.cfg.Target})
	caps := c.Capabilities()
	_, creates := c.(connector.Creator)
	_, publishes := c.(connector.Publisher)
	_, stages := c.(connector.Stager)
	_, unpublishes := c.(connector.Unpublisher)
	_, trashes := c.(connector.Trasher)
	_, upserts := c.(connector.Upserter)
	for _, a := range []struct {
		name             string
		declared, method bool
	}{
		{"not Upsert, hence Creator", !caps.Upsert, creates},
		{"not Upsert, hence Publisher", !caps.Upsert, publishes},
		{"SeparateDraft and Stager", caps.SeparateDraft, stages},
		{"Unpublish and Unpublisher", caps.Unpublish, unpublishes},
		{"Trash and Trasher", caps.Trash, trashes},
		{"Upsert and Upserter", caps.Upsert, upserts},
	} {
		if a.declared != a.method {
			t.Errorf("%s: declared is %t, implemented is %t", a.name, a.declared, a.method)
		}
	}
	s.consistent(t, caps)
}

// consistent holds the capabilities against what the classes mean.
func (s *suite) consistent(t T, caps connector.Capabilities) {
	for _, rule := range []struct {
		broken bool
		says   string
	}{
		{caps.Class == "", "Class is empty"},
		{len(caps.BodyFormats) == 0, "BodyFormats is empty: no article can be published"},
		{caps.Upsert != (caps.Class == connector.File || caps.Class == connector.Companion), "Upsert belongs to the classes E and F, and only to them"},
		{caps.ClientIDs != (caps.Class == connector.ClientID), "ClientIDs belongs to class A, and only to it"},
		{caps.SlugSuffix && caps.Class == connector.UniqueSlug, "class B refuses a slug that is taken; SlugSuffix says it is changed"},
		{caps.SeparateDraft && !caps.Drafts, "SeparateDraft without Drafts"},
		{s.cfg.Target != "" && caps.Horizon <= 0 && !caps.Upsert, "a request over a network can take effect after its call has ended, and nothing refuses it: Horizon must be above 0"},
	} {
		if rule.broken {
			t.Errorf("%s", rule.says)
		}
	}
}

var lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// order is a write of a piece as an engine would make it.
func (s *suite) order(p *piece, seq int64, title string) connector.Write {
	sum := sha256.Sum256([]byte(p.id))
	doc := p.doc
	doc.Title = p.token + " " + title
	doc.Body.Text = text(doc.Body.Format, "The text of "+title+".")
	return connector.Write{Key: stet.Key{ContentID: p.id, Target: target}, Marker: lower.EncodeToString(sum[:])[:26], Epoch: 1, ApplySeq: seq, Version: seq, Doc: doc}
}

// put makes what w says public, the shortest way.
func put(t T, c connector.Connector, w connector.Write) connector.Item {
	ctx := t.Context()
	if u, ok := c.(connector.Upserter); ok && c.Capabilities().Upsert {
		item, err := u.Upsert(ctx, w)
		if err != nil {
			t.Fatalf("upsert: %v", err)
		}
		return item
	}
	item, err := c.(connector.Creator).Create(ctx, w)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	show(t, c, item.ID, w)
	return read(t, c, item.ID)
}

// show stages, where there is a working copy, and publishes.
func show(t T, c connector.Connector, id string, w connector.Write) {
	if c.Capabilities().SeparateDraft {
		w.Rev = read(t, c, id).Rev
		if err := c.(connector.Stager).Stage(t.Context(), id, w); err != nil {
			t.Fatalf("stage: %v", err)
		}
	}
	w.Rev = ""
	if c.Capabilities().Locking {
		w.Rev = read(t, c, id).Rev
	}
	if err := c.(connector.Publisher).Publish(t.Context(), id, w); err != nil {
		t.Fatalf("publish: %v", err)
	}
}

func read(t T, c connector.Connector, id string) connector.Item {
	item, err := c.Read(t.Context(), id)
	if err != nil {
		t.Fatalf("read %s: %v", id, err)
	}
	return item
}

func (s *suite) findUnknown(t T) {
	c := s.cfg.Open(t, At{BaseURL: s.cfg.Target})
	if items, err := c.Find(t.Context(), s.order(s.piece(), 1, "never sent")); err != nil || len(items) > 0 {
		t.Errorf("Find of a marker that no item carries gives %v, %v; want nothing and no error", items, err)
	}
}

func (s *suite) readUnknown(t T) {
	c := s.cfg.Open(t, At{BaseURL: s.cfg.Target})
	put(t, c, s.order(s.piece(), 1, "something") /* so that there is a CMS to read */)
	if _, err := c.Read(t.Context(), s.cfg.UnknownID); !stet.IsKind(err, stet.NotFound) {
		t.Errorf("Read of the id %q that no item has: %v; want NotFound", s.cfg.UnknownID, err)
	}
}

// putTwice: the same write again changes nothing and makes nothing.
func (s *suite) putTwice(t T) {
	c := s.cfg.Open(t, At{BaseURL: s.cfg.Target})
	b, p := s.bench(t, 1), s.piece()
	w := s.order(p, 1, "first")
	item := put(t, c, w)
	want, err := c.Fingerprint(w)
	if err != nil {
		t.Fatalf("fingerprint: %v", err)
	}
	if item.Live != want || !item.Public {
		t.Errorf("after a publish the item is public %t, Live %q; want true and %q, the fingerprint of what was written", item.Public, item.Live, want)
	}
	if c.Capabilities().Upsert {
		put(t, c, w)
	} else {
		show(t, c, item.ID, w)
	}
	if f := b.judge(p); len(f.public) != 1 || len(f.drafts) != 0 {
		t.Errorf("the same write twice left %d public items and %d drafts; want one and none", len(f.public), len(f.drafts))
	}
	s.createTwice(t, c)
}

// createTwice: a second create is refused, or seen by Find.
func (s *suite) createTwice(t T, c connector.Connector) {
	creator, ok := c.(connector.Creator)
	caps := c.Capabilities()
	if !ok || caps.Upsert || !caps.Drafts {
		return
	}
	w := s.order(s.piece(), 1, "twice")
	first, err := creator.Create(t.Context(), w)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	if first.Public {
		t.Errorf("Drafts is declared, but Create made a public item")
	}
	_, err = creator.Create(t.Context(), w)
	if refused := stet.IsKind(err, stet.Conflict) && stet.OutcomeOf(err) == stet.NotApplied; caps.ClientIDs && !refused {
		t.Errorf("the second create of a client's id: %v; want a Conflict that says not applied", err)
	}
	items, err := c.Find(t.Context(), w)
	if err != nil || len(items) == 0 {
		t.Fatalf("Find after two creates: %v, %v", items, err)
	}
	if caps.StrongLookup && items[0].ID != first.ID {
		t.Errorf("Find gives %s first; the oldest is %s", items[0].ID, first.ID)
	}
	if trasher, ok := c.(connector.Trasher); ok {
		s.trashAll(t, c, trasher, items)
	}
}

func (s *suite) trashAll(t T, c connector.Connector, trasher connector.Trasher, items []connector.Item) {
	for _, item := range items {
		for range 2 { // trashing what is gone succeeds
			if err := trasher.Trash(t.Context(), item.ID); err != nil {
				t.Errorf("trash %s: %v", item.ID, err)
			}
		}
		if after, err := c.Read(t.Context(), item.ID); !stet.IsKind(err, stet.NotFound) && (err != nil || !after.Trashed) {
			t.Errorf("after Trash, Read gives %+v, %v; want Trashed or NotFound", after, err)
		}
	}
}

// staleWrite: an atomic target refuses what is older than what it holds.
func (s *suite) staleWrite(t T) {
	c := s.cfg.Open(t, At{BaseURL: s.cfg.Target})
	p := s.piece()
	put(t, c, s.order(p, 5, "fifth"))
	_, err := c.(connector.Upserter).Upsert(t.Context(), s.order(p, 4, "fourth"))
	if !stet.IsKind(err, stet.Conflict) || stet.OutcomeOf(err) != stet.NotApplied {
		t.Errorf("an older ApplySeq: %v; want a Conflict that says not applied", err)
	}
	if f := s.bench(t, 1).judge(p); len(f.public) != 1 || !strings.Contains(f.public[0].Title, "fifth") {
		t.Errorf("after an older write the CMS shows %+v; want the fifth", f.public)
	}
}

// locking: a revision that is no longer current is refused.
func (s *suite) locking(t T) {
	c := s.cfg.Open(t, At{BaseURL: s.cfg.Target})
	p := s.piece()
	item := put(t, c, s.order(p, 1, "first"))
	show(t, c, item.ID, s.order(p, 2, "second"))
	stale := s.order(p, 3, "third")
	stale.Rev = item.Rev
	var err error
	if stager, ok := c.(connector.Stager); ok && c.Capabilities().SeparateDraft {
		err = stager.Stage(t.Context(), item.ID, stale)
	} else {
		err = c.(connector.Publisher).Publish(t.Context(), item.ID, stale)
	}
	if !stet.IsKind(err, stet.Conflict) || stet.OutcomeOf(err) != stet.NotApplied {
		t.Errorf("a write over a revision that has moved on: %v; want a Conflict that says not applied", err)
	}
}

// trashForeign: Trash never touches what stet did not make.
func (s *suite) trashForeign(t T) {
	c := s.cfg.Open(t, At{BaseURL: s.cfg.Target})
	p := s.piece()
	id, err := s.cfg.Person.TakeSlug(t.Context(), p.doc.Slug)
	if err != nil {
		t.Fatalf("a person publishes an item: %v", err)
	}
	err = c.(connector.Trasher).Trash(t.Context(), id)
	items, judged := s.cfg.Judge.Items(t.Context(), "")
	if judged != nil {
		t.Fatalf("ask the judge: %v", judged)
	}
	for _, item := range items {
		if item.ID == id && item.Public && !item.Trashed {
			return
		}
	}
	t.Errorf("Trash of somebody else's item took it away (%v)", err)
}

// tooLarge: what is over the limit is refused before anything is sent.
func (s *suite) tooLarge(t T) {
	b, p := s.bench(t, 1), s.piece()
	w := s.order(p, 1, "large")
	w.Doc.Body.Text = text(w.Doc.Body.Format, strings.Repeat("word ", s.caps.MaxBody/5+1))
	way := b.nodes[0].way
	b.script(nil)
	_, err := way.Fingerprint(w)
	if err == nil && s.caps.Upsert {
		_, err = way.Upsert(t.Context(), w)
	} else if err == nil {
		_, err = way.Create(t.Context(), w)
	}
	if !stet.IsKind(err, stet.TooLarge) {
		t.Errorf("a text over MaxBody: %v; want TooLarge", err)
	}
	for _, x := range way.entries() {
		if x.Method != "" && x.Method != "GET" {
			t.Errorf("a text over MaxBody was sent: %s %s", x.Method, x.Path)
		}
	}
	if f := b.judge(p); len(f.public)+len(f.drafts) > 0 {
		t.Errorf("a text over MaxBody left an item")
	}
}

// call is a method of a connector with arguments that make sense.
type call struct {
	name string
	do   func(ctx context.Context) error
}

// calls are all abilities of a connector, on the item of w.
func calls(c *Wrapped, id string, w connector.Write) []call {
	list := []call{
		{"find", func(ctx context.Context) error { _, err := c.Find(ctx, w); return err }},
		{"read", func(ctx context.Context) error { _, err := c.Read(ctx, id); return err }},
	}
	if c.Capabilities().Upsert {
		list = append(list, call{"upsert", func(ctx context.Context) error { _, err := c.Upsert(ctx, w); return err }})
	} else {
		list = append(list,
			call{"create", func(ctx context.Context) error { _, err := c.Create(ctx, w); return err }},
			call{"publish", func(ctx context.Context) error { return c.Publish(ctx, id, w) }})
	}
	if c.Capabilities().SeparateDraft {
		list = append(list, call{"stage", func(ctx context.Context) error { return c.Stage(ctx, id, w) }})
	}
	if c.Capabilities().Unpublish {
		list = append(list, call{"unpublish", func(ctx context.Context) error { return c.Unpublish(ctx, id, w) }})
	}
	if c.Capabilities().Trash {
		list = append(list, call{"trash", func(ctx context.Context) error { return c.Trash(ctx, id) }})
	}
	return list
}

// patience is how long a call may go on that nobody wants any more; a machine under load must fit in.
const patience = 30 * time.Second

// soon runs a call and gives its error, or says that it did not come back.
func soon(t T, name string, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		t.Fatalf("%s did not return within %s", name, patience)
		return nil
	}
}
