package wordpress

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"stet"
)

// seoKeys are the meta keys of title, description and canonical address, by plugin.
var seoKeys = map[string][3]string{
	"yoast":    {"_yoast_wpseo_title", "_yoast_wpseo_metadesc", "_yoast_wpseo_canonical"},
	"rankmath": {"rank_math_title", "rank_math_description", "rank_math_canonical_url"},
}

// metaKeys are the keys that are compared: those of the options fields and seo. WordPress drops a key that is not
// registered without a word, so with seo auto, where nobody said that one is, nothing is compared.
func (s *site) metaKeys() []string {
	keys := slices.Collect(maps.Values(s.opt.fields))
	if names, explicit := seoKeys[s.opt.seo]; explicit {
		keys = append(keys, names[:]...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// meta is what a document wants in the keys that are compared; nil deletes.
func (s *site) meta(doc stet.Document) map[string]any {
	out := map[string]any{}
	for field, key := range s.opt.fields {
		out[key] = scalar(doc.Fields[field])
	}
	if names, explicit := seoKeys[s.opt.seo]; explicit {
		addSEO(out, names, doc.Metadata)
	}
	return out
}

func addSEO(to map[string]any, names [3]string, m stet.Metadata) {
	for i, text := range []string{m.Title, m.Description, m.CanonicalURL} {
		to[names[i]] = nil
		if text != "" {
			to[names[i]] = text
		}
	}
}

// scalar makes one value of a field: what is neither a text, a number nor a truth value goes as JSON.
func scalar(v any) any {
	switch v.(type) {
	case nil, string, float64, int, int64, bool, json.Number:
		return v
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// normalMeta is the normal form: absent, empty, 0 and false are one, as WordPress reads an unset value.
func normalMeta(meta map[string]any) map[string]string {
	out := map[string]string{}
	for key, v := range meta {
		text := ""
		if v != nil {
			text = fmt.Sprint(v)
		}
		if text == "0" || text == "false" {
			text = ""
		}
		if text == "true" {
			text = "1"
		}
		out[key] = text
	}
	return out
}

// metaOf is the normal form of what a post has in these keys.
func (p *post) metaOf(keys []string) map[string]string {
	meta := map[string]any{}
	for _, key := range keys {
		var v any
		if raw, has := p.Meta[key]; has {
			_ = json.Unmarshal(raw, &v) // one that cannot be read is none
		}
		meta[key] = scalar(v)
	}
	return normalMeta(meta)
}

// metaToSend is what a write sends: what is compared, which must be registered, and with seo auto what happens to be.
func (s *site) metaToSend(ctx context.Context, want wanted, doc stet.Document) (map[string]any, error) {
	auto := s.opt.seo == "auto" && (doc.Metadata.Title != "" || doc.Metadata.Description != "" || doc.Metadata.CanonicalURL != "")
	if len(want.meta) == 0 && !auto {
		return nil, nil
	}
	kinds, err := s.registered(ctx, slices.Collect(maps.Keys(want.meta)))
	if stet.IsKind(err, stet.Forbidden) && len(want.meta) == 0 { // a host that blocks OPTIONS; nobody asked for these keys
		return nil, nil
	}
	if err != nil {
		return nil, nothingSent(err)
	}
	out := maps.Clone(want.meta)
	if auto {
		all := map[string]any{}
		for _, names := range seoKeys {
			addSEO(all, names, doc.Metadata)
		}
		maps.DeleteFunc(all, func(key string, _ any) bool { return kinds[key] == "" })
		maps.Copy(out, all)
	}
	for key, v := range out {
		if _, text := v.(string); text && (kinds[key] == "integer" || kinds[key] == "number") {
			return nil, notApplied(stet.Invalid, "meta_type", "the meta key %q holds numbers, and the document has the text %q for it", key, v)
		}
		if _, number := v.(float64); number && kinds[key] == "string" {
			out[key] = fmt.Sprint(v)
		}
	}
	return out, nil
}

// registered gives the registered meta keys of the post type and their types. They are asked for once, and again while
// one that is needed is missing.
func (s *site) registered(ctx context.Context, needed []string) (map[string]string, error) {
	s.mu.Lock()
	kinds := s.metas
	s.mu.Unlock()
	lacks := func(key string) bool { return kinds[key] == "" }
	if kinds == nil || slices.ContainsFunc(needed, lacks) {
		var err error
		if kinds, err = s.schema(ctx); err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.metas = kinds
		s.mu.Unlock()
	}
	slices.Sort(needed)
	if i := slices.IndexFunc(needed, lacks); i >= 0 {
		return nil, stet.Errorf(stet.Configuration, "meta_unregistered",
			"The site does not offer the meta key %q to its API, so WordPress would drop it. Register it (register_post_meta with show_in_rest), or take it out of the options fields and seo.", needed[i])
	}
	return kinds, nil
}

func (s *site) schema(ctx context.Context) (map[string]string, error) {
	at, err := s.api(ctx)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Schema struct {
			Properties struct {
				Meta struct {
					Properties map[string]struct {
						Type string `json:"type"`
					} `json:"properties"`
				} `json:"meta"`
			} `json:"properties"`
		} `json:"schema"`
	}
	if err := s.send(ctx, at.request(http.MethodOptions, s.route(), nil), nil, &answer); err != nil {
		return nil, err
	}
	kinds := map[string]string{}
	for key, p := range answer.Schema.Properties.Meta.Properties {
		kinds[key] = p.Type
	}
	return kinds, nil
}
