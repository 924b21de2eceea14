package page

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsonldValid reads the structured data and compares it with what its types need.
func (l *look) jsonldValid() {
	scripts := l.scripts()
	if len(scripts) == 0 {
		if is(l.Required) || len(l.Types) > 0 {
			l.top(fault{message: "The page has no structured data.", remedy: `Add JSON-LD in a <script type="application/ld+json">, or as the field jsonld.`, values: values{}})
		} else {
			l.idle()
		}
		return
	}
	v := &validation{look: l, graph: graphOf(scripts)}
	found := map[string]bool{}
	for i := range scripts {
		s := &scripts[i]
		if s.err != nil {
			l.in(s, s.at, s.at+1, fault{message: "The structured data is no JSON: %{problem}.", remedy: "Correct it; search engines leave it out as a whole.", values: values{"problem": s.err.Error()}, around: s.text})
			continue
		}
		v.context(s)
		for _, n := range entities(s.root) {
			for _, t := range n.types() {
				found[t] = true
			}
			v.entity(n)
		}
	}
	if len(l.Types) > 0 && !slices.ContainsFunc(l.Types, func(t string) bool { return found[t] }) {
		l.top(fault{message: "The structured data describes no %{types}.", remedy: "Add it.", values: values{"types": strings.Join(l.Types, " or ")}})
	}
}

// validation compares structured data with schemas.
type validation struct {
	*look
	graph graph
}

// context wants the vocabulary to be schema.org.
func (v *validation) context(s *script) {
	roots := []*node{s.root}
	if s.root.isList {
		roots = s.root.items
	}
	for _, root := range roots {
		context := root.members["@context"]
		switch {
		case root.members == nil:
			v.atNode(root, fault{message: "The structured data is no object.", remedy: "Put it in braces, with @context and @type.", values: values{}})
		case context == nil:
			v.atNode(root, fault{message: "The structured data has no @context.", remedy: `Add "@context": "https://schema.org".`, values: values{}})
		case context.isText && !vocabulary(context.text):
			v.atNode(context, fault{message: "The @context is “%{context}”, not https://schema.org.", remedy: `Write "@context": "https://schema.org".`, values: values{"context": short(context.text)}})
		}
	}
}

func vocabulary(address string) bool {
	_, host, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(address), "/"), "://")
	return strings.TrimPrefix(host, "www.") == "schema.org"
}

func (v *validation) entity(n *node) {
	types := n.types()
	name, s, known := n.known()
	switch {
	case len(types) == 0 && !refers(n):
		v.atNode(n, fault{message: "The structured data has a thing without @type.", remedy: `Say what it is, such as "@type": "Article".`, values: values{}})
	case known:
		v.compare(n, name, s)
	default:
		for _, t := range types {
			for _, right := range slices.Sorted(maps.Keys(schemas)) {
				if strings.EqualFold(t, right) {
					v.atNode(n.members["@type"], fault{message: "The type “%{type}” is written %{right}.", remedy: "Write %{right}.", values: values{"type": t, "right": right}})
				}
			}
		}
	}
}

// compare reports what a thing lacks. Path names it in messages: Article, Article.author.
func (v *validation) compare(n *node, path string, s schema) {
	for _, p := range s.required {
		if !n.has(p) {
			v.atNode(n, fault{"%{path} has no %{property}, which it needs.", "Add %{property}.", values{"path": path, "property": p}, path + p})
		}
	}
	if len(s.oneOf) > 0 && !slices.ContainsFunc(s.oneOf, n.has) {
		v.atNode(n, fault{"%{path} needs one of %{properties}.", "Add one of them.", values{"path": path, "properties": strings.Join(s.oneOf, ", ")}, path})
	}
	if is(v.Recommended) {
		for _, p := range s.recommended {
			if !n.has(p) {
				v.atNode(n, fault{"%{path} has no %{property}, which search engines recommend.", "Add %{property}.", values{"path": path, "property": p}, path + p})
			}
		}
	}
	for _, p := range slices.Sorted(maps.Keys(s.parts)) {
		for _, value := range n.each(p) {
			v.part(value, path+"."+p, s.parts[p])
		}
	}
	if s.check != nil {
		s.check(v, n)
	}
}

func (v *validation) part(value *node, path string, s schema) {
	value = v.graph.follow(value)
	switch {
	case refers(value): // to something on another page
	case value.members != nil:
		v.compare(value, path, s)
	case s.text && strings.TrimSpace(value.text) != "":
	default:
		v.atNode(value, fault{"%{path} is “%{value}”, which is no thing with properties.", "Write it as an object with @type.", values{"path": path, "value": short(value.text)}, path})
	}
}

// article looks at the forms of an article's values. 110 characters were Google's limit for a headline, and are still
// where it is cut: https://developers.google.com/search/docs/appearance/structured-data/article.
func (v *validation) article(n *node) {
	const most = 110
	if h := n.members["headline"]; h != nil && utf8.RuneCountInString(h.text) > most {
		v.atNode(h, fault{message: "The headline has %{count} characters; what is beyond %{max} is cut.", remedy: "Shorten it.", values: values{"count": utf8.RuneCountInString(h.text), "max": most}})
	}
	for _, p := range []string{"datePublished", "dateModified"} {
		if d := n.members[p]; d != nil {
			if _, ok := day(d.text); !ok {
				v.atNode(d, fault{message: "%{property} is “%{date}”, which is no date of ISO 8601.", remedy: "Write it as 2026-01-31T09:00:00Z.", values: values{"property": p, "date": short(d.text)}})
			}
		}
	}
	for _, image := range n.each("image") {
		address := image.name("url", "contentUrl")
		if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "") {
			v.atNode(image, fault{message: "The image's address “%{address}” is not absolute.", remedy: "Write it whole: https://example.com/picture.png.", values: values{"address": short(address)}})
		}
	}
}

// breadcrumbs wants the items in their order, each with a name and, but for the last, an address.
func (v *validation) breadcrumbs(n *node) {
	items := n.each("itemListElement")
	if len(items) == 1 {
		v.atNode(n, fault{message: "The BreadcrumbList has 1 item; it needs 2 or more.", remedy: "Add the pages above this one.", values: values{}})
	}
	for i, item := range items {
		vs := values{"position": i + 1}
		if item.name() == "" && (item.members["item"] == nil || item.members["item"].isText || item.members["item"].name() == "") {
			v.atNode(item, fault{"Breadcrumb %{position} has no name.", "Add name.", vs, strconv.Itoa(i)})
		}
		if !item.has("item") && i+1 < len(items) {
			v.atNode(item, fault{"Breadcrumb %{position} has no item.", "Add the address of the page as item; only the last may do without.", vs, strconv.Itoa(i)})
		}
		if p := item.members["position"]; p != nil && p.text != strconv.Itoa(i+1) {
			v.atNode(p, fault{"Breadcrumb %{position} has position %{given}.", "Number the items from 1 in their order.", values{"position": i + 1, "given": short(p.text)}, strconv.Itoa(i)})
		}
	}
}

// product wants a currency beside each price.
func (v *validation) product(n *node) {
	for _, offer := range n.each("offers") {
		offer = v.graph.follow(offer)
		if !offer.has("price") && !offer.has("lowPrice") {
			continue
		}
		currency := offer.members["priceCurrency"]
		if currency == nil || len(currency.text) != 3 || strings.Trim(currency.text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			given := ""
			if currency != nil {
				given = currency.text
			}
			v.atNode(offer, fault{"The offer's priceCurrency is “%{currency}”, which is no code of ISO 4217.", "Write it as EUR or USD.", values{"currency": short(given)}, "currency"})
		}
	}
}
