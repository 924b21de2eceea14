package wordpress_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	_ "github.com/go-sql-driver/mysql" // the database of WordPress

	"stet/connector/connectortest"
	"stet/connector/wordpress"
)

// realFaults is how many faults at least are injected into a real WordPress, in each of its modes.
const realFaults = 500

// realWordPress is what testenv/wordpress tells of one.
type realWordPress struct {
	URL, User, Password, Version string
	Plugin                       bool
	DB                           struct{ DSN, Prefix string }
	Users                        map[string]struct{ Password string }
}

// realSite is the WordPress that STET_TEST_WORDPRESS describes.
func realSite(t *testing.T) (wp realWordPress) {
	text := os.Getenv("STET_TEST_WORDPRESS")
	if text == "" {
		t.Skip("STET_TEST_WORDPRESS is not set; testenv/wordpress run sets it")
	}
	if err := json.Unmarshal([]byte(text), &wp); err != nil {
		t.Fatal(err)
	}
	return wp
}

// TestConformanceReal runs the suite against the WordPress that STET_TEST_WORDPRESS describes, as
// `testenv/wordpress run go test ...` sets it. The judge reads its database. It takes minutes, with -short one or two:
// fewer faults by the matrix, more by chance.
func TestConformanceReal(t *testing.T) {
	wp := realSite(t)
	db, err := sql.Open("mysql", wp.DB.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	name, plugin := "wordpress", "no"
	if wp.Plugin {
		name, plugin = "wordpress with plugin", "yes"
	}
	office := editors{url: wp.URL, user: wp.User, password: wp.Password, db: db, posts: wp.DB.Prefix + "posts", sums: &sync.Map{}}
	connectortest.Run(t, connectortest.Config{
		Spec: wordpress.Spec(), Name: name, Against: "WordPress " + wp.Version, Target: wp.URL,
		Open:  opener(wp.User, wp.Password, plugin),
		Judge: office, Person: office, Secrets: []string{wp.Password}, UnknownID: "999999999", Faults: realFaults, Sparse: testing.Short(), Pictures: true, Docs: "../../docs/connectors.md",
	})
}

// editors work in a real WordPress: they change it through its API, and look into its database.
type editors struct {
	url, user, password string
	db                  *sql.DB
	posts               string    // the table
	sums                *sync.Map // of files, by id
}

func (e editors) Items(ctx context.Context, about string) (items []connectortest.JudgedItem, err error) {
	what := "SELECT ID, post_title, post_name, post_status, COALESCE((SELECT MAX(meta_value) FROM " + e.meta() +
		" WHERE post_id = ID AND meta_key = '_thumbnail_id'), '') FROM " + e.posts
	rows, err := e.db.QueryContext(ctx, what+" WHERE post_type = 'post' AND post_status NOT IN ('auto-draft', 'inherit') AND LOCATE(?, post_title) > 0", about)
	if about == "" {
		rows, err = e.db.QueryContext(ctx, what+" WHERE post_type = 'post'")
	}
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int
		var title, slug, status, image string
		if err := rows.Scan(&id, &title, &slug, &status, &image); err != nil {
			return nil, err
		}
		items = append(items, connectortest.JudgedItem{ID: strconv.Itoa(id), Title: title, Slug: slug, Public: status == "publish", Trashed: status == "trash", Image: image})
	}
	return items, rows.Err()
}

func (e editors) meta() string { return strings.TrimSuffix(e.posts, "posts") + "postmeta" }

// Files looks every attachment up in the database, and what is in its file at the site.
func (e editors) Files(ctx context.Context) (files []connectortest.JudgedFile, err error) {
	rows, err := e.db.QueryContext(ctx, "SELECT ID, MAX(meta_value) FROM "+e.posts+" JOIN "+e.meta()+
		" ON post_id = ID AND meta_key = '_wp_attached_file' WHERE post_type = 'attachment' GROUP BY ID")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, err
		}
		sum, known := e.sums.Load(id)
		if !known {
			if sum, err = e.sum(ctx, name); err != nil {
				return nil, err
			}
			e.sums.Store(id, sum)
		}
		files = append(files, connectortest.JudgedFile{ID: strconv.Itoa(id), SHA256: sum.(string)})
	}
	return files, rows.Err()
}

func (e editors) sum(ctx context.Context, name string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url+"/wp-content/uploads/"+name, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	hash := sha256.New()
	_, err = io.Copy(hash, resp.Body)
	return hex.EncodeToString(hash.Sum(nil)), err
}

// seen is what an editor sees of an item.
type seen struct {
	ID             int
	Slug           string
	Title, Content struct{ Raw string }
}

func (e editors) call(ctx context.Context, method, path string, body map[string]any) (after seen, err error) {
	data, err := json.Marshal(body)
	if err != nil {
		return after, err
	}
	req, err := http.NewRequestWithContext(ctx, method, e.url+"/wp-json/wp/v2/posts"+path, bytes.NewReader(data))
	if err != nil {
		return after, err
	}
	req.SetBasicAuth(e.user, e.password)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return after, err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return after, fmt.Errorf("%s %s: status %d", method, path, resp.StatusCode)
	}
	return after, json.NewDecoder(resp.Body).Decode(&after)
}

func (e editors) look(ctx context.Context, id string) (seen, error) {
	return e.call(ctx, http.MethodGet, "/"+id+"?context=edit", nil)
}

func (e editors) Edit(ctx context.Context, id string) error {
	now, err := e.look(ctx, id)
	if err == nil {
		_, err = e.call(ctx, http.MethodPost, "/"+id, map[string]any{"content": now.Content.Raw + "\n<p>By hand.</p>"})
	}
	return err
}

func (e editors) Trash(ctx context.Context, id string) error {
	_, err := e.call(ctx, http.MethodDelete, "/"+id, nil)
	return err
}

func (e editors) Delete(ctx context.Context, id string) error {
	_, err := e.call(ctx, http.MethodDelete, "/"+id+"?force=true", nil)
	return err
}

func (e editors) Duplicate(ctx context.Context, id string) error {
	now, err := e.look(ctx, id)
	if err == nil {
		_, err = e.call(ctx, http.MethodPost, "", map[string]any{"title": now.Title.Raw, "content": now.Content.Raw, "slug": now.Slug + "-2", "status": "publish"})
	}
	return err
}

func (e editors) TakeSlug(ctx context.Context, slug string) (string, error) {
	made, err := e.call(ctx, http.MethodPost, "", map[string]any{"title": "Somebody else's", "content": "<p>Mine.</p>", "slug": slug, "status": "publish"})
	return strconv.Itoa(made.ID), err
}
