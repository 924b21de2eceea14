package fake

import (
	"fmt"
	"html"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Term is a category or a tag. Its name is stored escaped.
type Term struct {
	ID       int
	Taxonomy string
	Name     string
	Slug     string
	Parent   int
}

// taxonomies are the names of taxonomies and of their rest bases.
var taxonomies = map[string]string{"category": "categories", "post_tag": "tags"}

func taxonomyOf(base string) string {
	for taxonomy, b := range taxonomies {
		if b == base {
			return taxonomy
		}
	}
	return ""
}

func (s *Server) taxonomy(r *request, taxonomy string, id int) answer {
	switch {
	case id == 0 && r.Method == http.MethodGet:
		return s.listTerms(r, taxonomy)
	case id == 0 && r.Method == http.MethodPost:
		return s.createTerm(r, taxonomy)
	case id != 0 && r.Method == http.MethodGet:
		s.mu.Lock()
		defer s.mu.Unlock()
		if t := s.terms[id]; t != nil && t.Taxonomy == taxonomy {
			return ok(s.termView(t))
		}
		return fail(http.StatusNotFound, "rest_term_invalid", "Term does not exist.")
	case id != 0 && r.Method == http.MethodDelete:
		return s.removeTerm(r, taxonomy, id)
	}
	return noRoute()
}

// Terms are all of them, by id.
func (s *Server) Terms() []Term {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Term
	for _, id := range slices.Sorted(maps.Keys(s.terms)) {
		list = append(list, *s.terms[id])
	}
	return list
}

func (s *Server) listTerms(r *request, taxonomy string) answer {
	if r.edit() && (r.user == nil || !r.user.can("others")) {
		return r.notAllowed("rest_forbidden_context")
	}
	list := []map[string]any{}
	for _, t := range s.Terms() {
		slugs := strings.FieldsFunc(r.param("slug"), comma)
		hit := len(slugs) == 0 || slices.ContainsFunc(slugs, func(slug string) bool { return sanitizeTitle(slug) == t.Slug })
		ids := strings.FieldsFunc(r.param("include"), comma)
		hit = hit && (len(ids) == 0 || slices.Contains(ids, itoa(t.ID)))
		// The search compares with the name as it is stored, which is escaped.
		hit = hit && strings.Contains(strings.ToLower(t.Name+"\x00"+t.Slug), strings.ToLower(r.param("search")))
		if t.Taxonomy == taxonomy && hit {
			list = append(list, s.termView(&t))
		}
	}
	return paged(r, list)
}

// createTerm refuses a name that is there, with its id, and gives a taken slug a suffix. Like the real one it looks
// first and writes afterwards, so that two at a time may both win.
func (s *Server) createTerm(r *request, taxonomy string) answer {
	name, _ := r.body["name"].(string)
	name = tags.ReplaceAllString(name, "") // sanitize_text_field
	name = html.EscapeString(strings.TrimSpace(html.UnescapeString(name)))
	_, given := r.body["name"]
	switch {
	case given && name == "" && r.user != nil:
		a := fail(http.StatusInternalServerError, "empty_term_name", "A name is required for this term.")
		a.body.(map[string]any)["data"] = nil
		return a
	case name == "":
		return fail(http.StatusBadRequest, "rest_missing_callback_param", "Missing parameter(s): name", map[string]any{"params": []string{"name"}})
	case !r.canMake(taxonomies[taxonomy]):
		return r.notAllowed("rest_cannot_create")
	}
	t := &Term{Taxonomy: taxonomy, Name: name, Slug: sanitizeTitle(unescape(name))}
	if slug, given := r.body["slug"].(string); given {
		t.Slug = sanitizeTitle(slug)
	}
	if there := s.sameName(t); there != 0 {
		return fail(http.StatusBadRequest, "term_exists", "A term with the name provided already exists in this taxonomy.",
			map[string]any{"term_id": there, "additional_data": []int{there, there}})
	}
	if s.opt.BeforeCommit != nil {
		s.opt.BeforeCommit(Commit{At: s.opt.Now().UTC(), Op: "term", Type: taxonomy, Slug: t.Slug})
	}
	s.mu.Lock()
	wanted := t.Slug
	for n := 2; s.slugOfTerm(t); n++ {
		t.Slug = fmt.Sprintf("%s-%d", wanted, n)
	}
	t.ID = s.newID()
	s.terms[t.ID] = t
	c := Commit{N: len(s.log) + 1, At: s.opt.Now().UTC(), Op: "term", ID: t.ID, Type: taxonomy, Slug: t.Slug}
	s.log = append(s.log, c)
	view := s.termView(t)
	s.mu.Unlock()
	s.committed(c)
	return answer{status: http.StatusCreated, body: view,
		header: map[string]string{"Location": "http://" + r.Host + "/wp-json/wp/v2/" + taxonomies[taxonomy] + "/" + itoa(t.ID)}}
}

// canMake: whoever writes posts may make tags, but not categories.
func (r *request) canMake(base string) bool {
	return r.user != nil && (base == "tags" || r.user.can("others"))
}

func (s *Server) term(id int) *Term {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.terms[id]
}

var tags = regexp.MustCompile(`<[^>]*>`)

func (s *Server) sameName(t *Term) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.terms)) {
		other := s.terms[id]
		if other.Taxonomy == t.Taxonomy && foldName(other.Name) == foldName(t.Name) {
			return id
		}
	}
	return 0
}

// foldName is how WordPress compares names: the case of ASCII letters makes no difference.
func foldName(stored string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, unescape(stored))
}

func (s *Server) slugOfTerm(t *Term) bool {
	for _, other := range s.terms {
		if other.Taxonomy == t.Taxonomy && other.Slug == t.Slug {
			return true
		}
	}
	return false
}

func (s *Server) removeTerm(r *request, taxonomy string, id int) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.terms[id]
	switch {
	case t == nil || t.Taxonomy != taxonomy:
		return fail(http.StatusNotFound, "rest_term_invalid", "Term does not exist.")
	case r.user == nil || !r.user.can("others"):
		return r.notAllowed("rest_cannot_delete")
	case r.param("force") != "true":
		return fail(http.StatusNotImplemented, "rest_trash_not_supported", "Terms do not support trashing. Set 'force=true' to delete.")
	}
	delete(s.terms, id)
	for _, p := range s.posts {
		p.Terms[taxonomy] = slices.DeleteFunc(p.Terms[taxonomy], func(n int) bool { return n == id })
	}
	return ok(map[string]any{"deleted": true, "previous": s.termView(t)})
}

// termView needs the lock.
func (s *Server) termView(t *Term) map[string]any {
	count := 0
	for _, p := range s.posts {
		if p.Status == "publish" && slices.Contains(p.Terms[t.Taxonomy], t.ID) {
			count++
		}
	}
	v := map[string]any{"id": t.ID, "name": t.Name, "slug": t.Slug, "taxonomy": t.Taxonomy, "count": count, "meta": []any{}}
	if t.Taxonomy == "category" {
		v["parent"] = t.Parent
	}
	return v
}

// termViews are the embedded terms of a post, a list for each taxonomy.
func (s *Server) termViews(p *Post) [][]map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	lists := [][]map[string]any{}
	for _, taxonomy := range slices.Sorted(maps.Keys(taxonomies)) {
		list := []map[string]any{}
		for _, id := range p.Terms[taxonomy] {
			if t := s.terms[id]; t != nil {
				list = append(list, map[string]any{"id": t.ID, "name": t.Name, "slug": t.Slug, "taxonomy": taxonomy})
			}
		}
		lists = append(lists, list)
	}
	return lists
}
