package connectortest

import (
	"errors"

	"stet"
	"stet/connector"
	"stet/contract"
)

// The tests of this file bring contents through the engine.

func asError(err error) (*stet.Error, bool) { return errors.AsType[*stet.Error](err) }

// wrongly opens the connector with credentials the CMS does not accept.
func (s *suite) wrongly(t T, b *bench) func() connector.Connector {
	return func() connector.Connector { return s.cfg.Open(t, At{BaseURL: s.cfg.Target, Wrong: true}) }
}

// deliverTwice: the same event again, and the same job again, cause no write.
func (s *suite) deliverTwice(t T) {
	b, p := s.bench(t, 1), s.piece()
	b.write(p)
	b.settle()
	b.script(nil)
	for _, id := range []string{"evt-the-same-" + p.token, "evt-another-" + p.token} {
		env := contract.Wrap(contract.Envelope{EventID: id, Type: stet.PublishRequest, ContentID: p.id, Version: p.version, Source: source,
			OccurredAt: b.clock.Now()}, p.doc)
		if a := b.accept(env); a.Status != 200 {
			t.Errorf("version 1 again was answered %d: %s", a.Status, a.Body)
		}
		b.settle()
	}
	for _, x := range b.nodes[0].way.entries() {
		if x.Op != "find" && x.Op != "read" {
			t.Errorf("a repeated event caused the call %s %s %s", x.Op, x.Method, x.Path)
		}
	}
	b.verify(p)
}

// staleVersion: an older version is refused without a call to the CMS.
func (s *suite) staleVersion(t T) {
	b, p := s.bench(t, 1), s.piece()
	old := p.doc
	old.Title, old.Body.Text = p.token+" of old", text(p.doc.Body.Format, "old")
	b.write(p)
	b.settle()
	b.write(p)
	b.settle()
	before := b.nodes[0].way.made()
	env := contract.Wrap(contract.Envelope{Type: stet.PublishRequest, ContentID: p.id, Version: 1, Source: source, OccurredAt: b.clock.Now()}, old)
	if a := b.accept(env); a.Status != 409 {
		t.Errorf("version 1 after version 2 was answered %d; want 409", a.Status)
	}
	b.settle()
	if made := b.nodes[0].way.made() - before; made != 0 {
		t.Errorf("a stale version caused %d calls", made)
	}
	b.verify(p)
}

// rollback: the version before comes back, as the same item.
func (s *suite) rollback(t T) {
	b, p := s.bench(t, 1), s.piece()
	b.write(p)
	b.settle()
	id := b.publication(p).RemoteID
	b.write(p)
	b.settle()
	b.rollBack(p)
	b.settle()
	b.verify(p)
	if now := b.publication(p).RemoteID; now != id {
		t.Errorf("the rollback made another item: %s, it was %s", now, id)
	}
}

// lostAnswer: whatever write is not answered, there is one public item in the end, and never two on the way.
func (s *suite) lostAnswer(t T) {
	b := s.bench(t, 1)
	lost := 0
	for at := 0; ; at++ {
		p := s.piece()
		b.script(map[int]Fault{at: CutAfter})
		b.write(p)
		b.settle()
		hit := false
		for _, x := range b.nodes[0].way.entries() {
			hit = hit || x.Fault == CutAfter
			if x.Fault == CutAfter && x.Op != "find" && x.Op != "read" {
				lost++
			}
		}
		b.judged(p)
		if p.seen > 1 {
			t.Errorf("%s: %d public items at once", p.id, p.seen)
		}
		if !hit {
			break
		}
	}
	if lost == 0 {
		t.Errorf("no write was struck")
	}
}

// slugTaken: a slug that somebody has in the CMS is never shared nor silently changed.
func (s *suite) slugTaken(t T) {
	b, p := s.bench(t, 1), s.piece()
	theirs, err := s.cfg.Person.TakeSlug(t.Context(), p.doc.Slug)
	if err != nil {
		t.Fatalf("a person publishes an item: %v", err)
	}
	b.write(p)
	b.settle()
	if pub := b.publication(p); pub.State != stet.StateSlugConflict {
		t.Errorf("stet says %s (%s); want slug_conflict\n%s", pub.State, pub.Reason, b.story(20))
	}
	if f := b.judge(p); len(f.public) > 0 {
		t.Errorf("the article is public at %q although its slug is somebody else's", f.public[0].Slug)
	}
	s.stillTheirs(t, theirs, p.doc.Slug)

	p.doc.Slug += "-other"
	b.write(p)
	b.settle()
	b.verify(p)
	s.stillTheirs(t, theirs, p.doc.Slug[:len(p.doc.Slug)-len("-other")])
}

func (s *suite) stillTheirs(t T, id, slug string) {
	items, err := s.cfg.Judge.Items(t.Context(), "")
	if err != nil {
		t.Fatalf("ask the judge: %v", err)
	}
	for _, item := range items {
		if item.ID == id && item.Public && item.Slug == slug {
			return
		}
	}
	t.Errorf("the item %s that somebody else had at %q is not there any more", id, slug)
}
