package wordpress

import (
	"context"
	"errors"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"stet"
	"stet/internal/httpclient"
)

// defaultCategory is the id of the category that every WordPress begins with and gives to a post that has none.
const defaultCategory = 1

// termKey is what two names of a term share when WordPress takes one for the other: case, accents and the spelling of
// white space make no difference.
func termKey(name string) string {
	name = strings.Join(strings.Fields(html.UnescapeString(name)), " ")
	var b strings.Builder
	for _, c := range norm.NFKD.String(name) {
		if !unicode.Is(unicode.Mn, c) {
			b.WriteRune(c)
		}
	}
	return cases.Fold().String(b.String())
}

// termNames are the names of a post's terms in the taxonomy at base. An id that the site did not name stands for itself.
func (p *post) termNames(base string) []string {
	var names []string
	for _, id := range p.terms[base] {
		name := "#" + strconv.Itoa(id)
		for _, list := range p.Embedded.Terms {
			for _, t := range list {
				if t.ID == id {
					name = t.Name
				}
			}
		}
		names = append(names, name)
	}
	return names
}

func (p *post) only(id int, base string) bool { return slices.Equal(p.terms[base], []int{id}) }

// termIDs finds the terms of these names and makes those that are missing. Its errors come before any write of a post.
func (s *site) termIDs(ctx context.Context, base string, names []string) ([]int, error) {
	s.terms.Lock() // within this process no term is made twice; between two, oldest decides
	defer s.terms.Unlock()
	keys := map[string]string{}
	for _, name := range names {
		if key := termKey(name); key != "" && keys[key] == "" {
			keys[key] = strings.TrimSpace(name)
		}
	}
	var ids []int
	for _, key := range termList(names) {
		id, err := s.termID(ctx, base, keys[key])
		if err != nil {
			return nil, nothingSent(err)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func (s *site) termID(ctx context.Context, base, name string) (int, error) {
	if id, err := s.oldest(ctx, base, name); err != nil || id != 0 {
		return id, err
	}
	stored := strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(name) // WordPress takes tags out of names
	var made term
	err := s.post(ctx, posting{route: httpclient.Path("wp", "v2", base), query: url.Values{"_fields": {"id,name,slug"}}, body: map[string]any{"name": stored}}, &made)
	if isCode(err, "term_exists") {
		if e, ok := errors.AsType[*stet.Error](err); ok {
			if id, _ := e.Details["term_id"].(int); id > 0 {
				return id, nil
			}
		}
	}
	if err != nil {
		return 0, err
	}
	if made.ID <= 0 {
		return 0, unusable("the new term")
	}
	// Creating a term is no lock: somebody may have made the same one in the same moment. Whoever looks afterwards
	// takes the oldest, so all take the same; one that nobody uses is removed again.
	first, err := s.oldest(ctx, base, name)
	if err != nil || first == 0 || first == made.ID {
		return made.ID, err
	}
	s.removeTwin(ctx, base, made.ID)
	return first, nil
}

// oldest is the first term of a name, 0 where there is none. The slug is asked for, because WordPress keeps names
// escaped and finds no "A & B"; a suffix is that of a twin or of another name with the same letters.
func (s *site) oldest(ctx context.Context, base, name string) (int, error) {
	slug := slugOf(name)
	if slug == "" {
		return 0, nil
	}
	slugs := []string{slug, slug + "-2", slug + "-3", slug + "-4"}
	var found []term
	// Not in the edit context, which authors have no right to for terms.
	query := url.Values{"slug": {strings.Join(slugs, ",")}, "per_page": {"100"}, "hide_empty": {"false"}, "_fields": {"id,name,slug"}}
	if _, err := s.get(ctx, httpclient.Path("wp", "v2", base), query, &found); err != nil {
		if isCode(err, "rest_no_route") {
			return 0, stet.Errorf(stet.Configuration, "wp_taxonomy", "WordPress has no taxonomy at %q. Correct the options categories and tags, or set them to none.", base)
		}
		return 0, err
	}
	first := 0
	for _, t := range found {
		if t.ID > 0 && termKey(t.Name) == termKey(name) && (first == 0 || t.ID < first) {
			first = t.ID
		}
	}
	return first, nil
}

// removeTwin is tidiness only: an error leaves a term without posts.
func (s *site) removeTwin(ctx context.Context, base string, id int) {
	at, err := s.api(ctx)
	if err != nil {
		return
	}
	req := at.request(http.MethodDelete, httpclient.Path("wp", "v2", base, strconv.Itoa(id)), url.Values{"force": {"true"}})
	var gone struct{}
	if err := s.send(ctx, req, nil, &gone); err != nil {
		s.log.WarnContext(ctx, "a term was made twice and could not be removed", "taxonomy", base, "id", id, "err", err)
	}
}
