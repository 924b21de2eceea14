package fake

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// record is a row of the companion plugin's own table, unique by key.
type record struct {
	Key, Marker, Op, Hash, Stored string
	Seq                           int64
	ID                            int
	MetaKeys                      []string
	Created                       time.Time
}

// companion is the plugin of docs/connectors/wordpress-plugin.md. One request at a time stands for its locks.
func (s *Server) companion(r *request) answer {
	if r.user == nil {
		return fail(http.StatusUnauthorized, "stet_forbidden", "This user may not do that.")
	}
	s.transaction.Lock()
	defer s.transaction.Unlock()
	switch route := r.route[2]; {
	case route == "status" && r.Method == http.MethodGet:
		return ok(map[string]any{"version": "1.0.0", "wordpress": "7.1", "transactions": true})
	case route == "items" && r.Method == http.MethodGet:
		return s.items(r)
	case (route == "upsert" || route == "unpublish") && r.Method == http.MethodPost:
		return s.fenced(r, route)
	}
	return noRoute()
}

func (s *Server) items(r *request) answer {
	list := []map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(s.keys)) {
		rec := s.keys[key]
		if (r.param("key") == "" || r.param("key") == key) && (r.param("marker") == "" || r.param("marker") == rec.Marker) {
			list = append(list, s.describe(r, rec, "found"))
		}
	}
	return ok(list)
}

func (s *Server) row(id int) *Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.posts[id]; p != nil {
		return p.clone()
	}
	return nil
}

func (s *Server) describe(r *request, rec *record, outcome string) map[string]any {
	v := map[string]any{"id": rec.ID, "key": rec.Key, "marker": rec.Marker, "apply_seq": rec.Seq, "op": rec.Op, "hash": rec.Hash,
		"stored_hash": rec.Stored, "content_hash": "", "drifted": true, "status": "deleted", "slug": "", "type": "", "link": "",
		"created_gmt": rec.Created.Format(time.DateTime), "modified_gmt": "", "outcome": outcome}
	if p := s.row(rec.ID); p != nil {
		now := contentHash(p, rec.MetaKeys)
		v["content_hash"], v["drifted"], v["status"], v["slug"], v["type"] = now, now != rec.Stored, p.Status, p.Slug, p.Type
		v["link"], v["modified_gmt"] = "http://"+r.Host+"/"+p.Slug+"/", p.Modified.Format(time.DateTime)
	}
	return v
}

// contentHash is over what a person may edit, but for status and slug.
func contentHash(p *Post, metaKeys []string) string {
	terms := map[string][]int{}
	for taxonomy, ids := range p.Terms {
		if len(ids) > 0 {
			terms[taxonomy] = slices.Sorted(slices.Values(ids))
		}
	}
	parts := []any{p.Title, p.Content, p.Excerpt, p.Author, p.Media, terms}
	for _, key := range metaKeys {
		parts = append(parts, key, p.Meta[key])
	}
	data, _ := json.Marshal(parts)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// fenced carries out one write behind the fence.
func (s *Server) fenced(r *request, op string) answer {
	key, _ := r.body["key"].(string)
	hash, _ := r.body["hash"].(string)
	seq, whole := integer(r.body["apply_seq"])
	if key == "" || !whole || seq < 1 || op == "upsert" && (hash == "" || r.body["post"] == nil) {
		return invalidParam("key", "key, apply_seq, hash and post are needed.")
	}
	rec, known := &record{Key: key, Created: s.now()}, false
	if old := s.keys[key]; old != nil {
		c := *old
		rec, known = &c, true
	}
	if op != "upsert" {
		hash = rec.Hash
	}
	stored := map[string]any{"apply_seq": rec.Seq, "op": rec.Op, "hash": rec.Hash, "id": rec.ID}
	switch {
	case !known && op != "upsert":
		return fail(http.StatusNotFound, "stet_unknown_key", "No item was ever written for this key.")
	case int64(seq) < rec.Seq:
		return fail(http.StatusConflict, "stet_stale", "A newer apply is stored.", stored)
	case int64(seq) == rec.Seq && (op != rec.Op || hash != rec.Hash):
		return fail(http.StatusConflict, "stet_conflict", "This apply was used for something else.", stored)
	case int64(seq) == rec.Seq:
		return ok(s.describe(r, rec, "unchanged"))
	}
	post := s.row(rec.ID)
	rec.Seq, rec.Op, rec.Hash = int64(seq), op, hash
	if op == "unpublish" {
		return s.takeDown(r, rec, post)
	}
	return s.put(r, rec, post)
}

func (s *Server) takeDown(r *request, rec *record, p *Post) answer {
	if p == nil || p.Status == "draft" || p.Status == "trash" {
		s.keys[rec.Key] = rec
		return ok(s.describe(r, rec, "unchanged"))
	}
	p.Status, p.Modified = "draft", s.now()
	p.Saves++
	return s.keep(r, rec, p, "unpublished")
}

// put writes the post of an upsert, or nothing.
func (s *Server) put(r *request, rec *record, p *Post) answer {
	marker, _ := r.body["marker"].(string)
	if adopt, given := integer(r.body["adopt"]); given && rec.ID == 0 {
		if p = s.row(adopt); p == nil {
			return fail(http.StatusGone, "stet_gone", "There is no such item to adopt.")
		}
	}
	if p == nil && rec.ID != 0 && rec.Marker == marker {
		return fail(http.StatusGone, "stet_gone", "The item was deleted for good.", map[string]any{"id": rec.ID})
	}
	if rev, _ := r.body["rev"].(string); p != nil && rev != "" && rev != contentHash(p, rec.MetaKeys) {
		return fail(http.StatusPreconditionFailed, "stet_changed", "The item was changed since it was read.")
	}
	fields, _ := r.body["post"].(map[string]any)
	for name := range fields {
		if !slices.Contains([]string{"title", "content", "excerpt", "slug", "status", "type", "parent", "author", "date", "featured_media", "categories", "tags", "terms", "meta"}, name) {
			return invalidParam("post", name+" is not a valid property of Object.")
		}
	}
	outcome := "updated"
	if p == nil {
		postType, _ := fields["type"].(string)
		p, outcome = &Post{Type: postType, Author: r.user.ID, Terms: map[string][]int{}, Meta: map[string]any{}}, "created"
	}
	sub := &request{Request: r.Request, query: r.query, body: fields, user: r.user}
	if bad := s.applyAll(sub, map[string]string{"created": "create", "updated": "update"}[outcome], p, rec); bad != nil {
		return *bad
	}
	rec.Marker = marker
	return s.keep(r, rec, p, outcome)
}

// applyAll changes the row, its terms and its meta in memory: an error leaves nothing behind.
func (s *Server) applyAll(r *request, op string, p *Post, rec *record) *answer {
	p.Slug = strings.TrimSuffix(p.Slug, "__trashed")
	for _, check := range []func() *answer{
		func() *answer { return s.validate(r, p.Status) },
		func() *answer { return s.allowed(r, p) },
		func() *answer { return s.fill(r, p) },
	} {
		if bad := check(); bad != nil {
			return bad
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted := p.Slug
	if s.chooseSlug(p); p.Slug != wanted {
		a := fail(http.StatusConflict, "stet_slug_taken", "The slug belongs to another item.", map[string]any{"slug": wanted, "offer": p.Slug})
		return &a
	}
	s.date(p)
	s.attach(r, op, p)
	p.Modified = s.now()
	p.Saves++
	meta, _ := r.body["meta"].(map[string]any)
	for _, key := range rec.MetaKeys { // what the version before had
		delete(p.Meta, key)
	}
	rec.MetaKeys = slices.Sorted(maps.Keys(meta))
	for key, v := range meta {
		if p.Meta[key] = v; v == nil {
			delete(p.Meta, key)
		}
	}
	return nil
}

// keep stores post and record in one step, and answers.
func (s *Server) keep(r *request, rec *record, p *Post, outcome string) answer {
	op, status := "upsert", http.StatusOK
	if outcome == "unpublished" {
		op = "unpublish"
	}
	if outcome == "created" {
		status = http.StatusCreated
	}
	c := s.commit(r, op, p)
	s.mu.Lock()
	rec.ID = p.ID
	if op == "upsert" {
		rec.Stored = contentHash(p, rec.MetaKeys)
	}
	s.keys[rec.Key] = rec
	marker, _, _ := strings.Cut(rec.Marker, ".")
	s.log[c.N-1].Seq, s.log[c.N-1].Marker = rec.Seq, marker
	c = s.log[c.N-1]
	s.mu.Unlock()
	s.committed(c)
	return answer{status: status, body: s.describe(r, rec, outcome)}
}
