package policy

import (
	"fmt"

	"stet"
	"stet/internal/prose"
	"stet/internal/qa"
)

// Article prepares a document for judging. The caller sets Now where waivers or dates matter. site may be nil: NoSite.
func Article(contentID string, doc stet.Document, site qa.Site) (*qa.Article, error) {
	body, err := prose.Body(doc.Body.Format, doc.Body.Text)
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	a := &qa.Article{ContentID: contentID, Doc: doc, Type: "article", Body: body, Site: site}
	if kind, ok := doc.Fields["type"].(string); ok && kind != "" {
		a.Type = kind
	}
	if site == nil {
		a.Site = NoSite
	}
	for name, text := range texts(&doc) {
		if name != "body" {
			a.Fields = append(a.Fields, qa.Field{Name: name, Text: prose.Plain(*text)})
		}
	}
	return a, nil
}

// NoSite is a site of which nothing is known: no link is internal.
var NoSite qa.Site = unknown{}

type unknown struct{}

func (unknown) Internal(string) bool             { return false }
func (unknown) Page(string) (bool, string, bool) { return false, "", false }

// Pages is a site that a test describes.
type Pages struct {
	Exist     []string          `yaml:"exist"`     // addresses, such as /about
	Redirects map[string]string `yaml:"redirects"` // from address to address
}

// Internal implements qa.Site: an address is internal when it begins with one slash.
func (p *Pages) Internal(address string) bool {
	return len(address) > 0 && address[0] == '/' && (len(address) == 1 || address[1] != '/')
}

// Page implements qa.Site.
func (p *Pages) Page(address string) (exists bool, redirect string, known bool) {
	if to, moved := p.Redirects[address]; moved {
		return true, to, true
	}
	for _, page := range p.Exist {
		if page == address {
			return true, "", true
		}
	}
	return false, "", true
}
