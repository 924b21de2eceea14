package wordpress

import (
	"errors"
	"fmt"
	"strings"

	"stet"
	"stet/connector"
	"stet/connector/wordpress/block"
)

var (
	_ connector.Linter = plain{}
	_ connector.Linter = companion{}
	_ connector.Linter = adaptive{}
)

// Lint tells what is left out of the HTML of a body, so that it passes WordPress's own filter for authors unchanged; which
// pictures stay where they are; and a slug that WordPress would change. What cannot be published at all is an error of
// Fingerprint, and not told here.
func (s *site) Lint(doc stet.Document) []connector.Finding {
	findings := append(s.lintMarkup(doc), s.lintPictures(doc)...)
	if e, is := errors.AsType[*stet.Error](checkSlug(doc.Slug)); is {
		findings = append(findings, connector.Finding{Rule: connector.SlugRefused, Message: e.Message, Remedy: "Send another slug.",
			Pointer: e.Pointer, Text: quote(doc.Slug)})
	}
	return findings
}

func (a adaptive) Lint(doc stet.Document) []connector.Finding { return a.c.Lint(doc) }

func (s *site) lintMarkup(doc stet.Document) (findings []connector.Finding) {
	losses, err := block.Losses(doc.Body, s.opt.body)
	if err != nil {
		return nil
	}
	for _, l := range losses {
		f := connector.Finding{Rule: connector.StrippedByTarget, Pointer: "/body/text", Text: quote(l.Tag)}
		switch {
		case l.Attribute == "":
			f.Message = fmt.Sprintf("The element <%s> is left out of what is published.", l.Element)
		default:
			f.Message = fmt.Sprintf("The attribute %s of <%s> is left out of what is published.", l.Attribute, l.Element)
		}
		f.Remedy = "Say it with other markup; or, if the account has the right unfiltered_html, set the target's option html to trusted."
		findings = append(findings, f)
	}
	return findings
}

func (s *site) lintPictures(doc stet.Document) (findings []connector.Finding) {
	left := func(address, pointer string) {
		findings = append(findings, connector.Finding{Rule: connector.PictureLeft, Pointer: pointer, Text: quote(address), Remedy: "Give it an absolute address, or set the target's option assets.",
			Message: fmt.Sprintf("The picture %s has an address without a host, so that it is not uploaded and may not be found on the page.", quote(address))})
	}
	opt := s.opt.body
	opt.Title, opt.NoData = doc.Title, false
	content, err := block.Render(doc.Body, opt)
	if err != nil {
		return nil
	}
	seen := map[string]bool{}
	for _, img := range block.Images(content) {
		if s.leaves(img.Source) && !seen[img.Source] {
			seen[img.Source] = true
			left(img.Source, "/body/text")
		}
	}
	if doc.Hero != nil && s.leaves(doc.Hero.URL) {
		left(doc.Hero.URL, "/hero_image/url")
	}
	return findings
}

// leaves reports whether a picture would be uploaded if it were known where it is.
func (s *site) leaves(address string) bool {
	return s.pictures != nil && address != "" && !strings.Contains(address, "//") && !s.pictures.Takes(address)
}

func quote(text string) string {
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "")
	}
	return text
}
