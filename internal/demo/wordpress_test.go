package demo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"stet/connector/wordpress/fake"
	"stet/internal/demo"
)

// printPosts is what the test's own program does in place of the client of a database: it prints the posts of the fake
// at an address as the query of the judge would.
func printPosts(site string) error {
	resp, err := http.Get(site + "/_posts")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var posts []fake.Post
	if err := json.NewDecoder(resp.Body).Decode(&posts); err != nil {
		return err
	}
	for _, p := range posts {
		version := ""
		if _, text, found := strings.Cut(p.Content, "This is version "); found {
			version, _, _ = strings.Cut(text, " ")
		}
		fmt.Printf("%d\t%s\t%s\t%s\n", p.ID, p.Status, p.Slug, version)
	}
	return nil
}

// described is a WordPress as testenv/wordpress describes one.
func described(t *testing.T, site string) *demo.WordPress {
	line, err := json.Marshal(map[string]any{"url": site, "user": fake.Admin.Login, "password": fake.Admin.Password,
		"sql": []string{os.Args[0], "posts", site}, "db": map[string]any{"prefix": "wp_"}})
	if err != nil {
		t.Fatal(err)
	}
	wp, err := demo.ParseWordPress(line)
	if err != nil {
		t.Fatal(err)
	}
	return wp
}

func TestLaunchDayInWordPress(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts and kills servers")
	}
	wp := fake.New(fake.Options{})
	wp.Add(fake.Post{Title: "Somebody else's", Content: "<p>Mine.</p>", Status: "publish", Slug: "theirs"})
	server := httptest.NewServer(wp)
	defer server.Close()
	r, err := demo.Run(t.Context(), demo.Options{Program: []string{os.Args[0]}, Folder: t.TempDir(), Seed: 1, Articles: 5, WordPress: described(t, server.URL)})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Passed() || r.Live != 5 || r.Kills != 3 || len(r.Posts) != 5 {
		t.Errorf("%+v", r)
	}
	if again, err := demo.Run(t.Context(), demo.Options{Program: []string{os.Args[0]}, Folder: t.TempDir(), Articles: 5, WordPress: described(t, server.URL)}); err == nil {
		t.Errorf("a second run began in a WordPress that has the articles of the first: %+v", again)
	}
}

// TestTheJudgeSeesPosts: what the judge of a WordPress says of posts that should not be.
func TestTheJudgeSeesPosts(t *testing.T) {
	type found struct{ doubles, outdated, lost, drafts int }
	text := func(version int) string {
		return fmt.Sprintf("<p><em>This is version %d of the text.</em></p>", version)
	}
	for name, c := range map[string]struct {
		posts []fake.Post
		want  found
	}{
		"one post":               {[]fake.Post{{Slug: "launch", Status: "publish", Content: text(3)}}, found{}},
		"no post":                {nil, found{lost: 1}},
		"an old post":            {[]fake.Post{{Slug: "launch", Status: "publish", Content: text(2)}}, found{outdated: 1, lost: 1}},
		"two at one slug":        {[]fake.Post{{Slug: "launch", Status: "publish", Content: text(3)}, {Slug: "launch", Status: "publish", Content: text(3)}}, found{doubles: 1}},
		"a second with suffix":   {[]fake.Post{{Slug: "launch", Status: "publish", Content: text(3)}, {Slug: "launch-2", Status: "publish", Content: text(3)}}, found{doubles: 1}},
		"a draft left behind":    {[]fake.Post{{Slug: "launch", Status: "publish", Content: text(3)}, {Slug: "stet-x", Status: "draft", Content: text(3)}}, found{drafts: 1}},
		"only a draft":           {[]fake.Post{{Slug: "launch", Status: "draft", Content: text(3)}}, found{lost: 1, drafts: 1}},
		"a draft in the trash":   {[]fake.Post{{Slug: "launch", Status: "publish", Content: text(3)}, {Slug: "stet-x__trashed", Status: "trash", Content: text(3)}}, found{}},
		"a slug percent-encoded": {[]fake.Post{{Slug: "launch", Status: "publish", Content: text(3)}, {Slug: "%e6%97%a5", Status: "publish", Content: text(3)}}, found{doubles: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			wp := fake.New(fake.Options{})
			server := httptest.NewServer(wp)
			defer server.Close()
			r, err := demo.JudgePosts(t.Context(), described(t, server.URL), "launch", 3, func() {
				for _, p := range c.posts {
					wp.Add(p)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := (found{r.Doubles, r.Outdated, r.Lost, r.Drafts}); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			if passed := r.Passed(); passed != (c.want == found{}) {
				t.Errorf("passed: %t", passed)
			}
		})
	}
}

func TestADescriptionIsChecked(t *testing.T) {
	for name, line := range map[string]string{
		"empty":         ``,
		"no password":   `{"url": "http://127.0.0.1:1", "user": "admin", "sql": ["true"]}`,
		"no database":   `{"url": "http://127.0.0.1:1", "user": "admin", "password": "x"}`,
		"odd prefix":    `{"url": "http://127.0.0.1:1", "user": "admin", "password": "x", "sql": ["true"], "db": {"prefix": "wp_;"}}`,
		"not an object": `[]`,
	} {
		if _, err := demo.ParseWordPress([]byte(line)); err == nil {
			t.Errorf("%s: %q was taken", name, line)
		}
	}
	wp := described(t, "http://127.0.0.1:1")
	wp.SQL = []string{"false"}
	if _, err := demo.JudgePosts(context.Background(), wp, "launch", 1, func() {}); err == nil {
		t.Error("a database that cannot be read was taken for an empty one")
	}
}
