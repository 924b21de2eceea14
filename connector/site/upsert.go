package site

import (
	"context"
	"slices"

	"stet"
	"stet/connector"
)

// Upsert writes the page of w's content and everything that follows from it. When it returns without an error, the
// page and the derived files are on disk. An error says NotApplied as long as nothing was decided.
func (t *target) Upsert(ctx context.Context, w connector.Write) (connector.Item, error) {
	if !stet.ValidContentID(w.Key.ContentID) {
		return connector.Item{}, notApplied(stet.Invalid, "content_id_invalid", "%q is not a content_id.", w.Key.ContentID)
	}
	r, err := t.newRecord(w)
	if err != nil {
		return connector.Item{}, err
	}
	var item connector.Item
	decided := false
	err = t.write(ctx, func(dir *folder) error {
		if decided, err = t.apply(dir, w, r); err != nil {
			return err
		}
		item, _, err = t.observe(dir, itemID(w.Key))
		return err
	})
	if err != nil {
		return connector.Item{}, t.writeError(err, decided)
	}
	if err := t.settle(ctx); err != nil {
		return connector.Item{}, t.writeError(err, true)
	}
	return item, nil
}

// apply commits r unless it is refused or there already; it reports whether the write was decided.
func (t *target) apply(dir *folder, w connector.Write, r *record) (bool, error) {
	old, err := t.admit(dir, w)
	if err != nil {
		return false, err
	}
	if err := t.arrange(r, old); err != nil {
		return false, err
	}
	page, err := t.page(r)
	if err != nil {
		return false, err
	}
	r.Page.SHA256 = digest(page)
	if quiet(r, old) {
		return true, nil
	}
	if err := checkFree(dir, r, old); err != nil {
		return false, err
	}
	return true, t.commit(dir, r, page)
}

// Unpublish takes the page away and leaves a tombstone. It succeeds where nothing was public.
func (t *target) Unpublish(ctx context.Context, id string, w connector.Write) error {
	if id != itemID(w.Key) {
		return notApplied(stet.Invalid, "item_mismatch", "The item %q does not belong to %s.", id, w.Key)
	}
	decided := false
	err := t.write(ctx, func(dir *folder) error {
		old, err := t.admit(dir, w)
		if err != nil {
			return err
		}
		r := &record{
			Schema: recordSchema, Key: w.Key, Marker: w.Marker, Epoch: w.Epoch, Seq: w.ApplySeq, Version: w.Version, Gone: true,
		}
		if old != nil {
			r.Doc.Slug = old.Doc.Slug
			r.Replaces = old.Page // as admit found it on disk
			if old.Gone && old.Seq == r.Seq {
				return nil
			}
		}
		decided = true
		return t.commit(dir, r, nil)
	})
	if err != nil {
		return t.writeError(err, decided)
	}
	if err := t.settle(ctx); err != nil {
		return t.writeError(err, true)
	}
	return nil
}

// admit refuses a write that is older than what is stored, that belongs to another installation, or that was made for
// another state of the page. It gives the stored record, whose Page has the hash of the file that is there now.
func (t *target) admit(dir *folder, w connector.Write) (*record, error) {
	old, err := readRecord(dir, itemsDir, itemID(w.Key))
	if err != nil || old == nil {
		return nil, err
	}
	if old.Key.ContentID != w.Key.ContentID || old.Marker != w.Marker && w.Epoch <= old.Epoch {
		return nil, notApplied(stet.Conflict, "foreign_item", "The item of %s in %s was written by another installation of stet, or by a target of another name. Give each its own folder.", w.Key.ContentID, t.opt.path)
	}
	if w.ApplySeq < old.Seq {
		e := notApplied(stet.Conflict, "stale_write", "A newer write is stored: incoming %d < stored %d. Drop this one.", w.ApplySeq, old.Seq)
		e.Details = map[string]any{"incoming": w.ApplySeq, "stored": old.Seq}
		return nil, e
	}
	if old.Gone {
		return old, t.checkRev(w, absent)
	}
	now, err := dir.sum(old.Page.Path)
	if err != nil {
		return nil, err
	}
	stored := old.Page.SHA256
	old.Page.SHA256 = now
	if w.ApplySeq == old.Seq && now == stored {
		return old, nil // perhaps a repeat, whose Rev is that of before the first try
	}
	return old, t.checkRev(w, revision(now))
}

func (t *target) checkRev(w connector.Write, now string) error {
	if w.Rev == "" || w.Rev == now {
		return nil
	}
	return notApplied(stet.Conflict, "rev_changed", "The page of %s is not the one that this write replaces: expected %s, found %s. Read it again.", w.Key.ContentID, w.Rev, now)
}

// arrange gives the record what it inherits: its place, the page it replaces, and its former slugs.
func (t *target) arrange(r, old *record) error {
	id := itemID(r.Key)
	if owner, taken := t.cache.slugs[foldSlug(r.Doc.Slug)]; taken && owner != id {
		return slugTaken(r.Doc.Slug, "the content "+t.cache.entries[owner].Key.ContentID+" has it")
	}
	r.Page.Path = t.pagePath(r)
	if old != nil && old.Seq == r.Seq && old.Fingerprint != r.Fingerprint {
		return notApplied(stet.Conflict, "sequence_reused", "Write %d of %s is stored with another content. A changed content needs a new sequence.", r.Seq, r.Key.ContentID)
	}
	if old == nil || old.Gone {
		return nil
	}
	r.Replaces = old.Page
	r.Aliases = slices.DeleteFunc(slices.Clone(old.Aliases), func(s string) bool { return s == r.Doc.Slug || s == old.Doc.Slug })
	if old.Doc.Slug != r.Doc.Slug {
		r.Aliases = append(r.Aliases, old.Doc.Slug)
	}
	return nil
}

// quiet reports whether the write is there already, record and page.
func quiet(r, old *record) bool {
	return old != nil && !old.Gone && old.Seq == r.Seq && old.Version == r.Version &&
		old.Marker == r.Marker && old.Doc.Slug == r.Doc.Slug && old.Page == r.Page
}

// checkFree refuses to write over a file that stet did not put there.
func checkFree(dir *folder, r, old *record) error {
	if old != nil && !old.Gone && old.Page.Path == r.Page.Path {
		return nil
	}
	now, err := dir.sum(r.Page.Path)
	if err != nil {
		return err
	}
	if now != "" && now != r.Page.SHA256 {
		return slugTaken(r.Doc.Slug, "the file "+r.Page.Path+" is there and was not written by stet")
	}
	return nil
}

func slugTaken(slug, why string) error {
	e := notApplied(stet.Conflict, "slug_taken", "The slug %q is taken: %s. Choose another slug, or free this one.", slug, why)
	e.Pointer = "/canonical_slug"
	return e
}

// writeError says of a failed write whether it may have taken effect.
func (t *target) writeError(err error, decided bool) error {
	e := *t.diskError(err)
	e.Outcome = stet.NotApplied
	if decided {
		e.Outcome = stet.Unknown
	}
	return &e
}
