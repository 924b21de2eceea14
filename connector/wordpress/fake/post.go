package fake

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Post is a row of any type with its terms and meta.
type Post struct {
	ID       int              `json:"id"`
	Type     string           `json:"type"`
	Status   string           `json:"status"`
	Slug     string           `json:"slug"`
	Title    string           `json:"title"`
	Content  string           `json:"content"`
	Excerpt  string           `json:"excerpt"`
	Author   int              `json:"author"`
	Parent   int              `json:"parent"`
	Password string           `json:"password"`
	Date     time.Time        `json:"date"`
	Floating bool             `json:"floating"` // a draft that was given no date
	Modified time.Time        `json:"modified"`
	Saves    int              `json:"saves"` // revisions: none at the insert
	Media    int              `json:"featured_media"`
	Terms    map[string][]int `json:"terms"` // by taxonomy
	Meta     map[string]any   `json:"meta"`
	Was      string           `json:"was,omitempty"` // the status before the trash

	Lang string `json:"lang,omitempty"` // with Options.Languages

	File string `json:"file,omitempty"` // of an attachment
	MIME string `json:"mime,omitempty"`
	Alt  string `json:"alt,omitempty"`
	Size int    `json:"size,omitempty"`
	Sum  string `json:"sum,omitempty"` // SHA-256 of the file
}

// revise keeps a revision: of the first change of any kind, and of each one of the text.
func (p *Post) revise(changed bool) {
	if changed || p.Saves == 0 {
		p.Saves++
	}
}

func (p *Post) clone() *Post {
	c := *p
	c.Meta, c.Terms = maps.Clone(p.Meta), map[string][]int{}
	if c.Meta == nil {
		c.Meta = map[string]any{}
	}
	for taxonomy, ids := range p.Terms {
		c.Terms[taxonomy] = slices.Clone(ids)
	}
	return &c
}

var statuses = []string{"publish", "future", "draft", "pending", "private"}

// validate is what WordPress checks against its schema before anything else, login included.
func (s *Server) validate(r *request, current string) *answer {
	refuse := func(name, why, code string) *answer {
		a := invalidParam(name, why, map[string]any{"code": code, "message": why, "data": nil})
		return &a
	}
	if v, given := r.body["status"]; given && v != current {
		if text, _ := v.(string); !slices.Contains(statuses, text) {
			return refuse("status", "status is not one of publish, future, draft, pending, and private.", "rest_not_in_enum")
		}
	}
	for _, name := range []string{"categories", "tags"} {
		v, given := r.body[name]
		if !given {
			continue
		}
		list, isList := v.([]any)
		if !isList || slices.ContainsFunc(list, func(v any) bool { _, whole := integer(v); return !whole }) {
			a := invalidParam(name, name+"[0] is not of type integer.", map[string]any{"code": "rest_invalid_type", "data": map[string]any{"param": name + "[0]"}})
			return &a
		}
	}
	for _, name := range []string{"author", "featured_media", "parent"} {
		if v, given := r.body[name]; given {
			if _, whole := integer(v); !whole {
				return refuse(name, name+" is not of type integer.", "rest_invalid_type")
			}
		}
	}
	if v, given := r.body["date_gmt"].(string); given {
		if _, err := parseTime(v); err != nil {
			return refuse("date_gmt", "Invalid date.", "rest_invalid_date")
		}
	}
	return nil
}

const wpTime = "2006-01-02T15:04:05"

// parseTime: as in SQL, a space may stand for the T.
func parseTime(v string) (time.Time, error) {
	return time.Parse(wpTime, strings.Replace(v, " ", "T", 1))
}

func integer(v any) (int, bool) {
	f, isNumber := v.(float64)
	return int(f), isNumber && f == math.Trunc(f)
}

// allowed are the permission checks of create (p nil) and update.
func (s *Server) allowed(r *request, p *Post) *answer {
	refuse := func(code string) *answer { a := r.notAllowed(code); return &a }
	switch {
	case r.user == nil && p == nil:
		return refuse("rest_cannot_create")
	case r.user == nil:
		return refuse("rest_cannot_edit")
	case p != nil && p.Author != r.user.ID && !r.user.can("others"):
		return refuse("rest_cannot_edit")
	}
	if author, given := integer(r.body["author"]); given && author != r.user.ID && !r.user.can("others") {
		return refuse("rest_cannot_edit_others")
	}
	if status := r.body["status"]; (status == "publish" || status == "future" || status == "private") && !r.user.can("publish") {
		return refuse("rest_cannot_publish")
	}
	return nil
}

// text is a title, content or excerpt of the body: a string or {"raw": string}; anything else, null too, is ignored.
func (r *request) text(name string) (string, bool) {
	v, given := r.body[name]
	if !given {
		return "", false
	}
	if object, is := v.(map[string]any); is {
		v = object["raw"]
	}
	switch v := v.(type) {
	case string:
		return v, true
	}
	return "", false
}

// fill merges the body into the row, as the author's rights allow.
func (s *Server) fill(r *request, p *Post) *answer {
	for _, f := range []struct {
		name string
		to   *string
	}{{"title", &p.Title}, {"content", &p.Content}, {"excerpt", &p.Excerpt}} {
		text, given := r.text(f.name)
		if !given {
			continue
		}
		if !r.user.can("html") {
			text = kses(text, f.name)
		}
		*f.to = text
	}
	p.Title = strings.TrimSpace(p.Title)
	if v, given := r.body["slug"].(string); given {
		p.Slug = sanitizeTitle(v)
	}
	if v, given := r.body["status"].(string); given {
		p.Status = v
	}
	if v, given := r.body["password"].(string); given {
		p.Password = v
	}
	for name, to := range map[string]*int{"author": &p.Author, "parent": &p.Parent} {
		if v, given := integer(r.body[name]); given {
			*to = v
		}
	}
	if _, given := r.body["author"]; given && !slices.ContainsFunc(s.opt.Users, func(u User) bool { return u.ID == p.Author }) {
		a := fail(http.StatusBadRequest, "rest_invalid_author", "Invalid author ID.")
		return &a
	}
	if v, given := r.body["date_gmt"]; given {
		p.Floating = v == nil
		if text, is := v.(string); is {
			p.Date, _ = parseTime(text)
		}
	}
	return nil
}

// date is what WordPress makes of status and date: the one is changed to fit the other.
func (s *Server) date(p *Post) {
	now := s.now()
	draft := p.Status == "draft" || p.Status == "pending"
	if p.Floating || p.Date.IsZero() {
		p.Date, p.Floating = now, draft
	}
	switch {
	case p.Status == "publish" && p.Date.After(now):
		p.Status = "future"
	case p.Status == "future" && !p.Date.After(now):
		p.Status = "publish"
	}
	if !draft {
		p.Floating = false
	}
}

var tooLong = map[string]any{"additional_data": []string{
	"WordPress database error: Processing the value for the following field failed: post_title. The supplied value may be too long or contains invalid data."}}

func (s *Server) create(r *request, postType string) answer {
	if _, given := r.body["id"]; given {
		return fail(http.StatusBadRequest, "rest_post_exists", "Cannot create existing post.")
	}
	if bad := s.validate(r, ""); bad != nil {
		return *bad
	}
	if bad := s.allowed(r, nil); bad != nil {
		return *bad
	}
	p := &Post{Type: postType, Author: r.user.ID, Terms: map[string][]int{}, Meta: map[string]any{}}
	if bad := s.fill(r, p); bad != nil {
		return *bad
	}
	if p.Title == "" && p.Content == "" && p.Excerpt == "" {
		return fail(http.StatusBadRequest, "empty_content", "Content, title, and excerpt are empty.")
	}
	if len(p.Title) > math.MaxUint16 || len(p.Excerpt) > math.MaxUint16 {
		return fail(http.StatusInternalServerError, "db_insert_error", "Could not insert post into the database.", tooLong)
	}
	s.mu.Lock()
	s.chooseSlug(p, r.body["slug"] != nil)
	s.date(p)
	s.mu.Unlock()
	p.Modified = p.Date // not now, even for a date in the future
	return s.save(r, "create", p, http.StatusCreated)
}

func (s *Server) update(r *request, postType string, id int) answer {
	p := s.find(postType, id)
	if p == nil {
		return invalidID()
	}
	if bad := s.validate(r, p.Status); bad != nil {
		return *bad
	}
	if bad := s.allowed(r, p); bad != nil {
		return *bad
	}
	if alt, given := r.body["alt_text"].(string); given && postType == "attachment" {
		p.Alt = alt
	}
	before, trashed := p.clone(), p.Status == "trash"
	if bad := s.fill(r, p); bad != nil {
		return *bad
	}
	if len(p.Title) > math.MaxUint16 || len(p.Excerpt) > math.MaxUint16 {
		return fail(http.StatusInternalServerError, "db_update_error", "Could not update post in the database.", tooLong)
	}
	if trashed && p.Status != "trash" {
		p.Slug, p.Was = strings.TrimSuffix(p.Slug, "__trashed"), ""
	}
	s.mu.Lock()
	s.chooseSlug(p, r.body["slug"] != nil)
	s.date(p)
	s.mu.Unlock()
	p.Modified = s.now()
	p.revise(p.Title != before.Title || p.Content != before.Content || p.Excerpt != before.Excerpt)
	if postType == "post" && len(p.Terms["category"]) == 0 {
		p.Terms["category"] = []int{1} // wp_update_post gives the default category back
	}
	return s.save(r, "update", p, http.StatusOK)
}

// save stores the row and then, unguarded, what hangs on it.
func (s *Server) save(r *request, op string, p *Post, status int) answer {
	c := s.commit(r, op, p)
	defer func() { s.committed(c) }()
	if s.opt.Fatal != nil && s.opt.Fatal(c) {
		return fail(http.StatusInternalServerError, "internal_server_error",
			"<p>There has been a critical error on this website.</p>", map[string]any{"error": map[string]any{"type": 1}})
	}
	s.mu.Lock()
	if row := s.posts[p.ID]; row != nil {
		s.attach(r, op, row)
		if bad := s.setMeta(r, row); bad != nil {
			s.mu.Unlock()
			return *bad
		}
	}
	s.mu.Unlock()
	stored := s.find(p.Type, p.ID)
	if stored == nil {
		return invalidID()
	}
	a := answer{status: status, body: s.view(r, stored, true)}
	if status == http.StatusCreated {
		a.header = map[string]string{"Location": "http://" + r.Host + "/wp-json/wp/v2/" + s.base(p.Type) + "/" + itoa(p.ID)}
	}
	return a
}

// attach sets the featured image and the terms of a stored row; ids that do not exist are dropped without a word.
// The caller holds the lock.
func (s *Server) attach(r *request, op string, p *Post) {
	if media, given := integer(r.body["featured_media"]); given {
		if image := s.posts[media]; media == 0 || image != nil && image.Type == "attachment" {
			p.Media = media
		} else if op == "create" || image != nil {
			p.Media = 0
		}
	}
	if len(s.opt.Languages) > 0 {
		lang, given := r.body["lang"].(string)
		if !given && p.Lang == "" {
			lang, given = s.opt.Languages[0], true
		}
		if given && slices.Contains(s.opt.Languages, lang) {
			p.Lang = lang
		}
	}
	for taxonomy, base := range taxonomies {
		list, given := r.body[base].([]any)
		if !given {
			if op == "create" && taxonomy == "category" && p.Type == "post" {
				p.Terms[taxonomy] = []int{1}
			}
			continue
		}
		var ids []int
		for _, v := range list {
			n, _ := integer(v)
			if t := s.terms[n]; t != nil && t.Taxonomy == taxonomy {
				ids = append(ids, n)
			}
		}
		p.Terms[taxonomy] = ids
	}
}

// setMeta drops what is not registered and fails, after the row, at the wrong type and at protected keys. The caller
// holds the lock.
func (s *Server) setMeta(r *request, p *Post) *answer {
	meta, _ := r.body["meta"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		kind, registered := s.opt.Meta[key]
		v := meta[key]
		_, text := v.(string)
		_, number := integer(v)
		switch {
		case !registered:
		case slices.Contains(s.opt.Protected, key):
			a := fail(http.StatusForbidden, "rest_cannot_update", "Sorry, you are not allowed to edit the "+key+" custom field.", map[string]any{"key": key})
			return &a
		case v == nil:
			delete(p.Meta, key)
		case kind == "string" && !text || kind == "integer" && !number:
			a := fail(http.StatusBadRequest, "rest_invalid_type", "meta."+key+" is not of type "+kind+".", map[string]any{"additional_data": []any{map[string]any{"param": "meta." + key}}})
			return &a
		default:
			p.Meta[key] = v
		}
	}
	return nil
}

// find gives a copy of a row, nil where there is none of this type.
func (s *Server) find(postType string, id int) *Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.posts[id]; p != nil && p.Type == postType {
		return p.clone()
	}
	return nil
}

func invalidID() answer {
	return fail(http.StatusNotFound, "rest_post_invalid_id", "Invalid post ID.")
}

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}
