package site

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// One write has three steps that a kill may separate, and each is one rename:
//
//  1. the record is put into .stet/next, with the hash of the page that it replaces: the write is decided;
//  2. the page is put into its place, after a move where its path changes, or taken away;
//  3. the record moves to .stet/items: the write is done.
//
// A record in .stet/next is carried on from step 2 by the next writing session. Until then Read tells what the public
// sees: the page of the old record or that of the new one. A page that is neither was changed by a person and is left
// alone. As only step 1 decides, a failure before it is NotApplied and one after it is Unknown.

func itemName(dir, id string) string { return dir + "/" + id + ".json" }

// readRecord gives a record; nil where there is none.
func readRecord(dir *folder, where, id string) (*record, error) {
	data, err := dir.read(itemName(where, id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := decodeRecord(data)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: itemName(where, id), Err: err}
	}
	return r, nil
}

// decide is step 1, and carries on with the others.
func (t *target) decide(dir *folder, r *record, page []byte) error {
	data, err := r.encode()
	if err != nil {
		return err
	}
	next, err := dir.stage(data)
	if err != nil {
		return err
	}
	files := []*staged{next}
	if !r.Gone {
		temp, err := dir.stage(page)
		if err != nil {
			return err
		}
		files = append(files, temp)
	}
	// The page is durable before the decision, so that both wait for the disk only once.
	if err := dir.sync(files...); err != nil {
		return err
	}
	if err := dir.mark(); err != nil {
		return err
	}
	if err := dir.move(next.name, itemName(nextDir, itemID(r.Key))); err != nil {
		return err
	}
	if err := dir.syncDirs(); err != nil {
		return err
	}
	return t.finish(dir, r, files[len(files)-1])
}

// finish does the steps 2 and 3, from wherever they were left.
func (t *target) finish(dir *folder, r *record, page *staged) error {
	t.changed.Add(1)
	id := itemID(r.Key)
	if err := place(dir, r, page); err != nil {
		return err
	}
	if err := dir.syncDirs(); err != nil {
		return err
	}
	if err := dir.step("rename", itemName(itemsDir, id)); err != nil {
		return err
	}
	// Not synced: after a power cut the record may be in .stet/next again, where finish finds everything done.
	return dir.root.Rename(itemName(nextDir, id), itemName(itemsDir, id))
}

// place is step 2. It may be repeated.
func place(dir *folder, r *record, page *staged) error {
	old := r.Replaces
	oldSum, err := dir.sum(old.Path)
	if old.Path == "" || errors.Is(err, errLink) {
		oldSum, err = "", nil
	}
	if err != nil {
		return err
	}
	ours := oldSum != "" && oldSum == old.SHA256
	if r.Gone {
		if !ours {
			return nil
		}
		return dir.remove(old.Path)
	}
	now, err := dir.sum(r.Page.Path)
	if err != nil {
		return err
	}
	if ours && old.Path != r.Page.Path && now == "" {
		// The page moves first and changes then, so that there is never a second one.
		if err := dir.move(old.Path, r.Page.Path); err != nil {
			return err
		}
		if err := dir.syncDirs(); err != nil {
			return err
		}
		now = oldSum
	}
	if now != r.Page.SHA256 && (now == "" || now == old.SHA256) {
		if err := dir.move(page.name, r.Page.Path); err != nil {
			return err
		}
	}
	if old.Path == "" || old.Path == r.Page.Path {
		return nil
	}
	return dir.prune(path.Dir(old.Path))
}

// finishAll carries on the writes that a killed process decided.
func (t *target) finishAll(dir *folder, pending []string) error {
	for _, name := range pending {
		id, ok := strings.CutSuffix(name, ".json")
		if !ok || !validID.MatchString(id) {
			continue
		}
		r, err := readRecord(dir, nextDir, id)
		if err != nil || r == nil {
			return err
		}
		if err := t.carryOn(dir, r); err != nil {
			return err
		}
	}
	return nil
}

func (t *target) carryOn(dir *folder, r *record) error {
	if r.Gone {
		return t.finish(dir, r, nil)
	}
	now, err := dir.sum(r.Page.Path)
	if err != nil {
		return err
	}
	if now == r.Page.SHA256 {
		return t.finish(dir, r, nil)
	}
	// Decided again, because the theme may be another one than that of the killed process.
	page, err := t.page(r)
	if err != nil {
		return err
	}
	r.Look, r.Page.SHA256 = t.look, digest(page)
	return t.decide(dir, r, page)
}

// restyle renders the pages again that were made with another theme or other options. Pages that a person changed are
// left alone.
func (t *target) restyle(dir *folder) error {
	for id, e := range t.cache.entries {
		if e.Gone || e.Look == t.look {
			continue
		}
		now, err := dir.sum(e.Page.Path)
		if err != nil || now != e.Page.SHA256 {
			continue
		}
		r, err := readRecord(dir, itemsDir, id)
		if err != nil || r == nil {
			return err
		}
		r.Replaces = r.Page
		r.Page.Path = t.pagePath(r)
		page, err := t.page(r)
		if err != nil {
			return err
		}
		r.Look, r.Page.SHA256 = t.look, digest(page)
		if err := t.commit(dir, r, page); err != nil {
			return err
		}
	}
	return nil
}

// commit does all three steps.
func (t *target) commit(dir *folder, r *record, page []byte) error {
	if err := t.decide(dir, r, page); err != nil {
		return err
	}
	t.cache.put(itemID(r.Key), r)
	return nil
}
