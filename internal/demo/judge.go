package demo

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"stet"
)

// page is one page of the website that says which content it is.
type page struct {
	path, contentID string
	slug            string // in WordPress
	version         int64
	html            string // of a WordPress only what tells the version
}

var (
	metaContent = regexp.MustCompile(`<meta name="stet-content" content="([^"]+)">`)
	metaVersion = regexp.MustCompile(`<meta name="stet-version" content="(\d+)">`)
)

// judge compares what the senders were told with what the website shows. It asks stet for nothing but the numbers of
// publishes, refusals and revisions.
func (d *day) judge(ctx context.Context) error {
	d.opts.Watch(Moment{Phase: Judging})
	found, err := d.show.look(ctx)
	if err != nil {
		return err
	}
	r := &d.report
	r.Accepted = d.answers.accepted()
	r.Duplicates, r.Stale = d.answers.good-r.Accepted, d.answers.stale
	d.compare(d.texts, found.pages)
	d.countPosts(found)
	if err := d.guarded(ctx, found.pages); err != nil {
		return err
	}
	if err := eachEvent(ctx, d.client, stet.PublishSucceeded, func(stet.Event) error { r.Publishes++; return nil }); err != nil {
		return err
	}
	r.Example = d.texts[d.rand.IntN(len(d.texts))].id
	return nil
}

// compare finds for every article whether its page is the one it must be.
func (d *day) compare(texts []text, pages []page) {
	byContent := map[string][]page{}
	for _, p := range pages {
		byContent[p.contentID] = append(byContent[p.contentID], p)
	}
	for _, t := range texts {
		d.judgeContent(t, byContent[t.id])
		delete(byContent, t.id)
	}
	delete(byContent, outcast().id) // judged by guarded
	for id, strays := range byContent {
		d.report.Doubles += len(strays)
		d.report.Faults = append(d.report.Faults, Fault{id, "nobody sent this content"})
	}
	d.report.Live = len(pages)
}

func (d *day) judgeContent(t text, pages []page) {
	r := &d.report
	newest := d.answers.newest(t.id)
	fault := func(format string, args ...any) {
		r.Faults = append(r.Faults, Fault{t.id, fmt.Sprintf(format, args...)})
	}
	if len(pages) > 1 {
		r.Doubles += len(pages) - 1
		fault("it has %d pages", len(pages))
	}
	live := false
	for _, p := range pages {
		if p.version == newest && strings.Contains(p.html, shown(newest)) && (p.slug != "" || strings.Contains(p.html, t.repaired)) {
			live = true
			continue
		}
		r.Outdated++
		fault("%s shows version %d, and %d was accepted", p.path, p.version, newest)
	}
	if !live && newest > 0 {
		r.Lost++
		fault("version %d was accepted and is not live", newest)
	}
}

// readSite finds every page of the folder that carries a content id, wherever it lies.
func readSite(folder string) (pages []page, err error) {
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != folder:
			return fs.SkipDir // the target's own records
		case entry.IsDir() || filepath.Ext(path) != ".html":
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		html := string(raw)
		id, version := metaContent.FindStringSubmatch(html), metaVersion.FindStringSubmatch(html)
		if id == nil || version == nil {
			return nil // an index
		}
		n, err := strconv.ParseInt(version[1], 10, 64)
		pages = append(pages, page{path: path, contentID: id[1], version: n, html: html})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the website: %w", err)
	}
	return pages, nil
}
