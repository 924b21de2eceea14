package sim

import (
	"context"
	"fmt"
	"strconv"

	"stet"
	"stet/connector"
)

// Create makes a draft, or in class D a public item.
func (c *cms) Create(ctx context.Context, w connector.Write) (out connector.Item, err error) {
	err = c.write(ctx, "create", func() error {
		c.ids++
		it := &item{id: "i" + strconv.Itoa(c.ids), marker: w.Marker, content: w.Key.ContentID, draft: w.Doc.Title, created: c.run.now, seq: w.ApplySeq}
		want := w.Doc.Slug
		switch c.caps.Class {
		case connector.ClientID:
			it.id = c.clientID(w)
			if c.get(it.id) != nil {
				return conflict("the id %s exists", it.id)
			}
		case connector.AutoSuffix:
			want = "stet-" + w.Marker
		case connector.Bare:
			it.public, it.live, it.liveSeq = true, it.draft, it.seq
		}
		slug, free := c.slugFree(want, it)
		if !free {
			return slugTaken(want)
		}
		it.slug = slug
		c.items = append(c.items, it)
		c.note("create", "stet", ctx, *it)
		out = c.show(it)
		return nil
	})
	return out, err
}

// change is a write to an item that exists.
func (c *cms) change(ctx context.Context, op, id string, w connector.Write, edit func(*item) error) error {
	return c.write(ctx, op, func() error {
		it := c.get(id)
		if it == nil || it.trashed && op != "trash" {
			err := stet.Errorf(stet.NotFound, "not_found", "no item %s", id)
			err.Outcome = stet.NotApplied
			return err
		}
		if c.caps.Locking && w.Rev != "" && w.Rev != strconv.Itoa(it.rev) {
			return conflict("revision %s is not %d", w.Rev, it.rev)
		}
		if err := edit(it); err != nil {
			return err
		}
		it.rev++
		c.note(op, "stet", ctx, *it)
		return nil
	})
}

// Stage writes the working copy.
func (c *cms) stage(ctx context.Context, id string, w connector.Write) error {
	return c.change(ctx, "stage", id, w, func(it *item) error {
		it.draft, it.seq = w.Doc.Title, w.ApplySeq
		return nil
	})
}

// Publish shows the working copy, in classes without one the whole write.
func (c *cms) Publish(ctx context.Context, id string, w connector.Write) error {
	return c.change(ctx, "publish", id, w, func(it *item) error {
		slug, free := c.slugFree(w.Doc.Slug, it)
		if !free {
			return slugTaken(w.Doc.Slug)
		}
		if !c.caps.SeparateDraft {
			it.draft, it.seq = w.Doc.Title, w.ApplySeq
		}
		it.slug, it.live, it.liveSeq, it.public = slug, it.draft, it.seq, true
		return nil
	})
}

// Unpublish takes it down.
func (c *cms) Unpublish(ctx context.Context, id string, w connector.Write) error {
	return c.change(ctx, "unpublish", id, w, func(it *item) error {
		if c.caps.Upsert && w.ApplySeq < it.seq {
			return conflict("apply %d is older than %d", w.ApplySeq, it.seq)
		}
		it.public, it.live = false, ""
		it.seq = max(it.seq, w.ApplySeq)
		return nil
	})
}

// Trash moves a draft to the trash.
func (c *cms) Trash(ctx context.Context, id string) error {
	return c.change(ctx, "trash", id, connector.Write{}, func(it *item) error {
		it.trashed, it.public, it.live = true, false, ""
		return nil
	})
}

// Upsert writes the item of the key, unless it holds a newer apply.
func (c *cms) Upsert(ctx context.Context, w connector.Write) (out connector.Item, err error) {
	err = c.write(ctx, "upsert", func() error {
		var it *item
		for _, o := range c.items {
			if o.marker == w.Marker {
				it = o
			}
		}
		if it == nil {
			it = &item{id: fmt.Sprintf("f-%s", w.Key.ContentID), marker: w.Marker, content: w.Key.ContentID, created: c.run.now}
			c.items = append(c.items, it)
		}
		if w.ApplySeq < it.seq {
			return conflict("apply %d is older than %d", w.ApplySeq, it.seq)
		}
		it.liveSeq = w.ApplySeq
		it.seq, it.live, it.draft, it.public, it.trashed, it.slug = w.ApplySeq, w.Doc.Title, w.Doc.Title, true, false, w.Doc.Slug
		it.rev++
		c.note("upsert", "stet", ctx, *it)
		out = c.show(it)
		return nil
	})
	return out, err
}

// staged adds the ability to the classes that have working copies.
type staged struct{ *cms }

// able is the CMS with the abilities of its class.
func (c *cms) able() connector.Connector {
	if c.caps.SeparateDraft {
		return staged{c}
	}
	return c
}

// Stage writes the working copy.
func (s staged) Stage(ctx context.Context, id string, w connector.Write) error {
	return s.stage(ctx, id, w)
}
