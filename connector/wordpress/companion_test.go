package wordpress_test

import (
	"net/http/httptest"
	"testing"

	"stet"
	"stet/connector"
	"stet/connector/wordpress"
	"stet/connector/wordpress/fake"
)

func startF(t *testing.T, opt fake.Options, plugin string) (*fake.Server, connector.Connector) {
	t.Helper()
	wp := fake.New(opt)
	server := httptest.NewServer(wp)
	t.Cleanup(server.Close)
	c, err := wordpress.Spec().Open(t.Context(), connector.Env{Target: "blog", Options: map[string]string{
		"url": server.URL, "user": fake.Admin.Login, "password": fake.Admin.Password, "allow_private": "yes", "rate": "0", "plugin": plugin}})
	if err != nil {
		t.Fatal(err)
	}
	return wp, c
}

func upsert(t *testing.T, c connector.Connector, w connector.Write) (connector.Item, error) {
	t.Helper()
	return c.(connector.Upserter).Upsert(t.Context(), w)
}

func TestUpsertIsFenced(t *testing.T) {
	wp, c := startF(t, fake.Options{Companion: true}, "yes")
	first := write(5, nil)
	item, err := upsert(t, c, first)
	if err != nil || !item.Public || item.Live != want(t, c, first) || item.Seq != 5 || item.Slug != "launch-day" {
		t.Fatalf("the first upsert: %+v, %v", item, err)
	}
	if again, err := upsert(t, c, first); err != nil || again.ID != item.ID {
		t.Errorf("the same upsert again: %+v, %v", again, err)
	}
	if _, err := upsert(t, c, write(4, nil)); !stet.IsKind(err, stet.Conflict) || stet.OutcomeOf(err) != stet.NotApplied {
		t.Errorf("an older upsert: %v", err)
	}
	next := write(6, func(d *stet.Document) { d.Title, d.Slug, d.Tags = "Second", "second", nil })
	next.Rev = find(t, c, next)[0].Rev
	if item, err = upsert(t, c, next); err != nil || item.Live != want(t, c, next) || item.Seq != 6 || item.Slug != "second" {
		t.Errorf("a newer upsert: %+v, %v", item, err)
	}
	if posts := wp.Posts(); len(posts) != 1 || len(posts[0].Terms["post_tag"]) != 0 {
		t.Errorf("the site has %+v", posts)
	}
}

func TestUpsertRefusesWhatAPersonChanged(t *testing.T) {
	wp, c := startF(t, fake.Options{Companion: true}, "yes")
	item, err := upsert(t, c, write(1, nil))
	if err != nil {
		t.Fatal(err)
	}
	wp.Edit(atoi(item.ID), func(p *fake.Post) { p.Title = "Mine" })
	w := write(2, nil)
	w.Rev = item.Rev
	if _, err := upsert(t, c, w); !stet.IsKind(err, stet.Conflict) || stet.OutcomeOf(err) != stet.NotApplied {
		t.Errorf("an upsert over an edit: %v", err)
	}
	w.Rev = read(t, c, item.ID).Rev
	if _, err := upsert(t, c, w); err != nil {
		t.Errorf("an upsert over an edit that was seen: %v", err)
	}
}

func TestUpsertSaysThatTheSlugIsTakenAndLeavesNothing(t *testing.T) {
	wp, c := startF(t, fake.Options{Companion: true}, "yes")
	wp.Add(fake.Post{Status: "draft", Slug: "launch-day", Title: "Somebody's"})
	_, err := upsert(t, c, write(1, nil))
	if e, is := err.(*stet.Error); !is || e.Code != connector.SlugTaken || e.Outcome != stet.NotApplied {
		t.Errorf("a taken slug: %v", err)
	}
	if n := len(wp.Posts()); n != 1 {
		t.Errorf("there are %d posts", n)
	}
}

func TestUnpublishRaisesTheFence(t *testing.T) {
	_, c := startF(t, fake.Options{Companion: true}, "yes")
	item, err := upsert(t, c, write(1, nil))
	if err != nil {
		t.Fatal(err)
	}
	down := write(3, nil)
	down.Rev = item.Rev
	for range 2 {
		if err := c.(connector.Unpublisher).Unpublish(t.Context(), item.ID, down); err != nil {
			t.Fatal(err)
		}
	}
	if item = read(t, c, item.ID); item.Public || item.Seq != 3 {
		t.Errorf("after the unpublish: %+v", item)
	}
	if _, err := upsert(t, c, write(2, nil)); !stet.IsKind(err, stet.Conflict) {
		t.Errorf("an upsert from before the unpublish: %v", err)
	}
}

// A site that gets the plugin later keeps its posts.
func TestThePluginTakesOverWhatWasThereBefore(t *testing.T) {
	wp := fake.New(fake.Options{Companion: true})
	server := httptest.NewServer(wp)
	t.Cleanup(server.Close)
	before := openAt(t, server.URL, nil)
	item := published(t, before, write(1, nil))
	after, err := wordpress.Spec().Open(t.Context(), connector.Env{Options: map[string]string{"url": server.URL, "user": fake.Admin.Login,
		"password": fake.Admin.Password, "allow_private": "yes", "rate": "0", "plugin": "auto"}})
	if err != nil {
		t.Fatal(err)
	}
	w := write(2, func(d *stet.Document) { d.Title = "Second" })
	seen := find(t, after, w)
	if len(seen) != 1 || seen[0].ID != item.ID || seen[0].Live != item.Live {
		t.Fatalf("the plugin finds %+v", seen)
	}
	w.Rev = seen[0].Rev
	if got, err := upsert(t, after, w); err != nil || got.ID != item.ID || got.Live != want(t, after, w) {
		t.Errorf("the first upsert: %+v, %v", got, err)
	}
	if items := find(t, before, w); len(items) != 1 || items[0].Live != want(t, after, w) {
		t.Errorf("without the plugin, again: %+v", items)
	}
}

func TestTheClassIsDecidedByTheFirstAnswer(t *testing.T) {
	for _, there := range []bool{true, false} {
		_, c := startF(t, fake.Options{Companion: there}, "auto")
		w := write(1, nil)
		if class := c.Capabilities().Class; class != connector.AutoSuffix {
			t.Errorf("before anything was asked the class is %s", class)
		}
		_, createErr := c.(connector.Creator).Create(t.Context(), w)
		_, upsertErr := upsert(t, c, w)
		class, wrong := connector.AutoSuffix, upsertErr
		if there {
			class, wrong = connector.Companion, createErr
		}
		if got := c.Capabilities().Class; got != class {
			t.Errorf("with the plugin %t the class is %s", there, got)
		}
		if stet.OutcomeOf(wrong) != stet.NotApplied || !stet.IsKind(wrong, stet.Unavailable) {
			t.Errorf("a write of the wrong class: %v", wrong)
		}
		if (createErr == nil) == (upsertErr == nil) {
			t.Errorf("create: %v, upsert: %v", createErr, upsertErr)
		}
	}
	_, c := startF(t, fake.Options{}, "yes")
	if _, err := c.Find(t.Context(), write(1, nil)); !stet.IsKind(err, stet.Configuration) {
		t.Errorf("a plugin that is said to be there and is not: %v", err)
	}
}
