package wordpress

import (
	"context"
	"net/http"
	"net/url"

	"stet"
	"stet/connector"
)

// Create makes a draft under the marker slug. Its pictures stay where they are until it is published: an upload could take
// a slug from it. The status is said, because without one WordPress does not look whether
// the slug is taken.
func (s *site) create(ctx context.Context, w connector.Write) (connector.Item, error) {
	want, err := s.want(w)
	if err != nil {
		return connector.Item{}, err
	}
	if err := checkSlug(w.Doc.Slug); err != nil { // now, not after a draft was made
		return connector.Item{}, err
	}
	body, err := s.body(ctx, w, want, nil)
	if err != nil {
		return connector.Item{}, err
	}
	if err := s.addMeta(ctx, body, want, w.Doc); err != nil {
		return connector.Item{}, err
	}
	body["status"], body["slug"] = "draft", slugPrefix+w.Marker
	var made post
	if err := s.post(ctx, posting{s.route(), s.fields(), body, beforeRow}, &made); err != nil {
		return connector.Item{}, err
	}
	if !made.complete() {
		return connector.Item{}, unusable("the new item")
	}
	return s.item(&made), nil
}

func (p plain) Create(ctx context.Context, w connector.Write) (connector.Item, error) {
	return p.create(ctx, w)
}

// Publish writes everything and makes it public in one request, after its pictures are there. The post is read before, for what was there and for
// whether it still is what it was; and where its slug will change, whether somebody else has the final one.
func (p plain) Publish(ctx context.Context, id string, w connector.Write) error {
	want, err := p.want(w)
	if err != nil {
		return err
	}
	if err := checkSlug(w.Doc.Slug); err != nil {
		return err
	}
	if want, err = p.place(ctx, want, w.Doc); err != nil {
		return err
	}
	now, err := p.load(ctx, id)
	if err != nil {
		return nothingSent(err)
	}
	if now.Status == "trash" {
		return notApplied(stet.Conflict, "wp_trashed", "the item %s was moved to the trash in WordPress meanwhile", id)
	}
	if err := p.slugFree(ctx, now, want, w.Doc.Slug); err != nil {
		return err
	}
	body, err := p.body(ctx, w, want, now)
	if err != nil {
		return err
	}
	if err := p.addMeta(ctx, body, want, w.Doc); err != nil {
		return err
	}
	body["status"], body["slug"], body["password"] = "publish", w.Doc.Slug, ""
	return p.change(ctx, id, body)
}

// change updates a post.
func (s *site) change(ctx context.Context, id string, body map[string]any) error {
	var after post
	if err := s.post(ctx, posting{s.route(id), s.fields(), body, beforeRow}, &after); err != nil {
		return err
	}
	if !after.complete() || after.id() != id {
		return unusable("the item " + id)
	}
	return nil
}

// body is what a write sends of a document; now is the post before it, nil for a create.
func (s *site) body(ctx context.Context, w connector.Write, want wanted, now *post) (map[string]any, error) {
	n := note{tag: tagOf(w.Marker), seq: w.ApplySeq, want: want.parts, was: before(want), placed: want.placed}
	old := note{want: want.parts}
	if now != nil {
		n.id = now.ID
		n.was = s.partsOf(now).over(want.parts)
		old, _, _ = readNote(now.Content.text())
	}
	body := map[string]any{"title": want.title, "content": withNote(want.content, n, s.opt.body.PlainHTML), "excerpt": want.excerpt}
	if want.author != 0 {
		body["author"] = want.author
	}
	s.inPlace(body, want)
	switch dropped := old.want[partMedia] != free && old.want[partMedia] != ""; {
	case want.placed.hero.id != 0:
		body["featured_media"] = want.placed.hero.id
	case now != nil && dropped && want.hero == nil:
		body["featured_media"] = 0
	}
	for i, names := range [][]string{w.Doc.Categories, w.Doc.Tags} {
		dropped := now != nil && old.want[partCategories+i] != free && old.want[partCategories+i] != ""
		if err := s.addTerms(ctx, body, named{s.opt.taxonomies[i], names, dropped}, now); err != nil {
			return nil, err
		}
	}
	return body, nil
}

// addMeta puts meta into a body of the REST API.
func (s *site) addMeta(ctx context.Context, body map[string]any, want wanted, doc stet.Document) error {
	meta, err := s.metaToSend(ctx, want, doc)
	if len(meta) > 0 {
		body["meta"] = meta
	}
	return err
}

// named is what a document says of one taxonomy.
type named struct {
	base    string // empty: the taxonomy is not written
	names   []string
	dropped bool // an earlier version named some
}

// addTerms sets the terms a document names. Where it names none, those that an earlier version named are taken away and
// any others stay.
func (s *site) addTerms(ctx context.Context, body map[string]any, t named, now *post) error {
	base, names := t.base, t.names
	if base == "" {
		return nil
	}
	if len(names) == 0 {
		if t.dropped {
			body[base] = []int{}
		}
		return nil
	}
	if _, has := now.hasTaxonomy(base); now != nil && !has {
		return notApplied(stet.Configuration, "wp_taxonomy", "items of %q have no taxonomy %q. Correct the options categories and tags, or set them to none.", s.opt.postType, base)
	}
	ids, err := s.termIDs(ctx, base, names)
	if err != nil {
		return err
	}
	body[base] = ids
	return nil
}

func (p *post) hasTaxonomy(base string) ([]int, bool) {
	if p == nil {
		return nil, false
	}
	ids, has := p.terms[base]
	return ids, has
}

// slugFree refuses a slug that another item has, before the public sees ours under a suffix. What this look misses, the
// read-back after the publish sees.
func (s *site) slugFree(ctx context.Context, now *post, want wanted, slug string) error {
	parent := now.Parent
	if want.parts[partParent] != free {
		parent = want.parent
	}
	if slug == "" || unescapeSlug(now.Slug) == slug && parent == now.Parent {
		return nil
	}
	query := url.Values{"slug": {slug}, "exclude": {now.id()}}
	if want.language != "" {
		query.Set(s.opt.languageParam, want.language)
	}
	list, err := s.list(ctx, query)
	if err != nil {
		return nothingSent(err)
	}
	for _, other := range list {
		if other.ID != now.ID && other.Parent == parent && unescapeSlug(other.Slug) == slug {
			return notApplied(stet.Conflict, connector.SlugTaken, "the item %d in WordPress (%s) has the slug %q", other.ID, other.Status, slug)
		}
	}
	return nil
}

// Unpublish makes a draft of a public post, which keeps its slug and date.
func (s *site) Unpublish(ctx context.Context, id string, _ connector.Write) error {
	now, err := s.load(ctx, id)
	if stet.IsKind(err, stet.NotFound) {
		return nil
	}
	if err != nil {
		return nothingSent(err)
	}
	if now.Status != "publish" { // and by no means take it out of the trash
		return nil
	}
	return s.change(ctx, id, map[string]any{"status": "draft"})
}

// Trash moves an orphan of a create to the trash. It touches nothing else: the slug must be a marker, the note in the
// content must be that marker's, and the item must not be public.
func (p plain) Trash(ctx context.Context, id string) error {
	now, err := p.load(ctx, id)
	if stet.IsKind(err, stet.NotFound) {
		return nil
	}
	if err != nil {
		return nothingSent(err)
	}
	if now.Status == "trash" {
		return nil
	}
	marker := markerOf(now.Slug)
	n, _, noted := readNote(now.Content.text())
	if marker == "" || !noted || n.tag != tagOf(marker) || now.Status != "draft" {
		return notApplied(stet.Conflict, "not_ours", "the item %s (%s, slug %q) is not an untouched draft of stet; look at it in WordPress", id, now.Status, now.Slug)
	}
	at, err := p.api(ctx)
	if err != nil {
		return nothingSent(err)
	}
	var gone post
	err = p.send(ctx, at.request(http.MethodDelete, p.route(id), p.fields()), beforeRow, &gone)
	if isCode(err, "rest_already_trashed") || stet.IsKind(err, stet.NotFound) {
		return nil
	}
	return err
}
