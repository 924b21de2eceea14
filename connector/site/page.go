package site

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/text/language"

	"stet"
)

//go:embed theme
var themeFiles embed.FS

// theme is the look of the website: templates and one style sheet. It needs no script.
type theme struct {
	pages *template.Template
	css   []byte
	sum   string // changes with any file of the theme
}

func newTheme(opt options) (*theme, error) {
	th := &theme{}
	if opt.format != formatHTML {
		return th, nil
	}
	var all bytes.Buffer
	for _, name := range []string{"layout.html", "page.html", "lists.html", "style.css"} {
		data, err := themeFiles.ReadFile("theme/" + name)
		if err != nil {
			return nil, fmt.Errorf("read theme: %w", err)
		}
		all.Write(data)
		if name == "style.css" {
			th.css = data
		}
	}
	if opt.themeCSS != "" {
		own, err := os.ReadFile(opt.themeCSS)
		if err != nil {
			return nil, wrongOption("theme_css", fmt.Sprintf("names a file that cannot be read: %v", err))
		}
		all.Write(own)
		th.css = append(append(th.css, "\n/* theme_css */\n"...), own...)
	}
	th.sum = digest(all.Bytes())[:12]
	var err error
	th.pages, err = template.New("").Funcs(template.FuncMap{"dir": direction}).ParseFS(themeFiles, "theme/*.html")
	return th, err
}

// look names everything but the document that goes into a page.
func (th *theme) look(opt options) string {
	return digest(fmt.Appendf(nil, "%q", []string{opt.format, opt.flavor, opt.absolute(""), opt.title, opt.description, opt.language, th.sum}))[:16]
}

// head is what every page says about itself.
type head struct {
	Site, Home, Style, Feed, Tags string
	Lang                          string
	Title                         string // of this page, for the window and for cards
	Description                   string
	Canonical                     string
	NoIndex                       bool
	Article                       *article // nil on lists
}

// article is one content as its page shows it.
type article struct {
	Title, ID, Marker  string
	Version            int64
	Day, Time, Updated string
	Authors            []string
	Tags               []tagLink
	Hero               *stet.Image
	Image, ImageAlt    string // for cards
	Body               template.HTML
	LD                 map[string]any
}

type tagLink struct {
	Name, URL string
	Count     int
}

func (t *target) head(title, description, canonical string) head {
	return head{
		Site: t.opt.title, Home: t.opt.link(""), Style: t.opt.link("style.css") + "?v=" + t.theme.sum,
		Feed: t.opt.link("feed.xml"), Tags: t.opt.link("tags/"), Lang: t.opt.language,
		Title: title, Description: description, Canonical: canonical,
	}
}

// pagePath is where the page of a record lies: a pure function of the document and the options.
func (t *target) pagePath(r *record) string {
	if t.opt.format == formatMarkdown {
		return t.markdownPath(r)
	}
	return r.Doc.Slug + "/index.html"
}

// page makes the bytes of a page, a pure function of the record and the options.
func (t *target) page(r *record) ([]byte, error) {
	if t.opt.format == formatMarkdown {
		return t.markdownFile(r)
	}
	doc, own := r.Doc, t.opt.absolute(r.Doc.Slug+"/")
	h := t.head(first(doc.Metadata.Title, doc.Title), first(doc.Metadata.Description, r.Excerpt), canonical(r, own))
	if doc.Locale != "" {
		h.Lang = doc.Locale
	}
	a := &article{
		Title: doc.Title, ID: r.Key.ContentID, Marker: r.Marker, Version: r.Version,
		Day: day(r.Date), Time: stamped(r.Date), Updated: stamped(r.Updated), Authors: doc.Authors,
		Hero: doc.Hero, Image: webURL(doc.Metadata.OGImage),
		Body: template.HTML(doc.Body.Text), //nolint:gosec // sanitised by cleanHTML
	}
	if doc.Hero != nil {
		a.Image, a.ImageAlt = first(a.Image, webURL(doc.Hero.URL)), doc.Hero.Alt
	}
	for _, tag := range doc.Tags {
		a.Tags = append(a.Tags, tagLink{Name: tag, URL: t.opt.link("tags/" + tagSlug(tag) + "/")})
	}
	a.LD = linkedData(h, a)
	h.Article = a
	var out bytes.Buffer
	if err := t.theme.pages.ExecuteTemplate(&out, "page.html", h); err != nil {
		return nil, fmt.Errorf("render page: %w", err)
	}
	return out.Bytes(), nil
}

// linkedData is the schema.org Article; the template encodes it, so no text of it can end the script element.
func linkedData(h head, a *article) map[string]any {
	ld := map[string]any{
		"@context": "https://schema.org", "@type": "Article", "headline": a.Title, "url": h.Canonical,
		"mainEntityOfPage": h.Canonical, "inLanguage": h.Lang, "publisher": map[string]any{"@type": "Organization", "name": h.Site},
	}
	set := func(name, value string) {
		if value != "" {
			ld[name] = value
		}
	}
	set("description", h.Description)
	set("datePublished", a.Time)
	set("dateModified", first(a.Updated, a.Time))
	set("image", a.Image)
	var authors []any
	for _, name := range a.Authors {
		authors = append(authors, map[string]any{"@type": "Person", "name": name})
	}
	if authors != nil {
		ld["author"] = authors
	}
	return ld
}

func canonical(r *record, own string) string { return first(webURL(r.Doc.Metadata.CanonicalURL), own) }

// webURL is text where it is an absolute http or https address, else empty.
func webURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return u.String()
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.DateOnly)
}

func stamped(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.RFC3339)
}

// direction is the writing direction of a language, for the page's frame; texts find their own.
func direction(lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return "ltr"
	}
	script, _ := tag.Script()
	if strings.Contains("Arab Hebr Thaa Syrc Nkoo Adlm Mand Rohg Samr", script.String()) {
		return "rtl"
	}
	return "ltr"
}
