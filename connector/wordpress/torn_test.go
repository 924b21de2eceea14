package wordpress_test

import (
	"strings"
	"testing"

	"stet"
	"stet/connector/wordpress/fake"
)

// A write that ended between the row and the terms is ours, is not what was wanted, and is not a person's edit.
func TestAWriteCutAfterItsRowIsSeenAsOursAndUnfinished(t *testing.T) {
	cut := false
	wp, c := start(t, fake.Options{Fatal: func(fake.Commit) bool { return cut }}, nil)
	w := write(1, nil)
	cut = true
	_, err := c.Create(t.Context(), w)
	if err == nil || stet.OutcomeOf(err) != stet.Unknown {
		t.Fatalf("a fatal error after the row: %v", err)
	}
	items := find(t, c, w)
	if len(items) != 1 || items[0].Draft != want(t, c, w) || items[0].Seq == 1 {
		t.Fatalf("the unfinished draft is %+v", items)
	}
	if err := c.Publish(t.Context(), items[0].ID, w); stet.OutcomeOf(err) != stet.Unknown {
		t.Fatalf("a publish cut after its row: %v", err)
	}
	if item := read(t, c, items[0].ID); !item.Public || item.Live != want(t, c, w) || item.Seq == 1 {
		t.Errorf("the unfinished post is %+v", item)
	}
	cut = false
	if err := c.Publish(t.Context(), items[0].ID, w); err != nil {
		t.Fatal(err)
	}
	if item := read(t, c, items[0].ID); item.Live != want(t, c, w) || item.Seq != 1 {
		t.Errorf("the finished post is %+v", item)
	}
	if n := len(wp.Posts()); n != 1 {
		t.Errorf("there are %d posts", n)
	}
}

func TestTermsThatAPersonChangesAreDrift(t *testing.T) {
	wp, c := start(t, fake.Options{}, nil)
	w := write(1, nil)
	item := published(t, c, w)
	extra := wp.AddTerm("post_tag", "Extra")
	for _, change := range []func(*fake.Post){
		func(p *fake.Post) { p.Terms["post_tag"] = p.Terms["category"][:0] },
		func(p *fake.Post) { p.Terms["post_tag"] = append(p.Terms["post_tag"], extra) },
		func(p *fake.Post) { p.Title = "Mine now" },
		func(p *fake.Post) { p.Content = strings.Replace(p.Content, "Hello", "Good bye", 1) },
		func(p *fake.Post) { p.Password = "secret" },
	} {
		var before fake.Post
		wp.Edit(atoi(item.ID), func(p *fake.Post) { before = *p })
		wp.Edit(atoi(item.ID), change)
		if seen := read(t, c, item.ID); seen.Live == want(t, c, w) && seen.Seq == 1 {
			t.Errorf("an edit was not seen: %+v", seen)
		}
		wp.Edit(atoi(item.ID), func(p *fake.Post) { *p = before })
	}
}

func TestWhatADocumentDoesNotSayIsLeftToPeople(t *testing.T) {
	wp, c := start(t, fake.Options{}, nil)
	w := write(1, func(d *stet.Document) { d.Tags, d.Categories = nil, nil })
	item := published(t, c, w)
	byHand := wp.AddTerm("post_tag", "By hand")
	wp.Edit(atoi(item.ID), func(p *fake.Post) { p.Terms["post_tag"] = []int{byHand} })
	if seen := read(t, c, item.ID); seen.Live != want(t, c, w) {
		t.Error("a tag that a person gave counts as a change of the text")
	}
	w.ApplySeq = 2
	if err := c.Publish(t.Context(), item.ID, w); err != nil {
		t.Fatal(err)
	}
	if len(wp.Posts()[0].Terms["post_tag"]) != 1 {
		t.Error("the tag that a person gave was taken away")
	}
}

func TestACopyIsNotTakenForTheOriginal(t *testing.T) {
	wp, c := start(t, fake.Options{}, nil)
	w := write(1, nil)
	item := published(t, c, w)
	copied := wp.Posts()[0]
	copied.Status, copied.Slug = "draft", "launch-day-copy"
	id := wp.Add(copied)
	if items := find(t, c, w); len(items) != 1 || items[0].ID != item.ID {
		t.Errorf("a draft that a person copied is found: %+v", items)
	}
	wp.Edit(id, func(p *fake.Post) { p.Status = "publish" })
	if items := find(t, c, w); len(items) != 2 {
		t.Errorf("a public copy is not found: %+v", items)
	}
}

func TestStates(t *testing.T) {
	wp, c := start(t, fake.Options{}, nil)
	for status, want := range map[string][2]bool{
		"publish": {true, false}, "future": {}, "draft": {}, "pending": {}, "private": {}, "trash": {false, true},
	} {
		item := read(t, c, itoa(wp.Add(fake.Post{Status: status, Slug: "a-" + status, Title: "A"})))
		if item.Public != want[0] || item.Trashed != want[1] || (item.Live != "") != item.Public || item.Seq != 0 {
			t.Errorf("%s: %+v", status, item)
		}
	}
}
