package site

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"
)

type listText struct{ title, lead string }

type listPage struct {
	Head          head
	Heading, Lead string
	Links         []link
	Newer, Older  string
}

type link struct{ Title, URL, Day, Excerpt, Lang string }

// lists are the pages of one list below a folder: the newest at its root, older ones at page/N/, 1 the oldest.
func (t *target) lists(folder string, text listText, entries []*record) []derived {
	old := max(0, len(entries)/perPage-1) // full pages behind the first
	address := func(n int) string {
		if n > old {
			return folder
		}
		return fmt.Sprintf("%spage/%d/", folder, n)
	}
	var files []derived
	for n := 1; n <= old+1; n++ {
		end := len(entries) - (n-1)*perPage
		start := max(0, end-perPage)
		if n > old {
			start = 0
		}
		on := entries[start:end]
		page := listPage{Heading: text.title, Lead: text.lead}
		if n <= old {
			page.Heading = fmt.Sprintf("%s (%d)", text.title, n)
			page.Newer, page.Lead = t.opt.link(address(n+1)), ""
		}
		if n > 1 {
			page.Older = t.opt.link(address(n - 1))
		}
		files = append(files, derived{address(n) + "index.html", t.keyOf(on, page.Heading, page.Newer, page.Older), func() ([]byte, error) {
			page.Head = t.head(page.Heading, text.lead, t.opt.absolute(address(n)))
			page.Links = t.links(on)
			return t.execute("list.html", page)
		}})
	}
	return files
}

func (t *target) links(entries []*record) []link {
	links := make([]link, 0, len(entries))
	for _, e := range entries {
		links = append(links, link{
			Title: e.Doc.Title, URL: t.opt.link(e.Doc.Slug + "/"), Day: day(e.Date), Excerpt: e.Excerpt, Lang: e.Doc.Locale,
		})
	}
	return links
}

func (t *target) execute(name string, page any) ([]byte, error) {
	var out bytes.Buffer
	err := t.theme.pages.ExecuteTemplate(&out, name, page)
	return out.Bytes(), err
}

func (t *target) tagIndex(tags []tag) derived {
	return derived{"tags/index.html", t.keyOf(nil, tags), func() ([]byte, error) {
		links := make([]tagLink, 0, len(tags))
		for _, one := range tags {
			links = append(links, tagLink{one.name, t.opt.link("tags/" + one.slug + "/"), one.count})
		}
		return t.execute("tags.html", struct {
			Head head
			Tags []tagLink
		}{t.head("Tags", "", t.opt.absolute("tags/")), links})
	}}
}

func (t *target) notFound() derived {
	return derived{"404.html", t.look, func() ([]byte, error) {
		h := t.head("Page not found", "", "")
		h.NoIndex = true
		return t.execute("404.html", struct{ Head head }{h})
	}}
}

func (t *target) robots() derived {
	return derived{"robots.txt", t.look, func() ([]byte, error) {
		return fmt.Appendf(nil, "User-agent: *\nAllow: /\n\nSitemap: %s\n", t.opt.absolute("sitemap.xml")), nil
	}}
}

// redirects lists the former slugs in the format of _redirects, which Netlify, Cloudflare Pages and others read. Each
// leads to where the content is now, so there is no chain; a slug that has a page is not a former one, so there is no
// loop.
func (t *target) redirects(live []*record) derived {
	var moved []*record
	var key []string
	for _, e := range live {
		if len(e.Aliases) > 0 {
			moved = append(moved, e)
			key = append(key, e.Aliases...)
		}
	}
	slices.SortFunc(moved, func(a, b *record) int { return strings.Compare(itemID(a.Key), itemID(b.Key)) })
	to := map[string]string{}
	for _, e := range moved {
		for _, alias := range e.Aliases {
			_, taken := t.cache.slugs[foldSlug(alias)]
			if _, twice := to[alias]; !taken && !twice {
				to[alias] = e.Doc.Slug
			}
		}
	}
	lines := make([]string, 0, len(to))
	for from, slug := range to {
		lines = append(lines, fmt.Sprintf("%s %s 301\n%s %s 301\n",
			t.opt.link(from), t.opt.link(slug+"/"), t.opt.link(from+"/"), t.opt.link(slug+"/")))
	}
	slices.Sort(lines)
	return derived{"_redirects", t.keyOf(moved, key, lines), func() ([]byte, error) {
		return []byte(strings.Join(lines, "")), nil
	}}
}

type sitemapURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// maxSitemap is the number of addresses that the sitemaps.org protocol allows in one file.
const maxSitemap = 50_000

// sitemap lists the pages that are their own canonical address, the newest 50,000.
func (t *target) sitemap(live []*record, tags []tag) derived {
	return derived{"sitemap.xml", t.keyOf(live, tags), func() ([]byte, error) {
		urls := []sitemapURL{{Loc: t.opt.absolute("")}}
		for _, e := range live {
			own := t.opt.absolute(e.Doc.Slug + "/")
			if canonical(e, own) != own {
				continue
			}
			at := e.Updated
			if at.IsZero() {
				at = e.Date
			}
			urls = append(urls, sitemapURL{own, stamped(at)})
		}
		for _, one := range tags {
			urls = append(urls, sitemapURL{Loc: t.opt.absolute("tags/" + one.slug + "/")})
		}
		return encodeXML(struct {
			XMLName xml.Name     `xml:"urlset"`
			NS      string       `xml:"xmlns,attr"`
			URLs    []sitemapURL `xml:"url"`
		}{NS: "http://www.sitemaps.org/schemas/sitemap/0.9", URLs: urls[:min(len(urls), maxSitemap)]})
	}}
}

type rssItem struct {
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	GUID        string   `xml:"guid"`
	Date        string   `xml:"pubDate,omitempty"`
	Authors     []string `xml:"dc:creator"`
	Categories  []string `xml:"category"`
	Description string   `xml:"description,omitempty"`
}

type rssSelf struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Self        rssSelf   `xml:"atom:link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language"`
	Build       string    `xml:"lastBuildDate,omitempty"`
	Items       []rssItem `xml:"item"`
}

// feed is RSS 2.0 with the newest articles. Its build date is that of the newest, never the clock's.
func (t *target) feed(live []*record) derived {
	on := live[:min(len(live), perPage)]
	return derived{"feed.xml", t.keyOf(on), func() ([]byte, error) {
		channel := rssChannel{
			Title: t.opt.title, Link: t.opt.absolute(""), Language: t.opt.language,
			Description: first(t.opt.description, t.opt.title),
			Self:        rssSelf{t.opt.absolute("feed.xml"), "self", "application/rss+xml"},
		}
		for i, e := range on {
			own := t.opt.absolute(e.Doc.Slug + "/")
			item := rssItem{Title: e.Doc.Title, Link: own, GUID: own, Authors: e.Doc.Authors, Categories: e.Doc.Tags, Description: e.Excerpt}
			if !e.Date.IsZero() {
				item.Date = e.Date.Format(time.RFC1123Z)
			}
			if i == 0 {
				channel.Build = item.Date
			}
			channel.Items = append(channel.Items, item)
		}
		return encodeXML(struct {
			XMLName xml.Name   `xml:"rss"`
			Version string     `xml:"version,attr"`
			Atom    string     `xml:"xmlns:atom,attr"`
			DC      string     `xml:"xmlns:dc,attr"`
			Channel rssChannel `xml:"channel"`
		}{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", DC: "http://purl.org/dc/elements/1.1/", Channel: channel})
	}}
}

func encodeXML(v any) ([]byte, error) {
	data, err := xml.MarshalIndent(v, "", " ")
	if err != nil {
		return nil, err
	}
	return append(append([]byte(xml.Header), data...), '\n'), nil
}
