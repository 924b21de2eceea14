package connectortest

import (
	"context"
	"fmt"
	"strings"

	"stet"
	"stet/contract"
	"stet/internal/engine"
)

// piece is one content and what is wished of it.
type piece struct {
	id, token string
	doc       stet.Document // of the newest version
	version   int64
	titles    map[int64]string // of every version that was sent
	wish      string           // the title that must be public; empty: nothing
	seen      int              // the most public items ever seen at once
	pictures  []string         // the SHA-256 of its featured image, and of the one in its text
	inline    string           // address of the latter
	copied    bool             // by a person: two are public, and stet has done nothing
}

// piece makes a content that has no version yet. Its token is in every title, and in no other content's.
func (s *suite) piece() *piece {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := fmt.Sprintf("%s%04d", s.mark, len(s.pieces)+1)
	format := "html"
	for _, f := range s.caps.BodyFormats {
		if f == "markdown" {
			format = f
		}
	}
	p := &piece{id: "suite/" + token, token: token, titles: map[int64]string{}}
	p.doc = stet.Document{Slug: "article-" + token, Summary: "One sentence.", Body: stet.Body{Format: format}}
	s.pieces[p.id] = p
	return p
}

func text(format, words string) string {
	if format == "html" {
		return "<p>" + words + "</p>\n"
	}
	return words + "\n"
}

// write makes the next version of a piece and sends it.
func (b *bench) write(p *piece) {
	p.version++
	p.doc.Title = fmt.Sprintf("%s version %d", p.token, p.version)
	p.doc.Body.Text = text(p.doc.Body.Format, fmt.Sprintf("The text of version %d.", p.version))
	if p.inline != "" {
		p.doc.Body.Text += text("html", `<img src="`+p.inline+`" alt="In the text">`)
	}
	b.send(p)
}

// send sends p.doc as p.version.
func (b *bench) send(p *piece) {
	p.titles[p.version] = p.doc.Title
	p.wish = p.doc.Title
	env := contract.Wrap(contract.Envelope{Type: stet.PublishRequest, ContentID: p.id, Version: p.version, Source: source,
		OccurredAt: b.clock.Now()}, p.doc)
	if a := b.accept(env); a.Status != 202 {
		b.t.Fatalf("version %d of %s was answered %d: %s", p.version, p.id, a.Status, a.Body)
	}
}

// takeDown asks for the newest version to be unpublished.
func (b *bench) takeDown(p *piece) {
	p.wish = ""
	env := contract.Envelope{Schema: contract.Schema1, EventID: fmt.Sprintf("%s-down-%d", p.token, p.version), Type: stet.UnpublishRequest, ContentID: p.id,
		Version: p.version, Source: source, OccurredAt: b.clock.Now(), Attempt: 1, IdempotencyKey: fmt.Sprintf("%s/%d/down", p.id, p.version)}
	if a := b.accept(env); a.Status != 202 {
		b.t.Fatalf("the unpublish of %s was answered %d: %s", p.id, a.Status, a.Body)
	}
}

// rollBack brings an earlier version back.
func (b *bench) rollBack(p *piece) {
	key := stet.Key{ContentID: p.id, Target: target}
	plan, err := b.nodes[0].engine.Rollback(b.t.Context(), key, 0, "operator:suite", false)
	if err != nil {
		b.t.Fatalf("roll back %s: %v", p.id, err)
	}
	p.wish = p.titles[plan.To]
}

func (b *bench) accept(env contract.Envelope) engine.Answer {
	body, err := contract.Encode(env)
	if err != nil {
		b.t.Fatalf("encode: %v", err)
	}
	a, err := b.nodes[0].engine.Accept(b.t.Context(), engine.Arrival{Source: source, Delivery: env.EventID, Body: body, Stored: body, Envelope: env})
	if err != nil {
		b.t.Fatalf("accept: %v", err)
	}
	return a
}

// found is what the judge knows of a piece.
type found struct {
	public, drafts []JudgedItem
}

func (b *bench) judge(p *piece) found {
	items, err := b.suite.cfg.Judge.Items(context.WithoutCancel(b.t.Context()), p.token)
	if err != nil {
		b.t.Fatalf("ask the judge: %v", err)
	}
	var f found
	for _, item := range items {
		switch {
		case !strings.Contains(item.Title, p.token) || item.Trashed:
		case item.Public:
			f.public = append(f.public, item)
		default:
			f.drafts = append(f.drafts, item)
		}
	}
	p.seen = max(p.seen, len(f.public))
	return f
}

// watch looks at a piece in the middle of things: two public items at once are wrong at any moment.
func (b *bench) watch(contentID string) {
	p := b.suite.find(contentID)
	if p == nil || p.copied || p.seen > 1 {
		return
	}
	if f := b.judge(p); len(f.public) > 1 {
		b.suite.report.Transient++
		b.t.Errorf("%s: %d public items at once\n%s", p.id, len(f.public), b.story(24))
	}
}

func (s *suite) find(contentID string) *piece {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pieces[contentID]
}

// verify holds what the CMS shows of a piece against what is wished, and counts what is wrong.
func (b *bench) verify(p *piece) bool {
	f := b.judge(p)
	r := b.suite.report
	var wrong []string
	note := func(counter *int, format string, args ...any) {
		*counter++
		wrong = append(wrong, fmt.Sprintf(format, args...))
	}
	if n := len(f.public); n > 1 {
		r.Duplicates += n - 2
		note(&r.Duplicates, "%d public items", n)
	}
	switch {
	case p.wish == "" && len(f.public) > 0:
		note(&r.Stale, "%q is public, nothing should be", f.public[0].Title)
	case p.wish != "" && len(f.public) == 0:
		note(&r.Lost, "nothing is public, %q should be", p.wish)
	case p.wish != "" && f.public[0].Title != p.wish:
		note(&r.Stale, "%q is public, %q should be", f.public[0].Title, p.wish)
	case p.wish != "" && f.public[0].Slug != p.doc.Slug:
		note(&r.Stale, "the slug is %q, it should be %q", f.public[0].Slug, p.doc.Slug)
	}
	if p.wish != "" && len(f.public) == 1 {
		wrong = append(wrong, b.wrongPictures(p, f.public[0])...)
	}
	spare := len(f.drafts)
	if p.wish == "" && spare > 0 {
		spare-- // the item itself
	}
	if spare > 0 && b.suite.caps.Trash {
		r.Orphans += spare - 1
		note(&r.Orphans, "%d drafts are left behind", spare)
	}
	pub := b.publication(p)
	if pub.Desired != pub.Applied {
		wrong = append(wrong, "stet has given up")
	}
	if len(wrong) == 0 {
		return true
	}
	b.t.Errorf("%s: %s (stet says %s: %s)\n%s", p.id, strings.Join(wrong, "; "), pub.State, pub.Reason, b.story(24))
	return false
}
