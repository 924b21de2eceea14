package wordpress

import (
	"net/url"
	"time"

	"stet"
	"stet/connector"
	"stet/connector/wordpress/block"
)

// torn is the Seq of a post that a write of ours left half done. It is that of no write, so that the protocol writes
// again.
const torn = -1

// item is what the protocol sees of a post. Only the status publish is public: of the others, visitors see nothing.
func (s *site) item(p *post) connector.Item {
	n, rest, noted := readNote(p.Content.text())
	mine := noted && (n.id == p.ID || n.id == 0 && markerOf(p.Slug) != "")
	r := row{Title: plainText(p.Title.text()), Content: block.Normal(rest, s.names(n.placed)), Excerpt: plainText(p.Excerpt.text()), Password: p.Password != ""}
	item := connector.Item{
		ID: p.id(), Rev: p.Modified + "/" + fingerprint(r, s.partsOf(p))[:16], Slug: unescapeSlug(p.Slug),
		Public: p.Status == "publish", Trashed: p.Status == "trash", Created: stet.Millis(wpTime(p.Created)),
	}
	if noted { // a copy that somebody made says what it was made of
		now := s.partsOf(p).over(n.want)
		if n.hero.id != 0 && n.hero.id == p.Media && now[partMedia] != free {
			now[partMedia] = partOf(n.hero.tag)
		}
		item.Seq = n.seq
		if now != n.want && (now.between(n.was, n.want) || p.only(defaultCategory, s.opt.taxonomies[0]) && now.but(partCategories, n.want).between(n.was, n.want)) {
			now, item.Seq = n.want, torn
		}
		item.Draft = fingerprint(r, now)
	} else {
		item.Draft = fingerprint(r, s.guess(p))
	}
	if !mine {
		item.Seq = 0
	}
	if item.Public {
		item.Live, item.URL = item.Draft, p.Link
	}
	return item
}

func wpTime(gmt string) time.Time {
	t, err := time.Parse("2006-01-02T15:04:05", gmt)
	if err != nil {
		return time.Time{}
	}
	return t
}

func unescapeSlug(slug string) string {
	if plain, err := url.PathUnescape(slug); err == nil {
		return plain
	}
	return slug
}
