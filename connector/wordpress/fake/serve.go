package fake

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ServeHTTP answers the API, an empty page everywhere else, and the judge at /_log and /_posts.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	query := req.URL.Query()
	path, isAPI := strings.CutPrefix(req.URL.Path, "/wp-json")
	switch {
	case req.URL.Path == "/_log":
		s.judge(w, s.Log())
		return
	case req.URL.Path == "/_posts":
		s.judge(w, s.Posts())
		return
	case query.Has("rest_route"):
		path, isAPI = query.Get("rest_route"), true
	case s.opt.PlainLinks:
		isAPI = false
	}
	if !isAPI {
		s.page(w, req)
		return
	}
	r := &request{Request: req, route: strings.FieldsFunc(path, func(c rune) bool { return c == '/' }), query: query, user: s.login(req)}
	bad := r.read()
	if bad == nil {
		a := s.dispatch(r)
		bad = &a
	}
	s.headers(w, r)
	bad.write(w, r)
}

func (s *Server) judge(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// page is a page of the site, which says where the API is.
func (s *Server) page(w http.ResponseWriter, req *http.Request) {
	root := "http://" + req.Host + "/wp-json/"
	if s.opt.PlainLinks {
		root = "http://" + req.Host + "/index.php?rest_route=/"
	}
	w.Header().Set("Link", `<`+root+`>; rel="https://api.w.org/"`)
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	if req.URL.Path != "/" {
		w.WriteHeader(http.StatusNotFound)
	}
	_, _ = io.WriteString(w, "<!DOCTYPE html><title>Example</title>")
}

var notInPassword = regexp.MustCompile(`[^A-Za-z0-9]`)

// login: whoever has a wrong password is nobody, and is not told.
func (s *Server) login(req *http.Request) *User {
	name, password, _ := req.BasicAuth()
	for _, u := range s.opt.Users {
		if u.Login == name && notInPassword.ReplaceAllString(u.Password, "") == notInPassword.ReplaceAllString(password, "") {
			return &u
		}
	}
	return nil
}

// read takes the body in. Anything but JSON is ignored, which makes the request an empty one.
func (r *request) read() *answer {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil
	}
	r.raw, r.body = raw, map[string]any{}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media != "application/json" || len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, &r.body); err != nil {
		bad := fail(http.StatusBadRequest, "rest_invalid_json", "Invalid JSON body passed.",
			map[string]any{"json_error_code": 4, "json_error_message": "Syntax error"})
		return &bad
	}
	return nil
}

func (s *Server) dispatch(r *request) answer {
	switch {
	case len(r.route) == 0:
		return s.index()
	case s.opt.Companion && len(r.route) >= 3 && r.route[0] == "stet":
		return s.companion(r)
	case len(r.route) < 3 || r.route[0] != "wp" || r.route[1] != "v2":
		return noRoute()
	}
	base, id := r.route[2], r.id()
	if len(r.route) > 4 || len(r.route) > 3 && id == 0 && r.route[3] != "me" {
		return noRoute()
	}
	switch {
	case base == "users":
		return s.users(r, id)
	case taxonomyOf(base) != "":
		return s.taxonomy(r, taxonomyOf(base), id)
	case base == "media" && id == 0 && r.Method == http.MethodPost:
		return s.upload(r)
	case base == "media" && len(r.route) == 5 && r.route[4] == "post-process":
		return s.get(r, "attachment", id)
	case s.postType(base) != "":
		return s.postRoute(r, s.postType(base), id)
	}
	return noRoute()
}

// id is the number at the end of a route, 0 where there is none.
func (r *request) id() int {
	if len(r.route) < 4 {
		return 0
	}
	n, _ := strconv.Atoi(r.route[3])
	return n
}

func (s *Server) postRoute(r *request, postType string, id int) answer {
	switch {
	case r.Method == http.MethodOptions:
		return s.schema(postType)
	case id == 0 && r.Method == http.MethodGet:
		return s.list(r, postType)
	case id == 0 && r.Method == http.MethodPost:
		return s.create(r, postType)
	case id != 0 && r.Method == http.MethodGet:
		return s.get(r, postType, id)
	case id != 0 && slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch}, r.Method):
		return s.update(r, postType, id)
	case id != 0 && r.Method == http.MethodDelete:
		return s.remove(r, postType, id)
	}
	return noRoute()
}

func noRoute() answer {
	return fail(http.StatusNotFound, "rest_no_route", "No route was found matching the URL and request method.")
}

func (s *Server) postType(base string) string {
	switch {
	case base == "posts":
		return "post"
	case base == "pages":
		return "page"
	case base == "media":
		return "attachment"
	case slices.Contains(s.opt.Types, base):
		return base
	}
	return ""
}

func (s *Server) index() answer {
	spaces := append([]string{"oembed/1.0", "wp/v2"}, s.opt.Namespaces...)
	if s.opt.Companion {
		spaces = append(spaces, "stet/v1")
	}
	return ok(map[string]any{
		"name": "Example", "namespaces": spaces, "url": "http://example.com", "home": "http://example.com",
		"authentication": map[string]any{"application-passwords": map[string]any{"endpoints": map[string]any{}}},
	})
}

// schema is the part of an OPTIONS answer that tells which meta keys are registered.
func (s *Server) schema(postType string) answer {
	meta := map[string]any{"footnotes": map[string]any{"type": "string", "title": "", "default": ""}}
	for key, kind := range s.opt.Meta {
		meta[key] = map[string]any{"type": kind, "title": "", "default": map[bool]any{true: 0, false: ""}[kind == "integer"]}
	}
	props := map[string]any{"meta": map[string]any{"type": "object", "context": []string{"view", "edit"}, "properties": meta}}
	return ok(map[string]any{"namespace": "wp/v2", "schema": map[string]any{"title": postType, "properties": props}})
}

func (s *Server) users(r *request, id int) answer {
	me := len(r.route) > 3 && r.route[3] == "me"
	switch {
	case me && r.user == nil:
		return fail(http.StatusUnauthorized, "rest_not_logged_in", "You are not currently logged in.")
	case me:
		return ok(s.userView(*r.user))
	case r.edit() && (r.user == nil || r.user.Role != "administrator"):
		return r.notAllowed("rest_forbidden_context")
	}
	list := []map[string]any{}
	for _, u := range s.opt.Users {
		if id == 0 || u.ID == id {
			list = append(list, s.userView(u))
		}
	}
	if id != 0 {
		if len(list) == 0 {
			return fail(http.StatusNotFound, "rest_user_invalid_id", "Invalid user ID.")
		}
		return ok(list[0])
	}
	return paged(r, list)
}

func (s *Server) userView(u User) map[string]any {
	can := map[string]bool{"edit_posts": true, "upload_files": u.can("publish"), "publish_posts": u.can("publish"),
		"edit_others_posts": u.can("others"), "edit_pages": u.can("others"), "publish_pages": u.can("others"), "unfiltered_html": u.can("html"), "manage_categories": u.can("others")}
	return map[string]any{"id": u.ID, "name": u.Login, "slug": sanitizeTitle(u.Login), "username": u.Login,
		"roles": []string{u.Role}, "capabilities": can}
}

// can knows three steps: publish, touch what others wrote, write HTML as one likes.
func (u *User) can(what string) bool {
	switch u.Role {
	case "administrator", "editor":
		return true
	case "author":
		return what == "publish"
	}
	return false
}

// paged cuts a list into pages and says how many there are.
func paged(r *request, list []map[string]any) answer {
	size, page := 10, 1
	if v := r.param("per_page"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 100 {
			return invalidParam("per_page", "per_page must be between 1 (inclusive) and 100 (inclusive)",
				map[string]any{"code": "rest_out_of_bounds", "data": nil})
		}
		size = n
	}
	if n, err := strconv.Atoi(r.param("page")); err == nil && n > 0 {
		page = n
	}
	pages := (len(list) + size - 1) / size
	if page > 1 && page > pages {
		return fail(http.StatusBadRequest, "rest_post_invalid_page_number", "The page number requested is larger than the number of pages available.")
	}
	from, to := min((page-1)*size, len(list)), min(page*size, len(list))
	a := answer{status: http.StatusOK, body: list[from:to],
		header: map[string]string{"X-WP-Total": fmt.Sprint(len(list)), "X-WP-TotalPages": fmt.Sprint(pages)}}
	if links := r.pageLinks(page, pages); links != "" {
		a.header["Link"] = links
	}
	return a
}

func decoded(slug string) string {
	if plain, err := url.PathUnescape(slug); err == nil {
		return plain
	}
	return slug
}
