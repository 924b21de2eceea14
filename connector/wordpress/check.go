package wordpress

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"stet"
	"stet/internal/httpclient"
)

// Check asks who we are and whether that account may do what it will be asked for. It writes nothing.
func (s *site) Check(ctx context.Context) error {
	s.mu.Lock()
	s.metas = nil // what was registered at the start may be so no more
	s.mu.Unlock()
	var me struct {
		Name string          `json:"name"`
		Can  map[string]bool `json:"capabilities"`
	}
	query := url.Values{"context": {"edit"}, "_fields": {"name,capabilities"}}
	if _, err := s.get(ctx, httpclient.Path("wp", "v2", "users", "me"), query, &me); err != nil {
		return nothingSent(err)
	}
	if me.Can == nil {
		return nothingSent(unusable("the rights of the account"))
	}
	needed := []string{"edit_posts", "publish_posts"}
	if s.opt.postType == "pages" {
		needed = []string{"edit_pages", "publish_pages"}
	}
	if s.pictures != nil {
		needed = append(needed, "upload_files")
	}
	if s.opt.body.Trusted {
		needed = append(needed, "unfiltered_html")
	}
	if lacking := slices.DeleteFunc(needed, func(right string) bool { return me.Can[right] }); len(lacking) > 0 {
		return notApplied(stet.Configuration, "wp_rights", "The account %q lacks the rights %s. Give it the role Author or, to see every draft and slug, Editor.",
			s.opt.user, strings.Join(lacking, ", "))
	}
	var some []*post
	query = s.fields()
	query.Set("status", "draft")
	query.Set("per_page", "1")
	if _, err := s.get(ctx, s.route(), query, &some); err != nil {
		return nothingSent(err)
	}
	if name := s.opt.languageParam; name != "" && len(some) > 0 && some[0].texts[name] == "" {
		return notApplied(stet.Configuration, "wp_language", "The site does not show the language of its posts as %q, so that it seems to ignore that parameter. Correct the option language_param, or leave it out.", name)
	}
	if keys := s.metaKeys(); len(keys) > 0 {
		if _, err := s.registered(ctx, keys); err != nil {
			return nothingSent(err)
		}
	}
	return nil
}
