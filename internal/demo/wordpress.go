package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// WordPress is a site to publish to in place of a website of the demo's own, as `testenv/wordpress start` describes it.
type WordPress struct {
	URL      string   `json:"url"`
	User     string   `json:"user"`
	Password string   `json:"password"` // an application password of User
	Version  string   `json:"version"`
	Plugin   bool     `json:"plugin"` // the companion plugin is active
	SQL      []string `json:"sql"`    // a command that runs the query given as its last argument, and prints the rows: a line each, columns separated by tabs
	DB       struct {
		Prefix string `json:"prefix"` // of the tables' names
	} `json:"db"`
}

var tablePrefix = regexp.MustCompile(`^[A-Za-z0-9_]*$`)

// ParseWordPress reads the line of JSON that `testenv/wordpress start` prints.
func ParseWordPress(line []byte) (*WordPress, error) {
	var wp WordPress
	if err := json.Unmarshal(line, &wp); err != nil {
		return nil, fmt.Errorf("read the description of a WordPress: %w", err)
	}
	if wp.URL == "" || wp.User == "" || wp.Password == "" || len(wp.SQL) == 0 || !tablePrefix.MatchString(wp.DB.Prefix) {
		return nil, errors.New("the description of a WordPress needs url, user, password, sql (a command) and db.prefix, as testenv/wordpress start prints them")
	}
	return &wp, nil
}

// blog is a WordPress with the articles of a run.
type blog struct {
	*WordPress
	articles map[string]string // content ids by slug
	before   map[int]bool      // posts that were there: they are somebody else's
}

// openBlog refuses a site that has posts with the articles' slugs: it could not be told whose they are.
func openBlog(ctx context.Context, wp *WordPress, texts []text) (*blog, error) {
	b := &blog{WordPress: wp, articles: map[string]string{}, before: map[int]bool{}}
	for _, t := range texts {
		b.articles[t.doc.Slug] = t.id
	}
	posts, err := b.posts(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range posts {
		b.before[p.id] = true
		if b.articles[p.slug] != "" {
			return nil, fmt.Errorf("the WordPress at %s has a post %q already, perhaps of an earlier demo. Start a new one: testenv/wordpress stop, then testenv/wordpress start", wp.URL, p.slug)
		}
	}
	return b, nil
}

// post is a row of its database.
type post struct {
	id           int
	status, slug string
	version      int64 // that its text names; 0: none
}

// posts reads all rows of the type post but the editor's empty ones.
func (b *blog) posts(ctx context.Context) (list []post, err error) {
	query := "SELECT ID, post_status, post_name, IFNULL(REGEXP_REPLACE(REGEXP_SUBSTR(post_content, 'This is version [0-9]+ of the text'), '[^0-9]', ''), '') FROM " +
		b.DB.Prefix + "posts WHERE post_type = 'post' AND post_status <> 'auto-draft' ORDER BY ID"
	command := append(slices.Clone(b.SQL), query)
	out, err := exec.CommandContext(ctx, command[0], command[1:]...).Output()
	if err != nil {
		var said string
		if ended, ok := errors.AsType[*exec.ExitError](err); ok {
			said = strings.TrimSpace(string(ended.Stderr))
		}
		return nil, fmt.Errorf("read the database of WordPress: %w: %s", err, said)
	}
	for line := range strings.Lines(string(out)) {
		columns := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(columns) != 4 {
			return nil, fmt.Errorf("read the database of WordPress: %q is not a row of four columns", line)
		}
		p := post{status: columns[1], slug: columns[2]}
		if p.id, err = strconv.Atoi(columns[0]); err != nil {
			return nil, fmt.Errorf("read the database of WordPress: %w", err)
		}
		if plain, err := url.PathUnescape(p.slug); err == nil { // WordPress stores other scripts percent-encoded
			p.slug = plain
		}
		p.version, _ = strconv.ParseInt(columns[3], 10, 64)
		list = append(list, p)
	}
	return list, nil
}

func (b *blog) address() string { return strings.TrimSuffix(b.URL, "/") }

// lateness is how late a request may take effect at a WordPress on this machine, which answers in a fraction of a second.
// The connector's own default thinks of proxies and busy hosts, and would make the demo wait for a quarter of an hour.
const lateness = 15 * time.Second

func (b *blog) target() (entry, secret string) {
	return fmt.Sprintf(`    kind: wordpress
    horizon: %s
    options:
      url: %q
      user: %q
      password: file:secrets/site
      allow_private: "yes"
      rate: "0"
`, lateness, b.URL, b.User), b.Password
}

func (*blog) settles() time.Duration { return lateness }

// look takes the posts from the database of WordPress. The title of a post of ours cannot tell the content, and the slug
// can: a post under a slug that no article has is nobody's.
func (b *blog) look(ctx context.Context) (s seen, err error) {
	posts, err := b.posts(ctx)
	for _, p := range posts {
		switch {
		case b.before[p.id] || p.status == "trash":
		case p.status != "publish":
			s.drafts = append(s.drafts, fmt.Sprintf("post %d (%s, slug %q)", p.id, p.status, p.slug))
		default:
			id := b.articles[p.slug]
			if id == "" {
				id = p.slug
			}
			s.pages = append(s.pages, page{path: fmt.Sprintf("post %d", p.id), slug: p.slug, contentID: id, version: p.version, html: shown(p.version)})
		}
	}
	return s, err
}

func (*blog) close() {}
