package page

// schema says what a type of schema.org needs. The lists follow https://schema.org and Google's pages on structured data
// (https://developers.google.com/search/docs/appearance/structured-data: article, faqpage, breadcrumb, product-snippet);
// of an article Google requires nothing and recommends all, we require what makes it one: its headline.
type schema struct {
	required    []string
	oneOf       []string
	recommended []string
	parts       map[string]schema // of the things a property holds
	text        bool              // a text will do instead of a thing
	check       func(v *validation, n *node)
}

var person = schema{required: []string{"name"}, text: true}

var articleSchema = schema{
	required:    []string{"headline"},
	recommended: []string{"author", "datePublished", "dateModified", "image"},
	parts:       map[string]schema{"author": person, "image": {oneOf: []string{"url", "contentUrl"}, text: true}},
	check:       (*validation).article,
}

var schemas = map[string]schema{
	"Article":     articleSchema,
	"BlogPosting": articleSchema,
	"NewsArticle": articleSchema,
	"TechArticle": articleSchema,
	"FAQPage": {
		required: []string{"mainEntity"},
		parts: map[string]schema{"mainEntity": {
			required: []string{"name", "acceptedAnswer"},
			parts:    map[string]schema{"acceptedAnswer": {required: []string{"text"}}},
		}},
	},
	"HowTo": {
		required:    []string{"name", "step"},
		recommended: []string{"image", "totalTime"},
		parts:       map[string]schema{"step": {oneOf: []string{"text", "name", "itemListElement"}, text: true}},
	},
	"BreadcrumbList": {
		required: []string{"itemListElement"},
		parts:    map[string]schema{"itemListElement": {required: []string{"position"}}},
		check:    (*validation).breadcrumbs,
	},
	"Product": {
		required:    []string{"name"},
		oneOf:       []string{"offers", "review", "aggregateRating"},
		recommended: []string{"image", "description", "brand"},
		parts: map[string]schema{
			"offers":          {oneOf: []string{"price", "lowPrice", "priceSpecification"}},
			"aggregateRating": {required: []string{"ratingValue"}, oneOf: []string{"ratingCount", "reviewCount"}},
			"review":          {required: []string{"author"}},
		},
		check: (*validation).product,
	},
}

// articles are the types that describe the article itself.
var articles = []string{"Article", "BlogPosting", "NewsArticle", "TechArticle"}
