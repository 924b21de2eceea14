package wordpress_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"stet/connector/wordpress/fake"
)

// Files of testdata: the requests, one a line, and what a real WordPress answered.
const (
	requestsFile = "testdata/requests.json"
	answersFile  = "testdata/answers.json"
)

var update = flag.Bool("update", false, "write what the WordPress of STET_TEST_WORDPRESS answers to "+answersFile)

// step is a request. {run} in it is a word that no other run has, {x*9} a text nine times, {NAME} the id of what the step
// NAME has made; a member of the body that is nothing else becomes a number.
type step struct {
	Name   string            `json:"name"`
	As     *string           `json:"as"` // a login; nil: admin; "": nobody; "wrong": admin with a wrong password
	Do     string            `json:"do"` // method and route
	Header map[string]string `json:"header"`
	Body   any               `json:"body"`   // sent as JSON
	Text   *string           `json:"text"`   // or as it is
	Base64 string            `json:"base64"` // or decoded
}

// answered is what came back, made comparable: see recorder.plain.
type answered struct {
	Name   string            `json:"name"`
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   any               `json:"body"`
}

// recording is the golden file.
type recording struct {
	Version string     `json:"version"` // of the WordPress that answered
	Answers []answered `json:"answers"`
}

// compared are the headers that say something to a client.
var compared = []string{"Allow", "Content-Type", "Link", "Location", "Retry-After", "X-WP-Total", "X-WP-TotalPages"}

const sample = "what the address of a draft would be: stet does not ask"

const imageLibrary = "what PHP's image library says of a picture"

// apart are members in which fake and real may differ, and why.
var apart = map[string]string{
	"message":        "translated; a client goes by code",
	"rendered":       "what themes and filters make of a text; nobody may compare with it",
	"class_list":     "for themes",
	"guid":           "for feeds",
	"link":           "the address of a page, but for {site}/?p= of a post that has none yet",
	"_links":         "for browsing, but for the number of revisions",
	"generated_slug": sample, "permalink_template": sample,
	"$schema": "a constant",

	"block_version": "for the editor", "ping_status": "a setting of the site", "comment_status": "a setting of the site", "menu_order": "stet writes none",
	"description": "stet writes none", "caption": "stet writes none", "post": "the post that a file hangs on: stet uses none", "source_url": "has the month of the upload in it",

	"media_details": imageLibrary, "media_type": imageLibrary, "filename": imageLibrary, "filesize": imageLibrary, "exif_orientation": imageLibrary,
	"image_output_format": imageLibrary, "image_quality": imageLibrary, "image_save_progressive": imageLibrary, "missing_image_sizes": imageLibrary,
}

// recorder plays steps against one site.
type recorder struct {
	t         *testing.T
	site      string // its address
	passwords map[string]string
	run       string
	ids       map[string]int    // by step
	names     map[string]string // of steps, by what they made: "post 12", "term 12"
}

func newRecorder(t *testing.T, site string, passwords map[string]string) *recorder {
	letters := fmt.Sprintf("%x", time.Now().UnixNano())
	word := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c - '0' + 'g'
		}
		return c
	}, letters)
	return &recorder{t: t, site: site, passwords: passwords, run: "r" + word, ids: map[string]int{}, names: map[string]string{}}
}

func steps(t *testing.T) (list []step) {
	raw, err := os.ReadFile(requestsFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatalf("%s: %v", requestsFile, err)
	}
	return list
}

func (r *recorder) play(list []step) (answers []answered) {
	for _, s := range list {
		answers = append(answers, r.answer(s))
	}
	return answers
}

var placeholder = regexp.MustCompile(`\{([^{}]+)\}`)

// fill puts values in the place of placeholders.
func (r *recorder) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		name := found[1 : len(found)-1]
		if name == "run" {
			return r.run
		}
		if id, made := r.ids[name]; made {
			return fmt.Sprint(id)
		}
		if text, times, repeated := strings.Cut(name, "*"); repeated {
			n, _ := strconv.Atoi(times)
			return strings.Repeat(text, n)
		}
		return found
	})
}

func (r *recorder) fillAll(v any) any {
	switch v := v.(type) {
	case string:
		if m := placeholder.FindStringSubmatch(v); len(m) == 2 && m[0] == v && r.ids[m[1]] != 0 {
			return r.ids[m[1]]
		}
		return r.fill(v)
	case []any:
		for i := range v {
			v[i] = r.fillAll(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = r.fillAll(v[name])
		}
	}
	return v
}

func (r *recorder) request(s step) *http.Request {
	method, route, _ := strings.Cut(s.Do, " ")
	var body []byte
	kind := ""
	switch {
	case s.Body != nil:
		var err error
		if body, err = json.Marshal(r.fillAll(s.Body)); err != nil {
			r.t.Fatal(err)
		}
		kind = "application/json"
	case s.Text != nil:
		body, kind = []byte(r.fill(*s.Text)), "application/json"
	case s.Base64 != "":
		var err error
		if body, err = base64.StdEncoding.DecodeString(s.Base64); err != nil {
			r.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(context.Background(), method, r.site+"/wp-json"+r.fill(route), bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for name, v := range s.Header {
		req.Header.Set(name, r.fill(v))
	}
	switch login := "admin"; {
	case s.As != nil && *s.As == "":
	case s.As != nil && *s.As == "wrong":
		req.SetBasicAuth("admin", "wrong WRONG 0000 wrong WRONG 0000")
	default:
		if s.As != nil {
			login = *s.As
		}
		req.SetBasicAuth(login, r.passwords[login])
	}
	return req
}

func (r *recorder) answer(s step) answered {
	resp, err := http.DefaultClient.Do(r.request(s))
	if err != nil {
		r.t.Fatalf("%s: %v", s.Name, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatalf("%s: %v", s.Name, err)
	}
	var body any
	if err := json.Unmarshal(raw, &body); err != nil {
		r.t.Fatalf("%s: %v in %s", s.Name, err, raw)
	}
	if made, is := body.(map[string]any); is && resp.StatusCode == http.StatusCreated {
		id, _ := made["id"].(float64)
		r.ids[s.Name], r.names[fmt.Sprint(kindOf(made), int(id))] = int(id), s.Name
	}
	a := answered{Name: s.Name, Status: resp.StatusCode, Header: map[string]string{}, Body: r.plain(kindOf(body), "", body)}
	for _, name := range compared {
		if v := resp.Header.Get(name); v != "" {
			a.Header[name] = r.text(v)
		}
	}
	return a
}

var (
	timeLike = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`)
	idLike   = regexp.MustCompile(`(\?(?:p|page_id)=|/(?:posts|pages|media|tags|categories)/)(\d+)\b`)
)

// kindOf tells terms from posts: each kind has its own ids.
func kindOf(v any) string {
	object, _ := v.(map[string]any)
	if _, is := object["taxonomy"]; is || object["code"] == "term_exists" {
		return "term "
	}
	return "post "
}

// kinds are the members whose numbers are ids, and of what; "" is of the object itself.
var kinds = map[string]string{"id": "", "parent": "", "featured_media": "post ", "categories": "term ", "tags": "term ", "term_id": "term ", "additional_data": "term "}

// plain makes an answer comparable: it leaves out what is apart, and writes ids of this run by the names of their steps,
// the address as {site}, the word of the run as {run}, and times of the last minutes as {now}.
func (r *recorder) plain(kind, member string, v any) any {
	switch v := v.(type) {
	case string:
		return r.text(v)
	case float64:
		of, holds := kinds[member]
		if name, known := r.names[cmp.Or(of, kind)+fmt.Sprint(int(v))]; known && holds {
			return "{" + name + "}"
		}
	case []any:
		for i := range v {
			v[i] = r.plain(kind, member, v[i])
		}
	case map[string]any:
		if _, is := v["id"]; is {
			kind = kindOf(v)
		}
		for name := range v {
			_, skip := apart[name]
			switch {
			case name == "_links":
				kept := revisions(v[name])
				v[name] = kept
				if len(kept) == 0 {
					delete(v, name)
				}
			case name == "link" && !strings.Contains(fmt.Sprint(v[name]), "/?"), name != "link" && skip:
				delete(v, name)
			case name == "params":
				v[name] = keys(v[name])
			default:
				v[name] = r.plain(kind, name, v[name])
			}
		}
	}
	return v
}

// keys are the parameters that an error is about; what it says of each is translated.
func keys(params any) any {
	named, is := params.(map[string]any)
	if !is {
		return params
	}
	return slices.Sorted(maps.Keys(named))
}

// revisions is how many a post has, and whether there is one before the current text.
func revisions(links any) map[string]any {
	all, _ := links.(map[string]any)
	kept := map[string]any{}
	if history, is := all["version-history"].([]any); is {
		first, _ := history[0].(map[string]any)
		kept["version-history"] = first["count"]
	}
	if _, has := all["predecessor-version"]; has {
		kept["predecessor-version"] = true
	}
	return kept
}

func (r *recorder) text(s string) string {
	if timeLike.MatchString(s) {
		if at, err := time.Parse("2006-01-02T15:04:05", s); err == nil && time.Since(at).Abs() < 10*time.Minute {
			return "{now}"
		}
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, r.site, "{site}"), r.run, "{run}")
	return idLike.ReplaceAllStringFunc(s, func(found string) string {
		m := idLike.FindStringSubmatch(found)
		kind := "post "
		if strings.HasPrefix(m[1], "/tags") || strings.HasPrefix(m[1], "/categories") {
			kind = "term "
		}
		if name, known := r.names[kind+m[2]]; known {
			return m[1] + "{" + name + "}"
		}
		return found
	})
}

// fakeSite is a fake with the users and the meta of testenv/wordpress, behind what before makes of it.
func fakeSite(t *testing.T, before func(http.Handler) http.Handler) *recorder {
	users := []fake.User{fake.Admin}
	passwords := map[string]string{"admin": fake.Admin.Password}
	for i, login := range []string{"editor", "author", "contributor"} {
		users = append(users, fake.User{ID: i + 2, Login: login, Password: login, Role: login})
		passwords[login] = login
	}
	wp := fake.New(fake.Options{Users: users, Meta: map[string]string{"test_note": "string", "test_count": "integer", "_test_hidden": "string"},
		Protected: []string{"_test_hidden"}})
	server := httptest.NewServer(before(wp))
	t.Cleanup(server.Close)
	return newRecorder(t, server.URL, passwords)
}

func recorded(t *testing.T) (rec recording) {
	raw, err := os.ReadFile(answersFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &rec); err != nil {
		t.Fatalf("%s: %v", answersFile, err)
	}
	return rec
}

// keep writes the golden file, an answer a line.
func keep(t *testing.T, version string, answers []answered) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	fmt.Fprintf(&b, "{\"version\": %q, \"answers\": [\n", version)
	for i, a := range answers {
		if i > 0 {
			b.WriteString(",")
		}
		if err := enc.Encode(a); err != nil {
			t.Fatal(err)
		}
	}
	b.WriteString("]}\n")
	if err := os.WriteFile(answersFile, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// differ compares answers with the recorded ones, step by step.
func differ(t *testing.T, rec recording, got []answered) (steps []string) {
	byName := map[string]answered{}
	for _, a := range rec.Answers {
		byName[a.Name] = a
	}
	for _, a := range got {
		if diff := gocmp.Diff(byName[a.Name], throughJSON(t, a)); diff != "" {
			steps = append(steps, a.Name)
			t.Logf("%s (- WordPress %s, + here):\n%s", a.Name, rec.Version, diff)
		}
		delete(byName, a.Name)
	}
	return append(steps, slices.Sorted(maps.Keys(byName))...)
}

func throughJSON(t *testing.T, a answered) (out answered) {
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFakeAnswersLikeWordPress: to the same requests the fake answers as a real WordPress did, field by field.
func TestFakeAnswersLikeWordPress(t *testing.T) {
	r := fakeSite(t, func(wp http.Handler) http.Handler { return wp })
	if wrong := differ(t, recorded(t), r.play(steps(t))); len(wrong) > 0 {
		t.Errorf("the fake answers %d of %d requests in another way: %s", len(wrong), len(steps(t)), strings.Join(wrong, ", "))
	}
}

// TestDifferencesAreSeen: a comparison that finds nothing at a broken fake would be worth nothing.
func TestDifferencesAreSeen(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*httptest.ResponseRecorder)
		step  string
	}{
		"a status": {func(w *httptest.ResponseRecorder) {
			if w.Code == http.StatusGone {
				w.Code = http.StatusOK
			}
		}, "trash again"},
		"a header":  {func(w *httptest.ResponseRecorder) { w.Header().Del("X-WP-Total") }, "an empty list"},
		"a value":   {func(w *httptest.ResponseRecorder) { replace(w, "__trashed", "") }, "trash"},
		"a member":  {func(w *httptest.ResponseRecorder) { replace(w, `"term_id"`, `"id"`) }, "the tag again"},
		"a missing": {func(w *httptest.ResponseRecorder) { replace(w, `"sticky":false,`, "") }, "post"},
	} {
		t.Run(name, func(t *testing.T) {
			r := fakeSite(t, func(inner http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					answer := httptest.NewRecorder()
					inner.ServeHTTP(answer, req)
					c.spoil(answer)
					maps.Copy(w.Header(), answer.Header())
					w.WriteHeader(answer.Code)
					_, _ = w.Write(answer.Body.Bytes())
				})
			})
			if wrong := differ(t, recorded(t), r.play(steps(t))); !slices.Contains(wrong, c.step) {
				t.Errorf("nothing is said of the step %q; only of %q", c.step, wrong)
			}
		})
	}
}

func replace(w *httptest.ResponseRecorder, from, to string) {
	text := strings.ReplaceAll(w.Body.String(), from, to)
	w.Body.Reset()
	w.Body.WriteString(text)
}

// elsewhere are the members, and the steps, in which other versions of WordPress may differ from the recorded one, and
// why.
var elsewhere = map[string]string{
	"footnotes":                "a meta key of WordPress 6.3 and later",
	"featured_media":           "of media, which have one in later versions only",
	"post":                     "block comments come back as they were stored before 6.8, and in WordPress's own spelling since",
	"HTML of an author":        "the same, and position:fixed is let through in later versions only",
	"which meta is registered": "titles",
}

func leaveOutMembers(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			leaveOutMembers(item)
		}
	case map[string]any:
		delete(v, "footnotes")
		if v["type"] == "attachment" {
			delete(v, "featured_media")
		}
		for _, member := range v {
			leaveOutMembers(member)
		}
	}
}

// leaveOut takes out of answers what is elsewhere.
func leaveOut(answers []answered) (rest []answered) {
	for _, a := range answers {
		if _, apart := elsewhere[a.Name]; !apart {
			leaveOutMembers(a.Body)
			rest = append(rest, a)
		}
	}
	return rest
}

// TestRealAnswersAreRecorded: the recorded answers are those of the WordPress that STET_TEST_WORDPRESS describes.
func TestRealAnswersAreRecorded(t *testing.T) {
	wp := realSite(t)
	passwords := map[string]string{}
	for login, user := range wp.Users {
		passwords[login] = user.Password
	}
	answers := newRecorder(t, wp.URL, passwords).play(steps(t))
	if *update {
		keep(t, wp.Version, answers)
	}
	rec := recorded(t)
	if wp.Version != rec.Version {
		rec.Answers, answers = leaveOut(rec.Answers), leaveOut(answers)
	}
	if wrong := differ(t, rec, answers); len(wrong) > 0 {
		t.Errorf("WordPress %s answers %d requests in another way than the recorded %s: %s", wp.Version, len(wrong), rec.Version, strings.Join(wrong, ", "))
	}
}
