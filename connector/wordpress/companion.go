package wordpress

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/httpclient"
)

// companion is a site with the companion plugin: class F. Everything of a post is written in one transaction under the
// key of the publication, and what is older than what is there is refused. The routes are described in
// docs/connectors/wordpress-plugin.md.
type companion struct{ *site }

var (
	_ connector.Connector   = companion{}
	_ connector.Upserter    = companion{}
	_ connector.Unpublisher = companion{}
	_ connector.Checker     = companion{}
)

// Capabilities are those of class F. Locking is true: Write.Rev is the plugin's hash of the post.
func (c companion) Capabilities() connector.Capabilities {
	return connector.Capabilities{
		Class:        connector.Companion,
		Locking:      true,
		StrongLookup: true,
		Upsert:       true,
		BodyFormats:  []string{"markdown", "html"},
		MaxBody:      maxBody,
		Unpublish:    true,
	}
}

// kept is what the plugin knows of the item of a key.
type kept struct {
	ID      int    `json:"id"`
	Key     string `json:"key"`
	Marker  string `json:"marker"`
	Seq     int64  `json:"apply_seq"`
	Hash    string `json:"hash"`         // the fingerprint of the last upsert
	Content string `json:"content_hash"` // of the post now; what Write.Rev holds
	Drifted bool   `json:"drifted"`      // somebody else changed the post after the last upsert
	Status  string `json:"status"`       // "deleted" where the post is gone for good
	Slug    string `json:"slug"`
	Link    string `json:"link"`
	Created string `json:"created_gmt"`
}

const deleted = "deleted"

// Find asks for the key. Without a row for it, the site may hold what was made before the plugin was there.
func (c companion) Find(ctx context.Context, w connector.Write) ([]connector.Item, error) {
	k, err := c.row(ctx, w)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return c.site.Find(ctx, w)
	}
	item, err := c.keptItem(ctx, *k, w)
	if err != nil {
		return nil, err
	}
	return []connector.Item{item}, nil
}

// row is what the plugin has for the key of w, nil for nothing.
func (c companion) row(ctx context.Context, w connector.Write) (*kept, error) {
	if err := c.installed(ctx); err != nil {
		return nil, err
	}
	var rows []kept
	if _, err := c.get(ctx, pluginRoute("items"), url.Values{"key": {w.Key.String()}}, &rows); err != nil {
		return nil, c.missing(err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	if len(rows) > 1 || rows[0].Key != w.Key.String() || rows[0].ID <= 0 || rows[0].Status == "" {
		return nil, unusable("the one item of the key")
	}
	return &rows[0], nil
}

// keptItem is an item as the plugin tells it. While nobody else touched the post, it is what the last upsert wanted,
// whatever the filters of the site made of it.
func (c companion) keptItem(ctx context.Context, k kept, w connector.Write) (connector.Item, error) {
	base, _, _ := strings.Cut(k.Marker, ".")
	item := connector.Item{
		ID: strconv.Itoa(k.ID), Rev: k.Content, Slug: unescapeSlug(k.Slug), Seq: k.Seq, Foreign: base != w.Marker,
		Public: k.Status == "publish", Trashed: k.Status == "trash", Draft: k.Hash,
	}
	if at, err := time.Parse(time.DateTime, k.Created); err == nil {
		item.Created = stet.Millis(at)
	}
	if k.Drifted && k.Status != deleted {
		p, err := c.load(ctx, item.ID)
		if err != nil {
			return connector.Item{}, err
		}
		item.Draft = c.item(p).Draft
	}
	if item.Public {
		item.Live, item.URL = item.Draft, k.Link
	}
	return item, nil
}

// Upsert writes everything in one transaction.
func (c companion) Upsert(ctx context.Context, w connector.Write) (connector.Item, error) {
	want, err := c.want(w)
	if err != nil {
		return connector.Item{}, err
	}
	if err := checkSlug(w.Doc.Slug); err != nil {
		return connector.Item{}, err
	}
	request := map[string]any{"key": w.Key.String(), "marker": w.Marker, "apply_seq": w.ApplySeq, "hash": fingerprint(want.row, want.parts)}
	now, err := c.replaced(ctx, w, request)
	if err != nil {
		return connector.Item{}, nothingSent(err)
	}
	if request["post"], err = c.fieldsOf(ctx, w, want, now); err != nil {
		return connector.Item{}, err
	}
	var after kept
	if err := c.post(ctx, pluginRoute("upsert"), nil, request, beforeRow, &after); err != nil {
		if isCode(err, "stet_slug_taken") {
			return connector.Item{}, notApplied(stet.Conflict, connector.SlugTaken, "another item in WordPress has the slug %q", w.Doc.Slug)
		}
		return connector.Item{}, c.missing(err)
	}
	if after.ID <= 0 || after.Key != w.Key.String() {
		return connector.Item{}, unusable("the item of the key")
	}
	return c.keptItem(ctx, after, w)
}

var contentHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// replaced adds to a request what it replaces, and gives the post that is there now, nil for none.
func (c companion) replaced(ctx context.Context, w connector.Write, request map[string]any) (*post, error) {
	k, err := c.row(ctx, w)
	if err != nil {
		return nil, err
	}
	id := ""
	switch {
	case k == nil:
		if id, err = c.older(ctx, w); err != nil || id == "" {
			return nil, err
		}
		request["adopt"], _ = strconv.Atoi(id)
	case k.Status == deleted: // the plugin makes a new post only for a new marker
		request["marker"] = fmt.Sprintf("%s.%d", w.Marker, w.ApplySeq)
		return nil, nil
	default:
		id, request["marker"] = strconv.Itoa(k.ID), k.Marker
		if contentHash.MatchString(w.Rev) {
			request["rev"] = w.Rev
		}
	}
	return c.load(ctx, id)
}

// older is the id of the item that was made before the plugin was there: a public one first, then the oldest.
func (c companion) older(ctx context.Context, w connector.Write) (string, error) {
	items, err := c.site.Find(ctx, w)
	if err != nil {
		return "", err
	}
	items = slices.DeleteFunc(items, func(item connector.Item) bool { return item.Trashed })
	if i := slices.IndexFunc(items, func(item connector.Item) bool { return item.Public }); i >= 0 {
		return items[i].ID, nil
	}
	if len(items) == 0 {
		return "", nil
	}
	return items[0].ID, nil
}

// fieldsOf is a post in the words of the plugin, which refuses what it does not know.
func (c companion) fieldsOf(ctx context.Context, w connector.Write, want wanted, now *post) (map[string]any, error) {
	body, err := c.body(ctx, w, want, now)
	if err != nil {
		return nil, err
	}
	body["status"], body["slug"], body["type"] = "publish", w.Doc.Slug, strings.TrimSuffix(c.opt.postType, "s")
	if c.opt.postType != "posts" && c.opt.postType != "pages" {
		body["type"] = c.opt.postType
	}
	custom := map[string]any{}
	for _, base := range c.opt.taxonomies {
		if ids, has := body[base]; has && base != "categories" && base != "tags" {
			delete(body, base)
			custom[base] = ids
		}
	}
	if len(custom) > 0 {
		body["terms"] = custom
	}
	meta := maps.Clone(want.meta)
	for name, keys := range seoKeys { // the plugin writes keys that are not registered, so it matters who would read them
		if at, err := c.api(ctx); c.opt.seo == "auto" && err == nil && slices.Contains(at.namespaces, name+"/v1") {
			addSEO(meta, keys, w.Doc.Metadata)
		}
	}
	if len(meta) > 0 {
		body["meta"] = meta
	}
	return body, nil
}

// Unpublish makes a draft of the post and raises the fence, so that no older publish brings it back. What was made before
// the plugin was there, and never written since, is taken down without it.
func (c companion) Unpublish(ctx context.Context, id string, w connector.Write) error {
	if err := c.installed(ctx); err != nil {
		return nothingSent(err)
	}
	var after kept
	err := c.post(ctx, pluginRoute("unpublish"), nil, map[string]any{"key": w.Key.String(), "apply_seq": w.ApplySeq}, beforeRow, &after)
	if isCode(err, "stet_unknown_key") {
		return c.site.Unpublish(ctx, id, w)
	}
	if err == nil && after.Key != w.Key.String() {
		return unusable("the item of the key")
	}
	return c.missing(err)
}

func pluginRoute(name string) string { return httpclient.Path("stet", "v1", name) }

// Check also asks whether the plugin is there.
func (c companion) Check(ctx context.Context) error {
	if err := c.installed(ctx); err != nil {
		return nothingSent(err)
	}
	return c.site.Check(ctx)
}

// installed is an error of kind Configuration where the site has no companion plugin that can be used.
func (s *site) installed(ctx context.Context) error {
	at, err := s.api(ctx)
	if err == nil && !at.plugin {
		return stet.Errorf(stet.Configuration, "wp_no_plugin", "The site has no companion plugin of stet, or tables without transactions. "+
			"Install and activate the plugin and convert the tables to InnoDB, or set the option plugin to no.")
	}
	return err
}

// missing puts it plainly where the plugin was switched off meanwhile.
func (s *site) missing(err error) error {
	if !isCode(err, "rest_no_route") {
		return err
	}
	e, _ := errors.AsType[*stet.Error](err)
	c := *e
	c.Code, c.Message = "wp_no_plugin", "The companion plugin of stet does not answer any more. Activate it again, or set the option plugin to no and start stet anew."
	return &c
}
