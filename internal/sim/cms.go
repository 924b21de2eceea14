package sim

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/httpclient"
)

const horizon = 15 * time.Minute

// cms is a fake CMS of one class. It commits into its own append-only log, which is all the checker believes.
type cms struct {
	run   *run
	caps  connector.Capabilities
	items []*item
	log   []entry
	stale []*item // what a lagging index still shows
	ids   int
}

type item struct {
	id, marker, content string
	slug                string
	draft, live         string
	public, trashed     bool
	rev                 int
	seq, liveSeq        int64 // apply of the working copy, of what is public
	created             time.Time
}

// entry is one line of the CMS's log: what was done, by whom, and how the item stood afterwards.
type entry struct {
	at     time.Time
	op     string // find, read: only looked; the others changed something
	by     string // stet, human
	intent string
	item   item
	err    bool // a look that got no proper answer
}

func newCMS(r *run, class connector.Class) *cms {
	c := &cms{run: r, caps: connector.Capabilities{Class: class, Drafts: true, StrongLookup: true, Horizon: horizon, Unpublish: true, Trash: true}}
	switch class {
	case connector.ClientID:
		c.caps.ClientIDs, c.caps.SeparateDraft, c.caps.Locking = true, true, true
	case connector.UniqueSlug:
		c.caps.SeparateDraft = true
	case connector.AutoSuffix:
		c.caps.SlugSuffix, c.caps.StrongLookup, c.caps.Locking = true, r.chance(0.5), r.chance(0.4)
	case connector.Bare:
		c.caps.Drafts, c.caps.Trash, c.caps.StrongLookup = false, false, r.chance(0.7)
	case connector.File:
		c.caps.Drafts, c.caps.Trash, c.caps.Upsert, c.caps.Horizon = false, false, true, 0
	case connector.Companion:
		c.caps.Drafts, c.caps.Trash, c.caps.Upsert = false, false, true
	}
	return c
}

// Capabilities are those of the class.
func (c *cms) Capabilities() connector.Capabilities { return c.caps }

// Fingerprint is the title: every version of every content has its own.
func (c *cms) Fingerprint(w connector.Write) (string, error) { return w.Doc.Title, nil }

// Find looks for the marker, in classes with client-chosen ids for the id.
func (c *cms) Find(ctx context.Context, w connector.Write) ([]connector.Item, error) {
	f := c.begin("find")
	if err := c.readFault("find", f); err != nil {
		return nil, err
	}
	source := c.items
	if f == faultStale && !c.caps.StrongLookup {
		source = c.stale
	}
	var found []connector.Item
	for _, it := range source {
		if it.marker == w.Marker && (!c.caps.ClientIDs || it.id == c.clientID(w)) {
			found = append(found, c.show(it))
		}
	}
	c.note("find", "stet", ctx, item{content: w.Key.ContentID})
	c.end(f)
	return found, nil
}

// Read gets one item.
func (c *cms) Read(ctx context.Context, id string) (connector.Item, error) {
	f := c.begin("read")
	if err := c.readFault("read", f); err != nil {
		return connector.Item{}, err
	}
	it := c.get(id)
	c.end(f)
	if it == nil {
		return connector.Item{}, stet.Errorf(stet.NotFound, "not_found", "no item %s", id)
	}
	c.note("read", "stet", ctx, *it)
	return c.show(it), nil
}

func (c *cms) get(id string) *item {
	for _, it := range c.items {
		if it.id == id {
			return it
		}
	}
	return nil
}

func (c *cms) show(it *item) connector.Item {
	out := connector.Item{ID: it.id, URL: "https://cms.example.com/" + it.slug, Rev: strconv.Itoa(it.rev), Slug: it.slug, Public: it.public,
		Trashed: it.trashed, Draft: it.draft, Live: it.live, Created: stet.Millis(it.created)}
	if c.caps.Upsert {
		out.Seq = it.seq
	}
	if c.caps.Class == connector.File {
		out.Draft = "" // a file that is not public is not there
	}
	return out
}

func (c *cms) clientID(w connector.Write) string { return fmt.Sprintf("%s-%d", w.Marker[:8], w.Epoch) }

// note writes a line of the log.
func (c *cms) note(op, by string, ctx context.Context, it item) {
	e := entry{at: c.run.now, op: op, by: by, item: it}
	if ctx != nil {
		e.intent = httpclient.RequestID(ctx)
	}
	c.log = append(c.log, e)
}

// slugFree makes a slug nobody has, as the class does: nil where it refuses.
func (c *cms) slugFree(want string, except *item) (string, bool) {
	taken := func(s string) bool {
		for _, it := range c.items {
			if it != except && it.slug == s && !it.trashed {
				return true
			}
		}
		return false
	}
	if !taken(want) || c.caps.Class != connector.AutoSuffix && c.caps.Class != connector.UniqueSlug {
		return want, true
	}
	if c.caps.Class == connector.UniqueSlug {
		return "", false
	}
	for n := 2; ; n++ {
		if s := want + "-" + strconv.Itoa(n); !taken(s) {
			return s, true
		}
	}
}

func slugTaken(slug string) error {
	err := stet.Errorf(stet.Conflict, connector.SlugTaken, "the slug %s has already been taken", slug)
	err.Outcome = stet.NotApplied
	return err
}

func conflict(format string, args ...any) error {
	err := stet.Errorf(stet.Conflict, "conflict", format, args...)
	err.Outcome = stet.NotApplied
	return err
}

// remember what a lagging index shows from now on.
func (c *cms) index() {
	c.stale = nil
	for _, it := range c.items {
		copied := *it
		c.stale = append(c.stale, &copied)
	}
}
