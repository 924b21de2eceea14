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
	if want := append([]string{"200 created true"}, slices.Repeat([]string{"200 unchanged true"}, 19)...); !slices.Equal(outcomes, want) {
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
		if a.Status != 200 && a.get("code") != "stet_stale" {
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
	expect(t, s.call(t, "POST", "stet/v1/upsert", other), 409, "stet_seq_reused")
}

func TestLeavesNothingOfARefusedSlug(t *testing.T) {
	s := open(t)
	taken, key := name(), name()
	holder := s.call(t, "POST", "wp/v2/posts", map[string]any{"title": "A person's", "slug": taken, "status": "draft"}).get("id")
	fields := map[string]any{"slug": taken, "tags": []string{name()}, "categories": []string{name()}, "meta": map[string]any{"test_note": "value"}}

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

	expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 2, nil)), 200, "")
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
		expect(t, a, 200, "")
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
	fields := map[string]any{"tags": []string{"a tag"}, "meta": map[string]any{"test_note": "value"}}
	for _, hook := range []string{"transition_post_status", "save_post", "set_object_terms", "added_post_meta", "wp_after_insert_post"} {
		t.Run("before the commit, at "+hook, func(t *testing.T) {
			key := name()
			before := s.rows(t)
			if a := s.call(t, "POST", "stet/v1/upsert", write(key, 1, fields), "X-Test-Kill", hook); a.Status != 502 {
				t.Fatalf("PHP was not killed: %d %v", a.Status, a.Body)
			}
			if after := s.rows(t); after != before {
				t.Errorf("rows are left: %q, before %q", after, before)
			}
			expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 1, fields)), 200, "")
		})
	}
	t.Run("after the commit", func(t *testing.T) {
		key := name()
		if a := s.call(t, "POST", "stet/v1/upsert", write(key, 1, fields), "X-Test-Kill", "stet_written"); a.Status != 502 {
			t.Fatalf("PHP was not killed: %d %v", a.Status, a.Body)
		}
		again := s.call(t, "POST", "stet/v1/upsert", write(key, 1, fields))
		if again.Status != 200 || again.get("outcome") != "unchanged" || again.get("post", "status") != "publish" {
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
		return s.call(t, "POST", "stet/v1/"+path, map[string]any{"key": key + "@blog", "marker": key, "apply_seq": seq, "hash": ""})
	}
	expect(t, step("unpublish", 1), 404, "rest_post_invalid_id")
	expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 3, nil)), 200, "")
	expect(t, step("unpublish", 2), 409, "stet_stale")
	expect(t, step("unpublish", 3), 409, "stet_seq_reused")
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
		if a.Status != 200 || a.get("outcome") != want.outcome || a.get("post", "status") != want.status {
			t.Fatalf("%+v: %d %v", want, a.Status, a.Body)
		}
	}
	expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 5, nil)), 409, "stet_stale")
	a := s.call(t, "POST", "stet/v1/upsert", write(key, 7, nil))
	if a.Status != 200 || a.get("post", "slug") != key || a.get("post", "status") != "publish" {
		t.Errorf("an upsert did not bring it back from the trash: %d %v", a.Status, a.Body)
	}
}

// items returns what the plugin lists.
func items(t *testing.T, s *site, query string) []answer {
	t.Helper()
	a := s.call(t, "GET", "stet/v1/items?"+query, nil)
	list, ok := a.get("items").([]any)
	if !ok {
		t.Fatalf("no list: %d %v", a.Status, a.Body)
	}
	var found []answer
	for _, item := range list {
		found = append(found, answer{Status: a.Status, Body: item})
	}
	return found
}

func TestTellsWhatAPersonDid(t *testing.T) {
	s := open(t)
	key := name()
	made := s.call(t, "POST", "stet/v1/upsert", write(key, 1, map[string]any{"tags": []string{key}}))
	find := func() answer {
		list := items(t, s, "marker="+key)
		if len(list) != 1 {
			t.Fatalf("the marker finds %v", list)
		}
		return list[0]
	}
	a := find()
	if a.get("drifted") != false || a.get("hash") != "hash-1" || a.get("apply_seq") != 1.0 || a.get("rev") != made.get("rev") {
		t.Errorf("after the write: %v", a.Body)
	}
	if terms, _ := a.get("post", "_embedded", "wp:term").([]any); a.get("post", "content", "raw") != "<p>Text 1</p>" || len(terms) == 0 {
		t.Errorf("the post is not that of an editor with its terms: %v", a.get("post"))
	}
	post := fmt.Sprint("wp/v2/posts/", made.get("id"))
	s.call(t, "POST", post, map[string]any{"excerpt": "A person's"})
	edited := find()
	if edited.get("drifted") != true || edited.get("rev") == made.get("rev") {
		t.Errorf("after an edit: %v", edited.Body)
	}
	for _, c := range []struct {
		seq  int
		rev  any
		code string
	}{
		{1, "", "stet_changed"}, // the same apply again: the edit is not lost silently
		{2, "", "stet_changed"},
		{2, made.get("rev"), "stet_changed"},
		{2, edited.get("rev"), ""}, // the edit was seen
	} {
		w := write(key, c.seq, nil)
		w["rev"] = c.rev
		expect(t, s.call(t, "POST", "stet/v1/upsert", w), map[bool]int{true: 200, false: 409}[c.code == ""], c.code)
	}
	s.call(t, "DELETE", post+"?force=true", nil)
	if list := items(t, s, "marker="+key); len(list) != 0 {
		t.Errorf("after a deletion: %v", list)
	}
	expect(t, s.call(t, "POST", "stet/v1/upsert", write(key, 1, nil)), 409, "stet_stale")
	if a := s.call(t, "POST", "stet/v1/upsert", write(key, 3, nil)); a.get("outcome") != "created" {
		t.Errorf("what was deleted for good is not made anew: %d %v", a.Status, a.Body)
	}
}

// A site that gets the plugin later keeps its items: a draft is known by its slug, a public one by the comment in it.
func TestTakesOverWhatWasMadeWithoutIt(t *testing.T) {
	s := open(t)
	for _, c := range []struct{ status, slug, comment string }{
		{"draft", "stet-%s", ""},
		{"publish", "slug-%s", "<!-- stet:tag%s id:%v seq:4 parts:x -->"},
	} {
		key := name()
		id := s.call(t, "POST", "wp/v2/posts", map[string]any{"title": "Before", "slug": fmt.Sprintf(c.slug, key), "status": c.status}).get("id")
		if c.comment != "" {
			for _, other := range []any{id, s.call(t, "POST", "wp/v2/posts", map[string]any{"title": "A copy", "status": "publish"}).get("id")} {
				s.call(t, "POST", fmt.Sprint("wp/v2/posts/", other), map[string]any{"content": fmt.Sprintf(c.comment, key, id)})
			}
		}
		list := items(t, s, "marker="+key+"&tag=tag"+key)
		if len(list) != 1 || list[0].get("id") != id || list[0].get("apply_seq") != 0.0 {
			t.Fatalf("%s: the marker finds %v, want %v", c.status, list, id)
		}
		w := write(key, 5, nil)
		w["tag"] = "tag" + key
		if a := s.call(t, "POST", "stet/v1/upsert", w); a.get("outcome") != "updated" || a.get("id") != id {
			t.Errorf("%s: %d %v", c.status, a.Status, a.Body)
		}
	}
}

func TestStoresTextsByteForByte(t *testing.T) {
	s := open(t)
	content := "<!-- wp:paragraph {\"a\":1,  \"b\":\"x&y\"} -->\n<p>Back\\slash \\\\ 'single' \"double\" 𝒳 مرحبا [shortcode] </p>\r\n<script>1 < 2 && 3</script>\n<!-- /wp:paragraph -->  " +
		strings.Repeat("<p>long é</p>", 20000)
	fields := map[string]any{"title": `A "title" \ with 𝒳 & more`, "content": content, "excerpt": `1 \ 2`, "meta": map[string]any{"test_note": `a\b "c"`}}
	key := name()
	a := s.call(t, "POST", "stet/v1/upsert", write(key, 1, fields))
	expect(t, a, 200, "")
	row := s.query(t, "SELECT HEX(post_title), HEX(post_content), HEX(post_excerpt) FROM wp_posts WHERE post_name = '%s'", key)[0]
	for i, field := range []string{"title", "content", "excerpt"} {
		got, err := hex.DecodeString(strings.Split(row, "\t")[i])
		if err != nil || string(got) != fields[field] {
			t.Errorf("%s is stored as %.100q, sent %.100q", field, got, fields[field])
		}
	}
	if got := s.query(t, "SELECT HEX(meta_value) FROM wp_postmeta WHERE post_id = %v AND meta_key = 'test_note'", a.get("id")); got[0] != fmt.Sprintf("%X", `a\b "c"`) {
		t.Errorf("meta is stored as %q", got)
	}
}

func TestRefusesWhatMayNotBe(t *testing.T) {
	s := open(t)
	badType := write(name(), 1, nil)
	badType["type"] = "revisions"
	for _, c := range []struct {
		name   string
		as     string
		body   map[string]any
		status int
		code   string
	}{
		{"nobody", "", write(name(), 1, nil), 401, "rest_forbidden"},
		{"an author", "author", write(name(), 1, nil), 403, "rest_forbidden"},
		{"a meta value of the wrong type", "admin", write(name(), 1, map[string]any{"meta": map[string]any{"test_note": []int{1}}}), 400, "rest_invalid_type"},
		{"an unknown type", "admin", badType, 400, "stet_bad_type"},
		{"an unknown status", "admin", write(name(), 1, map[string]any{"status": "trash"}), 400, "rest_invalid_param"},
		{"an unknown author", "admin", write(name(), 1, map[string]any{"tags": []string{name()}, "author": 999999}), 400, "rest_invalid_author"},
		{"a date to come", "admin", write(name(), 1, map[string]any{"date_gmt": "2999-01-01T00:00:00"}), 409, "stet_status_changed"},
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
}
