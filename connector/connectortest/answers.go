package connectortest

import (
	"context"

	"stet"
)

// throttled: a 429 is Throttled, carries the time to come back, and did nothing.
func (s *suite) throttled(t T) {
	b, p := s.bench(t, 1), s.piece()
	b.write(p)
	b.settle()
	id, w := b.publication(p).RemoteID, b.nodes[0].way.last(p.id)
	for _, c := range calls(b.nodes[0].way, id, w) {
		b.script(map[int]Fault{0: Throttle})
		err := c.do(t.Context())
		s.report.struck(b.nodes[0].way.entries())
		known, ok := asError(err)
		if !ok || known.Kind != stet.Throttled || known.RetryAfter < retryAfter/2 {
			t.Errorf("%s: a 429 with Retry-After: 30 gives %v; want Throttled with what is left of 30 s as RetryAfter", c.name, err)
		}
	}
}

// cancelled: a call that begins when nobody wants it any more returns at once, and says that nothing was done.
func (s *suite) cancelled(t T) {
	b, p := s.bench(t, 1), s.piece()
	b.write(p)
	b.settle()
	id, w := b.publication(p).RemoteID, b.nodes[0].way.last(p.id)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range calls(b.nodes[0].way, id, w) {
		if c.name == "trash" {
			continue // the item is public
		}
		b.script(nil)
		if err := soon(t, c.name, func() error { return c.do(ctx) }); err == nil && len(b.nodes[0].way.entries()) > 0 && s.cfg.Target != "" {
			t.Errorf("%s went on although its context was cancelled", c.name)
		}
	}
}

// hanging: a call whose answer never comes ends with its context; what it did is unknown, or for a look an error that
// is not NotFound.
func (s *suite) hanging(t T) {
	b, p := s.bench(t, 1), s.piece()
	b.write(p)
	b.settle()
	id, w := b.publication(p).RemoteID, b.nodes[0].way.last(p.id)
	for _, c := range calls(b.nodes[0].way, id, w) {
		b.script(map[int]Fault{0: Hang})
		err := soon(t, c.name, func() error { return c.do(t.Context()) })
		s.report.struck(b.nodes[0].way.entries())
		switch {
		case err == nil:
			t.Errorf("%s succeeded although its first request got no answer", c.name)
		case stet.IsKind(err, stet.NotFound):
			t.Errorf("%s takes a missing answer for NotFound: %v", c.name, err)
		case s.firstIsTheWrite(b) && stet.OutcomeOf(err) != stet.Unknown:
			t.Errorf("%s says %q of a write that got no answer; want unknown", c.name, stet.OutcomeOf(err))
		}
	}
}

// firstIsTheWrite reports whether the request that hung was not a mere look before the write.
func (s *suite) firstIsTheWrite(b *bench) bool {
	log := b.nodes[0].way.entries()
	return len(log) > 0 && log[0].Method != "GET" && log[0].Method != "HEAD" && log[0].Op != "find" && log[0].Op != "read"
}

// credentials that are wrong are named as such, by every call, and never read as "there is nothing".
func (s *suite) credentials(t T) {
	b, p := s.bench(t, 1), s.piece()
	b.write(p)
	b.settle()
	id, w := b.publication(p).RemoteID, b.nodes[0].way.last(p.id)
	wrong := Wrap(s.wrongly(t, b), nil, newLine(b.clock.Now))
	for _, c := range calls(wrong, id, w) {
		err := c.do(t.Context())
		if kind := stet.KindOf(err); err == nil || kind != stet.Configuration && kind != stet.Unauthenticated {
			t.Errorf("%s with wrong credentials: %v (%s); want Configuration or Unauthenticated", c.name, err, kind)
		}
	}
	s.hear(wrong.said())
	b.verify(p)
}
