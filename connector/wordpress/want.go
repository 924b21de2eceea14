package wordpress

import (
	"html"
	"math"
	"strings"

	"stet"
	"stet/connector"
	"stet/connector/wordpress/block"
)

// wanted is what a write wants of a post.
type wanted struct {
	title, content, excerpt string // as they are sent; the content without its note
	author                  int    // 0: as it is
	parent                  int    // with parts[partParent]
	language                string // its code at the site; empty: as it is
	meta                    map[string]any
	parts                   parts
	row                     row
	images                  []block.Image // of the content, that are to be uploaded
	hero                    *stet.Image   // to be the featured image; nil: none is
	placed                  placed        // what was uploaded, after place
}

// want is pure: no two calls differ, and nothing is asked of the site.
func (s *site) want(w connector.Write) (wanted, error) {
	doc := w.Doc
	if len(doc.Body.Text) > maxBody {
		return wanted{}, notApplied(stet.TooLarge, "body_too_large", "the body has %d bytes, the limit is %d; shorten it", len(doc.Body.Text), maxBody)
	}
	opt := s.opt.body
	opt.Title = doc.Title
	content, err := block.Render(doc.Body, opt)
	if err != nil {
		return wanted{}, nothingSent(err)
	}
	out := wanted{title: escape(doc.Title), content: content, excerpt: escape(doc.Summary), meta: s.meta(doc)}
	for pointer, text := range map[string]string{"/title": out.title, "/summary": out.excerpt} {
		if len(text) > math.MaxUint16 {
			e := notApplied(stet.Invalid, "text_too_long", "WordPress stores at most %d bytes here, and this has %d; shorten it", math.MaxUint16, len(text))
			e.Pointer = pointer
			return wanted{}, e
		}
	}
	out.row = row{Title: plainText(out.title), Content: block.Normal(out.content, s.names(placed{})), Excerpt: plainText(out.excerpt)}
	out.parts = allFree
	s.wantPictures(&out, doc)
	if err := s.wantPlace(&out, doc); err != nil {
		return wanted{}, err
	}
	for _, name := range doc.Authors {
		if id, known := s.opt.authors[name]; known {
			out.author = id
			out.parts[partAuthor] = partOf(id)
			break
		}
	}
	for i, names := range [][]string{doc.Categories, doc.Tags} {
		if s.opt.taxonomies[i] != "" && len(names) > 0 {
			out.parts[partCategories+i] = partOf(termList(names))
		}
	}
	if len(out.meta) > 0 {
		out.parts[partMeta] = partOf(normalMeta(out.meta))
	}
	return out, nil
}

// Fingerprint is the hash of what a post is in normal form: its texts, and of author, terms and meta what the document
// decides.
func (s *site) Fingerprint(w connector.Write) (string, error) {
	want, err := s.want(w)
	if err != nil {
		return "", err
	}
	return fingerprint(want.row, want.parts), nil
}

var textEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape makes HTML of plain text, which is what WordPress keeps titles and excerpts as.
func escape(text string) string { return textEscape.Replace(strings.TrimSpace(text)) }

// plainText is the normal form of a title or an excerpt.
func plainText(stored string) string {
	return strings.Join(strings.Fields(html.UnescapeString(stored)), " ")
}

// partsOf are the parts of a post as it is now, without regard to whether a document decides them.
func (s *site) partsOf(p *post) parts {
	out := parts{partOf(p.Author), partOf(p.Media), free, free, free, partOf(p.Parent), partOf(p.texts[s.opt.languageParam])}
	for i, base := range s.opt.taxonomies {
		if base != "" {
			out[partCategories+i] = partOf(termList(p.termNames(base)))
		}
	}
	if keys := s.metaKeys(); len(keys) > 0 {
		out[partMeta] = partOf(p.metaOf(keys))
	}
	return out
}

// guess is which parts a document would decide, of a post that does not say so: those that are there.
func (s *site) guess(p *post) parts {
	out := s.partsOf(p)
	out[partMedia], out[partParent], out[partLanguage] = free, free, free
	known := false
	for _, id := range s.opt.authors {
		known = known || id == p.Author
	}
	if !known {
		out[partAuthor] = free
	}
	for i, base := range s.opt.taxonomies {
		if len(p.terms[base]) == 0 || i == 0 && p.only(defaultCategory, base) {
			out[partCategories+i] = free
		}
	}
	return out
}

// before is what was there before a create: nothing.
func before(want wanted) parts {
	out := want.parts
	if out[partMedia] != free {
		out[partMedia] = partOf(0)
	}
	if out[partParent] != free {
		out[partParent] = partOf(0)
	}
	if out[partLanguage] != free {
		out[partLanguage] = unknown
	}
	if out[partCategories] != free {
		out[partCategories] = partOf(termList(nil))
	}
	if out[partTags] != free {
		out[partTags] = partOf(termList(nil))
	}
	if out[partMeta] != free {
		empty := map[string]any{}
		for key := range want.meta {
			empty[key] = nil
		}
		out[partMeta] = partOf(normalMeta(empty))
	}
	return out
}
