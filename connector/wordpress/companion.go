package wordpress

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"

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

// kept is a post as the plugin knows it.
type kept struct {
	ID   int    `json:"id"`
	Seq  int64  `json:"apply_seq"`
	Rev  string `json:"rev"`
	Post *post  `json:"post"`
}

func (s *site) kept(k kept) (connector.Item, error) {
	if k.ID <= 0 || k.Rev == "" || k.Post == nil || !k.Post.complete() || k.Post.ID != k.ID {
		return connector.Item{}, unusable("a whole item of the companion plugin")
	}
	item := s.item(k.Post)
	item.Rev = k.Rev
	if item.Seq != torn {
		item.Seq = k.Seq
	}
	return item, nil
}

// Find asks the plugin, which also finds what was made before it was there.
func (c companion) Find(ctx context.Context, w connector.Write) ([]connector.Item, error) {
	return c.keptItems(ctx, url.Values{"marker": {w.Marker}, "tag": {tagOf(w.Marker)}})
}

// Read gets one item.
func (c companion) Read(ctx context.Context, id string) (connector.Item, error) {
	items, err := c.keptItems(ctx, url.Values{"id": {id}})
	if err != nil {
		return connector.Item{}, err
	}
	if len(items) == 0 {
		return connector.Item{}, stet.Errorf(stet.NotFound, "rest_post_invalid_id", "WordPress has no item %q", id)
	}
	return items[0], nil
}

func (c companion) keptItems(ctx context.Context, query url.Values) ([]connector.Item, error) {
	if err := c.installed(ctx); err != nil {
		return nil, err
	}
	query.Set("type", c.opt.postType)
	query.Set("context", "edit")
	var answer struct {
		Items *[]kept `json:"items"`
	}
	if _, err := c.get(ctx, pluginRoute("items"), query, &answer); err != nil {
		return nil, c.missing(err)
	}
	if answer.Items == nil {
		return nil, unusable("the list of the companion plugin")
	}
	items := []connector.Item{}
	for _, k := range *answer.Items {
		item, err := c.kept(k)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	slices.SortFunc(items, func(a, b connector.Item) int {
		first, _ := strconv.Atoi(a.ID)
		second, _ := strconv.Atoi(b.ID)
		return cmp.Or(boolFirst(!a.Trashed, !b.Trashed), cmp.Compare(a.Created, b.Created), cmp.Compare(first, second))
	})
	return items, nil
}

// boolFirst sorts true before false.
func boolFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// refusedByPlugin are the codes after which the plugin has rolled everything back, besides its own.
var refusedByPlugin = append([]string{"rest_invalid_type", "rest_cannot_update"}, beforeRow...)

// Upsert writes everything in one transaction.
func (c companion) Upsert(ctx context.Context, w connector.Write) (connector.Item, error) {
	want, err := c.want(w)
	if err != nil {
		return connector.Item{}, err
	}
	if err := checkSlug(w.Doc.Slug); err != nil {
		return connector.Item{}, err
	}
	if err := c.installed(ctx); err != nil {
		return connector.Item{}, nothingSent(err)
	}
	if want, err = c.place(ctx, want, w.Doc); err != nil {
		return connector.Item{}, err
	}
	now, err := c.current(ctx, w)
	if err != nil {
		return connector.Item{}, nothingSent(err)
	}
	body, err := c.body(ctx, w, want, now)
	if err != nil {
		return connector.Item{}, err
	}
	if err := c.addMeta(ctx, body, want, w.Doc); err != nil {
		return connector.Item{}, err
	}
	body["status"], body["slug"], body["password"] = "publish", w.Doc.Slug, ""
	return c.plugin(ctx, "upsert", w, fingerprint(want.row, want.parts), body)
}

// current is the post of a key before a write, for the terms that a new version drops; nil where there is none.
func (c companion) current(ctx context.Context, w connector.Write) (*post, error) {
	var answer struct {
		Items []kept `json:"items"`
	}
	query := url.Values{"marker": {w.Marker}, "tag": {tagOf(w.Marker)}, "type": {c.opt.postType}, "context": {"edit"}}
	if _, err := c.get(ctx, pluginRoute("items"), query, &answer); err != nil {
		return nil, c.missing(err)
	}
	if len(answer.Items) == 0 {
		return nil, nil
	}
	return answer.Items[0].Post, nil
}

// Unpublish makes a draft of the post and raises the fence, so that no older publish brings it back.
func (c companion) Unpublish(ctx context.Context, _ string, w connector.Write) error {
	if err := c.installed(ctx); err != nil {
		return nothingSent(err)
	}
	_, err := c.plugin(ctx, "unpublish", w, "", nil)
	if stet.IsKind(err, stet.NotFound) {
		return nil
	}
	return err
}

func (c companion) plugin(ctx context.Context, route string, w connector.Write, hash string, fields map[string]any) (connector.Item, error) {
	body := map[string]any{"key": w.Key.String(), "marker": w.Marker, "tag": tagOf(w.Marker), "type": c.opt.postType,
		"apply_seq": w.ApplySeq, "hash": hash, "rev": w.Rev}
	if fields != nil {
		body["post"] = fields
	}
	var after kept
	if err := c.post(ctx, posting{pluginRoute(route), url.Values{"context": {"edit"}}, body, refusedByPlugin}, &after); err != nil {
		if isCode(err, "stet_slug_taken") {
			return connector.Item{}, notApplied(stet.Conflict, connector.SlugTaken, "another item in WordPress has the slug %q", w.Doc.Slug)
		}
		return connector.Item{}, c.missing(err)
	}
	return c.kept(after)
}

func pluginRoute(name string) string { return httpclient.Path("stet", "v1", name) }

// Check also asks whether the plugin is there.
func (c companion) Check(ctx context.Context) error {
	if err := c.installed(ctx); err != nil {
		return nothingSent(err)
	}
	return c.site.Check(ctx)
}

// installed is an error of kind Configuration where the site has no companion plugin.
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
	return notApplied(stet.Configuration, "wp_no_plugin", "The companion plugin of stet does not answer any more. Activate it again, or set the option plugin to no and start stet anew.")
}
