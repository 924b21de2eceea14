package cli

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"

	"golang.org/x/sync/errgroup"

	"stet/internal/policy"
	"stet/internal/qa"
	"stet/internal/qa/report"
)

// judged is what became of one file.
type judged struct {
	source
	entries []report.Entry
	fixed   []byte // the file after its safe fixes; nil: it is as it was
	fixes   int
}

// gcPercent: a program that ends soon has memory to spare, and a fifth of the time went into clearing it.
const gcPercent = 400

// all judges files on every core and gives the results in the order of the names.
func (g *gate) all(ctx context.Context, names []string) ([]judged, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	done := make([]judged, len(names))
	progress := newProgress(g.sh, "checked", len(names))
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			out, err := g.file(ctx, name)
			mu.Lock()
			defer mu.Unlock()
			done[i] = out
			progress.step()
			return err
		})
	}
	err := group.Wait()
	progress.clear()
	return done, err
}

// file judges what a file holds. A file that cannot be read as an article does not pass.
func (g *gate) file(ctx context.Context, name string) (judged, error) {
	src, err := g.sh.open(name)
	out := judged{source: src}
	if err != nil {
		out.entries = []report.Entry{g.articleError(shownName(name), err)}
		return out, nil
	}
	if g.fix || g.diff {
		if err := g.repair(ctx, &out); err != nil {
			return out, err
		}
	}
	if g.fix && out.fixed != nil {
		if err := replaceFile(name, out.fixed); err != nil {
			return out, err
		}
		if out.source, err = g.sh.open(name); err != nil {
			return out, err
		}
	}
	out.entries = g.judge(ctx, out.source)
	return out, nil
}

func (g *gate) judge(ctx context.Context, src source) (entries []report.Entry) {
	for _, p := range src.pieces {
		a, err := policy.Article(p.contentID, p.doc, g.site(src.name, p))
		if err != nil {
			entries = append(entries, g.articleError(p.name, err))
			continue
		}
		a.Now = g.sh.Now()
		e := report.Entry{Report: g.pack.JudgeNew(ctx, a, g.marker(src, p))}
		e.Report.File = p.name
		if p.places != nil {
			e.File = string(src.text)
			newLocator(e.File, p).report(&e.Report)
		} else {
			e.Fields = map[string]string{"body": p.doc.Body.Text}
			for _, f := range a.Fields {
				e.Fields[f.Name] = f.Text.Source
			}
		}
		entries = append(entries, e)
	}
	return entries
}

// marker marks findings that are known, or that stand on lines that did not change; nil where everything counts.
func (g *gate) marker(src source, p piece) func([]qa.Finding) {
	if g.known == nil && g.changed == nil {
		return nil
	}
	var known func([]qa.Finding)
	if g.known != nil {
		known = g.known.Marker(baselineName(g.baseline, src.name, p))
	}
	var where *locator
	if p.places != nil {
		where = newLocator(string(src.text), p)
	}
	return func(findings []qa.Finding) {
		if known != nil {
			known(findings)
		}
		for i := range findings {
			if f := &findings[i]; g.changed != nil && where != nil && !g.changed.touch(src.name, where.file(f.Where)) {
				f.Old = true
			}
		}
	}
}
