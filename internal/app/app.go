// Package app builds a node of a configuration and runs it: the store, the queue, the engine and the HTTP server.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"stet/internal/config"
	"stet/internal/engine"
	"stet/internal/gate"
	"stet/internal/httpapi"
	"stet/internal/queue"
	"stet/internal/store"
	"stet/internal/telemetry"
)

// Options of a node that are no matter of its configuration; the zero value is usable.
type Options struct {
	Version   string           // of the program, for /metrics and the banner
	Stderr    io.Writer        // for the log and the banner; os.Stderr where nil
	Log       *slog.Logger     // in place of the one that the configuration asks for
	Gate      engine.Gate      // in place of the policy that the configuration names
	Now       func() time.Time // the local clock; time.Now where nil
	Transport http.RoundTripper
	Queue     queue.Config // zero fields have their defaults
}

// App is a node. After Open its engine and store can be used; Work makes the queue run, Start the HTTP server too.
type App struct {
	cfg  config.Config
	opts Options
	log  *slog.Logger
	gate *gate.Gate // nil: everything passes, or Options.Gate decides

	db       *store.DB
	queue    *queue.Queue
	engine   *engine.Engine
	observer *telemetry.Observer
	api      *httpapi.Server

	server   *http.Server
	listener net.Listener
	working  bool
	loops    sync.WaitGroup
	end      context.CancelFunc // of the loops
	failed   chan error         // why the server ended by itself
	stop     sync.Once
	stopped  error
}

// Open opens the store and the targets of a configuration. Nothing runs yet. Stop must be called in the end.
func Open(ctx context.Context, cfg config.Config, opts Options) (*App, error) {
	a := &App{cfg: cfg, opts: opts.withDefaults(), failed: make(chan error, 1)}
	a.log = a.opts.Log
	if a.log == nil {
		a.log = telemetry.Logger(a.opts.Stderr, cfg.Log.Level, cfg.Log.Format, cfg.Redact)
	}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
	}
	return a, nil
}

func (o Options) withDefaults() Options {
	if o.Stderr == nil {
		o.Stderr = os.Stderr
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	return o
}

func (a *App) open(ctx context.Context) (err error) {
	if a.observer, err = telemetry.New(ctx, telemetry.Config{OTLPEndpoint: a.cfg.Telemetry.OTLPEndpoint, Version: a.opts.Version,
		Targets: names(a.cfg.Targets)}); err != nil {
		return fmt.Errorf("open telemetry: %w", err)
	}
	if err := a.openStore(ctx); err != nil {
		return err
	}
	targets, err := a.openTargets(ctx)
	if err != nil {
		return err
	}
	cfg := engine.Config{Sources: sources(a.cfg), Targets: targets, Gate: a.opts.Gate, Observer: observer{a.observer, a},
		Log: a.log, Node: a.queue.Node(), NodeTTL: a.nodeTTL(), Crashes: a.cfg.MaxCrashes, Now: a.opts.Now, Fail: failpoint(os.Getenv(FailpointVariable))}
	if cfg.Gate == nil {
		if err := a.openGate(&cfg); err != nil {
			return err
		}
	}
	a.engine = engine.New(a.db, cfg)
	if err := a.engine.Open(ctx); err != nil {
		return err
	}
	a.observeStore()
	a.api = a.routes()
	return nil
}

// Engine does the work and carries out what operators decide.
func (a *App) Engine() *engine.Engine { return a.engine }

// DB is the store.
func (a *App) DB() *store.DB { return a.db }

// Queue is the queue.
func (a *App) Queue() *queue.Queue { return a.queue }

// Config is what the node was made of.
func (a *App) Config() config.Config { return a.cfg }

// Handler serves the whole HTTP interface: the door, the API, health, metrics, schemas.
func (a *App) Handler() http.Handler { return a.api }

// Addr is the address the server listens at, with the port it was given; nil before Start.
func (a *App) Addr() net.Addr {
	if a.listener == nil {
		return nil
	}
	return a.listener.Addr()
}

// URL is the base address of the server for a client on this machine; empty before Start.
func (a *App) URL() string {
	addr, ok := a.Addr().(*net.TCPAddr)
	if !ok {
		return ""
	}
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return fmt.Sprintf("http://%s", net.JoinHostPort(host, fmt.Sprint(addr.Port)))
}
