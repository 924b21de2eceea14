package cli

import (
	"context"
	"strings"

	"stet/internal/linkcheck"
	"stet/internal/policy"
	"stet/internal/qa"
)

// askOutside asks other sites about all links of the files, before any file is judged; with --external only.
func (g *gate) askOutside(ctx context.Context, names []string) (err error) {
	if !g.external {
		return nil
	}
	if g.links, err = linkcheck.New(linkcheck.Config{Cache: cached("links.json"), Now: g.sh.Now}); err != nil {
		return err
	}
	addresses := g.outside(names)
	progress := newProgress(g.sh, "asked about", len(addresses))
	defer progress.clear()
	return g.links.Check(ctx, addresses, progress.step)
}

// outside are the addresses of other sites that the files link to, each once. A file that cannot be read has none; what is wrong
// with it is told when it is judged.
func (g *gate) outside(names []string) (addresses []string) {
	known := map[string]bool{}
	for _, name := range names {
		src, err := g.sh.open(name)
		if err != nil {
			continue
		}
		for _, p := range src.pieces {
			a, err := policy.Article(p.contentID, p.doc, policy.NoSite)
			if err != nil {
				continue
			}
			for _, link := range a.Body.Links {
				at, _, _ := strings.Cut(link.Target, "#")
				if other := strings.HasPrefix(at, "http://") || strings.HasPrefix(at, "https://"); other && !known[at] {
					known[at] = true
					addresses = append(addresses, at)
				}
			}
		}
	}
	return addresses
}

// asked is a site for which other sites were asked.
type asked struct {
	qa.Site
	links *linkcheck.Checker
}

// Outside implements qa.Outside.
func (a asked) Outside(address string) (broken string, known bool) {
	answer, known := a.links.Answer(address)
	return answer.Broken, known && (answer.Found || answer.Broken != "")
}

// site is what an article's file can know of its site, and of others where they were asked.
func (g *gate) site(file string, p piece) qa.Site {
	if g.links == nil {
		return siteOf(file, p)
	}
	return asked{siteOf(file, p), g.links}
}
