// Package site is the connector for a folder: a static website that it renders itself, or Markdown files for Hugo,
// Astro, Eleventy or Jekyll. It is of class E: write aside, sync, rename, and refuse what is older.
package site

import (
	"context"
	"log/slog"
	"sync/atomic"

	"stet/connector"
)

const (
	formatHTML     = "html"
	formatMarkdown = "markdown"
)

// maxBody is the largest text in bytes: about twenty times the longest article people write, and small enough that
// rendering it takes a moment, not a minute.
const maxBody = 2 << 20

// Spec declares the kind `site`.
func Spec() connector.Spec {
	return connector.Spec{
		Kind:  "site",
		Title: "Static website or Markdown folder",
		Options: []connector.Option{
			{Name: "path", Required: true, Path: true, Help: "The folder to write to; it is made where it is missing."},
			{Name: "base_url", Help: "The public address of the folder, such as https://example.com/blog/. Required with format html."},
			{Name: "title", Default: "Articles", Help: "The name of the website."},
			{Name: "description", Help: "One sentence about the website, for search engines and feed readers."},
			{Name: "language", Default: "en", Help: "The language of the website and of articles without a locale (BCP 47)."},
			{Name: "format", Default: formatHTML, OneOf: []string{formatHTML, formatMarkdown},
				Help: "html renders a website; markdown writes front matter and Markdown for a site generator."},
			{Name: "flavor", Default: "hugo", OneOf: []string{"hugo", "astro", "eleventy", "jekyll"},
				Help: "The site generator that reads the files of format markdown."},
			{Name: "theme_css", Help: "A CSS file that is added after the built-in style of format html."},
		},
		Open: open,
	}
}

// target is one folder. What may run at the same time is decided in session.go; everything below the gates belongs to
// whoever holds them.
type target struct {
	opt   options
	theme *theme
	look  string // hash of everything but the document that a page is made of
	log   *slog.Logger
	fault func(op, name string) error // tests only: fails or ends the work before a file operation

	gate  chan struct{} // one session at a time
	cache cache

	flush   chan struct{} // one regeneration of the derived files at a time
	changed atomic.Uint64 // counts changes of the records
	flushed atomic.Uint64 // the value of changed that the derived files show
	derived map[string]written
	warned  map[string]bool
}

var (
	_ connector.Connector   = (*target)(nil)
	_ connector.Upserter    = (*target)(nil)
	_ connector.Unpublisher = (*target)(nil)
	_ connector.Checker     = (*target)(nil)
)

func open(_ context.Context, env connector.Env) (connector.Connector, error) {
	opt, err := parseOptions(env.Options)
	if err != nil {
		return nil, err
	}
	t := &target{
		opt:     opt,
		log:     env.Log,
		gate:    make(chan struct{}, 1),
		flush:   make(chan struct{}, 1),
		derived: map[string]written{},
		warned:  map[string]bool{},
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	if t.theme, err = newTheme(opt); err != nil {
		return nil, err
	}
	t.look = t.theme.look(opt)
	return t, nil
}

// Capabilities are those of class E. Locking is true: Write.Rev is the hash of the file that the write replaces.
func (t *target) Capabilities() connector.Capabilities {
	formats := []string{"markdown", "html"}
	if t.opt.format == formatMarkdown {
		formats = []string{"markdown"}
	}
	return connector.Capabilities{
		Class:        connector.File,
		Locking:      true,
		StrongLookup: true,
		Upsert:       true,
		Unpublish:    true,
		BodyFormats:  formats,
		MaxBody:      maxBody,
	}
}
