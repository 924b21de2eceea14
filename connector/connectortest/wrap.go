package connectortest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"stet"
	"stet/connector"
)

// Wrapped is a connector with the line to its CMS: it lets faults strike at the methods of a connector that does not
// speak HTTP, gives up a call that hangs as if its time were over, and notes what was called and said.
type Wrapped struct {
	*line
	proxy *Proxy // nil: faults strike here
	open  func() connector.Connector

	mu     sync.Mutex
	inner  connector.Connector
	caps   connector.Capabilities
	writes map[string]connector.Write // the last write, by content
	calls  int
	errs   []error
	up     map[*timed]bool
}

// Wrap wraps what open gives. proxy is the way the connector takes to its CMS, nil for one without HTTP. After a 429
// the connector is opened anew, as a restart would: the wish of the CMS to wait is kept by the engine, in its own time.
func Wrap(open func() connector.Connector, proxy *Proxy, l *line) *Wrapped {
	w := &Wrapped{line: l, proxy: proxy, open: open, inner: open(), writes: map[string]connector.Write{}, up: map[*timed]bool{}}
	w.caps = w.inner.Capabilities()
	l.tell = w.timeUp
	return w
}

// timed is a context whose time is over when the line says so.
type timed struct {
	context.Context
	done chan struct{}
	once sync.Once
	err  error
}

func (t *timed) Done() <-chan struct{} { return t.done }

func (t *timed) Err() error {
	select {
	case <-t.done:
		return t.err
	default:
		return nil
	}
}

func (t *timed) end(err error) { t.once.Do(func() { t.err = err; close(t.done) }) }

func (w *Wrapped) timeUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for t := range w.up {
		t.end(context.DeadlineExceeded)
	}
}

// do makes one call.
func (w *Wrapped) do(ctx context.Context, op string, write connector.Write, call func(context.Context, connector.Connector) error) error {
	t := &timed{Context: ctx, done: make(chan struct{})}
	if err := ctx.Err(); err != nil { // at once; what AfterFunc does then comes some time later
		t.end(err)
	}
	defer context.AfterFunc(ctx, func() { t.end(ctx.Err()) })()
	w.mu.Lock()
	w.calls++
	w.up[t] = true
	inner := w.inner
	if op != "find" && write.Key.ContentID != "" {
		w.writes[write.Key.ContentID] = write
	}
	w.mu.Unlock()
	w.setOp(op)
	var err error
	if w.proxy == nil {
		err = w.strike(t, op, inner, call)
	} else {
		err = call(t, inner)
		if err != nil {
			err = errors.Join(err, w.proxy.reopen())
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.up, t)
	if err != nil {
		w.errs = append(w.errs, err)
	}
	if stet.IsKind(err, stet.Throttled) {
		w.inner = w.open()
	}
	return err
}

// strike lets the fault of the line strike at a method.
func (w *Wrapped) strike(ctx context.Context, op string, inner connector.Connector, call func(context.Context, connector.Connector) error) error {
	_, x := w.begin("", op)
	read := op == "find" || op == "read"
	switch x.Fault {
	case Refuse:
		return outcome(stet.Unavailable, stet.NotApplied, "connection refused")
	case Throttle:
		err := outcome(stet.Throttled, stet.NotApplied, "too many requests")
		err.RetryAfter = retryAfter
		return err
	case CutBefore, Hang, ErrorBefore, GatewayBefore, ErrorBody:
		return outcome(stet.Unavailable, stet.Unknown, "no proper answer")
	case Late:
		if w.caps.Horizon > 0 && !read {
			w.hold(func() { _ = call(context.WithoutCancel(ctx), inner) })
		}
		return outcome(stet.Unavailable, stet.Unknown, "no answer in time")
	case CutAfter, ErrorAfter, GatewayAfter, Truncate:
		_ = call(ctx, inner)
		return outcome(stet.Unavailable, stet.Unknown, "the answer was lost")
	case Twice:
		_ = call(ctx, inner)
	case freeze:
		w.sleep()
	}
	return call(ctx, inner)
}

func outcome(kind stet.Kind, what stet.Outcome, text string) *stet.Error {
	err := stet.Errorf(kind, "injected", "%s", text)
	err.Outcome = what
	return err
}

// made is how many calls were made.
func (w *Wrapped) made() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls
}

// last is the last write about a content.
func (w *Wrapped) last(contentID string) connector.Write {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writes[contentID]
}

// said is everything the connector's errors say, causes and details included.
func (w *Wrapped) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b strings.Builder
	for _, err := range w.errs {
		fmt.Fprintf(&b, "%+v\n%#v\n", err, err)
	}
	return b.String()
}

// Capabilities are the connector's.
func (w *Wrapped) Capabilities() connector.Capabilities { return w.caps }

// Fingerprint is the connector's.
func (w *Wrapped) Fingerprint(write connector.Write) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.inner.Fingerprint(write)
}

// Find goes through the line.
func (w *Wrapped) Find(ctx context.Context, write connector.Write) (items []connector.Item, err error) {
	err = w.do(ctx, "find", write, func(ctx context.Context, c connector.Connector) (err error) {
		items, err = c.Find(ctx, write)
		return err
	})
	return items, err
}

// Read goes through the line.
func (w *Wrapped) Read(ctx context.Context, id string) (item connector.Item, err error) {
	err = w.do(ctx, "read", connector.Write{}, func(ctx context.Context, c connector.Connector) (err error) {
		item, err = c.Read(ctx, id)
		return err
	})
	return item, err
}

// Create goes through the line.
func (w *Wrapped) Create(ctx context.Context, write connector.Write) (connector.Item, error) {
	return wrapped(ctx, w, "create", write, func(ctx context.Context, c connector.Creator) (connector.Item, error) { return c.Create(ctx, write) })
}

// Upsert goes through the line.
func (w *Wrapped) Upsert(ctx context.Context, write connector.Write) (connector.Item, error) {
	return wrapped(ctx, w, "upsert", write, func(ctx context.Context, c connector.Upserter) (connector.Item, error) { return c.Upsert(ctx, write) })
}

// Stage goes through the line.
func (w *Wrapped) Stage(ctx context.Context, id string, write connector.Write) error {
	_, err := wrapped(ctx, w, "stage", write, func(ctx context.Context, c connector.Stager) (connector.Item, error) {
		return connector.Item{}, c.Stage(ctx, id, write)
	})
	return err
}

// Publish goes through the line.
func (w *Wrapped) Publish(ctx context.Context, id string, write connector.Write) error {
	_, err := wrapped(ctx, w, "publish", write, func(ctx context.Context, c connector.Publisher) (connector.Item, error) {
		return connector.Item{}, c.Publish(ctx, id, write)
	})
	return err
}

// Unpublish goes through the line.
func (w *Wrapped) Unpublish(ctx context.Context, id string, write connector.Write) error {
	_, err := wrapped(ctx, w, "unpublish", connector.Write{}, func(ctx context.Context, c connector.Unpublisher) (connector.Item, error) {
		return connector.Item{}, c.Unpublish(ctx, id, write)
	})
	return err
}

// Trash goes through the line.
func (w *Wrapped) Trash(ctx context.Context, id string) error {
	_, err := wrapped(ctx, w, "trash", connector.Write{}, func(ctx context.Context, c connector.Trasher) (connector.Item, error) {
		return connector.Item{}, c.Trash(ctx, id)
	})
	return err
}

// wrapped calls an ability of the connector, or says that it has not got it.
func wrapped[A any](ctx context.Context, w *Wrapped, op string, write connector.Write, call func(context.Context, A) (connector.Item, error)) (item connector.Item, err error) {
	err = w.do(ctx, op, write, func(ctx context.Context, c connector.Connector) error {
		a, ok := c.(A)
		if !ok {
			return outcome(stet.Unsupported, stet.NotApplied, "the connector cannot "+op)
		}
		var err error
		item, err = call(ctx, a)
		return err
	})
	return item, err
}
