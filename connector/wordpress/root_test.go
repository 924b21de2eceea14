package wordpress_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"stet"
	"stet/connector/wordpress/fake"
)

func TestTheAPIIsFoundByItself(t *testing.T) {
	wp := fake.New(fake.Options{})
	queryOnly := fake.New(fake.Options{PlainLinks: true})
	for name, site := range map[string]http.Handler{
		"pretty":              wp,
		"by query":            queryOnly,
		"no header":           without("Link", wp),
		"no header, by query": without("Link", queryOnly),
		"below a folder":      http.StripPrefix("/blog", without("Link", wp)),
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(site)
			defer server.Close()
			url := server.URL
			if strings.Contains(name, "folder") {
				url += "/blog/"
			}
			if err := openAt(t, url, nil).Check(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// without serves as a proxy or a plugin that takes a header away.
func without(header string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		for name, v := range rec.Header() {
			if name != header {
				w.Header()[name] = v
			}
		}
		w.WriteHeader(rec.Code)
		_, _ = io.Copy(w, rec.Body)
	})
}

// What a proxy or a broken plugin answers proves nothing: not that there is no item, and not that nothing was written.
func TestStrangeAnswersProveNothing(t *testing.T) {
	wp := fake.New(fake.Options{})
	id := itoa(wp.Add(fake.Post{Status: "publish", Slug: "a", Title: "A"}))
	for name, strange := range map[string]http.HandlerFunc{
		"html 404":     answer(404, "text/html", "<h1>Not found</h1>"),
		"html 200":     answer(200, "text/html", "<h1>Please log in</h1>"),
		"error as 200": answer(200, "application/json", `{"code":"internal_server_error","message":"x"}`),
		"html 502":     answer(502, "text/html", "<h1>Bad gateway</h1>"),
		"maintenance":  answer(503, "application/json", `{"code":"wp_die","message":"Briefly unavailable"}`),
		"cut":          answer(200, "application/json", `[{"id":12,"status":"draft"`),
		"not whole":    answer(200, "application/json", `[{"id":12,"status":"draft","slug":"x"}]`),
		"waf 403":      answer(403, "text/html", "Blocked"),
		"meta 403":     answer(403, "application/json", `{"code":"rest_cannot_update","message":"x","data":{"status":403}}`),
		"type 400":     answer(400, "application/json", `{"code":"rest_invalid_type","message":"x","data":{"status":400}}`),
		"db error":     answer(500, "application/json", `{"code":"db_insert_error","message":"x","data":{"status":500}}`),
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/wp/v2/posts") && r.Method != http.MethodOptions {
					strange(w, r)
					return
				}
				wp.ServeHTTP(w, r)
			}))
			defer server.Close()
			c, w := openAt(t, server.URL, nil), write(1, nil)
			if items, err := c.Find(t.Context(), w); err == nil {
				t.Errorf("Find gives %v", items)
			}
			if _, err := c.Read(t.Context(), id); err == nil || stet.IsKind(err, stet.NotFound) {
				t.Errorf("Read: %v", err)
			}
			if _, err := c.Create(t.Context(), w); err == nil || stet.OutcomeOf(err) != stet.Unknown {
				t.Errorf("Create: outcome %q of %v", stet.OutcomeOf(err), err)
			}
		})
	}
}

func TestRefusalsBeforeTheRowAreProof(t *testing.T) {
	wp := fake.New(fake.Options{})
	for name, refusal := range map[string]http.HandlerFunc{
		"too many":  answer(429, "text/html", "slow down"),
		"too large": answer(413, "text/html", "no"),
		"parameter": answer(400, "application/json", `{"code":"rest_invalid_param","message":"x","data":{"status":400}}`),
		"no right":  answer(403, "application/json", `{"code":"rest_cannot_create","message":"x","data":{"status":403}}`),
		"no login":  answer(401, "application/json", `{"code":"rest_cannot_create","message":"x","data":{"status":401}}`),
		"no route":  answer(404, "application/json", `{"code":"rest_no_route","message":"x","data":{"status":404}}`),
		"empty":     answer(400, "application/json", `{"code":"empty_content","message":"x","data":{"status":400}}`),
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/posts") {
				refusal(w, r)
				return
			}
			wp.ServeHTTP(w, r)
		}))
		if _, err := openAt(t, server.URL, nil).Create(t.Context(), write(1, nil)); err == nil || stet.OutcomeOf(err) != stet.NotApplied {
			t.Errorf("%s: outcome %q of %v", name, stet.OutcomeOf(err), err)
		}
		server.Close()
	}
}

func answer(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
