package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

const (
	reconcileEvery = time.Second
	purgeEvery     = time.Hour
	// deliveriesKept is how long a repeated delivery gets the answer of the first; senders give up long before.
	deliveriesKept = 30 * 24 * time.Hour
	purgeBatch     = 500 // rows in one transaction, so that nobody waits for it
	drain          = 20 * time.Second
)

// Work starts the queue and what keeps it whole, without HTTP. It may be called once.
func (a *App) Work(ctx context.Context) error {
	if err := a.queue.Start(ctx, a.engine); err != nil {
		return err
	}
	a.working = true
	loop, end := context.WithCancel(context.WithoutCancel(ctx))
	a.end = end
	a.loops.Go(func() { a.every(loop, reconcileEvery, "look for work that is due", a.reconcile) })
	a.loops.Go(func() { a.every(loop, purgeEvery, "forget old deliveries", a.PurgeDeliveries) })
	return nil
}

// Start is Work and the HTTP server. When it returns without an error, requests are answered at Addr.
func (a *App) Start(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", a.cfg.Listen)
	if err != nil {
		return &stet.Error{Kind: stet.Configuration, Code: "cannot_listen", Err: err,
			Message: fmt.Sprintf("cannot listen at %s; another program may be there, or the address is not of this machine", a.cfg.Listen)}
	}
	a.listener = listener
	if err := a.Work(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	a.server = newServer(a.api, a.log)
	a.server.RegisterOnShutdown(a.api.Close)
	go func() {
		if err := a.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("serve HTTP: %w", err)
		}
	}()
	return nil
}

// Serve is Start, a banner of two lines on standard error, and Stop once ctx ends.
func (a *App) Serve(ctx context.Context) error {
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
	}
	fmt.Fprintf(a.opts.Stderr, "stet %s  door %s/v1/sources/{source}/events  api %s/v1  openapi %s/openapi.json  health %s/readyz\n     %s\n",
		a.opts.Version, a.URL(), a.URL(), a.URL(), a.URL(), a.policyLine())
	var err error
	select {
	case <-ctx.Done():
		a.log.Info("stopping: running work ends first")
	case err = <-a.failed:
	}
	return errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
}

// Stop accepts nothing more, lets running work end, gives back what does not end in time, and closes the store. Later
// calls return what the first did.
func (a *App) Stop(ctx context.Context) error {
	a.stop.Do(func() { a.stopped = a.shutdown(ctx) })
	return a.stopped
}

func (a *App) shutdown(ctx context.Context) error {
	var errs []error
	if a.server != nil {
		limited, cancel := context.WithTimeout(ctx, drain)
		if err := a.server.Shutdown(limited); err != nil {
			errs = append(errs, err, a.server.Close())
		}
		cancel()
	}
	if a.end != nil {
		a.end()
		a.loops.Wait()
	}
	if a.working {
		errs = append(errs, a.queue.Stop(ctx))
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	if a.observer != nil {
		errs = append(errs, a.observer.Close(ctx))
	}
	return errors.Join(errs...)
}

// newServer has the limits of a door that strangers reach.
func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// every runs a task now and then until ctx ends.
func (a *App) every(ctx context.Context, pause time.Duration, what string, task func(context.Context) error) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		if err := task(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("cannot "+what, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (a *App) reconcile(ctx context.Context) error {
	_, err := a.engine.Reconcile(ctx)
	return err
}

// PurgeDeliveries forgets the answers to deliveries that are older than 30 days.
func (a *App) PurgeDeliveries(ctx context.Context) error {
	for {
		deleted := 0
		err := a.db.Update(ctx, func(tx *store.Tx) error {
			old, err := tx.Find(&state.Delivery{}, state.Query{AtMost: map[string]any{"at": stet.Millis(tx.Now().Add(-deliveriesKept))}, Limit: purgeBatch})
			if err != nil {
				return err
			}
			for _, row := range old {
				if err := tx.Delete(row); err != nil {
					return err
				}
			}
			deleted = len(old)
			return nil
		})
		if err != nil || deleted < purgeBatch {
			return err
		}
	}
}

// Ready says why the node cannot take events now; nil: it can.
func (a *App) Ready(ctx context.Context) error {
	if !a.working {
		return stet.Errorf(stet.Unavailable, "not_working", "the queue is not running")
	}
	if err := a.db.Update(ctx, func(*store.Tx) error { return nil }); err != nil {
		return &stet.Error{Kind: stet.Unavailable, Code: "store_not_writable", Message: "the store cannot be written", Err: err}
	}
	return nil
}
