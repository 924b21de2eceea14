package connectortest

import (
	"slices"

	"stet"
)

// published is a piece with one version, settled, and its remote id.
func (b *bench) published() (*piece, string) {
	p := b.suite.piece()
	b.write(p)
	b.settle()
	if !b.verify(p) {
		b.t.Fatalf("the article was not published")
	}
	return p, b.publication(p).RemoteID
}

// personEdits: a person's words are never overwritten, neither by a new version nor by a look; an operator's decision
// is carried out.
func (s *suite) personEdits(t T) {
	b := s.bench(t, 1)
	p, id := b.published()
	if err := s.cfg.Person.Edit(t.Context(), id); err != nil {
		t.Fatalf("a person edits %s: %v", id, err)
	}
	edited := b.look(t, id)
	b.script(nil)
	b.write(p)
	b.settle()
	pub := b.publication(p)
	if pub.State != stet.StateDrifted || !b.happened(p, stet.DriftDetected) {
		t.Errorf("stet says %s (%s) after a person's edit; want drifted\n%s", pub.State, pub.Reason, b.story(20))
	}
	if now := b.look(t, id); now != edited {
		t.Errorf("the person's edit was overwritten: the public sees %s, it was %s", now, edited)
	}
	if t.Failed() {
		return
	}
	b.overwrite(p)
	b.verify(p)
}

// overwrite is an operator's decision about a drift, carried out.
func (b *bench) overwrite(p *piece) {
	if err := b.nodes[0].engine.Decide(b.t.Context(), stet.Key{ContentID: p.id, Target: target}, "overwrite", "", "operator:suite"); err != nil {
		b.t.Fatalf("decide: %v", err)
	}
	b.settle()
}

// look is the fingerprint of what the public sees.
func (b *bench) look(t T, id string) string {
	item, err := b.nodes[0].way.Read(t.Context(), id)
	if err != nil {
		t.Fatalf("read %s: %v", id, err)
	}
	return item.Live
}

// personTrashes: the next version makes a new item, or stops and says why; the trashed one is not taken out again.
func (s *suite) personTrashes(t T) {
	b := s.bench(t, 1)
	p, id := b.published()
	if err := s.cfg.Person.Trash(t.Context(), id); err != nil {
		t.Fatalf("a person trashes %s: %v", id, err)
	}
	s.removed(b, p)
}

// personDeletes: the same for an item that is gone for good.
func (s *suite) personDeletes(t T) {
	b := s.bench(t, 1)
	p, id := b.published()
	if err := s.cfg.Person.Delete(t.Context(), id); err != nil {
		t.Fatalf("a person deletes %s: %v", id, err)
	}
	s.removed(b, p)
}

func (s *suite) removed(b *bench, p *piece) {
	b.write(p)
	b.settle()
	if !b.happened(p, stet.RemoteGone, stet.DriftDetected, stet.DeadLettered) {
		b.t.Errorf("nobody noticed that the item was removed\n%s", b.story(20))
	}
	if b.publication(p).State == stet.StateDrifted {
		b.overwrite(p)
		b.verify(p)
		return
	}
	pub, f := b.publication(p), b.judge(p)
	switch {
	case len(f.public) > 1:
		b.t.Errorf("%d public items after the item was removed", len(f.public))
	case len(f.public) == 1:
		b.verify(p)
	case pub.State != stet.StateNeedsOperator:
		b.t.Errorf("stet says %s (%s), but nothing is public\n%s", pub.State, pub.Reason, b.story(20))
	}
}

// personDuplicates: a public copy is a person's; it is reported or left alone, and never written to nor deleted.
func (s *suite) personDuplicates(t T) {
	b := s.bench(t, 1)
	p, id := b.published()
	p.copied = true
	if err := s.cfg.Person.Duplicate(t.Context(), id); err != nil {
		t.Fatalf("a person duplicates %s: %v", id, err)
	}
	if f := b.judge(p); len(f.public) != 2 {
		t.Fatalf("Person.Duplicate left %d public items; want 2", len(f.public))
	}
	b.write(p)
	b.settle()
	f := b.judge(p)
	i := slices.IndexFunc(f.public, func(item JudgedItem) bool { return item.ID == id })
	if len(f.public) != 2 || i < 0 {
		t.Fatalf("after the next version %+v are public; want the article and the person's copy\n%s", f.public, b.story(20))
	}
	if f.public[i].Title != p.wish {
		t.Errorf("the article shows %q; want %q", f.public[i].Title, p.wish)
	}
	if copied := f.public[1-i]; copied.Title == p.wish {
		t.Errorf("the person's copy was written to")
	}
}
