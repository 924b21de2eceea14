package bench

import (
	"context"
	"fmt"
	"sync"
	"time"

	"stet"
	"stet/connector"
)

// cms is a CMS in memory with drafts, of class C, that takes its time for every call and keeps count of it.
type cms struct {
	pause time.Duration

	mu    sync.Mutex
	items map[string]connector.Item
	mine  map[string][]string // ids by marker
	spent map[string]time.Duration
}

var (
	_ connector.Creator   = (*cms)(nil)
	_ connector.Publisher = (*cms)(nil)
)

func newCMS(pause time.Duration) *cms {
	return &cms{pause: pause, items: map[string]connector.Item{}, mine: map[string][]string{}, spent: map[string]time.Duration{}}
}

func (*cms) Capabilities() connector.Capabilities {
	return connector.Capabilities{Class: connector.AutoSuffix, Drafts: true, SlugSuffix: true, StrongLookup: true, BodyFormats: []string{"markdown", "html"}}
}

// Fingerprint is cheap, because what a connector makes of a text is not what is measured.
func (*cms) Fingerprint(w connector.Write) (string, error) {
	return fingerprint(w), nil
}

func (c *cms) Find(ctx context.Context, w connector.Write) (items []connector.Item, err error) {
	err = c.call(ctx, w.Key.ContentID, func() error {
		for _, id := range c.mine[w.Marker] {
			items = append(items, c.items[id])
		}
		return nil
	})
	return items, err
}

func (c *cms) Read(ctx context.Context, id string) (item connector.Item, err error) {
	err = c.call(ctx, id, func() error {
		found := false
		if item, found = c.items[id]; !found {
			return stet.Errorf(stet.NotFound, "no_item", "there is no item %s", id)
		}
		return nil
	})
	return item, err
}

// Create gives the item the id of its content, so that the time of every call can be charged to one content.
func (c *cms) Create(ctx context.Context, w connector.Write) (item connector.Item, err error) {
	err = c.call(ctx, w.Key.ContentID, func() error {
		item = connector.Item{ID: w.Key.ContentID, Slug: w.Doc.Slug, Rev: "1", Draft: fingerprint(w)}
		c.items[item.ID] = item
		c.mine[w.Marker] = append(c.mine[w.Marker], item.ID)
		return nil
	})
	return item, err
}

func (c *cms) Publish(ctx context.Context, id string, w connector.Write) error {
	return c.call(ctx, id, func() error {
		item := c.items[id]
		item.Public, item.Live, item.Draft, item.Rev = true, fingerprint(w), "", "2"
		c.items[id] = item
		return nil
	})
}

func fingerprint(w connector.Write) string { return fmt.Sprint(w.Key.ContentID, "/", w.Version) }

// call takes the time of a call, then does what it is for.
func (c *cms) call(ctx context.Context, contentID string, do func() error) error {
	start := time.Now()
	timer := time.NewTimer(c.pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spent[contentID] += time.Since(start)
	return do()
}

// took is the time of all calls for a content.
func (c *cms) took(contentID string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spent[contentID]
}
