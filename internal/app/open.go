package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"stet"
	"stet/connector"
	"stet/connector/all"
	"stet/internal/config"
	"stet/internal/engine"
	"stet/internal/httpapi"
	"stet/internal/publish"
	"stet/internal/queue"
	"stet/internal/store"
	"stet/internal/store/postgres"
	"stet/internal/store/sqlite"
	"stet/internal/telemetry"
)

// File is the name of the embedded store in the folder of the configuration.
const File = "stet.db"

// nodeTTL is the silence after which another node of the same database counts as dead.
const nodeTTL = 10 * time.Second

func (a *App) openStore(ctx context.Context) error {
	cfg := a.opts.Queue
	cfg.Log = cmp.Or(cfg.Log, a.log)
	cfg.PublishWorkers = cmp.Or(cfg.PublishWorkers, a.cfg.Workers)
	cfg.TTL = cmp.Or(cfg.TTL, a.cfg.NodeTTL, nodeTTL)
	var driver store.Driver
	var err error
	if dsn := a.cfg.Database; !dsn.Empty() {
		var d *postgres.Driver
		if d, err = postgres.Open(ctx, postgres.Config{DSN: dsn.Reveal(), Silence: cfg.TTL}); err != nil {
			return fmt.Errorf("open the database: %w", err)
		}
		driver = d
		a.queue, err = queue.NewPostgres(d.Pool(), cfg)
	} else {
		var d *sqlite.Driver
		if d, err = sqlite.Open(ctx, filepath.Join(a.cfg.Data, File)); err != nil {
			return fmt.Errorf("open the store in %s: %w", a.cfg.Data, err)
		}
		driver = d
		a.queue, err = queue.NewSQLite(d.SQL(), cfg)
	}
	a.db = store.New(driver, store.Options{Log: a.log, Now: a.opts.Now})
	if err != nil {
		return err
	}
	a.db.Use(a.queue)
	return nil
}

// nodeTTL is 0 on the embedded store: whoever has the file is alive, and alone.
func (a *App) nodeTTL() time.Duration {
	if a.cfg.Database.Empty() {
		return 0
	}
	return cmp.Or(a.opts.Queue.TTL, a.cfg.NodeTTL, nodeTTL)
}

func sources(cfg config.Config) []engine.Source {
	var list []engine.Source
	for _, name := range names(cfg.Sources) {
		s := cfg.Sources[name]
		list = append(list, engine.Source{Name: name, Contents: s.Contents, Targets: s.Targets, PublishDraft: s.PublishDrafts, MaxJump: s.MaxVersionJump})
	}
	return list
}

func (a *App) openTargets(ctx context.Context) ([]engine.Target, error) {
	var list []engine.Target
	for _, name := range names(a.cfg.Targets) {
		t := a.cfg.Targets[name]
		spec, found := all.Find(t.Kind)
		if !found {
			return nil, stet.Errorf(stet.Configuration, "unknown_kind", "target %s: there is no connector %q", name, t.Kind)
		}
		c, err := spec.Open(ctx, connector.Env{Target: name, Options: t.OptionValues(), Log: a.log.With("target", name), Transport: a.opts.Transport})
		if err != nil {
			return nil, fmt.Errorf("open target %s: %w", name, err)
		}
		list = append(list, engine.Target{Name: name, Kind: t.Kind, Connector: c, SlugScope: t.SlugScope, MaxAttempts: t.MaxAttempts, Backoff: t.Backoff,
			MaxBackoff: t.MaxBackoff, CallTimeout: t.CallTimeout, KeepHold: t.KeepHold, BaseURL: cmp.Or(t.Options["base_url"], t.Options["url"]),
			Policy: publish.Policy{Horizon: cmp.Or(t.Horizon, c.Capabilities().Horizon), WaitHorizon: t.WaitHorizon, KeepGone: t.KeepGone}})
	}
	return list, nil
}

func (a *App) routes() *httpapi.Server {
	api := httpapi.Config{Engine: a.engine, DB: a.db, Log: a.log, Observer: a.observer, Ready: a.Ready, Now: a.opts.Now}
	for _, name := range names(a.cfg.Sources) {
		s := a.cfg.Sources[name]
		api.Sources = append(api.Sources, httpapi.Source{Name: name, Secrets: s.Secrets, MaxBody: s.MaxBody, Tolerance: s.Tolerance, Disabled: s.Disabled})
	}
	for _, name := range names(a.cfg.Tokens) {
		t := a.cfg.Tokens[name]
		api.Tokens = append(api.Tokens, httpapi.Token{Name: name, SHA256: t.SHA256, Role: httpapi.Role(t.Role)})
	}
	for _, name := range names(a.cfg.Targets) {
		api.Targets = append(api.Targets, httpapi.Target{Name: name, Kind: a.cfg.Targets[name].Kind, Secrets: a.cfg.Targets[name].ChangeSecrets})
	}
	return httpapi.New(api)
}

// observer gives the engine's words to telemetry, which stands below the engine and knows none of them, and wakes the
// requests that wait for events.
type observer struct {
	*telemetry.Observer
	app *App
}

func (o observer) Committed(events []stet.Event) {
	o.Observer.Committed(events)
	o.app.api.Committed()
}

func (o observer) Called(target string, call publish.CallKind, took time.Duration, err error) {
	o.Observer.Called(target, string(call), took, err)
}

func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
