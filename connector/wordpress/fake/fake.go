// Package fake is a WordPress in memory, for tests: the part of its REST API that the connector uses, with the habits
// of the real one, the bad ones first. It was written from observation of WordPress 6.1 and 7.1 and their source.
package fake

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options say what kind of site it is. The zero value is a site with pretty permalinks and one administrator.
type Options struct {
	Now        func() time.Time
	Users      []User            // empty: Admin
	Meta       map[string]string // the registered meta keys and their type, "string" or "integer"; others vanish
	Protected  []string          // registered meta keys that even an administrator may not write: 403 after the insert
	Namespaces []string          // of plugins, in the index of the API: "yoast/v1"
	Types      []string          // rest bases of custom post types
	Renames    bool              // a plugin gives uploads names of its own
	PlainLinks bool              // no pretty permalinks: the API is at ?rest_route= only
	Languages  []string          // of a plugin for languages, the default first: posts have the parameter "lang"
	Companion  bool              // the companion plugin is active (docs/connectors/wordpress-plugin.md)

	// BeforeCommit runs when a write has been checked and its slug chosen, right before its row is stored; AfterCommit
	// when it has been stored and nothing was answered yet. No lock is held, so that other requests go on meanwhile:
	// this is where writers race, and where a test ends a process.
	BeforeCommit func(Commit)
	AfterCommit  func(Commit)

	// Fatal ends a request with a critical error between its row and what follows the row: terms and meta.
	Fatal func(Commit) bool
}

// User is an account with an application password.
type User struct {
	ID       int
	Login    string
	Password string // compared without what is neither letter nor digit, as WordPress does
	Role     string // administrator, editor, author, contributor
}

// Admin is the account of a site without Options.Users.
var Admin = User{ID: 1, Login: "admin", Password: "abcd EFGH 1234 ijkl MNOP 6789", Role: "administrator"}

// Server is the site. It is an http.Handler, to be served at the root of a host.
type Server struct {
	opt Options

	mu    sync.Mutex
	next  int
	posts map[int]*Post
	terms map[int]*Term
	log   []Commit
	keys  map[string]*record // of the companion plugin

	transaction sync.Mutex // of the companion plugin
}

// New makes an empty site, which has the category that every WordPress has.
func New(opt Options) *Server {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if len(opt.Users) == 0 {
		opt.Users = []User{Admin}
	}
	return &Server{
		opt: opt, next: 10, posts: map[int]*Post{}, keys: map[string]*record{},
		terms: map[int]*Term{1: {ID: 1, Taxonomy: "category", Name: "Uncategorized", Slug: "uncategorized"}},
	}
}

// now has the resolution of WordPress.
func (s *Server) now() time.Time { return s.opt.Now().UTC().Truncate(time.Second) }

func (s *Server) newID() int {
	s.next++
	return s.next
}

// request is a call of the API, after WordPress has read it.
type request struct {
	*http.Request
	route []string // "wp", "v2", "posts", "12"
	query map[string][]string
	body  map[string]any
	raw   []byte
	user  *User           // nil: nobody
	slugs map[string]bool // a list is asked for, nil: all
}

func (r *request) param(name string) string {
	if v := r.query[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (r *request) edit() bool { return r.param("context") == "edit" }

// answer is what a handler gives; body is encoded as JSON.
type answer struct {
	status int
	header map[string]string
	body   any
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

// fail is an error in WordPress's shape. more goes into data, but for the additional_* members beside it.
func fail(status int, code, message string, more ...map[string]any) answer {
	data := map[string]any{"status": status}
	body := map[string]any{"code": code, "message": message, "data": data}
	for _, m := range more {
		for name, v := range m {
			if strings.HasPrefix(name, "additional_") {
				body[name] = v
				continue
			}
			data[name] = v
		}
	}
	return answer{status: status, body: body}
}

// notAllowed is 401 for nobody and 403 for somebody, as rest_authorization_required_code.
func (r *request) notAllowed(code string) answer {
	if r.user == nil {
		return fail(http.StatusUnauthorized, code, "Sorry, you are not allowed to do that.")
	}
	return fail(http.StatusForbidden, code, "Sorry, you are not allowed to do that.")
}

func invalidParam(name, why string, details ...map[string]any) answer {
	more := map[string]any{"params": map[string]any{name: why}}
	for _, d := range details {
		more["details"] = map[string]any{name: d}
	}
	return fail(http.StatusBadRequest, "rest_invalid_param", "Invalid parameter(s): "+name, more)
}

func (a answer) write(w http.ResponseWriter, r *request) {
	for name, v := range a.header {
		w.Header().Set(name, v)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if r.user != nil {
		w.Header().Set("Cache-Control", "no-cache, must-revalidate, max-age=0, no-store, private")
	}
	w.WriteHeader(a.status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(a.only(r.param("_fields")))
}

// only applies _fields: the members that were asked for, "title.raw" for one of an object.
func (a answer) only(fields string) any {
	if fields == "" || a.status/100 != 2 {
		return a.body
	}
	paths := strings.FieldsFunc(fields, comma)
	switch body := a.body.(type) {
	case map[string]any:
		return cut(body, paths)
	case []map[string]any:
		list := []map[string]any{}
		for _, m := range body {
			list = append(list, cut(m, paths))
		}
		return list
	}
	return a.body
}

func cut(from map[string]any, paths []string) map[string]any {
	to := map[string]any{}
	inner := map[string][]string{}
	for _, path := range paths {
		top, rest, nested := strings.Cut(path, ".")
		v, has := from[top]
		if !has {
			continue
		}
		if object, is := v.(map[string]any); nested && is {
			inner[top] = append(inner[top], rest)
			to[top] = cut(object, inner[top])
			continue
		}
		to[top] = v
	}
	return to
}

// comma splits lists as WordPress does: at commas and at white space.
func comma(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' }
