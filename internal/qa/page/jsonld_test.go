package page_test

import (
	"strings"
	"testing"

	"stet"
)

// ld is a page with structured data before a text.
func ld(json, text string) string {
	return "<script type=\"application/ld+json\">\n" + json + "\n</script>\n\n" + text + "\n"
}

const article = `{"@context": "https://schema.org", "@type": "BlogPosting", "headline": "The title", "author": {"@type": "Person", "name": "A. Writer"},
 "datePublished": "2026-01-02T10:00:00Z", "image": ["https://example.com/big/p.png"], "mainEntityOfPage": {"@id": "https://example.com/t"}}`

func TestStructuredDataIsValid(t *testing.T) {
	const keys = "check: jsonld-valid"
	with := func(old, new string) string { return ld(strings.Replace(article, old, new, 1), "Text.") }
	run(t, []example{
		{name: "none", kind: "jsonld", keys: keys, body: "a\n", idle: true},
		{name: "wanted", kind: "jsonld", keys: keys + "\nrequired: true", body: "a\n", want: []string{"1:1 The page has no structured data."}},
		{name: "article", kind: "jsonld", keys: keys + "\nrecommended: false", body: ld(article, "Text.")},
		{name: "recommended", kind: "jsonld", keys: keys + "\nrecommended: true", body: ld(article, "Text."), want: []string{"2:1 BlogPosting has no dateModified, which search engines recommend."}},
		{name: "wanted type", kind: "jsonld", keys: keys + "\ntypes: [FAQPage, HowTo]", body: ld(article, "Text."), want: []string{"1:1 The structured data describes no FAQPage or HowTo."}},
		{name: "in HTML", kind: "jsonld", keys: keys, html: "<p>a</p>" + ld(`{"@type": "Article"}`, ""),
			want: []string{"2:1 The structured data has no @context.", "2:1 Article has no headline, which it needs."}},
		{name: "no JSON", kind: "jsonld", keys: keys, body: ld(`{"a": 1,}`, "x"), want: []string{"2:9 The structured data is no JSON: invalid character '}' looking for beginning of object key string."}},
		{name: "no value", kind: "jsonld", keys: keys, body: ld(`{"a": tru}`, "x"), want: []string{"2:7 The structured data is no JSON: invalid character '}' in literal true (expecting 'e')."}},
		{name: "cut off", kind: "jsonld", keys: keys, body: ld(`{"a": `, "x"), want: []string{"2:6 The structured data is no JSON: it ends in the middle."}},
		{name: "two values", kind: "jsonld", keys: keys, body: ld(`{} {}`, "x"), want: []string{"2:5 The structured data is no JSON: something follows the data."}},
		{name: "too deep", kind: "jsonld", keys: keys, body: ld(strings.Repeat("[", 100), "x"), want: []string{"2:66 The structured data is no JSON: it is nested deeper than 64 levels."}},
		{name: "text", kind: "jsonld", keys: keys, body: ld(`"a"`, "x"), want: []string{"2:1 The structured data is no object."}},
		{name: "other vocabulary", kind: "jsonld", keys: keys, body: with("https://schema.org", "https://example.com"), want: []string{"2:14 The @context is “https://example.com”, not https://schema.org."}},
		{name: "no type", kind: "jsonld", keys: keys, body: ld(`{"@context": "http://schema.org/", "name": "x"}`, "x"), want: []string{"2:1 The structured data has a thing without @type."}},
		{name: "type in other letters", kind: "jsonld", keys: keys, body: with("BlogPosting", "Blogposting"), want: []string{"2:45 The type “Blogposting” is written BlogPosting."}},
		{name: "unknown type", kind: "jsonld", keys: keys, body: with("BlogPosting", "Recipe")},
		{name: "author without a name", kind: "jsonld", keys: keys, body: with(`"name": "A. Writer"`, `"url": "x"`), want: []string{"2:95 BlogPosting.author has no name, which it needs."}},
		{name: "author is a text", kind: "jsonld", keys: keys, body: with(`{"@type": "Person", "name": "A. Writer"}`, `"A. Writer"`)},
		{name: "author in the graph", kind: "jsonld", keys: keys, body: ld(`{"@context": "https://schema.org", "@graph": [{"@type": "Article", "headline": "T", "author": {"@id": "#a"}}, {"@type": "Person", "@id": "#a"}]}`, "x"),
			want: []string{"2:111 Article.author has no name, which it needs."}},
		{name: "dates", kind: "jsonld", keys: keys, body: with("2026-01-02T10:00:00Z", "January 2"), want: []string{"3:19 datePublished is “January 2”, which is no date of ISO 8601."}},
		{name: "long headline", kind: "jsonld", keys: keys, body: with("The title", strings.Repeat("é", 111)), want: []string{"2:72 The headline has 111 characters; what is beyond 110 is cut."}},
		{name: "relative image", kind: "jsonld", keys: keys, body: with("https://example.com/big", ""), want: []string{"3:53 The image's address “/p.png” is not absolute."}},
		{name: "FAQ", kind: "jsonld", keys: keys, body: ld(`{"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": [{"@type": "Question", "name": "Q?"}, "x"]}`, "x"),
			want: []string{"2:71 FAQPage.mainEntity has no acceptedAnswer, which it needs.", "2:108 FAQPage.mainEntity is “x”, which is no thing with properties."}},
		{name: "how-to", kind: "jsonld", keys: keys, body: ld(`{"@context": "https://schema.org", "@type": "HowTo", "name": "N", "step": ["a", {"@type": "HowToStep"}]}`, "x"),
			want: []string{"2:81 HowTo.step needs one of text, name, itemListElement."}},
		{name: "breadcrumbs", kind: "jsonld", keys: keys, body: ld(`{"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": [{"position": 1, "name": "A"}, {"position": 3, "item": "/x"}]}`, "x"),
			want: []string{"2:83 Breadcrumb 1 has no item.", "2:113 Breadcrumb 2 has no name.", "2:126 Breadcrumb 2 has position 3."}},
		{name: "product", kind: "jsonld", keys: keys, body: ld(`{"@context": "https://schema.org", "@type": "Product", "name": "P"}`, "x"), want: []string{"2:1 Product needs one of offers, review, aggregateRating."}},
		{name: "currency", kind: "jsonld", keys: keys, body: ld(`{"@context": "https://schema.org", "@type": "Product", "name": "P", "offers": {"price": 5, "priceCurrency": "€"}}`, "x"),
			want: []string{"2:79 The offer's priceCurrency is “€”, which is no code of ISO 4217."}},
		{name: "field as a text", kind: "jsonld", keys: keys, doc: stet.Document{Fields: map[string]any{"jsonld": `{"@context": "https://schema.org"`}}, body: "x\n",
			want: []string{"jsonld The structured data is no JSON: it ends in the middle."}},
		{name: "field as a value", kind: "jsonld", keys: keys, doc: stet.Document{Fields: map[string]any{"jsonld": map[string]any{"@context": "https://schema.org", "@type": "Article"}}}, body: "x\n",
			want: []string{"jsonld Article has no headline, which it needs."}},
	})
}

func TestStructuredDataAgreesWithThePage(t *testing.T) {
	const keys = "check: jsonld-agrees"
	doc := stet.Document{Title: "The Title", Authors: []string{"A. Writer"}, PublishAt: "2026-01-02T12:00:00Z", Locale: "en",
		Metadata: stet.Metadata{CanonicalURL: "https://example.com/t/", OGImage: "/p.png?w=1"}, Summary: "A summary."}
	with := func(old, new string) string { return ld(strings.Replace(article, old, new, 1), "Text.") }
	run(t, []example{
		{name: "none", kind: "jsonld", keys: keys, body: "a\n", idle: true},
		{name: "of other types", kind: "jsonld", keys: keys, body: ld(`{"@type": "Recipe"}`, "x"), idle: true},
		{name: "the same", kind: "jsonld", keys: keys, doc: doc, body: ld(article, "Text.")},
		{name: "another headline", kind: "jsonld", keys: keys, doc: doc, body: with("The title", "Another"), want: []string{"2:72 BlogPosting.headline is “Another”; the page's title is “The Title”."}},
		{name: "another author", kind: "jsonld", keys: keys, doc: doc, body: with("A. Writer", "B. Writer"), want: []string{"2:95 BlogPosting.author is “B. Writer”; the page's author is “A. Writer”."}},
		{name: "one author of two", kind: "jsonld", keys: keys, doc: stet.Document{Title: "The title", Authors: []string{"A. Writer", "C"}}, body: ld(article, "x"), want: []string{"2:95 BlogPosting does not name the author “C”."}},
		{name: "another day", kind: "jsonld", keys: keys, doc: doc, body: with("2026-01-02T", "2026-01-03T"), want: []string{"3:19 BlogPosting.datePublished is “2026-01-03”; the page's day of publication is “2026-01-02”."}},
		{name: "another picture", kind: "jsonld", keys: keys, doc: doc, body: with("p.png", "q.png"), want: []string{"3:53 BlogPosting.image is “https://example.com/big/q.png”; the page's picture is “/p.png?w=1”."}},
		{name: "another address", kind: "jsonld", keys: keys, doc: doc, body: with("example.com/t", "example.com/u"), want: []string{"3:107 BlogPosting.mainEntityOfPage is https://example.com/u; the page's canonical address is https://example.com/t/."}},
		{name: "another description and language", kind: "jsonld", keys: keys, doc: doc, body: with(`"headline"`, `"description": "No.", "inLanguage": "de-DE", "headline"`),
			want: []string{"2:75 BlogPosting.description is “No.”; the page's description is “A summary.”.", "2:96 BlogPosting.inLanguage is “de-DE”; the page's language is “en”."}},
		{name: "FAQ", kind: "jsonld", keys: keys, doc: doc, body: ld(`{"@type": "FAQPage", "mainEntity": [
{"@type": "Question", "name": "Is it free?", "acceptedAnswer": {"text": "<p>Yes, <b>it</b> is.</p>"}},
{"@type": "Question", "name": "Is it fast?", "acceptedAnswer": {"text": "Very."}}]}`, "## Is it free?\n\nYes, it is.\n"),
			want: []string{"4:1 FAQPage.question is “Is it fast?”, which the page does not show.", "4:64 FAQPage.answer is “Very.”, which the page does not show."}},
		{name: "how-to", kind: "jsonld", keys: keys, doc: doc, body: ld(`{"@type": "HowTo", "step": [{"text": "Push it."}, "Pull it."]}`, "1. Push it.\n"), want: []string{"2:51 HowTo.step is “Pull it.”, which the page does not show."}},
		{name: "product", kind: "jsonld", keys: keys, doc: doc, body: ld(`{"@type": "Product", "name": "Stool", "offers": [{"price": "1200.50"}, {"price": 30}]}`, "The stool costs 1,200.50 EUR.\n"),
			want: []string{"2:82 The offer's price is 30, which the page does not show."}},
	})
}

func TestQuestionsWantStructuredData(t *testing.T) {
	questions := "## A?\n\nx\n\n## B?\n\ny\n"
	run(t, []example{
		{name: "without", kind: "jsonld", keys: "check: faq-schema\nfrom: 2", body: questions, want: []string{"1:1 The page answers 2 questions and has no structured data of type FAQPage."}},
		{name: "with", kind: "jsonld", keys: "check: faq-schema\nfrom: 2", body: ld(`{"@type": ["WebPage", "https://schema.org/FAQPage"]}`, questions)},
		{name: "few", kind: "jsonld", keys: "check: faq-schema", body: questions, idle: true},
	})
}
