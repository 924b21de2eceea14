package page

import (
	"slices"
	"strings"

	"stet/internal/prose"
)

// keyphrasePlaces are where a keyphrase may be wanted.
var keyphrasePlaces = []string{"title", "description", "first_paragraph", "heading", "slug"}

// keyphrasePlacement looks for the words an article wants to be found by, which its field keyphrase names: each of them
// has to stand in every place that a rule names, and the phrase must not be repeated until it annoys.
func (l *look) keyphrasePlacement() {
	phrase := l.phrase()
	if len(phrase) == 0 {
		l.idle()
		return
	}
	v := values{"phrase": strings.Join(phrase, " ")}
	for _, place := range l.Places {
		if l.placed(phrase, place) {
			continue
		}
		f := fault{"The keyphrase “%{phrase}” is not in the %{place}.", "Use its words there, where a reader would expect them.", values{"phrase": v["phrase"], "place": strings.ReplaceAll(place, "_", " ")}, place}
		switch place {
		case "title":
			l.field("title", l.Doc.Title, f)
		case "description":
			name, _ := l.first("meta_description", "summary")
			l.field(name, l.text(name), f)
		case "slug":
			l.field("canonical_slug", l.Doc.Slug, f)
		default:
			l.top(f)
		}
	}
	l.density(phrase)
}

// maxPhrase is how many words of a keyphrase are looked for.
const maxPhrase = 10

// phrase is the keyphrase as folded words.
func (l *look) phrase() []string {
	for _, name := range []string{"keyphrase", "focus_keyphrase", "focus_keyword", "keyword"} {
		if text, ok := l.Doc.Fields[name].(string); ok && strings.TrimSpace(text) != "" {
			words := strings.Fields(spoken(text))
			return words[:min(len(words), maxPhrase)]
		}
	}
	return nil
}

func (l *look) placed(phrase []string, place string) bool {
	switch place {
	case "title":
		return said(phrase, l.Doc.Title) || said(phrase, l.Doc.Metadata.Title)
	case "description":
		_, text := l.first("meta_description", "summary")
		return said(phrase, text)
	case "slug":
		return said(phrase, strings.ReplaceAll(l.Doc.Slug, "-", " "))
	}
	for i := range l.Body.Blocks {
		b := l.block(i)
		switch {
		case place == "heading" && b.Kind == prose.Heading:
			if said(phrase, b.Plain) {
				return true
			}
		case place == "first_paragraph" && b.Kind == prose.Paragraph && len(b.Words) > 0:
			return said(phrase, b.Plain)
		}
	}
	return false
}

// said reports whether a text has all words of a phrase, or forms of them.
func said(phrase []string, text string) bool {
	words := strings.Fields(spoken(text))
	for _, want := range phrase {
		if !slices.ContainsFunc(words, func(w string) bool { return w == want || len([]rune(want)) > 3 && strings.HasPrefix(w, stem(want)) }) {
			return false
		}
	}
	return true
}

// density counts how often the phrase stands in the body as it is.
func (l *look) density(phrase []string) {
	count := 0
	for i := range l.Body.Blocks {
		words := l.block(i).Words
		for at := 0; at+len(phrase) <= len(words); at++ {
			same := true
			for j, want := range phrase {
				same = same && words[at+j].Fold == want
			}
			if same {
				count++
			}
		}
	}
	share := 100 * float64(count*len(phrase)) / float64(max(1, l.Body.Words))
	if count > 3 && l.MaxDensity != nil && *l.MaxDensity > 0 && share > *l.MaxDensity {
		l.top(fault{message: "The keyphrase “%{phrase}” stands %{count} times in %{words} words; more than %{max} per cent read as if written for machines.",
			remedy: "Use other words for some of them.", values: values{"phrase": strings.Join(phrase, " "), "count": count, "words": l.Body.Words, "max": *l.MaxDensity}})
	}
}
