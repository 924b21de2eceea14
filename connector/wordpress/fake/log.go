package fake

import (
	"crypto/sha256"
	"encoding/hex"
	"html"
	"maps"
	"regexp"
	"slices"
	"time"

	"stet/internal/httpclient"
)

// Commit is one stored change, in the order in which they were stored. The log is only ever appended to.
type Commit struct {
	N      int       `json:"n"`
	At     time.Time `json:"at"`
	Op     string    `json:"op"` // create, update, trash, delete, upload, term, upsert, unpublish; edit for a person's
	ID     int       `json:"id"`
	Type   string    `json:"type"`
	Status string    `json:"status"`
	Slug   string    `json:"slug"`
	Hash   string    `json:"hash"`             // of title, content and excerpt, without a marker
	Marker string    `json:"marker,omitempty"` // of the slug or the content
	Seq    int64     `json:"seq,omitempty"`    // apply sequence, of the companion's writes
	Intent string    `json:"intent,omitempty"` // the Stet-Intent header
}

// Public reports whether the change left the post visible to everybody.
func (c Commit) Public() bool { return c.Status == "publish" }

// Log is everything that was ever stored.
func (s *Server) Log() []Commit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Posts is everything that is stored now, drafts and trash included, by id.
func (s *Server) Posts() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Post
	for _, id := range slices.Sorted(maps.Keys(s.posts)) {
		list = append(list, *s.posts[id].clone())
	}
	return list
}

// Each shows everything that is stored now, in no order. It is quicker than Posts; see must neither change nor keep a post.
func (s *Server) Each(see func(*Post)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		see(p)
	}
}

// Edit is a person at work in the CMS: fn changes the post, and what it changes is stored.
func (s *Server) Edit(id int, fn func(*Post)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, found := s.posts[id]
	if !found {
		return false
	}
	p = p.clone()
	fn(p)
	p.Modified = s.now()
	s.store("edit", p, "")
	return true
}

// Add is a person who makes a post. Its id is given back.
func (s *Server) Add(p Post) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.ID = s.newID()
	if p.Type == "" {
		p.Type = "post"
	}
	if p.Date.IsZero() {
		p.Date = s.now()
	}
	p.Modified = s.now()
	s.store("edit", p.clone(), "")
	return p.ID
}

// AddTerm is a person who makes a term.
func (s *Server) AddTerm(taxonomy, name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.newID()
	s.terms[id] = &Term{ID: id, Taxonomy: taxonomy, Name: html.EscapeString(name), Slug: sanitizeTitle(name)}
	return id
}

// Purge is a person who deletes a post for good.
func (s *Server) Purge(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, found := s.posts[id]; found {
		delete(s.posts, id)
		s.note("delete", p, "")
	}
}

// store puts a row into the table and into the log. The caller holds the lock.
func (s *Server) store(op string, p *Post, intent string) Commit {
	s.posts[p.ID] = p
	return s.note(op, p, intent)
}

func (s *Server) note(op string, p *Post, intent string) Commit {
	c := s.commitOf(op, p, intent)
	c.N = len(s.log) + 1
	s.log = append(s.log, c)
	return c
}

var (
	markerSlug    = regexp.MustCompile(`^stet-([a-z2-7]{26})(-\d+)?(__trashed)?$`)
	markerComment = regexp.MustCompile(`<!-- stet:([a-z2-7]{26})[^>]*-->`)
	markerBlock   = regexp.MustCompile(`(<!-- wp:html -->\s*)?<!-- stet:[^>]*-->(\s*<!-- /wp:html -->)?`)
)

func (s *Server) commitOf(op string, p *Post, intent string) Commit {
	c := Commit{At: s.opt.Now().UTC(), Op: op, ID: p.ID, Type: p.Type, Status: p.Status, Slug: p.Slug, Intent: intent}
	sum := sha256.Sum256([]byte(p.Title + "\x00" + markerBlock.ReplaceAllString(p.Content, "") + "\x00" + p.Excerpt))
	c.Hash = hex.EncodeToString(sum[:])
	if m := markerSlug.FindStringSubmatch(p.Slug); m != nil {
		c.Marker = m[1]
	} else if m := markerComment.FindStringSubmatch(p.Content); m != nil {
		c.Marker = m[1]
	}
	return c
}

// commit stores a row with the hooks around it, and without the lock between the check of a request and its row: two
// requests at a time overtake each other here.
func (s *Server) commit(r *request, op string, p *Post) Commit {
	intent := r.Header.Get(httpclient.IntentHeader)
	if s.opt.BeforeCommit != nil {
		s.opt.BeforeCommit(s.commitOf(op, p, intent))
	}
	s.mu.Lock()
	if p.ID == 0 {
		p.ID = s.newID()
	}
	c := s.store(op, p, intent)
	s.mu.Unlock()
	return c
}

// committed is the moment after everything was stored and before the answer.
func (s *Server) committed(c Commit) {
	if s.opt.AfterCommit != nil {
		s.opt.AfterCommit(c)
	}
}
