package wordpress_test

import (
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"stet"
	"stet/connector/wordpress/fake"
)

// Two processes that need the same new tag in the same moment: WordPress makes two, and both posts get the older one.
func TestTermsMadeInARaceEndAsOne(t *testing.T) {
	var both sync.WaitGroup
	both.Add(2)
	wp := fake.New(fake.Options{BeforeCommit: func(c fake.Commit) {
		if c.Op == "term" { // each waits until the other has looked and found nothing
			both.Done()
			both.Wait()
		}
	}})
	server := httptest.NewServer(wp)
	t.Cleanup(server.Close)
	var writers sync.WaitGroup
	for _, name := range []string{"one", "two"} {
		c, w := openAt(t, server.URL, nil), write(1, func(d *stet.Document) { d.Tags, d.Categories = []string{"New"}, nil })
		w.Marker = mark(name)
		writers.Go(func() {
			if _, err := c.Create(t.Context(), w); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	writers.Wait()
	var tags []fake.Term
	for _, term := range wp.Terms() {
		if term.Taxonomy == "post_tag" {
			tags = append(tags, term)
		}
	}
	posts := wp.Posts()
	if len(tags) != 1 || len(posts) != 2 {
		t.Fatalf("there are the tags %+v and %d posts", tags, len(posts))
	}
	for _, p := range posts {
		if !slices.Equal(p.Terms["post_tag"], []int{tags[0].ID}) {
			t.Errorf("post %d has the tags %v, want %d", p.ID, p.Terms["post_tag"], tags[0].ID)
		}
	}
}

func TestNamesThatWordPressTakesForOne(t *testing.T) {
	wp, c := start(t, fake.Options{}, nil)
	wp.AddTerm("post_tag", "golang")
	w := write(1, func(d *stet.Document) { d.Tags = []string{"GoLang", "A & B", "C", "C++", "C#", "golang"} })
	item := published(t, c, w)
	if item.Live != want(t, c, w) {
		t.Error("the terms are not what was wanted")
	}
	names := map[string]int{}
	for _, term := range wp.Terms() {
		names[term.Name]++
	}
	for _, name := range []string{"golang", "A &amp; B", "C", "C++", "C#"} {
		if names[name] != 1 {
			t.Errorf("there are %d terms %q: %v", names[name], name, names)
		}
	}
}
