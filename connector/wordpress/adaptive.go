package wordpress

import (
	"context"

	"stet"
	"stet/connector"
)

// adaptive is a site of which nobody said whether it has the companion plugin. The first answer of its API decides, once
// for the life of the connector; until then it counts as class C, and no call gets through before it is decided. An
// attempt that began before may find itself in the wrong class: its next write is refused, unsent, and the attempt after
// it is in the right one. Both classes find each other's items.
type adaptive struct {
	c plain
	f companion
}

var (
	_ connector.Connector   = adaptive{}
	_ connector.Creator     = adaptive{}
	_ connector.Publisher   = adaptive{}
	_ connector.Upserter    = adaptive{}
	_ connector.Unpublisher = adaptive{}
	_ connector.Trasher     = adaptive{}
	_ connector.Checker     = adaptive{}
)

// Capabilities asks nothing of the site.
func (a adaptive) Capabilities() connector.Capabilities {
	a.c.mu.Lock()
	defer a.c.mu.Unlock()
	if a.c.root != nil && a.c.root.plugin {
		return a.f.Capabilities()
	}
	return a.c.Capabilities()
}

// found reports whether the plugin is there, asking where that is not known.
func (a adaptive) found(ctx context.Context) (bool, error) {
	at, err := a.c.api(ctx)
	return at.plugin, nothingSent(err)
}

// as refuses a write of the other class.
func (a adaptive) as(ctx context.Context, class connector.Class) error {
	found, err := a.found(ctx)
	if err != nil {
		return err
	}
	if found != (class == connector.Companion) {
		return notApplied(stet.Unavailable, "class_changed", "the site has just told whether it has the companion plugin; trying again in the way that fits it")
	}
	return nil
}

func (a adaptive) Fingerprint(w connector.Write) (string, error) { return a.c.Fingerprint(w) }

func (a adaptive) Find(ctx context.Context, w connector.Write) ([]connector.Item, error) {
	found, err := a.found(ctx)
	switch {
	case err != nil:
		return nil, err
	case found:
		return a.f.Find(ctx, w)
	}
	return a.c.Find(ctx, w)
}

func (a adaptive) Read(ctx context.Context, id string) (connector.Item, error) {
	found, err := a.found(ctx)
	switch {
	case err != nil:
		return connector.Item{}, err
	case found:
		return a.f.Read(ctx, id)
	}
	return a.c.Read(ctx, id)
}

func (a adaptive) Create(ctx context.Context, w connector.Write) (connector.Item, error) {
	if err := a.as(ctx, connector.AutoSuffix); err != nil {
		return connector.Item{}, err
	}
	return a.c.Create(ctx, w)
}

func (a adaptive) Publish(ctx context.Context, id string, w connector.Write) error {
	if err := a.as(ctx, connector.AutoSuffix); err != nil {
		return err
	}
	return a.c.Publish(ctx, id, w)
}

func (a adaptive) Upsert(ctx context.Context, w connector.Write) (connector.Item, error) {
	if err := a.as(ctx, connector.Companion); err != nil {
		return connector.Item{}, err
	}
	return a.f.Upsert(ctx, w)
}

func (a adaptive) Unpublish(ctx context.Context, id string, w connector.Write) error {
	found, err := a.found(ctx)
	switch {
	case err != nil:
		return err
	case found:
		return a.f.Unpublish(ctx, id, w)
	}
	return a.c.Unpublish(ctx, id, w)
}

func (a adaptive) Trash(ctx context.Context, id string) error {
	if err := a.as(ctx, connector.AutoSuffix); err != nil {
		return err
	}
	return a.c.Trash(ctx, id)
}

func (a adaptive) Check(ctx context.Context) error { return a.c.Check(ctx) }
