package wordpress

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"stet/internal/httpclient"
)

// post is an item of any type in the edit context. The ids of its terms stand beside it, under the REST base of each
// taxonomy.
type post struct {
	ID       int       `json:"id"`
	Status   string    `json:"status"`
	Slug     string    `json:"slug"`
	Link     string    `json:"link"`
	Created  string    `json:"date_gmt"`
	Modified string    `json:"modified_gmt"`
	Password string    `json:"password"`
	Title    raw       `json:"title"`
	Content  raw       `json:"content"`
	Excerpt  raw       `json:"excerpt"`
	Author   int       `json:"author"`
	Parent   int       `json:"parent"`
	Media    int       `json:"featured_media"`
	Meta     rawObject `json:"meta"`
	Embedded struct {
		Terms [][]term `json:"wp:term"`
	} `json:"_embedded"`

	terms map[string][]int  // by REST base
	texts map[string]string // members that are a text, by name: the language among them
}

// raw is a text as it is stored; nil where the answer is not that of an editor.
type raw struct {
	Raw *string `json:"raw"`
}

func (r raw) text() string {
	if r.Raw == nil {
		return ""
	}
	return *r.Raw
}

type term struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Slug  string `json:"slug"`
	Count int    `json:"count"`
}

// fields are the members of post that are asked for: not the rendered texts, which cost the site most.
const fields = "id,status,slug,link,date_gmt,modified_gmt,password,title.raw,content.raw,excerpt.raw,author,parent,featured_media,meta,_links,_embedded"

func (s *site) fields() url.Values {
	list := []string{fields}
	for _, base := range s.opt.taxonomies {
		if base != "" {
			list = append(list, base)
		}
	}
	if s.opt.languageParam != "" {
		list = append(list, s.opt.languageParam)
	}
	return url.Values{"context": {"edit"}, "_fields": {strings.Join(list, ",")}, "_embed": {"wp:term"}}
}

func (s *site) route(more ...string) string {
	return httpclient.Path(append([]string{"wp", "v2", s.opt.postType}, more...)...)
}

// get reads into v. more are query parameters: name, value, and so on.
func (s *site) get(ctx context.Context, route string, query url.Values, v any) (http.Header, error) {
	at, err := s.api(ctx)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(ctx, at.request(http.MethodGet, route, query))
	if err != nil {
		return nil, err
	}
	if err := s.judge(resp, nil); err != nil {
		return nil, err
	}
	return resp.Header, resp.Decode(v)
}

// send writes. The outcome of its error is NotApplied where a code in refused, or the transport, proves it.
func (s *site) send(ctx context.Context, req httpclient.Request, refused []string, v any) error {
	resp, err := s.client.Do(ctx, req)
	if err != nil {
		return err
	}
	if err := s.judge(resp, refused); err != nil {
		return err
	}
	return resp.Decode(v)
}

// posting is one request that sends JSON to a route.
type posting struct {
	route   string
	query   url.Values
	body    map[string]any
	refused []string // codes that say that nothing was stored
}

// post sends JSON and decodes the answer into v.
func (s *site) post(ctx context.Context, p posting, v any) error {
	at, err := s.api(ctx)
	if err != nil {
		return nothingSent(err)
	}
	data, err := json.Marshal(p.body)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	req := at.request(http.MethodPost, p.route, p.query)
	req.Body, req.Header = data, http.Header{"Content-Type": {"application/json"}}
	return s.send(ctx, req, p.refused, v)
}

// UnmarshalJSON also takes the ids of terms, every member that is a list of numbers, and every member that is a text.
func (p *post) UnmarshalJSON(data []byte) error {
	type bare post
	if err := json.Unmarshal(data, (*bare)(p)); err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	p.terms, p.texts = map[string][]int{}, map[string]string{}
	for name, member := range members {
		var ids []int
		if json.Unmarshal(member, &ids) == nil && ids != nil {
			p.terms[name] = ids
		}
		var text string
		if json.Unmarshal(member, &text) == nil {
			p.texts[name] = text
		}
	}
	return nil
}

// complete reports whether an answer is a whole post with its raw texts.
func (p *post) complete() bool {
	return p.ID > 0 && p.Status != "" && p.Title.Raw != nil && p.Content.Raw != nil && p.Modified != ""
}

func (p *post) id() string { return strconv.Itoa(p.ID) }
