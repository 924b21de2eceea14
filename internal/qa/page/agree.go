package page

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// jsonldAgrees compares structured data with the page that it describes: search engines punish what a reader cannot see.
func (l *look) jsonldAgrees() {
	scripts := l.scripts()
	g := graphOf(scripts)
	any := false
	for i := range scripts {
		for _, n := range entities(scripts[i].root) {
			name, _, known := n.known()
			if !known {
				continue
			}
			any = true
			c := comparison{l, g, name}
			switch {
			case slices.Contains(articles, name):
				c.article(n)
			case name == "FAQPage":
				c.questions(n)
			case name == "HowTo":
				c.steps(n)
			case name == "Product":
				c.product(n)
			}
		}
	}
	if !any {
		l.idle()
	}
}

// comparison compares one thing with the page.
type comparison struct {
	*look
	graph graph
	kind  string
}

// differs adds a finding where a value is none of those the page has. A page that has none cannot be compared.
func (c *comparison) differs(value *node, property, given, where string, page ...string) {
	page = slices.DeleteFunc(page, func(s string) bool { return strings.TrimSpace(s) == "" })
	if given == "" || len(page) == 0 || slices.ContainsFunc(page, func(s string) bool { return spoken(s) == spoken(given) }) {
		return
	}
	c.atNode(value, fault{"%{kind}.%{property} is “%{given}”; the page's %{where} is “%{page}”.", "Make the two say the same.",
		values{"kind": c.kind, "property": property, "given": short(given), "where": where, "page": short(page[0])}, property + given})
}

func (c *comparison) article(n *node) {
	doc := c.Doc
	first := func(property string) *node {
		if list := n.each(property); len(list) > 0 {
			return c.graph.follow(list[0])
		}
		return nil
	}
	if h := first("headline"); h != nil && !strings.HasPrefix(spoken(doc.Title), spoken(h.name())) {
		c.differs(h, "headline", h.name(), "title", doc.Title, doc.Metadata.Title)
	}
	if d := first("description"); d != nil {
		c.differs(d, "description", d.name(), "description", doc.Metadata.Description, doc.Summary)
	}
	c.authors(n)
	out, _, _ := c.date(published)
	if t, ok := day(doc.PublishAt); ok {
		out = t
	}
	changed, _, _ := c.date(modified)
	c.day(first("datePublished"), "datePublished", "day of publication", dateText(out))
	c.day(first("dateModified"), "dateModified", "day of the last change", dateText(changed))
	c.image(n)
	if p := first("mainEntityOfPage"); p != nil && doc.Metadata.CanonicalURL != "" {
		c.address(p, "mainEntityOfPage", p.name("@id", "url"))
	}
	if u := first("url"); u != nil {
		c.address(u, "url", u.name())
	}
	if lang := first("inLanguage"); lang != nil && doc.Locale != "" && !sameLanguage(lang.name(), doc.Locale) {
		c.differs(lang, "inLanguage", lang.name(), "language", doc.Locale)
	}
}

func sameLanguage(a, b string) bool {
	base := func(s string) string {
		s, _, _ = strings.Cut(strings.ReplaceAll(strings.ToLower(s), "_", "-"), "-")
		return s
	}
	return base(a) == base(b)
}

func (c *comparison) authors(n *node) {
	if len(c.Doc.Authors) == 0 {
		return
	}
	var names []string
	for _, author := range n.each("author") {
		author = c.graph.follow(author)
		name := author.name()
		names = append(names, spoken(name))
		c.differs(author, "author", name, "author", c.Doc.Authors...)
	}
	for _, author := range c.Doc.Authors {
		if len(names) > 0 && len(names) < len(c.Doc.Authors) && !slices.Contains(names, spoken(author)) {
			c.atNode(n.members["author"], fault{"%{kind} does not name the author “%{author}”.", "Add the author.", values{"kind": c.kind, "author": short(author)}, author})
		}
	}
}

func (c *comparison) day(value *node, property, where, page string) {
	if value == nil || page == "" {
		return
	}
	if t, ok := day(value.text); ok {
		c.differs(value, property, dateText(t), where, page)
	}
}

// image wants one of the pictures to be one of the page's.
func (c *comparison) image(n *node) {
	page, files := c.pictures()
	list := n.each("image")
	for _, value := range list {
		given := c.graph.follow(value).name("url", "contentUrl")
		if given == "" || files[fileOf(given)] {
			return
		}
	}
	if len(list) > 0 && page != "" {
		c.differs(list[0], "image", c.graph.follow(list[0]).name("url", "contentUrl"), "picture", page)
	}
}

// pictures are the names of the files of the page's pictures, and the address of the first.
func (l *look) pictures() (first string, files map[string]bool) {
	if l.facts.files != nil {
		return l.facts.picture, l.facts.files
	}
	page := []string{l.Doc.Metadata.OGImage}
	if l.Doc.Hero != nil {
		page = append(page, l.Doc.Hero.URL)
	}
	for i := range l.Body.Images {
		page = append(page, l.Body.Images[i].Source)
	}
	l.facts.files = map[string]bool{}
	for _, address := range page {
		if name := fileOf(address); name != "" {
			l.facts.files[name] = true
			l.facts.picture = cmp.Or(l.facts.picture, address)
		}
	}
	return l.facts.picture, l.facts.files
}

// fileOf is the name of the file of an address; a page may use a relative address, and sizes in the query.
func fileOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		address = u.Path
	}
	if address == "" {
		return ""
	}
	return path.Base(address)
}

func (c *comparison) address(value *node, property, given string) {
	canonical := c.Doc.Metadata.CanonicalURL
	given, _, _ = strings.Cut(given, "#")
	if given == "" || canonical == "" || strings.TrimSuffix(given, "/") == strings.TrimSuffix(canonical, "/") || !strings.Contains(given, "://") {
		return
	}
	c.atNode(value, fault{"%{kind}.%{property} is %{given}; the page's canonical address is %{page}.", "Make the two say the same.",
		values{"kind": c.kind, "property": property, "given": short(given), "page": short(canonical)}, property})
}

// maxShown is how many texts of structured data are looked for in a page.
const maxShown = 200

// shown wants the page to show a text, or its beginning.
func (c *comparison) shown(value *node, property, text string) {
	words := strings.Fields(spoken(untagged(text)))
	const enough = 8
	if c.facts.shown++; c.facts.shown > maxShown {
		c.unchecked(fmt.Sprintf("Only the first %d questions, answers and steps of the structured data were compared with the page.", maxShown))
		return
	}
	if len(words) == 0 || strings.Contains(c.words(), " "+strings.Join(words[:min(len(words), enough)], " ")+" ") {
		return
	}
	c.atNode(value, fault{"%{kind}.%{property} is “%{text}”, which the page does not show.", "Show it on the page, or take it out of the structured data.",
		values{"kind": c.kind, "property": property, "text": short(text)}, property + text})
}

// untagged is the text of HTML, which answers and steps may be written in.
func untagged(text string) string {
	if !strings.Contains(text, "<") && !strings.Contains(text, "&") {
		return text
	}
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(text)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.Write(z.Text())
		default:
			b.WriteByte(' ')
		}
	}
}

// words are all words of the page, folded, with a space around each.
func (l *look) words() string {
	if l.facts.words == "" {
		var b strings.Builder
		b.WriteString(" " + spoken(l.Doc.Title) + " ")
		for i := range l.Body.Blocks {
			for _, w := range l.block(i).Words {
				b.WriteString(w.Fold + " ")
			}
		}
		l.facts.words = b.String()
	}
	return l.facts.words
}

func (c *comparison) questions(n *node) {
	for _, q := range n.each("mainEntity") {
		q = c.graph.follow(q)
		c.shown(q, "question", q.name())
		for _, a := range q.each("acceptedAnswer") {
			a = c.graph.follow(a)
			c.shown(a, "answer", a.name("text"))
		}
	}
}

func (c *comparison) steps(n *node) {
	for _, s := range n.each("step") {
		s = c.graph.follow(s)
		c.shown(s, "step", s.name("text"))
	}
}

func (c *comparison) product(n *node) {
	if name := n.members["name"]; name != nil {
		c.shown(name, "name", name.name())
	}
	for _, offer := range n.each("offers") {
		offer = c.graph.follow(offer)
		if price := offer.members["price"]; price != nil {
			c.price(price)
		}
	}
}

// price wants a price to stand on the page, in any of the usual ways to write it.
func (c *comparison) price(value *node) {
	whole, cents, _ := strings.Cut(value.text, ".")
	cents = strings.TrimRight(cents, "0")
	numbers := c.numbers()
	if numbers[whole+cents] || numbers[whole+cents+"0"] || cents == "" && numbers[whole+"00"] {
		return
	}
	c.atNode(value, fault{"The offer's price is %{price}, which the page does not show.", "Show the price, or take it out.", values{"price": short(value.text)}, "price"})
}

var separators = strings.NewReplacer(",", "", ".", "", "'", "")

// numbers are those of the page, as digits alone.
func (l *look) numbers() map[string]bool {
	if l.facts.numbers == nil {
		l.facts.numbers = map[string]bool{}
		for word := range strings.FieldsSeq(l.words()) {
			if word[0] >= '0' && word[0] <= '9' {
				l.facts.numbers[separators.Replace(word)] = true
			}
		}
	}
	return l.facts.numbers
}

// faqSchema wants structured data for a page that asks and answers questions.
func (l *look) faqSchema() {
	asked := 0
	for i, s := range l.Body.Sections {
		if s.Heading >= 0 && asks(l.block(s.Heading).Plain) && l.Body.Sections[i].Words > 0 {
			asked++
		}
	}
	if asked < *l.From {
		l.idle()
		return
	}
	for _, s := range l.scripts() {
		for _, n := range entities(s.root) {
			if slices.Contains(n.types(), "FAQPage") {
				return
			}
		}
	}
	l.top(fault{message: "The page answers %{count} questions and has no structured data of type FAQPage.", remedy: "Add JSON-LD with the questions and answers as they stand on the page.", values: values{"count": asked}})
}
