package wordpress

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"stet"
	"stet/connector"
)

const (
	pageSize = 100
	maxPages = 50
)

// everywhere are all statuses. "any" would leave out the trash.
const everywhere = "publish,future,draft,pending,private,trash"

// Find lists the posts with w's marker: by their slug while they are drafts that were never published, else by the note
// in their content. A copy that somebody made of one carries the note of another post; it is told only while it is
// public, because then two articles are.
func (s *site) Find(ctx context.Context, w connector.Write) ([]connector.Item, error) {
	tag := tagOf(w.Marker)
	found := map[int]*post{}
	for _, query := range []url.Values{
		{"slug": {strings.Join(slugsOf(w.Marker), ",")}},
		{"search": {"stet:" + tag}, "search_columns": {"post_content"}},
	} {
		list, err := s.list(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			// WordPress ignores a filter it does not know, so every answer is looked at.
			n, _, noted := readNote(p.Content.text())
			byNote := noted && n.tag == tag && (n.id == p.ID || p.Status == "publish")
			if markerOf(p.Slug) == w.Marker || byNote {
				found[p.ID] = p
			}
		}
	}
	posts := slices.SortedFunc(maps.Values(found), func(a, b *post) int {
		return cmp.Or(cmp.Compare(a.Created, b.Created), cmp.Compare(a.ID, b.ID))
	})
	items := []connector.Item{}
	for _, p := range posts {
		items = append(items, s.item(p))
	}
	return items, nil
}

// list reads a collection to its end.
func (s *site) list(ctx context.Context, filter url.Values) ([]*post, error) {
	query := s.fields()
	maps.Copy(query, filter)
	query.Set("status", everywhere)
	query.Set("per_page", strconv.Itoa(pageSize))
	query.Set("orderby", "id")
	query.Set("order", "asc")
	var all []*post
	for page := 1; page <= maxPages; page++ {
		query.Set("page", strconv.Itoa(page))
		var batch []*post
		_, err := s.get(ctx, s.route(), query, &batch)
		if isCode(err, "rest_post_invalid_page_number") && page > 1 {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		for _, p := range batch {
			if p == nil || !p.complete() {
				return nil, unusable("whole items")
			}
		}
		all = append(all, batch...)
		if len(batch) < pageSize {
			return all, nil
		}
	}
	return nil, stet.Errorf(stet.Unavailable, "wp_list", "WordPress lists more than %d items for one marker; a plugin seems to have switched the search off", maxPages*pageSize)
}

// Read gets one item.
func (s *site) Read(ctx context.Context, id string) (connector.Item, error) {
	p, err := s.load(ctx, id)
	if err != nil {
		return connector.Item{}, err
	}
	return s.item(p), nil
}

func (s *site) load(ctx context.Context, id string) (*post, error) {
	if n, err := strconv.Atoi(id); err != nil || n <= 0 {
		return nil, stet.Errorf(stet.NotFound, "rest_post_invalid_id", "WordPress has no item %q", id)
	}
	var p post
	if _, err := s.get(ctx, s.route(id), s.fields(), &p); err != nil {
		return nil, err
	}
	if !p.complete() || p.id() != id {
		return nil, unusable("the item " + id)
	}
	return &p, nil
}
