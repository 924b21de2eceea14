package plugin_test

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestMakesOnePostOfOneKey(t *testing.T) {
	s := open(t)
	key := name()
	answers := s.parallel(t, 20, "stet/v1/upsert", func(int) any { return write(key, 1, nil) })
	var outcomes []string
	for _, a := range answers {
		outcomes = append(outcomes, fmt.Sprint(a.Status, " ", a.get("outcome"), " ", a.get("id") == answers[0].get("id")))
	}
	slices.Sort(outcomes)
	if want := append(slices.Repeat([]string{"200 unchanged true"}, 19), "201 created true"); !slices.Equal(outcomes, want) {
		t.Errorf("outcomes %q", outcomes)
	}
	if n := s.count(t, "SELECT COUNT(*) FROM wp_posts WHERE post_name LIKE '%s%%'", key); n != 1 {
		t.Errorf("%d posts of one key", n)
	}
}

func TestKeepsTheNewestOfManyVersions(t *testing.T) {
	s := open(t)
	key := name()
	version := func(i int) any { return write(key, i+1, map[string]any{"slug": fmt.Sprint(key, "-", i+1)}) }
	for i, a := range s.parallel(t, 20, "stet/v1/upsert", version) {
		if a.Status != 200 && a.Status != 201 && a.get("code") != "stet_stale" {
			t.Errorf("apply_seq %d: %d %v", i+1, a.Status, a.Body)
		}
	}
	got := s.query(t, "SELECT post_name, post_title FROM wp_posts WHERE post_name LIKE '%s%%' AND post_type = 'post'", key)
	if want := []string{key + "-20\tTitle 20"}; !slices.Equal(got, want) {
		t.Errorf("stored %q, want %q", got, want)
	}
	a := s.call(t, "POST", "stet/v1/upsert", write(key, 19, nil))
	expect(t, a, 409, "stet_stale")
	if a.get("data", "apply_seq") != 20.0 {
		t.Errorf("the refusal does not tell what is stored: %v", a.Body)
	}
	other := write(key, 20, nil)
	other["hash"] = "another"
	expect(t, s.call(t, "POST", "stet/v1/upsert", other), 409, "stet_conflict")
}

func TestLeavesNothingOfARefusedSlug(t *testing.T) {
	s := open(t)
	taken, key := name(), name()
	holder := s.call(t, "POST", "wp/v2/posts", map[string]any{"title": "A person's", "slug": taken, "status": "draft"}).get("id")
	fields := map[string]any{"slug": taken, "tags": []string{name()}, "categories": []string{name()}, "meta": map[string]any{"some": "value"}}

	before := s.rows(t)
	a := s.call(t, "POST", "stet/v1/upsert", write(key, 1, fields))
	expect(t, a, 409, "stet_slug_taken")
	if a.get("data", "holder", "id") != holder {
		t.Errorf("the holder is %v: %v", holder, a.Body)
	}
	if after := s.rows(t); after != before {
		t.Errorf("a refused create left rows: %q, before %q", after, before)
	}

	draft := write(key, 1, fields)
	draft["post"].(map[string]any)["status"] = "draft" // WordPress itself does not look at the slug of a draft
	expect(t, s.call(t, "POST", "stet/v1/upsert", draft), 409, "stet_slug_taken")

	expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 2, nil)), 201, "")
	before = s.rows(t)
	expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 3, fields)), 409, "stet_slug_taken")
	if after := s.rows(t); after != before {
		t.Errorf("a refused update left rows: %q, before %q", after, before)
	}
	if got := s.query(t, "SELECT post_title, post_name FROM wp_posts WHERE post_name = '%s'", key)[0]; got != "Title 2\t"+key {
		t.Errorf("a refused update changed the post to %q", got)
	}
}

func TestGivesASlugToOneOfManyKeys(t *testing.T) {
	s := open(t)
	slug := name()
	var keys []string
	for range 12 {
		keys = append(keys, name())
	}
	for seq, fields := range []map[string]any{nil, {"slug": slug}} { // made first, so that only the slug is contended
		var won int
		for _, a := range s.parallel(t, len(keys), "stet/v1/upsert", func(i int) any { return write(keys[i], seq+1, fields) }) {
			if a.Status < 300 {
				won++
				continue
			}
			expect(t, a, 409, "stet_slug_taken")
		}
		if want := []int{12, 1}[seq]; won != want {
			t.Errorf("write %d: %d of 12 keys succeeded, want %d", seq+1, won, want)
		}
	}
	if n := s.count(t, "SELECT COUNT(*) FROM wp_posts WHERE post_name LIKE '%s%%' AND post_type = 'post'", slug); n != 1 {
		t.Errorf("%d posts have the slug", n)
	}
}

func TestMakesOneTermOfOneName(t *testing.T) {
	s := open(t)
	tag, category := name(), name()
	fields := map[string]any{"tags": []string{tag, "2024"}, "categories": []string{category}}
	for _, a := range s.parallel(t, 12, "stet/v1/upsert", func(int) any { return write(name(), 1, fields) }) {
		expect(t, a, 201, "")
	}
	for _, term := range []string{tag, category, "2024"} {
		if n := s.count(t, "SELECT COUNT(*) FROM wp_terms WHERE name = '%s'", term); n != 1 {
			t.Errorf("%d terms have the name %s", n, term)
		}
	}
}

// TestSurvivesTheEndOfItsProcess kills PHP at several points of a write, before and after the commit.
func TestSurvivesTheEndOfItsProcess(t *testing.T) {
	s := open(t)
	if s.Server != "fpm" {
		t.Skip("PHP's own web server does not replace a worker that was killed")
	}
	fields := map[string]any{"tags": []string{"a tag"}, "meta": map[string]any{"some": "value"}}
	for _, hook := range []string{"transition_post_status", "save_post", "set_object_terms", "added_post_meta"} {
		t.Run("before the commit, at "+hook, func(t *testing.T) {
			key := name()
			before := s.rows(t)
			if a := s.call(t, "POST", "stet/v1/upsert", write(key, 1, fields), "X-Test-Kill", hook); a.Status != 502 {
				t.Fatalf("PHP was not killed: %d %v", a.Status, a.Body)
			}
			if after := s.rows(t); after != before {
				t.Errorf("rows are left: %q, before %q", after, before)
			}
			expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 1, fields)), 201, "")
		})
	}
	t.Run("after the commit", func(t *testing.T) {
		key := name()
		if a := s.call(t, "POST", "stet/v1/upsert", write(key, 1, fields), "X-Test-Kill", "wp_after_insert_post"); a.Status != 502 {
			t.Fatalf("PHP was not killed: %d %v", a.Status, a.Body)
		}
		again := s.call(t, "POST", "stet/v1/upsert", write(key, 1, fields))
		if again.Status != 200 || again.get("outcome") != "unchanged" || again.get("status") != "publish" {
			t.Errorf("the second try answered %d %v", again.Status, again.Body)
		}
		if n := s.count(t, "SELECT COUNT(*) FROM wp_posts WHERE post_name LIKE '%s%%'", key); n != 1 {
			t.Errorf("%d posts of one key", n)
		}
	})
}

func TestUnpublishesAndTrashesBehindTheFence(t *testing.T) {
	s := open(t)
	key := name()
	step := func(path string, seq int) answer {
		return s.call(t, "POST", "stet/v1/"+path, map[string]any{"key": key + "@blog", "apply_seq": seq})
	}
	expect(t, step("unpublish", 1), 404, "stet_unknown_key")
	expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 3, nil)), 201, "")
	expect(t, step("unpublish", 2), 409, "stet_stale")
	expect(t, step("unpublish", 3), 409, "stet_conflict")
	for _, want := range []struct {
		path, outcome, status string
		seq                   int
	}{
		{"unpublish", "unpublished", "draft", 4},
		{"unpublish", "unchanged", "draft", 4},
		{"unpublish", "unchanged", "draft", 5},
		{"trash", "trashed", "trash", 6},
		{"trash", "unchanged", "trash", 6},
	} {
		a := step(want.path, want.seq)
		if a.Status != 200 || a.get("outcome") != want.outcome || a.get("status") != want.status {
			t.Fatalf("%+v: %d %v", want, a.Status, a.Body)
		}
	}
	expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 5, nil)), 409, "stet_stale")
	a := s.call(t, "POST", "stet/v1/upsert", write(key, 7, nil))
	if a.Status != 200 || a.get("slug") != key || a.get("status") != "publish" {
		t.Errorf("an upsert did not bring it back from the trash: %d %v", a.Status, a.Body)
	}
}

func TestTellsWhatAPersonDid(t *testing.T) {
	s := open(t)
	key := name()
	made := s.call(t, "POST", "stet/v1/upsert", write(key, 1, nil))
	find := func() answer {
		a := s.call(t, "GET", "stet/v1/items?marker="+key, nil)
		list, _ := a.Body.([]any)
		if len(list) != 1 {
			t.Fatalf("the marker finds %v", a.Body)
		}
		return answer{Status: a.Status, Body: list[0]}
	}
	if a := find(); a.get("drifted") != false || a.get("hash") != "hash-1" || a.get("apply_seq") != 1.0 || a.get("link") != s.URL+"/"+key+"/" {
		t.Errorf("after the write: %v", a.Body)
	}
	post := fmt.Sprint("wp/v2/posts/", made.get("id"))
	s.call(t, "POST", post, map[string]any{"excerpt": "A person's"})
	if a := find(); a.get("drifted") != true {
		t.Errorf("after an edit: %v", a.Body)
	}
	stale := write(key, 2, nil)
	stale["rev"] = made.get("content_hash")
	expect(t, s.call(t, "POST", "stet/v1/upsert", stale), 412, "stet_changed")

	s.call(t, "DELETE", post+"?force=true", nil)
	if a := find(); a.get("status") != "deleted" || a.get("drifted") != true {
		t.Errorf("after a deletion: %v", a.Body)
	}
	expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 1, nil)), 410, "stet_gone")
	expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 2, nil)), 410, "stet_gone")
	renewed := write(key, 3, nil)
	renewed["marker"] = key + "-2"
	expect(t, s.call(t, "POST", "stet/v1/upsert", renewed), 201, "")
}

func TestAdoptsAnItemThatWasMadeWithoutIt(t *testing.T) {
	s := open(t)
	key := name()
	id := s.call(t, "POST", "wp/v2/posts", map[string]any{"title": "Before", "slug": key, "status": "publish"}).get("id")
	w := write(key, 1, nil)
	w["adopt"] = id
	a := s.call(t, "POST", "stet/v1/upsert", w)
	if a.Status != 200 || a.get("outcome") != "updated" || a.get("id") != id {
		t.Errorf("%d %v", a.Status, a.Body)
	}
	other := write(name(), 1, nil)
	other["adopt"] = id
	expect(t, s.call(t, "POST", "stet/v1/upsert", other), 409, "stet_bound")
}

func TestStoresTextsByteForByte(t *testing.T) {
	s := open(t)
	content := "<!-- wp:paragraph {\"a\":1,  \"b\":\"x&y\"} -->\n<p>Back\\slash \\\\ 'single' \"double\" 𝒳 مرحبا [shortcode] </p>\r\n<script>1 < 2 && 3</script>\n<!-- /wp:paragraph -->  " +
		strings.Repeat("<p>long é</p>", 20000)
	fields := map[string]any{"title": `A "title" \ with 𝒳 & more`, "content": content, "excerpt": `1 \ 2`, "meta": map[string]any{"some": `a\b "c"`, "seo": "x"}}
	key := name()
	a := s.call(t, "POST", "stet/v1/upsert", write(key, 1, fields))
	if list, _ := a.get("altered").([]any); a.Status != 201 || len(list) != 0 {
		t.Fatalf("%d altered %v", a.Status, list)
	}
	row := s.query(t, "SELECT HEX(post_title), HEX(post_content), HEX(post_excerpt) FROM wp_posts WHERE post_name = '%s'", key)[0]
	for i, field := range []string{"title", "content", "excerpt"} {
		got, err := hex.DecodeString(strings.Split(row, "\t")[i])
		if err != nil || string(got) != fields[field] {
			t.Errorf("%s is stored as %.100q, sent %.100q", field, got, fields[field])
		}
	}
	fields["meta"] = map[string]any{"some": "other"}
	expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 2, fields)), 200, "")
	got := s.query(t, "SELECT meta_key, meta_value FROM wp_postmeta WHERE post_id = %v AND meta_key IN ('some', 'seo')", a.get("id"))
	if want := []string{"some\tother"}; !slices.Equal(got, want) {
		t.Errorf("meta is %q, want %q", got, want)
	}
}

func TestRefusesWhatMayNotBe(t *testing.T) {
	s := open(t)
	unknown := write(name(), 1, map[string]any{"colour": "red"})
	for _, c := range []struct {
		name   string
		as     string
		body   map[string]any
		status int
		code   string
	}{
		{"nobody", "", write(name(), 1, nil), 401, "stet_forbidden"},
		{"a contributor publishes", "contributor", write(name(), 1, nil), 403, "stet_forbidden"},
		{"an author writes for another", "author", write(name(), 1, map[string]any{"author": 1}), 403, "stet_forbidden"},
		{"an author makes a category", "author", write(name(), 1, map[string]any{"categories": []string{name()}}), 403, "stet_forbidden"},
		{"an unknown field", "admin", unknown, 400, "rest_invalid_param"},
		{"an unknown type", "admin", write(name(), 1, map[string]any{"type": "revision"}), 400, "stet_bad_type"},
		{"an unknown image", "admin", write(name(), 1, map[string]any{"featured_media": 999999}), 400, "stet_bad_media"},
		{"an unknown term", "admin", write(name(), 1, map[string]any{"tags": []int{999999}}), 400, "stet_bad_term"},
		{"an internal meta key", "admin", write(name(), 1, map[string]any{"meta": map[string]any{"_edit_lock": "1"}}), 400, "stet_bad_meta"},
		{"a date to come", "admin", write(name(), 1, map[string]any{"date": "2999-01-01T00:00:00Z"}), 409, "stet_status_changed"},
		{"a reserved slug", "admin", write(name(), 1, map[string]any{"slug": "embed"}), 409, "stet_slug_taken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := s.rows(t)
			expect(t, s.as(c.as).call(t, "POST", "stet/v1/upsert", c.body), c.status, c.code)
			if after := s.rows(t); after != before {
				t.Errorf("rows are left: %q, before %q", after, before)
			}
		})
	}
	a := s.as("author").call(t, "POST", "stet/v1/upsert", write(name(), 1, map[string]any{"content": "<p>x</p><script>y</script>"}))
	if a.Status != 201 || fmt.Sprint(a.get("altered")) != "[content]" {
		t.Errorf("what the site filtered is not named: %d %v", a.Status, a.Body)
	}
}
