package fake

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// headers are what WordPress puts on every answer of its API: where the API is, and which methods this user may use at
// this route, as things stand after the request.
func (s *Server) headers(w http.ResponseWriter, r *request) {
	w.Header().Set("Link", `<http://`+r.Host+`/wp-json/>; rel="https://api.w.org/"`)
	if allow := s.allow(r); len(allow) > 0 {
		w.Header().Set("Allow", strings.Join(allow, ", "))
	}
}

const (
	writes = "POST, PUT, PATCH"
	all    = writes + ", DELETE"
)

// allow asks the permission of every method of a route, with the request's own parameters, as rest_send_allow_header.
func (s *Server) allow(r *request) (list []string) {
	if len(r.route) < 3 || r.route[0] != "wp" {
		return nil
	}
	add := func(allowed bool, methods string) {
		if allowed {
			list = append(list, methods)
		}
	}
	base := r.route[2]
	switch id := r.id(); {
	case base == "users" && len(r.route) > 3:
		add(true, "GET")
		add(r.user != nil, writes)
		add(r.user != nil && r.user.Role == "administrator", "DELETE")
	case taxonomyOf(base) != "" && len(r.route) == 3:
		edit := r.edit() || r.Method == http.MethodPost && r.canMake(base) // the answer is made in that context
		add(!edit || r.user != nil && r.user.can("others"), "GET")
		add(r.canMake(base), "POST")
	case taxonomyOf(base) != "" && s.term(id) != nil:
		add(true, "GET")
		add(r.user != nil && r.user.can("others"), all)
	case s.postType(base) != "" && len(r.route) == 3:
		author, given := integer(r.body["author"])
		_, own := r.body["id"]
		add(!r.edit() || r.user != nil, "GET")
		add(r.user != nil && !own && (base != "media" || r.user.can("publish")) && (!given || author == r.user.ID || r.user.can("others")), "POST")
	case s.postType(base) != "" && len(r.route) == 4:
		p := s.find(s.postType(base), id)
		if p == nil {
			return nil
		}
		edit := r.user != nil && (p.Author == r.user.ID || r.user.can("others"))
		add(edit || !r.edit() && (p.Status == "publish" || p.Type == "attachment"), "GET")
		add(edit, all)
	}
	return list
}

// lists are the query parameters that WordPress takes for lists.
var lists = []string{"slug", "status", "include", "exclude", "search_columns", "categories", "tags"}

// pageLinks are the addresses of the pages before and after one, with the parameters as WordPress has understood them.
func (r *request) pageLinks(page, pages int) string {
	to := func(n int, rel string) string {
		var query []string
		given := false
		for _, pair := range strings.Split(r.URL.RawQuery, "&") {
			name, value, _ := strings.Cut(pair, "=")
			value, _ = url.QueryUnescape(value)
			switch {
			case name == "page":
				given = true
				query = append(query, fmt.Sprintf("page=%d", n))
			case slices.Contains(lists, name):
				for i, one := range strings.FieldsFunc(value, comma) {
					query = append(query, fmt.Sprintf("%s%%5B%d%%5D=%s", name, i, url.QueryEscape(one)))
				}
			default:
				query = append(query, name+"="+url.QueryEscape(value))
			}
		}
		if !given {
			query = append(query, fmt.Sprintf("page=%d", n))
		}
		return fmt.Sprintf(`<http://%s/wp-json/%s?%s>; rel="%s"`, r.Host, strings.Join(r.route, "/"), strings.Join(query, "&"), rel)
	}
	var links []string
	if page > 1 {
		links = append(links, to(min(page-1, pages), "prev"))
	}
	if page < pages {
		links = append(links, to(page+1, "next"))
	}
	return strings.Join(links, ", ")
}
