package demo

import (
	"context"
	"errors"
	"path/filepath"
	"time"
)

// showcase is where a run publishes to and its judge looks.
type showcase interface {
	address() string                // where readers find it, without a slash at the end
	target() (entry, secret string) // its lines in the configuration, which may name file:secrets/site
	settles() time.Duration         // how long after the last publish it is final; 0: at once
	look(context.Context) (seen, error)
	close()
}

// seen is what the public sees, and what else a run has left.
type seen struct {
	pages  []page
	drafts []string
}

func open(ctx context.Context, wp *WordPress, folder string, texts []text) (showcase, error) {
	if wp != nil {
		return openBlog(ctx, wp, texts)
	}
	return serveSite(ctx, filepath.Join(folder, "site"))
}

// sweep waits until drafts that a kill left behind are gone: they are known to be ones only when no request can still be
// on its way. What remains in the end, the judge finds.
func (d *day) sweep(ctx context.Context) error {
	after := d.show.settles()
	if after == 0 {
		return nil
	}
	d.opts.Watch(Moment{Phase: Sweeping})
	began := time.Now()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for time.Since(began) < after+restWithin {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if time.Since(began) < after {
			continue
		}
		if found, err := d.show.look(ctx); err != nil || len(found.drafts) == 0 {
			return errors.Join(err, d.rest(ctx))
		}
	}
	return nil
}

// countPosts tells what is in the database of a WordPress.
func (d *day) countPosts(found seen) {
	r := &d.report
	r.Drafts = len(found.drafts)
	for _, draft := range found.drafts {
		r.Faults = append(r.Faults, Fault{What: draft + " was left behind"})
	}
	for _, p := range found.pages {
		if p.slug == "" {
			continue
		}
		if r.Posts == nil {
			r.Posts = map[string]int{}
		}
		r.Posts[p.slug]++
	}
}
