package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// page is what an HTML file says of itself, and which bytes of it are the article.
type page struct {
	from, to    int
	whole       string // the article with the heading that is its title
	title       string // of the first heading of level 1, else of the title element
	description string
	canonical   string
	ogImage     string
	locale      string
}

// scan is the state of reading a page.
type scan struct {
	page
	at      int               // where the next token begins
	parts   map[atom.Atom]int // where the content of article, main and body begins
	ends    map[atom.Atom]int
	inside  atom.Atom // title or h1, whose text is being read
	text    strings.Builder
	heading string
	after   int  // where the first heading of level 1 ends
	first   bool // nothing that is read stands before it
}

// readPage finds the article in a page: the content of its article element, else of main, else of body, else all; without a
// heading of level 1 that begins it, which is the title. It never fails: HTML that is broken is read as it stands.
func readPage(text string) *page {
	s := &scan{parts: map[atom.Atom]int{}, ends: map[atom.Atom]int{}, first: true}
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		size := len(z.Raw())
		s.token(z, kind, size)
		s.at += size
	}
	s.to = len(text)
	for _, element := range []atom.Atom{atom.Article, atom.Main, atom.Body} {
		from, there := s.parts[element]
		if to, ends := s.ends[element]; there {
			if s.from = from; ends && to >= from {
				s.to = to
			}
			break
		}
	}
	if s.heading != "" {
		s.title = s.heading
	}
	s.whole = text[s.from:s.to]
	if s.after > s.from && s.after <= s.to {
		s.from = s.after
	}
	return &s.page
}

func (s *scan) token(z *html.Tokenizer, kind html.TokenType, size int) {
	switch kind {
	case html.TextToken:
		text := string(z.Text())
		if s.inside != 0 {
			s.text.WriteString(text)
		} else if strings.TrimSpace(text) != "" {
			s.first = false
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		s.start(z.Token(), size)
	case html.EndTagToken:
		s.end(z.Token().DataAtom, size)
	}
}

func (s *scan) start(t html.Token, size int) {
	attributes := map[string]string{}
	for _, a := range t.Attr {
		attributes[a.Key] = a.Val
	}
	switch t.DataAtom {
	case atom.Article, atom.Main, atom.Body:
		if _, there := s.parts[t.DataAtom]; !there {
			s.parts[t.DataAtom] = s.at + size
			s.first = true
		}
	case atom.Title, atom.H1:
		if s.inside == 0 {
			s.inside = t.DataAtom
			s.text.Reset()
		}
	case atom.Html:
		s.locale = attributes["lang"]
	case atom.Link:
		if strings.EqualFold(attributes["rel"], "canonical") {
			s.canonical = attributes["href"]
		}
	case atom.Meta:
		switch {
		case strings.EqualFold(attributes["name"], "description"):
			s.description = attributes["content"]
		case attributes["property"] == "og:image":
			s.ogImage = attributes["content"]
		}
	}
}

func (s *scan) end(element atom.Atom, size int) {
	switch element {
	case atom.Article, atom.Main, atom.Body:
		if _, there := s.ends[element]; !there || element != atom.Article {
			s.ends[element] = s.at
		}
	case s.inside:
		text := strings.Join(strings.Fields(s.text.String()), " ")
		switch {
		case s.inside == atom.Title && s.title == "":
			s.title = text
		case s.inside == atom.H1 && s.heading == "":
			s.heading = text
			if s.first {
				s.after = s.at + size
			}
		}
		s.inside = 0
	}
}
