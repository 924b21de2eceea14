package site

import (
	"context"
	"errors"
	"io/fs"

	"stet"
	"stet/connector"
)

// absent is the revision of a page that is not there.
const absent = "absent"

// Find gives the item of w's content, which has one id at most. It is Foreign where another installation wrote it.
func (t *target) Find(ctx context.Context, w connector.Write) ([]connector.Item, error) {
	id := itemID(w.Key)
	var items []connector.Item
	err := t.session(ctx, false, func(dir *folder) error {
		item, r, err := t.observe(dir, id)
		if err != nil || r == nil {
			return err
		}
		foreign := r.Marker != w.Marker
		if foreign && w.Epoch > r.Epoch {
			return nil // an earlier life of this publication, which the next write replaces
		}
		item.Foreign = foreign
		items = []connector.Item{item}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nothing was ever written here
	}
	if err != nil {
		return nil, t.diskError(err)
	}
	return items, nil
}

// Read gives one item. A folder that is not there, or that has lost its records, is an error and not NotFound: the
// disk may not be mounted.
func (t *target) Read(ctx context.Context, id string) (connector.Item, error) {
	gone := stet.Errorf(stet.NotFound, "item_gone", "The folder %s has no item %q.", t.opt.path, id)
	if !validID.MatchString(id) {
		return connector.Item{}, gone
	}
	var item connector.Item
	err := t.session(ctx, false, func(dir *folder) error {
		seen, r, err := t.observe(dir, id)
		if err == nil && r == nil {
			return gone
		}
		item = seen
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return item, stet.Errorf(stet.Unavailable, "folder_missing", "The folder %s or its records in %s are missing. Is the disk mounted? Restore the folder, or publish again to start anew.", t.opt.path, stateDir)
	}
	if err != nil {
		return item, t.diskError(err)
	}
	return item, nil
}

// observe tells what the public sees of an item: the page of the record that is done, that of the record that is
// decided, or something that a person made of it. The record is the newest one, nil where there is none.
func (t *target) observe(dir *folder, id string) (connector.Item, *record, error) {
	var known []*record
	for _, where := range []string{nextDir, itemsDir} {
		r, err := readRecord(dir, where, id)
		if err != nil {
			return connector.Item{}, nil, err
		}
		if r != nil {
			known = append(known, r)
		}
	}
	if len(known) == 0 {
		return connector.Item{}, nil, nil
	}
	item := connector.Item{ID: id, Rev: absent, Slug: known[0].Doc.Slug, Seq: known[0].Seq}
	for _, at := range known {
		if at.Gone {
			continue
		}
		now, err := dir.sum(at.Page.Path)
		if err != nil && !errors.Is(err, errLink) {
			return connector.Item{}, nil, err
		}
		if now == "" && err == nil {
			continue
		}
		t.see(&item, at, known, now)
		break
	}
	return item, known[0], nil
}

// see fills in what stands at the page of the record at, by the hash of its bytes.
func (t *target) see(item *connector.Item, at *record, known []*record, now string) {
	item.Public = true
	item.Rev = revision(now)
	item.Slug = at.Doc.Slug
	item.URL = t.opt.absolute(at.Doc.Slug + "/")
	item.Live = "file:" + now // not written by us: no fingerprint of ours looks like this
	for _, r := range known {
		if !r.Gone && r.Page.SHA256 == now {
			item.Live, item.Seq = r.Fingerprint, r.Seq
		}
	}
	item.Draft = item.Live
}

func revision(sum string) string {
	if sum == "" {
		return absent
	}
	return sum[:32]
}
