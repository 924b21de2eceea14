package fake

import (
	"cmp"
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Server) get(r *request, postType string, id int) answer {
	p := s.find(postType, id)
	switch {
	case p == nil:
		return invalidID()
	case r.edit() && (r.user == nil || p.Author != r.user.ID && !r.user.can("others")):
		return r.notAllowed("rest_forbidden_context")
	case p.Status != "publish" && p.Type != "attachment" && r.user == nil:
		return r.notAllowed("rest_forbidden")
	}
	a := ok(s.view(r, p, r.edit()))
	if link := "http://" + r.Host + "/" + p.Slug + "/"; p.Status == "publish" {
		a.header = map[string]string{"Link": "<" + link + `>; rel="alternate"; type=text/html`}
	}
	return a
}

// remove trashes, or deletes for good with force.
func (s *Server) remove(r *request, postType string, id int) answer {
	p := s.find(postType, id)
	switch {
	case p == nil:
		return invalidID()
	case r.user == nil || p.Author != r.user.ID && !r.user.can("others"):
		return r.notAllowed("rest_cannot_delete")
	}
	if force := r.param("force"); force == "true" || force == "1" {
		c := s.commitOf("delete", p, "")
		s.Purge(id)
		s.committed(c)
		previous := s.view(r, p, true)
		delete(previous, "_links")
		return ok(map[string]any{"deleted": true, "previous": previous})
	}
	if postType == "attachment" {
		return fail(http.StatusNotImplemented, "rest_trash_not_supported", "The post does not support trashing. Set 'force=true' to delete.")
	}
	if p.Status == "trash" {
		return fail(http.StatusGone, "rest_already_trashed", "The post has already been deleted.")
	}
	p.Was, p.Status, p.Modified = p.Status, "trash", s.now()
	p.Slug += "__trashed" // also where there was none
	p.revise(false)
	c := s.commit(r, "trash", p)
	s.committed(c)
	return ok(s.view(r, p, true))
}

// list is a collection. Query parameters it does not know it ignores, as WordPress does.
func (s *Server) list(r *request, postType string) answer {
	if r.edit() && r.user == nil {
		return r.notAllowed("rest_forbidden_context")
	}
	want := strings.FieldsFunc(cmp.Or(r.param("status"), "publish"), comma)
	if postType == "attachment" {
		want = []string{"inherit"}
	}
	for _, status := range want {
		known := slices.Contains(statuses, status) || status == "trash" || status == "any" || status == "inherit"
		if !known {
			return invalidParam("status", "status[0] is not one of publish, future, draft, pending, private, trash and any.",
				map[string]any{"code": "rest_not_in_enum", "data": nil})
		}
		if status != "publish" && status != "inherit" && r.user == nil {
			return invalidParam("status", "Status is forbidden.",
				map[string]any{"code": "rest_forbidden_status", "message": "Status is forbidden.", "data": map[string]any{"status": 401}})
		}
	}
	if slugs := r.param("slug"); slugs != "" {
		r.slugs = map[string]bool{}
		for _, slug := range strings.FieldsFunc(slugs, comma) {
			r.slugs[sanitizeTitle(slug)] = true
		}
	}
	var found []*Post
	s.mu.Lock()
	for _, p := range s.posts {
		if p.Type == postType && r.matches(p, want) {
			found = append(found, p.clone())
		}
	}
	s.mu.Unlock()
	r.sort(found)
	views := []map[string]any{}
	for _, p := range found {
		views = append(views, s.view(r, p, r.edit()))
	}
	return paged(r, views)
}

func (r *request) matches(p *Post, want []string) bool {
	if !slices.Contains(want, p.Status) && !(slices.Contains(want, "any") && p.Status != "trash") {
		return false
	}
	if r.edit() && p.Author != r.user.ID && !r.user.can("others") {
		return false
	}
	if r.slugs != nil && !r.slugs[p.Slug] {
		return false
	}
	if lang := r.param("lang"); lang != "" && p.Lang != "" && p.Lang != lang {
		return false
	}
	if ids := r.param("include"); ids != "" && !slices.Contains(strings.FieldsFunc(ids, comma), itoa(p.ID)) {
		return false
	}
	if ids := r.param("exclude"); slices.Contains(strings.FieldsFunc(ids, comma), itoa(p.ID)) {
		return false
	}
	if after, err := time.Parse(wpTime, strings.TrimSuffix(r.param("modified_after"), "Z")); err == nil && !p.Modified.After(after) {
		return false
	}
	return r.search(p)
}

// search is LIKE over title, excerpt and raw content, so it finds comments too.
func (r *request) search(p *Post) bool {
	text := strings.ToLower(p.Content)
	if r.param("search_columns") == "" {
		text += "\x00" + strings.ToLower(p.Title) + "\x00" + strings.ToLower(p.Excerpt)
	}
	query := strings.ToLower(r.param("search"))
	if quoted, is := strings.CutPrefix(query, `"`); is {
		return strings.Contains(text, strings.TrimSuffix(quoted, `"`))
	}
	for _, word := range strings.Fields(query) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func (r *request) sort(list []*Post) {
	slices.SortFunc(list, func(a, b *Post) int {
		by := a.Date.Compare(b.Date)
		switch r.param("orderby") {
		case "id":
			by = 0
		case "modified":
			by = a.Modified.Compare(b.Modified)
		}
		by = cmp.Or(by, cmp.Compare(a.ID, b.ID))
		if r.param("order") == "asc" {
			return by
		}
		return -by
	})
}

// view is a post as the API shows it.
func (s *Server) view(r *request, p *Post, edit bool) map[string]any {
	link := "http://" + r.Host + "/" + p.Slug + "/"
	if slices.Contains([]string{"draft", "pending", "future", "trash"}, p.Status) || s.opt.PlainLinks {
		link = "http://" + r.Host + map[bool]string{true: "/?page_id=", false: "/?p="}[p.Type == "page"] + itoa(p.ID)
	}
	title, content := map[string]any{"rendered": texturize(p.Title)}, map[string]any{"rendered": autop(p.Content), "protected": p.Password != ""}
	excerpt := map[string]any{"rendered": autop(p.Excerpt), "protected": p.Password != ""}
	v := map[string]any{"id": p.ID, "type": p.Type, "status": p.Status, "slug": p.Slug, "link": link, "author": p.Author,
		"date": p.Date.Format(wpTime), "date_gmt": p.Date.Format(wpTime), "modified": p.Modified.Format(wpTime), "modified_gmt": p.Modified.Format(wpTime),
		"title": title, "featured_media": p.Media, "template": "", "comment_status": "open", "meta": s.metaView(p)}
	if edit {
		title["raw"], content["raw"], excerpt["raw"] = p.Title, canonicalBlocks(p.Content), p.Excerpt
	}
	if p.Type != "attachment" {
		v["content"], v["excerpt"] = content, excerpt
		if edit {
			v["password"] = p.Password
		}
		links := map[string]any{"version-history": []any{map[string]any{"count": p.Saves}}}
		if p.Saves > 0 {
			links["predecessor-version"] = []any{map[string]any{"id": p.ID*1000 + p.Saves}}
		}
		v["_links"] = links
	}
	switch p.Type {
	case "post":
		v["format"], v["sticky"] = "standard", false
	case "page":
		v["parent"] = p.Parent
	}
	for taxonomy, base := range taxonomies {
		if p.Type != "page" && p.Type != "attachment" {
			v[base] = append([]int{}, p.Terms[taxonomy]...)
		}
	}
	if len(s.opt.Languages) > 0 {
		v["lang"] = p.Lang
	}
	if p.Type == "attachment" {
		v["source_url"], v["mime_type"], v["alt_text"] = "http://"+r.Host+"/wp-content/uploads/"+p.File, p.MIME, p.Alt
		v["post"] = nil
		if p.Parent != 0 {
			v["post"] = p.Parent
		}
	}
	if r.query["_embed"] != nil {
		v["_embedded"] = map[string]any{"wp:term": s.termViews(p)}
	}
	return v
}

// metaView has every registered key; one that was never set reads as "" or 0.
func (s *Server) metaView(p *Post) map[string]any {
	meta := map[string]any{}
	if p.Type != "attachment" {
		meta["footnotes"] = ""
	}
	for key, kind := range s.opt.Meta {
		v, set := p.Meta[key]
		switch {
		case set:
			meta[key] = v
		case kind == "integer":
			meta[key] = 0
		default:
			meta[key] = ""
		}
	}
	return meta
}

func (s *Server) base(postType string) string {
	switch postType {
	case "post", "page":
		return postType + "s"
	case "attachment":
		return "media"
	}
	return postType
}

// texturize and autop stand for the filters behind "rendered", which nobody may compare with.
func texturize(s string) string {
	return strings.NewReplacer("...", "&#8230;", "'", "&#8217;", ` "`, " &#8220;", `"`, "&#8221;", "--", "&#8211;").Replace(s)
}

func autop(s string) string {
	if s == "" || strings.Contains(s, "<!-- wp:") {
		return texturize(blockComment.ReplaceAllString(s, ""))
	}
	return "<p>" + strings.ReplaceAll(texturize(s), "\n\n", "</p>\n<p>") + "</p>\n"
}

var blockComment = regexp.MustCompile(`<!--\s+(/?)wp:([a-z][a-z0-9_/-]*)\s+((?:\{.*?\})\s+)?(/)?-->`)

// canonicalBlocks: content.raw is not what is stored: WordPress parses the block comments and writes them anew.
func canonicalBlocks(content string) string {
	return blockComment.ReplaceAllStringFunc(content, func(comment string) string {
		m := blockComment.FindStringSubmatch(comment)
		attrs := ""
		var parsed json.RawMessage
		if json.Unmarshal([]byte(strings.TrimSpace(m[3])), &parsed) == nil && len(parsed) > 0 {
			attrs = serializeAttrs(parsed)
		}
		end := "-->"
		if m[4] != "" {
			end = "/-->"
		}
		return "<!-- " + m[1] + "wp:" + strings.TrimPrefix(m[2], "core/") + " " + attrs + end
	})
}

// serializeAttrs is serialize_block_attributes (wp-includes/blocks.php).
func serializeAttrs(raw json.RawMessage) string {
	var out strings.Builder
	inString := false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '\\':
			out.WriteString(string(raw[i : i+2]))
			i++
		case c == '"':
			inString = !inString
			out.WriteByte(c)
		case !inString && (c == ' ' || c == '\n' || c == '\t' || c == '\r'):
		case c == '<' || c == '>' || c == '&':
			out.WriteString(`\u00` + strconv.FormatInt(int64(c), 16))
		default:
			out.WriteByte(c)
		}
	}
	attrs := strings.ReplaceAll(out.String(), "--", `\u002d\u002d`)
	attrs = strings.ReplaceAll(attrs, `\"`, `\u0022`)
	if attrs == "{}" {
		return ""
	}
	return attrs + " "
}

func unescape(s string) string { return html.UnescapeString(s) }

var _ = http.StatusOK
