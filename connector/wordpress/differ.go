package wordpress

import (
	"context"
	"strconv"
	"strings"

	"stet/connector"
	"stet/connector/wordpress/block"
)

var (
	_ connector.Differ = plain{}
	_ connector.Differ = companion{}
	_ connector.Differ = adaptive{}
)

// Differences compares a post with a document. What the document leaves to WordPress is not compared.
func (s *site) Differences(ctx context.Context, id string, w connector.Write) ([]connector.Difference, error) {
	want, err := s.want(w)
	if err != nil {
		return nil, err
	}
	p, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	note, rest, _ := readNote(p.Content.text())
	var list differences
	list.add("status", "publish", p.Status)
	list.add("title", want.row.Title, plainText(p.Title.text()))
	list.add("slug", w.Doc.Slug, unescapeSlug(p.Slug))
	list.add("body", want.row.Content, block.Normal(rest, s.names(note.placed)))
	list.add("summary", want.row.Excerpt, plainText(p.Excerpt.text()))
	if p.Password != "" {
		list.add("password", "", "visitors are asked for one")
	}
	if want.author > 0 {
		list.add("authors", strconv.Itoa(want.author), strconv.Itoa(p.Author))
	}
	for i, names := range [][]string{w.Doc.Categories, w.Doc.Tags} {
		if base := s.opt.taxonomies[i]; base != "" && len(names) > 0 {
			list.add([]string{"categories", "tags"}[i], strings.Join(termList(names), ", "), strings.Join(termList(p.termNames(base)), ", "))
		}
	}
	if len(list) == 0 && s.item(p).Draft != fingerprint(want.row, want.parts) {
		list.add("other", "as it was published", "changed: its featured image, parent, language or meta fields")
	}
	return list, nil
}

func (a adaptive) Differences(ctx context.Context, id string, w connector.Write) ([]connector.Difference, error) {
	return a.c.Differences(ctx, id, w)
}

type differences []connector.Difference

func (d *differences) add(field, want, have string) {
	if want != have {
		*d = append(*d, connector.Difference{Field: field, Want: want, Have: have})
	}
}
