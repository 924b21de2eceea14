// Package plugin_test tries the companion plugin in a real WordPress.
package plugin_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// variable names the environment variable with the line of JSON that `testenv/wordpress start` prints.
const variable = "STET_TEST_WORDPRESS"

// patience is for a site on a busy machine; not a measure of anything.
const patience = 2 * time.Minute

// site is a real WordPress.
type site struct {
	URL      string          `json:"url"`
	User     string          `json:"user"`
	Password string          `json:"password"`
	Server   string          `json:"server"`
	Plugin   bool            `json:"plugin"`
	Users    map[string]user `json:"users"`
	SQL      []string        `json:"sql"` // the command that runs a query in its database
}

type user struct {
	Login    string `json:"user"`
	Password string `json:"password"`
}

// open returns the site with the plugin, or skips the test where there is none.
func open(t *testing.T) *site {
	t.Helper()
	line := os.Getenv(variable)
	if line == "" {
		t.Skipf("needs WordPress: set %s to what `testenv/wordpress start --plugin` prints, as `make test-wordpress` does", variable)
	}
	s := new(site)
	if err := json.Unmarshal([]byte(line), s); err != nil {
		t.Fatalf("%s is not the line of testenv/wordpress: %v", variable, err)
	}
	if !s.Plugin {
		t.Skip("the plugin is not active in this WordPress: start it with --plugin")
	}
	return s
}

// answer is what the site said. Body is an object or a list.
type answer struct {
	Status int
	Body   any
}

// get returns the value at a path of member names, nil where there is none.
func (a answer) get(path ...string) any {
	value := a.Body
	for _, name := range path {
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = object[name]
	}
	return value
}

// as returns the site as another user sees it; an empty login is nobody's.
func (s *site) as(login string) *site {
	other := *s
	other.User, other.Password = login, s.Users[login].Password
	return &other
}

// call makes one request to a path below /wp-json/. Headers are pairs of name and value.
func (s *site) call(t *testing.T, method, path string, body any, headers ...string) answer {
	t.Helper()
	a, err := s.try(t.Context(), method, path, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (s *site) try(ctx context.Context, method, path string, body any, headers ...string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	text, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, method, s.URL+"/wp-json/"+path, bytes.NewReader(text))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	if s.User != "" {
		request.SetBasicAuth(s.User, s.Password)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err = io.ReadAll(response.Body)
	a := answer{Status: response.StatusCode}
	if err == nil && json.Unmarshal(text, &a.Body) != nil && a.Status < 500 {
		err = fmt.Errorf("%s %s: %d, not JSON: %.200s", method, path, a.Status, text)
	}
	return a, err
}

// parallel makes n requests at once and returns the answers in their order.
func (s *site) parallel(t *testing.T, n int, path string, body func(i int) any) []answer {
	t.Helper()
	answers := make([]answer, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			a, err := s.try(t.Context(), "POST", path, body(i))
			if err != nil {
				t.Error(err)
			}
			answers[i] = a
		})
	}
	group.Wait()
	return answers
}

// query returns the rows of a query, their columns separated by tabs, without asking WordPress.
func (s *site) query(t *testing.T, format string, values ...any) []string {
	t.Helper()
	arguments := append(slices.Clone(s.SQL[1:]), fmt.Sprintf(format, values...))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience) // also when the test cleans up
	defer cancel()
	output, err := exec.CommandContext(ctx, s.SQL[0], arguments...).Output()
	if err != nil {
		t.Fatalf("%v: %v", arguments, err)
	}
	return strings.Split(strings.TrimSuffix(string(output), "\n"), "\n")
}

// count returns the number that a query selects.
func (s *site) count(t *testing.T, format string, values ...any) int {
	t.Helper()
	n, err := strconv.Atoi(s.query(t, format, values...)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// rows counts the rows of every table that an upsert writes.
func (s *site) rows(t *testing.T) string {
	t.Helper()
	return s.query(t, `SELECT (SELECT COUNT(*) FROM wp_posts), (SELECT COUNT(*) FROM wp_postmeta), (SELECT COUNT(*) FROM wp_terms),
		(SELECT COUNT(*) FROM wp_term_taxonomy), (SELECT COUNT(*) FROM wp_term_relationships), (SELECT COUNT(*) FROM wp_stet_item)`)[0]
}

// name returns a word that no test used before.
func name() string { return "t" + strings.ToLower(rand.Text()[:12]) }

// write is an upsert of a published post whose slug and marker are the key.
func write(key string, seq int, post map[string]any) map[string]any {
	whole := map[string]any{"title": fmt.Sprint("Title ", seq), "content": fmt.Sprint("<p>Text ", seq, "</p>"), "slug": key, "status": "publish"}
	for field, value := range post {
		whole[field] = value
	}
	return map[string]any{"key": key + "@blog", "marker": key, "apply_seq": seq, "hash": fmt.Sprint("hash-", seq), "post": whole}
}

// expect fails where an answer is not the one wanted.
func expect(t *testing.T, a answer, status int, code string) {
	t.Helper()
	got, _ := a.get("code").(string)
	if a.Status != status || got != code {
		t.Fatalf("got %d %q, want %d %q: %v", a.Status, got, status, code, a.Body)
	}
}
