package wordpress_test

import (
	"strings"
	"testing"

	"stet"
	"stet/connector"
	"stet/connector/wordpress"
	"stet/connector/wordpress/fake"
)

func TestPagesBelowAParent(t *testing.T) {
	wp, c := start(t, fake.Options{}, map[string]string{"post_type": "pages", "parent": "field:parent"})
	parent := wp.Add(fake.Post{Type: "page", Status: "publish", Slug: "products"})
	wp.Add(fake.Post{Type: "page", Status: "publish", Slug: "launch-day"}) // the same slug elsewhere
	w := write(1, func(d *stet.Document) { d.Fields = map[string]any{"parent": float64(parent)} })
	item := published(t, c, w)
	if p := page(t, wp, item.ID); p.Parent != parent || p.Slug != "launch-day" || item.Live != want(t, c, w) || item.Seq != 1 {
		t.Errorf("the page is %+v, seen as %+v", p, item)
	}
	other := write(1, func(d *stet.Document) { d.Fields = map[string]any{"parent": float64(parent)} })
	other.Marker = strings.Repeat("b", 26)
	if err := c.Publish(t.Context(), create(t, c, other).ID, other); !stet.IsKind(err, stet.Conflict) {
		t.Errorf("a slug that another child of the parent has: %v", err)
	}
	wp.Edit(atoi(item.ID), func(p *fake.Post) { p.Parent = 0 })
	if seen := read(t, c, item.ID); seen.Live == want(t, c, w) && seen.Seq == 1 {
		t.Error("a page that a person moved was not seen")
	}
	if err := c.Publish(t.Context(), item.ID, write(2, func(d *stet.Document) { d.Slug = "elsewhere" })); err != nil {
		t.Fatal(err)
	}
	if p := page(t, wp, item.ID); p.Parent != 0 {
		t.Errorf("a document that says nothing of its parent moved the page to %d", p.Parent)
	}
	_, err := c.Fingerprint(write(3, func(d *stet.Document) { d.Fields = map[string]any{"parent": "products"} }))
	if e, is := err.(*stet.Error); !is || e.Code != "parent_invalid" || e.Pointer != "/fields/parent" {
		t.Errorf("a parent that is no number: %v", err)
	}
}

func TestLanguages(t *testing.T) {
	wp, c := start(t, fake.Options{Languages: []string{"en", "de", "br"}}, map[string]string{"language_param": "lang", "languages": "pt-BR=br"})
	for locale, code := range map[string]string{"de-AT": "de", "pt-BR": "br", "": "en"} {
		w := write(1, func(d *stet.Document) { d.Locale, d.Slug = locale, "in-"+code })
		w.Marker = strings.Repeat(code[:1], 26)
		draft := create(t, c, w)
		if draft.Draft != want(t, c, w) {
			t.Errorf("%q: the draft is not what was sent", locale)
		}
		if err := c.Publish(t.Context(), draft.ID, w); err != nil {
			t.Fatal(err)
		}
		item := read(t, c, draft.ID)
		if p := page(t, wp, item.ID); p.Lang != code || item.Live != want(t, c, w) || item.Seq != 1 {
			t.Errorf("%q: the post is in %q, seen as %+v", locale, p.Lang, item)
		}
		wp.Edit(atoi(item.ID), func(p *fake.Post) { p.Lang = "xx" })
		if seen := read(t, c, item.ID); (seen.Live != want(t, c, w)) != (locale != "") {
			t.Errorf("%q: in another language it is seen as %+v", locale, seen)
		}
	}
	if err := c.Check(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
	wp, c = start(t, fake.Options{}, map[string]string{"language_param": "lang"})
	wp.Add(fake.Post{Status: "draft", Title: "One"})
	if err := c.Check(t.Context()); !stet.IsKind(err, stet.Configuration) {
		t.Errorf("a site without languages: %v; want Configuration", err)
	}
}

func TestOptionsOfPlace(t *testing.T) {
	for _, bad := range []map[string]string{{"parent": "about"}, {"parent": "-1"}, {"language_param": "a b"}, {"languages": "de"}, {"image_addresses": "here"}} {
		all := map[string]string{"url": "https://example.com", "user": "u", "password": "p"}
		for name, v := range bad {
			all[name] = v
		}
		if _, err := wordpress.Spec().Open(t.Context(), connector.Env{Options: all}); !stet.IsKind(err, stet.Configuration) {
			t.Errorf("%v: %v; want Configuration", bad, err)
		}
	}
}
