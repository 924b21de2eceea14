package article

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stet"
)

// reader takes the values it has a word for out of the front matter; what is left becomes fields. It keeps the first
// fault.
type reader struct {
	name string
	left map[string]any
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = invalid(r.name, format, args...)
	}
}

// read follows the words of Hugo, Jekyll, Zola, Eleventy and Astro, where these agree.
func (r *reader) read(p parts) Article {
	doc := stet.Document{Title: r.text("title"), Body: stet.Body{Format: "markdown", Text: p.body}}
	if p.html != nil {
		doc.Body.Format = "html"
		r.suppose(p.html, &doc)
	} else if doc.Title == "" {
		doc.Title, doc.Body.Text = titled(p.body)
	}
	a := Article{Version: r.number("version"), Draft: r.flag("draft")}
	slug, path := r.text("slug", "canonical_slug"), r.text("path", "permalink", "url")
	a.ContentID = r.contentID(r.text("content_id", "id"), slug)
	doc.Slug = r.slug(slug, path, a.ContentID)
	doc.Locale = r.text("locale", "lang", "language")
	doc.Metadata = stet.Metadata{Title: r.text("meta_title"), Description: r.text("meta_description", "description"),
		CanonicalURL: r.text("canonical_url", "canonical"), OGImage: r.text("og_image")}
	doc.Summary = r.text("summary", "excerpt")
	if doc.Summary == "" {
		doc.Summary = doc.Metadata.Description
	}
	taxonomies, _ := r.left["taxonomies"].(map[string]any)
	doc.Authors = r.names(nil, "authors", "author")
	doc.Tags = r.names(taxonomies["tags"], "tags", "tag")
	doc.Categories = r.names(taxonomies["categories"], "categories", "category")
	doc.Hero = r.image("hero_image", "hero", "image", "cover")
	doc.PublishAt = r.instant("publish_at", "publishDate")
	doc.Fields = r.fields(path)
	a.Document = doc
	return a
}

// suppose puts what a page says of itself where the front matter says nothing. A heading stays in the text where the front
// matter has the title.
func (r *reader) suppose(p *page, doc *stet.Document) {
	if doc.Title == "" {
		doc.Title = p.title
	} else {
		doc.Body.Text = p.whole
	}
	for _, s := range []struct{ value, name, other string }{
		{p.description, "meta_description", "description"}, {p.canonical, "canonical_url", "canonical"}, {p.ogImage, "og_image", ""}, {p.locale, "locale", "lang"},
	} {
		if r.left[s.name] == nil && r.left[s.other] == nil && s.value != "" {
			r.left[s.name] = s.value
		}
	}
}

// take removes the values of the names and gives the first that is there.
func (r *reader) take(names ...string) (name string, value any) {
	for _, n := range names {
		v, there := r.left[n]
		delete(r.left, n)
		if there && v != nil && value == nil {
			name, value = n, v
		}
	}
	return name, value
}

func (r *reader) text(names ...string) string {
	name, value := r.take(names...)
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return strings.Join(strings.Fields(v), " ")
	case int64, float64:
		return fmt.Sprint(v)
	}
	r.fail("has %q in its front matter, which must be a text", name)
	return ""
}

func (r *reader) number(name string) int64 {
	_, value := r.take(name)
	if value == nil {
		return 0
	}
	n, ok := value.(int64)
	if !ok || n < 1 || n > stet.MaxVersion {
		r.fail("has the %s %v in its front matter; it must be a whole number from 1 to %d", name, value, int64(stet.MaxVersion))
	}
	return n
}

func (r *reader) flag(name string) bool {
	_, value := r.take(name)
	b, ok := value.(bool)
	if value != nil && !ok {
		r.fail("has %s: %v in its front matter; it must be true or false", name, value)
	}
	return b
}

// names reads a list of names: a list of texts or of maps with a name, or one text with commas.
func (r *reader) names(more any, keys ...string) []string {
	key, value := r.take(keys...)
	if value == nil {
		key, value = keys[0], more
	}
	var out []string
	add := func(s string) {
		if s = strings.Join(strings.Fields(s), " "); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	switch v := value.(type) {
	case nil:
	case string:
		for s := range strings.SplitSeq(v, ",") {
			add(s)
		}
	case map[string]any:
		add(named(v))
	case []any:
		for _, item := range v {
			add(named(item))
		}
	default:
		r.fail("has %q in its front matter, which must be a list of texts", key)
	}
	return out
}

func named(item any) string {
	if m, ok := item.(map[string]any); ok {
		item = m["name"]
	}
	if item == nil {
		return ""
	}
	return fmt.Sprint(item)
}

// image reads an absolute address, alone or in a map with its alternative text. A relative one stays a field: only
// the site generator knows where it is.
func (r *reader) image(keys ...string) *stet.Image {
	for _, key := range keys {
		var img stet.Image
		switch v := r.left[key].(type) {
		case string:
			img.URL = v
		case map[string]any:
			img.URL, _ = v["url"].(string)
			img.Alt, _ = v["alt"].(string)
			img.SHA256, _ = v["sha256"].(string)
		}
		if strings.HasPrefix(img.URL, "https://") || strings.HasPrefix(img.URL, "http://") {
			delete(r.left, key)
			return &img
		}
	}
	return nil
}

// layouts are the forms of a time in front matter; those without an offset are UTC.
var layouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05",
	"2006-01-02 15:04", time.DateOnly}

func (r *reader) instant(keys ...string) string {
	key, value := r.take(keys...)
	if value == nil {
		return ""
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, fmt.Sprint(value)); err == nil {
			return t.Format(time.RFC3339)
		}
	}
	r.fail("has %s: %v in its front matter; write a day such as 2026-11-24 or a time such as 2026-11-24T09:00:00Z", key, value)
	return ""
}

// fields are the dates in one form, and whatever else the author wrote.
func (r *reader) fields(path string) map[string]any {
	date, updated := r.instant("date"), r.instant("updated", "lastmod", "last_modified_at")
	if date == "" {
		date = dayOf(path, stem(r.name))
	}
	own, _ := r.left["fields"].(map[string]any)
	if own != nil {
		delete(r.left, "fields")
	}
	out := maps.Clone(r.left)
	maps.Copy(out, own)
	for key, value := range map[string]string{"date": date, "updated": updated} {
		if value != "" {
			out[key] = value
		}
	}
	if path != "" {
		out["path"] = path
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
