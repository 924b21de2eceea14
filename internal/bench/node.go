package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"stet"
	"stet/contract"
	"stet/internal/engine"
	"stet/internal/httpapi"
	"stet/internal/publish"
	"stet/internal/queue"
	"stet/internal/store"
	"stet/internal/telemetry"
)

// node is a stet in this process, put together as the program puts itself together, but around a CMS of our own and a
// store that can be watched.
type node struct {
	*base
	db       *store.DB
	engine   *engine.Engine
	server   *http.Server
	addr     string
	observer *observer
	working  bool
	end      context.CancelFunc
	loop     sync.WaitGroup
}

// observer passes on to the program's own one, which is part of the cost.
type observer struct {
	*telemetry.Observer
	succeeded func(contentID string)
}

func (o *observer) Committed(events []stet.Event) {
	o.Observer.Committed(events)
	for _, e := range events {
		if e.Type == stet.PublishSucceeded && o.succeeded != nil {
			o.succeeded(e.ContentID)
		}
	}
}

func (o *observer) Called(target string, call publish.CallKind, took time.Duration, err error) {
	o.Observer.Called(target, string(call), took, err)
}

// start makes a node on a new store. Its queue works only once work is called.
func (r *run) start(ctx context.Context, p place, cms *cms, wrap func(store.Driver) store.Driver) (n *node, err error) {
	b, err := p.open(ctx, queue.Config{Log: quietLog()})
	if err != nil {
		return nil, err
	}
	n = &node{base: b}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.stop(ctx))
		}
	}()
	driver := b.driver
	if wrap != nil {
		driver = wrap(driver)
	}
	n.db = store.New(driver, store.Options{Log: quietLog()})
	n.db.Use(b.queue)
	o, err := telemetry.New(ctx, telemetry.Config{Targets: []string{target}})
	if err != nil {
		return n, err
	}
	n.observer = &observer{Observer: o}
	n.engine = engine.New(n.db, engine.Config{Sources: []engine.Source{{Name: source, Targets: []string{target}}},
		Targets: []engine.Target{{Name: target, Kind: "bench", Connector: cms}}, Observer: n.observer, Log: quietLog(), Node: b.queue.Node(), NodeTTL: nodeTTL})
	if err := n.engine.Open(ctx); err != nil {
		return n, err
	}
	return n, n.listen(ctx, r.mail)
}

// nodeTTL is that of the program; nobody dies here.
const nodeTTL = 10 * time.Second

func (n *node) listen(ctx context.Context, m mail) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	n.addr = l.Addr().String()
	n.server = &http.Server{ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(quietLog().Handler(), slog.LevelError),
		Handler: httpapi.New(httpapi.Config{Engine: n.engine, DB: n.db, Observer: n.observer.Observer, Log: quietLog(),
			Sources: []httpapi.Source{{Name: source, Secrets: []contract.Secret{m.secret}}}})}
	n.loop.Go(func() { _ = n.server.Serve(l) }) // it ends with Close
	return nil
}

// work starts the queue and, as in the program, a reconciler.
func (n *node) work(ctx context.Context) error {
	if err := n.queue.Start(ctx, n.engine); err != nil {
		return err
	}
	n.working = true
	ctx, n.end = context.WithCancel(ctx)
	n.loop.Go(func() {
		for tick := time.NewTicker(time.Second); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				_, _ = n.engine.Reconcile(ctx) // the next one finds what this one did not
			}
		}
	})
	return nil
}

// stop ends the node and removes its store.
func (n *node) stop(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var errs []error
	if n.server != nil {
		errs = append(errs, n.server.Close())
	}
	if n.working {
		n.end()
		errs = append(errs, n.queue.Stop(ctx))
	}
	n.loop.Wait()
	if n.db != nil {
		errs = append(errs, n.db.Close())
	} else {
		errs = append(errs, n.driver.Close())
	}
	if n.observer != nil {
		errs = append(errs, n.observer.Close(ctx))
	}
	return errors.Join(append(errs, n.close())...)
}

func quietLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}
