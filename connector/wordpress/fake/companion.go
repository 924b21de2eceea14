package fake

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// record is a row of the companion plugin's own table, unique by key.
type record struct {
	Key, Marker, Hash string
	Seq               int64
	ID                int
	Rev               string // of the post after the write
}

// companion is the plugin of docs/connectors/wordpress-plugin.md. One request at a time stands for its transaction and row lock.
func (s *Server) companion(r *request) answer {
	if r.user == nil || !r.user.can("others") {
		return r.notAllowed("rest_forbidden")
	}
	s.transaction.Lock()
	defer s.transaction.Unlock()
	switch {
	case r.route[2] == "status" && r.Method == http.MethodGet:
		return ok(map[string]any{"version": "1.0.0", "wordpress": "7.1", "transactions": true})
	case r.route[2] == "items" && r.Method == http.MethodGet:
		return s.items(r)
	case r.route[2] == "upsert" && r.Method == http.MethodPost:
		return s.upsert(r)
	case r.route[2] == "unpublish" && r.Method == http.MethodPost:
		return s.unpublish(r)
	}
	return noRoute()
}

func (s *Server) items(r *request) answer {
	postType := s.postType(r.param("type"))
	list := []map[string]any{}
	for _, p := range s.Posts() {
		rec := s.recordOf(p.ID)
		hit := rec != nil && rec.Marker == r.param("marker") || rec == nil && carries(&p, r.param("marker"), r.param("tag"))
		if id := r.param("id"); id != "" {
			hit = itoa(p.ID) == id
		}
		if p.Type == postType && hit {
			list = append(list, s.itemView(r, &p, rec))
		}
	}
	return ok(map[string]any{"items": list})
}

// carries reports whether a post was made without the plugin, by class C.
func carries(p *Post, marker, tag string) bool {
	if m := markerSlug.FindStringSubmatch(p.Slug); len(m) > 1 && m[1] == marker {
		return true
	}
	return tag != "" && regexp.MustCompile(`<!-- stet:`+regexp.QuoteMeta(tag)+` (id:`+itoa(p.ID)+` )?seq:`).MatchString(p.Content)
}

func (s *Server) recordOf(id int) *record {
	for _, rec := range s.keys {
		if rec.ID == id {
			return rec
		}
	}
	return nil
}

func (s *Server) itemView(r *request, p *Post, rec *record) map[string]any {
	r.query["_embed"] = []string{"wp:term"}
	v := map[string]any{"id": p.ID, "rev": revOf(p), "apply_seq": int64(0), "hash": "", "post": s.view(r, p, true)}
	if rec != nil {
		v["apply_seq"], v["hash"] = rec.Seq, rec.Hash
	}
	return v
}

// revOf changes with everything of a post that the plugin writes.
func revOf(p *Post) string {
	data, _ := json.Marshal([]any{p.Title, p.Content, p.Excerpt, p.Status, p.Slug, p.Author, p.Password, p.Media, p.Parent, p.Terms, p.Meta})
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

func conflict(code, why string, more map[string]any) answer {
	return fail(http.StatusConflict, code, why, more)
}

// guard is the fence: what a write is refused for, nil where it may go on. again means that it was carried out before.
func (s *Server) guard(r *request, rec *record, p *Post) (again bool, refused *answer) {
	seq := int64(number(r.body["apply_seq"]))
	hash, _ := r.body["hash"].(string)
	rev, _ := r.body["rev"].(string)
	refuse := func(code, why string) *answer {
		a := conflict(code, why, map[string]any{"apply_seq": recSeq(rec)})
		return &a
	}
	now := ""
	if p != nil {
		now = revOf(p)
	}
	switch {
	case rec != nil && seq < rec.Seq:
		return false, refuse("stet_stale", fmt.Sprintf("apply %d is older than %d.", seq, rec.Seq))
	case rec != nil && seq == rec.Seq && hash != rec.Hash:
		return false, refuse("stet_seq_reused", "the apply was carried out with other content.")
	case rec != nil && seq == rec.Seq && now == rec.Rev:
		return true, nil
	case rev != "" && rev != now, rev == "" && rec != nil && p != nil && now != rec.Rev:
		return false, refuse("stet_changed", "the post was changed since.")
	}
	return false, nil
}

func recSeq(rec *record) int64 {
	if rec == nil {
		return 0
	}
	return rec.Seq
}

func number(v any) float64 { f, _ := v.(float64); return f }

func (s *Server) upsert(r *request) answer {
	key, _ := r.body["key"].(string)
	base, _ := r.body["type"].(string)
	fields, _ := r.body["post"].(map[string]any)
	if key == "" || s.postType(base) == "" || fields == nil || number(r.body["apply_seq"]) < 1 {
		return invalidParam("key", "key, type, apply_seq and post are needed.")
	}
	rec, p := s.keyed(r, key, s.postType(base))
	again, refused := s.guard(r, rec, p)
	if refused != nil {
		return *refused
	}
	if again {
		return ok(s.outcome(r, p, rec, "unchanged"))
	}
	sub := &request{Request: r.Request, query: r.query, body: fields, user: r.user}
	op, fresh := "update", p == nil
	if fresh {
		op, p = "create", &Post{Type: s.postType(base), Author: r.user.ID, Terms: map[string][]int{}, Meta: map[string]any{}}
	}
	if bad := s.applyAll(sub, op, p); bad != nil {
		return *bad
	}
	return s.keep(r, p, key, map[bool]string{true: "created", false: "updated"}[fresh])
}

// keyed finds the record of a key and its post; without a record, the oldest post of class C that carries the marker,
// a public one first.
func (s *Server) keyed(r *request, key, postType string) (*record, *Post) {
	rec := s.keys[key]
	if rec != nil {
		return rec, s.find(postType, rec.ID)
	}
	marker, _ := r.body["marker"].(string)
	tag, _ := r.body["tag"].(string)
	var found *Post
	for _, p := range s.Posts() {
		mine := p.Type == postType && p.Status != "trash" && s.recordOf(p.ID) == nil && carries(&p, marker, tag)
		if mine && (found == nil || found.Status != "publish" && p.Status == "publish") {
			found = p.clone()
		}
	}
	return nil, found
}

// applyAll changes the row, its terms and its meta in memory: an error leaves nothing behind.
func (s *Server) applyAll(r *request, op string, p *Post) *answer {
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
	if s.chooseSlug(p, true); wanted != "" && p.Slug != wanted {
		a := conflict("stet_slug_taken", "the slug belongs to another post.", map[string]any{"slug": wanted})
		return &a
	}
	s.date(p)
	s.attach(r, op, p)
	p.Modified = s.now()
	p.revise(true)
	return s.setMeta(r, p)
}

// keep stores post and record in one step, and answers.
func (s *Server) keep(r *request, p *Post, key, outcome string) answer {
	marker, _ := r.body["marker"].(string)
	hash, _ := r.body["hash"].(string)
	rec := &record{Key: key, Marker: marker, Hash: hash, Seq: int64(number(r.body["apply_seq"]))}
	op := "upsert"
	if outcome == "unpublished" {
		op = "unpublish"
	}
	c := s.commit(r, op, p)
	s.mu.Lock()
	rec.ID, rec.Rev = p.ID, revOf(p)
	s.keys[key] = rec
	s.log[c.N-1].Seq, s.log[c.N-1].Marker = rec.Seq, marker
	c = s.log[c.N-1]
	s.mu.Unlock()
	s.committed(c)
	return ok(s.outcome(r, p, rec, outcome))
}

func (s *Server) outcome(r *request, p *Post, rec *record, outcome string) map[string]any {
	v := s.itemView(r, p, rec)
	v["outcome"] = outcome
	return v
}

// unpublish makes a draft of the post and raises the fence, so that an older upsert cannot bring it back.
func (s *Server) unpublish(r *request) answer {
	key, _ := r.body["key"].(string)
	base, _ := r.body["type"].(string)
	rec, p := s.keyed(r, key, s.postType(base))
	if p == nil {
		return fail(http.StatusNotFound, "rest_post_invalid_id", "Invalid post ID.")
	}
	again, refused := s.guard(r, rec, p)
	if refused != nil {
		return *refused
	}
	if again || slices.Contains([]string{"draft", "trash"}, p.Status) {
		return ok(s.outcome(r, p, rec, "unchanged"))
	}
	p.Status = "draft"
	p.revise(true)
	p.Modified = s.now()
	return s.keep(r, p, key, "unpublished")
}
