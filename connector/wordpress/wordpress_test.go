package wordpress_test

import (
	"context"
	"maps"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"stet"
	"stet/connector"
	"stet/connector/wordpress"
	"stet/connector/wordpress/fake"
)

// class C, all of it.
type target interface {
	connector.Connector
	connector.Creator
	connector.Publisher
	connector.Unpublisher
	connector.Trasher
	connector.Checker
}

// start serves a fake WordPress and opens a connector to it. opt overrides the options of the target.
func start(t testing.TB, site fake.Options, opt map[string]string) (*fake.Server, target) {
	t.Helper()
	wp := fake.New(site)
	server := httptest.NewServer(wp)
	t.Cleanup(server.Close)
	return wp, openAt(t, server.URL, opt)
}

func openAt(t testing.TB, url string, opt map[string]string) target {
	t.Helper()
	return openWith(t, url, opt).(target)
}

func openWith(t testing.TB, url string, opt map[string]string) connector.Connector {
	t.Helper()
	all := map[string]string{"url": url, "user": fake.Admin.Login, "password": fake.Admin.Password, "allow_private": "yes", "image_addresses": "127.0.0.0/8", "rate": "0", "plugin": "no"}
	maps.Copy(all, opt)
	c, err := wordpress.Spec().Open(t.Context(), connector.Env{Target: "blog", Options: all})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const marker = "abcdefghijklmnopqrstuvwxyz"

func write(seq int64, change func(*stet.Document)) connector.Write {
	doc := stet.Document{Title: "Launch day", Slug: "launch-day", Body: stet.Body{Format: "markdown", Text: "Hello *world*.\n\n- one\n- two\n"},
		Summary: "What happens", Categories: []string{"News"}, Tags: []string{"Go", "C++"}}
	if change != nil {
		change(&doc)
	}
	return connector.Write{Key: stet.Key{ContentID: "post/1", Target: "blog"}, Marker: marker, Epoch: 1, ApplySeq: seq, Version: seq, Doc: doc}
}

func want(t testing.TB, c connector.Connector, w connector.Write) string {
	t.Helper()
	sum, err := c.Fingerprint(w)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func create(t testing.TB, c target, w connector.Write) connector.Item {
	t.Helper()
	item, err := c.Create(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func read(t testing.TB, c connector.Connector, id string) connector.Item {
	t.Helper()
	item, err := c.Read(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func published(t testing.TB, c target, w connector.Write) connector.Item {
	t.Helper()
	item := create(t, c, w)
	if err := c.Publish(t.Context(), item.ID, w); err != nil {
		t.Fatal(err)
	}
	return read(t, c, item.ID)
}

func find(t testing.TB, c connector.Connector, w connector.Write) []connector.Item {
	t.Helper()
	items, err := c.Find(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func TestCreateMakesADraftThatIsFoundByItsMarker(t *testing.T) {
	_, c := start(t, fake.Options{}, nil)
	w := write(1, nil)
	if items := find(t, c, w); len(items) != 0 {
		t.Fatalf("found %+v in an empty site", items)
	}
	item := create(t, c, w)
	if item.Public || item.Live != "" || item.Slug != "stet-"+marker || item.Seq != 1 {
		t.Errorf("the draft is %+v", item)
	}
	if item.Draft != want(t, c, w) {
		t.Error("the fingerprint of the draft is not that of the write")
	}
	if items := find(t, c, w); len(items) != 1 || items[0].ID != item.ID {
		t.Errorf("Find gives %+v", items)
	}
	if items := find(t, c, connector.Write{Marker: strings.Repeat("b", 26)}); len(items) != 0 {
		t.Errorf("another marker finds %+v", items)
	}
}

func TestPublishMakesTheWriteVisibleUnderItsSlug(t *testing.T) {
	wp, c := start(t, fake.Options{}, nil)
	w := write(3, nil)
	item := published(t, c, w)
	if !item.Public || item.Slug != "launch-day" || item.Live != want(t, c, w) || item.Seq != 3 || item.URL == "" || item.Created == 0 {
		t.Errorf("the published item is %+v", item)
	}
	if items := find(t, c, w); len(items) != 1 || items[0].ID != item.ID {
		t.Errorf("Find after the publish gives %+v", items)
	}
	if log := wp.Log(); len(log) == 0 || strings.Contains(wp.Posts()[0].Content, marker) {
		t.Error("the public can read the marker")
	}
}

func TestUpdateReplacesEverythingInOneRequest(t *testing.T) {
	wp, c := start(t, fake.Options{}, nil)
	item := published(t, c, write(1, nil))
	w := write(2, func(d *stet.Document) {
		d.Title, d.Slug, d.Tags, d.Categories = "Second", "second", []string{"Rust"}, nil
	})
	before := len(wp.Log())
	if err := c.Publish(t.Context(), item.ID, w); err != nil {
		t.Fatal(err)
	}
	updates := 0
	for _, commit := range wp.Log()[before:] {
		if commit.Op == "update" {
			updates++
		}
	}
	item = read(t, c, item.ID)
	if item.Live != want(t, c, w) || item.Slug != "second" || item.Seq != 2 || updates != 1 {
		t.Errorf("after %d updates the item is %+v", updates, item)
	}
	if got := wp.Posts()[0].Terms["category"]; len(got) != 0 {
		t.Errorf("the category of the first version is still there: %v", got)
	}
}

func TestUnpublishKeepsTheItem(t *testing.T) {
	wp, c := start(t, fake.Options{}, nil)
	w := write(1, nil)
	item := published(t, c, w)
	for range 2 {
		if err := c.Unpublish(t.Context(), item.ID, w); err != nil {
			t.Fatal(err)
		}
	}
	item = read(t, c, item.ID)
	if item.Public || item.Slug != "launch-day" || item.Draft != want(t, c, w) {
		t.Errorf("after the unpublish the item is %+v", item)
	}
	if items := find(t, c, w); len(items) != 1 {
		t.Errorf("Find gives %+v", items)
	}
	wp.Purge(wp.Posts()[0].ID)
	if err := c.Unpublish(t.Context(), item.ID, w); err != nil {
		t.Errorf("unpublishing what is gone: %v", err)
	}
}

func TestTrashTakesOnlyUntouchedDraftsOfOurs(t *testing.T) {
	wp, c := start(t, fake.Options{}, nil)
	w := write(1, nil)
	orphan := create(t, c, w)
	public := published(t, c, write(1, func(d *stet.Document) { d.Slug = "other" }))
	if err := c.Trash(t.Context(), public.ID); stet.OutcomeOf(err) != stet.NotApplied {
		t.Errorf("trashing a public item: %v", err)
	}
	stranger := wp.Add(fake.Post{Status: "draft", Slug: "stet-" + strings.Repeat("c", 26), Title: "Mine"})
	if err := c.Trash(t.Context(), itoa(stranger)); stet.OutcomeOf(err) != stet.NotApplied {
		t.Errorf("trashing what only has such a slug: %v", err)
	}
	for range 2 {
		if err := c.Trash(t.Context(), orphan.ID); err != nil {
			t.Fatal(err)
		}
	}
	if item := read(t, c, orphan.ID); !item.Trashed {
		t.Errorf("the orphan is %+v", item)
	}
	if items := find(t, c, w); len(items) != 2 || !items[0].Trashed {
		t.Errorf("Find does not show the trash: %+v", items)
	}
	wp.Purge(wp.Posts()[0].ID)
	if err := c.Trash(t.Context(), orphan.ID); err != nil {
		t.Errorf("trashing what is gone: %v", err)
	}
}

func TestReadSaysNotFoundOnlyForWhatIsGone(t *testing.T) {
	_, c := start(t, fake.Options{}, nil)
	if _, err := c.Read(t.Context(), "4711"); !stet.IsKind(err, stet.NotFound) {
		t.Errorf("an unknown id: %v", err)
	}
	down := httptest.NewServer(nil)
	down.Close()
	if _, err := openAt(t, down.URL, nil).Read(t.Context(), "4711"); !stet.IsKind(err, stet.Unavailable) {
		t.Errorf("a site that is down: %v", err)
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	_, c := start(t, fake.Options{}, nil)
	if err := c.Check(t.Context()); err != nil {
		t.Errorf("a site in order: %v", err)
	}
	_, c = start(t, fake.Options{}, map[string]string{"password": "wrong horse battery"})
	err := c.Check(t.Context())
	if !stet.IsKind(err, stet.Configuration) || !strings.Contains(err.Error(), "application password") || strings.Contains(err.Error(), "battery") {
		t.Errorf("a wrong password: %v", err)
	}
	_, c = start(t, fake.Options{}, map[string]string{"post_type": "recipes"})
	if err := c.Check(t.Context()); !stet.IsKind(err, stet.Configuration) || !strings.Contains(err.Error(), "recipes") {
		t.Errorf("an unknown post type: %v", err)
	}
	_, c = start(t, fake.Options{Users: []fake.User{{ID: 2, Login: "admin", Password: fake.Admin.Password, Role: "contributor"}}}, nil)
	if err := c.Check(t.Context()); !stet.IsKind(err, stet.Configuration) || !strings.Contains(err.Error(), "publish_posts") {
		t.Errorf("an account that may not publish: %v", err)
	}
}

func TestAWrongPasswordIsNamedByEveryCall(t *testing.T) {
	wp, c := start(t, fake.Options{}, map[string]string{"password": "wrong horse battery"})
	id := itoa(wp.Add(fake.Post{Status: "publish", Slug: "there", Title: "There"}))
	w, ctx := write(1, nil), context.Background()
	_, findErr := c.Find(ctx, w)
	_, readErr := c.Read(ctx, id)
	_, createErr := c.Create(ctx, w)
	for name, err := range map[string]error{"find": findErr, "read": readErr, "create": createErr, "publish": c.Publish(ctx, id, w)} {
		if !stet.IsKind(err, stet.Configuration) || stet.OutcomeOf(err) != stet.NotApplied || strings.Contains(err.Error(), "battery") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func itoa(id int) string { return strconv.Itoa(id) }

func atoi(id string) int {
	n, err := strconv.Atoi(id)
	if err != nil {
		panic(err)
	}
	return n
}
