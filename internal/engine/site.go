package engine

import (
	"context"
	"net/url"
	"path"
	"strings"

	"stet/internal/state"
)

// Site tells the gate what the site holds, as far as stet knows it.
type Site interface {
	// Internal tells whether an address belongs to the site.
	Internal(address string) bool
	// Page looks an internal address up. Known is false where stet cannot tell.
	Page(address string) (exists bool, redirect string, known bool)
}

// site looks into the store. What it could not read is an error of the judgement.
type site struct {
	ctx    context.Context
	engine *Engine
	err    error
}

func (s *site) Internal(address string) bool {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Opaque != "" || u.Host == "" && u.Path == "":
		return false
	case u.Host == "":
		return u.Scheme == ""
	}
	for _, t := range s.engine.targets {
		if base, err := url.Parse(t.BaseURL); err == nil && base.Host != "" && strings.EqualFold(base.Host, u.Host) {
			return true
		}
	}
	return false
}

// Page knows the slugs that contents of stet have and had. Of other addresses it says nothing: the site may hold more
// than stet publishes.
func (s *site) Page(address string) (exists bool, redirect string, known bool) {
	u, err := url.Parse(address)
	if err != nil || s.err != nil {
		return false, "", false
	}
	slug := path.Base(strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "index.html"))
	if slug == "." || slug == "/" {
		return true, "", true // the front page
	}
	key := slugKey(slug)
	s.err = s.engine.db.View(s.ctx, func(r state.Reader) error {
		for _, scope := range s.engine.scopes {
			if exists, redirect, err = lookUp(r, scope, key); err != nil || exists || redirect != "" {
				known = err == nil
				return err
			}
		}
		return nil
	})
	return exists, redirect, known
}

// lookUp finds a slug in one scope: one that is held exists, one that was given up leads to where its content is now.
func lookUp(r state.Reader, scope, key string) (exists bool, redirect string, err error) {
	if exists, err = r.Get(&state.Slug{Scope: scope, SlugKey: key}); err != nil || exists {
		return exists, "", err
	}
	old := &state.OldSlug{Scope: scope, SlugKey: key}
	found, err := r.Get(old)
	if err != nil || !found {
		return false, "", err
	}
	p := &state.Publication{ContentID: old.ContentID, Target: old.Target}
	if _, err := r.Get(p); err != nil {
		return false, "", err
	}
	return false, p.URL, nil
}
