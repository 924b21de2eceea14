package site

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"stet"
)

// perPage is the number of articles on a list. Pages are counted from the oldest, so that a new article changes the
// first one or two and every address stays what it is; the first page has up to twice as many.
const perPage = 20

// derived is a file that follows from the records: the key changes whenever its bytes would.
type derived struct {
	path string
	key  string
	make func() ([]byte, error)
}

// written is how a derived file was left, to see without reading whether it needs work.
type written struct {
	key  string
	size int64
	mod  time.Time
}

// settle brings the derived files up to date with every change so far. Writes that wait here together share one
// regeneration: the first does it, the others find it done.
func (t *target) settle(ctx context.Context) error {
	if t.opt.format != formatHTML {
		return nil
	}
	want := t.changed.Load()
	select {
	case t.flush <- struct{}{}:
		defer func() { <-t.flush }()
	case <-ctx.Done():
		return stet.Errorf(stet.Unavailable, "cancelled", "The page is written, its lists are not yet: %w", ctx.Err())
	}
	if t.flushed.Load() >= want {
		return nil
	}
	return t.write(ctx, t.derive)
}

// derive writes the derived files that differ and removes those that are no more. It runs in a session.
func (t *target) derive(dir *folder) error {
	now := t.changed.Load()
	files := t.deriveAll()
	before, err := readList(dir)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, name := range before {
		known[name] = true
	}
	if files, err = t.ownFiles(dir, files, known); err != nil {
		return err
	}
	var after []string
	for _, f := range files {
		after = append(after, f.path)
	}
	slices.Sort(after)
	// The list names what may be there: it grows before the files do and shrinks after them.
	union := slices.Compact(slices.Sorted(slices.Values(slices.Concat(before, after))))
	if err := writeList(dir, before, union); err != nil {
		return err
	}
	if err := t.renew(dir, files); err != nil {
		return err
	}
	for _, name := range union {
		if _, keep := slices.BinarySearch(after, name); keep {
			continue
		}
		delete(t.derived, name)
		if err := dir.remove(name); err != nil {
			return err
		}
	}
	if err := dir.syncDirs(); err != nil {
		return err
	}
	if err := writeList(dir, union, after); err != nil {
		return err
	}
	t.flushed.Store(now)
	return nil
}

// ownFiles leaves out what a person put in the place of a derived file, such as a robots.txt of their own.
func (t *target) ownFiles(dir *folder, files []derived, known map[string]bool) ([]derived, error) {
	var own []derived
	for _, f := range files {
		if !known[f.path] {
			err := dir.plain(f.path)
			if err == nil && !t.warned[f.path] {
				t.warned[f.path] = true
				t.log.Warn("left a file alone that stet did not write", "file", f.path, "folder", t.opt.path)
			}
			if err == nil {
				continue
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		own = append(own, f)
	}
	return own, nil
}

// renew writes the derived files that have other bytes than they should. All of them wait for the disk together.
func (t *target) renew(dir *folder, files []derived) error {
	var temps []*staged
	var stale, moved []derived
	for _, f := range files {
		if t.untouched(dir, f) {
			continue
		}
		stale = append(stale, f)
		data, err := f.make()
		if err != nil {
			return fmt.Errorf("make %s: %w", f.path, err)
		}
		now, err := dir.sum(f.path)
		if err != nil && !errors.Is(err, errLink) {
			return err
		}
		if now == digest(data) {
			continue
		}
		temp, err := dir.stage(data)
		if err != nil {
			return err
		}
		temps, moved = append(temps, temp), append(moved, f)
	}
	if err := dir.sync(temps...); err != nil {
		return err
	}
	for i, f := range moved {
		if err := dir.move(temps[i].name, f.path); err != nil {
			return err
		}
	}
	for _, f := range stale {
		info, err := dir.root.Lstat(f.path)
		if err != nil {
			return err
		}
		t.derived[f.path] = written{f.key, info.Size(), info.ModTime()}
	}
	return dir.syncDirs()
}

// untouched reports whether a derived file is as this process wrote it, and still right.
func (t *target) untouched(dir *folder, f derived) bool {
	last, seen := t.derived[f.path]
	if !seen {
		return false
	}
	info, err := dir.root.Lstat(f.path)
	return err == nil && info.Mode().IsRegular() && last == written{f.key, info.Size(), info.ModTime()}
}

// deriveAll is every derived file of the site, a pure function of the records and the options.
func (t *target) deriveAll() []derived {
	live := t.live()
	files := t.lists("", listText{title: t.opt.title, lead: t.opt.description}, live)
	byTag, tags := t.byTag(live)
	for _, tag := range tags {
		entries := byTag[tag.slug]
		files = append(files, t.lists("tags/"+tag.slug+"/", listText{title: tag.name}, entries)...)
	}
	return append(files, t.tagIndex(tags), t.feed(live), t.sitemap(live, tags), t.redirects(live), t.robots(), t.notFound(),
		derived{"style.css", t.look, func() ([]byte, error) { return t.theme.css, nil }})
}

// live is what is public, newest first: by date, without one by version, then by slug.
func (t *target) live() []*record {
	var live []*record
	for _, e := range t.cache.entries {
		if !e.Gone {
			live = append(live, e)
		}
	}
	slices.SortFunc(live, func(a, b *record) int {
		if c := b.Date.Compare(a.Date); c != 0 {
			return c
		}
		if c := cmp.Compare(b.Version, a.Version); c != 0 && a.Date.IsZero() {
			return c
		}
		return strings.Compare(a.Doc.Slug, b.Doc.Slug)
	})
	return live
}

type tag struct {
	slug, name string
	count      int
}

// byTag groups what is public by the slug of its tags. Of several spellings the first in the alphabet is the name.
func (t *target) byTag(live []*record) (map[string][]*record, []tag) {
	entries, found := map[string][]*record{}, map[string]tag{}
	for _, e := range live {
		seen := map[string]bool{}
		for _, name := range e.Doc.Tags {
			slug := tagSlug(name)
			if seen[slug] {
				continue
			}
			seen[slug] = true
			entries[slug] = append(entries[slug], e)
			known, ok := found[slug]
			if !ok || name < known.name {
				known.name = name
			}
			found[slug] = tag{slug, known.name, known.count + 1}
		}
	}
	tags := make([]tag, 0, len(found))
	for _, one := range found {
		tags = append(tags, one)
	}
	slices.SortFunc(tags, func(a, b tag) int { return strings.Compare(a.slug, b.slug) })
	return entries, tags
}

// keyOf is a key that changes with the look, with any of the parts and with what the entries show.
func (t *target) keyOf(entries []*record, parts ...any) string {
	text := fmt.Appendf(nil, "%s %q", t.look, fmt.Sprint(parts...))
	for _, e := range entries {
		text = append(append(append(text, e.Fingerprint...), e.Doc.Slug...), '\n')
	}
	return digest(text)
}

func readList(dir *folder) ([]string, error) {
	data, err := dir.read(listFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	if err := json.Unmarshal(data, &names); err != nil {
		return nil, fmt.Errorf("read %s: %w", listFile, err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !fs.ValidPath(name) || strings.HasPrefix(name, ".") }), nil
}

func writeList(dir *folder, before, after []string) error {
	if slices.Equal(before, after) {
		return nil
	}
	data, err := json.MarshalIndent(after, "", " ")
	if err != nil {
		return err
	}
	return dir.put(listFile, append(data, '\n'))
}
