package block

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"stet"
)

// Loss is markup of a body that Render leaves out.
type Loss struct {
	Element   string
	Attribute string // empty: the whole element
	Tag       string // as it stands in the text, or in what Markdown makes of it
}

// maxLosses is how many kinds of losses are told.
const maxLosses = 50

// Losses lists what Render leaves out of a body, each kind once, in the order of the text: elements, and attributes whose
// meaning goes with them. With Options.Trusted nothing is lost. The error is that of Render.
func Losses(body stet.Body, opt Options) ([]Loss, error) {
	markup, err := markupOf(body)
	if err != nil || opt.Trusted {
		return nil, err
	}
	var list []Loss
	add := func(l Loss) {
		known := slices.ContainsFunc(list, func(k Loss) bool {
			return k.Attribute == l.Attribute && (l.Attribute != "" || k.Element == l.Element)
		})
		if !known && len(list) < maxLosses {
			list = append(list, l)
		}
	}
	z := html.NewTokenizer(strings.NewReader(markup))
	for z.Next() != html.ErrorToken {
		raw := string(z.Raw())
		t := z.Token()
		if t.Type != html.StartTagToken && t.Type != html.SelfClosingTagToken {
			continue
		}
		for _, l := range lostOf(t, raw) {
			add(l)
		}
	}
	return list, nil
}

// lostOf is what the policy takes from one tag.
func lostOf(t html.Token, raw string) (list []Loss) {
	clean := html.NewTokenizer(strings.NewReader(policy().Sanitize(raw + "</" + t.Data + ">")))
	clean.Next()
	kept := clean.Token()
	if kept.Data != t.Data || kept.Type != html.StartTagToken && kept.Type != html.SelfClosingTagToken {
		return []Loss{{Element: t.Data, Tag: raw}}
	}
	for _, a := range t.Attr {
		if !slices.ContainsFunc(kept.Attr, func(k html.Attribute) bool { return k.Key == a.Key }) {
			list = append(list, Loss{Element: t.Data, Attribute: a.Key, Tag: raw})
		}
	}
	return list
}
