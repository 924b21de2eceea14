// Package expr evaluates the conditions of rules, which are written in CEL, within bounds of work and memory.
package expr

import (
	"strings"

	"stet/internal/prose"
	"stet/internal/qa"
)

// Document is what a condition knows as doc. It holds counts and short texts, never the body, so that no condition can
// make much of it.
type Document struct {
	Title           string         `cel:"title"`
	Slug            string         `cel:"slug"`
	Locale          string         `cel:"locale"` // as given; empty where the article names none
	Type            string         `cel:"type"`
	Format          string         `cel:"format"`
	Summary         string         `cel:"summary"`
	Authors         []string       `cel:"authors"`
	Tags            []string       `cel:"tags"`
	Categories      []string       `cel:"categories"`
	MetaTitle       string         `cel:"meta_title"`
	MetaDescription string         `cel:"meta_description"`
	CanonicalURL    string         `cel:"canonical_url"`
	OGImage         string         `cel:"og_image"`
	HeroImage       string         `cel:"hero_image"`
	HeroAlt         string         `cel:"hero_alt"`
	Fields          map[string]any `cel:"fields"`

	Words      int       `cel:"words"`
	Paragraphs int       `cel:"paragraphs"`
	Sentences  int       `cel:"sentences"`
	Tables     int       `cel:"tables"`
	Lists      int       `cel:"lists"`
	Headings   []Heading `cel:"headings"`
	Sections   []Section `cel:"sections"` // the text before the first heading is none
	Links      []Link    `cel:"links"`
	Images     []Image   `cel:"images"`
}

// Heading is a heading of the body.
type Heading struct {
	Text  string `cel:"text"`
	Level int    `cel:"level"`
}

// Section is a heading with the count of words up to the next heading.
type Section struct {
	Title string `cel:"title"`
	Level int    `cel:"level"`
	Words int    `cel:"words"`
}

// Link is a link of the body.
type Link struct {
	Text     string `cel:"text"`
	Target   string `cel:"target"`
	Internal bool   `cel:"internal"`
}

// Image is a picture of the body.
type Image struct {
	Source string `cel:"source"`
	Alt    string `cel:"alt"`
}

// Of describes an article for conditions.
func Of(a *qa.Article) *Document {
	d := &Document{
		Title: a.Doc.Title, Slug: a.Doc.Slug, Locale: a.Doc.Locale, Type: a.Type, Format: a.Doc.Body.Format, Summary: a.Doc.Summary,
		Authors: a.Doc.Authors, Tags: a.Doc.Tags, Categories: a.Doc.Categories, MetaTitle: a.Doc.Metadata.Title,
		MetaDescription: a.Doc.Metadata.Description, CanonicalURL: a.Doc.Metadata.CanonicalURL, OGImage: a.Doc.Metadata.OGImage, Fields: a.Doc.Fields,
		Words: a.Body.Words, Tables: len(a.Body.Tables), Lists: len(a.Body.Lists),
	}
	if hero := a.Doc.Hero; hero != nil {
		d.HeroImage, d.HeroAlt = hero.URL, hero.Alt
	}
	for i := range a.Body.Blocks {
		block := &a.Body.Blocks[i]
		d.Sentences += len(block.Sentences)
		switch block.Kind {
		case prose.Paragraph:
			d.Paragraphs++
		case prose.Heading:
			d.Headings = append(d.Headings, Heading{block.Plain, block.Level})
		}
	}
	for _, s := range a.Body.Sections {
		if s.Heading >= 0 {
			d.Sections = append(d.Sections, Section{a.Body.Blocks[s.Heading].Plain, s.Level, s.Words})
		}
	}
	for _, l := range a.Body.Links {
		d.Links = append(d.Links, Link{l.Plain, l.Target, a.Site.Internal(l.Target)})
	}
	for _, m := range a.Body.Images {
		d.Images = append(d.Images, Image{m.Source, m.Alt})
	}
	return d
}

// Speaks tells whether a locale such as en-US is of one of the languages, which may be narrow (en-US) or wide (en). "*" is
// every language, and an article without a locale is taken for English.
func Speaks(locale string, languages []string) bool {
	locale = strings.ToLower(strings.ReplaceAll(locale, "_", "-"))
	if locale == "" {
		locale = "en"
	}
	for _, language := range languages {
		language = strings.ToLower(strings.ReplaceAll(language, "_", "-"))
		if language == "*" || locale == language || strings.HasPrefix(locale, language+"-") {
			return true
		}
	}
	return false
}
