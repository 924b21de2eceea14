package page_test

import (
	"strings"
	"testing"

	"stet"
)

func TestMetadata(t *testing.T) {
	meta := func(m stet.Metadata) stet.Document { return stet.Document{Title: "T", Metadata: m} }
	fields := func(pairs ...string) stet.Document {
		d := stet.Document{Title: "T", Fields: map[string]any{}}
		for i := 0; i < len(pairs); i += 2 {
			d.Fields[pairs[i]] = pairs[i+1]
		}
		return d
	}
	run(t, []example{
		{name: "none", kind: "meta", keys: "check: title", want: []string{"title The article has no title."}},
		{name: "short", kind: "meta", keys: "check: title\nmin: 6", doc: stet.Document{Title: "Fünf!"}, want: []string{"title The title has 5 characters; fewer than 6 say too little in a list of results."}},
		{name: "long", kind: "meta", keys: "check: title", doc: stet.Document{Title: strings.Repeat("é", 71)}, want: []string{"title The title has 71 characters; search engines cut what is beyond 70."}},
		{name: "another for search engines", kind: "meta", keys: "check: title", doc: stet.Document{Title: strings.Repeat("é", 71), Metadata: stet.Metadata{Title: "A title of its own"}}},

		{name: "none", kind: "meta", keys: "check: description", doc: titled, want: []string{"meta_description The article has no description."}},
		{name: "summary instead", kind: "meta", keys: "check: description\nmin: 4", doc: stet.Document{Title: "T", Summary: "Some"}},
		{name: "short summary", kind: "meta", keys: "check: description\nmin: 5", doc: stet.Document{Title: "T", Summary: "Some"}, want: []string{"summary The description has 4 characters; fewer than 5 tell little."}},
		{name: "long", kind: "meta", keys: "check: description\nmax: 60", doc: meta(stet.Metadata{Description: words(20)}), want: []string{"meta_description The description has 99 characters; search engines cut what is beyond 60."}},
		{name: "the title again", kind: "meta", keys: "check: description\nmin: 0", doc: meta(stet.Metadata{Description: "t"}), want: []string{"meta_description The description is the title once more."}},

		{name: "fine", kind: "meta", keys: "check: slug", doc: stet.Document{Slug: "über-uns-2"}},
		{name: "capitals", kind: "meta", keys: "check: slug", doc: stet.Document{Slug: "A-b"}, want: []string{"canonical_slug The slug “A-b” has capitals."}},
		{name: "underscore", kind: "meta", keys: "check: slug", doc: stet.Document{Slug: "a_b"}, want: []string{"canonical_slug The slug “a_b” has other characters than letters, digits and hyphens."}},
		{name: "hyphens", kind: "meta", keys: "check: slug", doc: stet.Document{Slug: "a--b"}, want: []string{"canonical_slug The slug “a--b” has a hyphen without words on both sides."}},
		{name: "many words", kind: "meta", keys: "check: slug\nwords: 2", doc: stet.Document{Slug: "a-b-c"}, want: []string{"canonical_slug The slug has 3 words; at most 2 are wanted."}},
		{name: "long", kind: "meta", keys: "check: slug\nmax: 4", doc: stet.Document{Slug: "a-b-c"}, want: []string{"canonical_slug The slug has 5 characters; at most 4 are shown whole."}},
		{name: "none", kind: "meta", keys: "check: slug", idle: true},

		{name: "none", kind: "meta", keys: "check: canonical", idle: true},
		{name: "wanted", kind: "meta", keys: "check: canonical\nrequired: true", want: []string{"canonical_url The article has no canonical address."}},
		{name: "fine", kind: "meta", keys: "check: canonical\nhosts: [example.com]", doc: meta(stet.Metadata{CanonicalURL: "https://example.com/a"})},
		{name: "relative", kind: "meta", keys: "check: canonical", doc: meta(stet.Metadata{CanonicalURL: "/a"}), want: []string{"canonical_url The canonical address “/a” is not absolute."}},
		{name: "not encrypted", kind: "meta", keys: "check: canonical", doc: meta(stet.Metadata{CanonicalURL: "http://example.com/a"}), want: []string{"canonical_url The canonical address “http://example.com/a” is not encrypted."}},
		{name: "fragment", kind: "meta", keys: "check: canonical", doc: meta(stet.Metadata{CanonicalURL: "https://example.com/a#b"}), want: []string{"canonical_url The canonical address “https://example.com/a#b” has a fragment, which search engines leave out."}},
		{name: "own machine", kind: "meta", keys: "check: canonical", doc: meta(stet.Metadata{CanonicalURL: "https://localhost/a"}), want: []string{"canonical_url The canonical address “https://localhost/a” is on the author's own machine."}},
		{name: "another host", kind: "meta", keys: "check: canonical\nhosts: [example.com]", doc: meta(stet.Metadata{CanonicalURL: "https://example.org/a"}), want: []string{"canonical_url The canonical address “https://example.org/a” is at another site than example.com."}},

		{name: "none", kind: "meta", keys: "check: og-image", doc: titled, want: []string{"og_image The article has no picture for the cards of networks and messengers."}},
		{name: "not wanted", kind: "meta", keys: "check: og-image\nrequired: false", doc: titled, idle: true},
		{name: "hero", kind: "meta", keys: "check: og-image", doc: stet.Document{Hero: &stet.Image{URL: "https://example.com/a.png"}}},
		{name: "relative", kind: "meta", keys: "check: og-image", doc: meta(stet.Metadata{OGImage: "/a.png"}), want: []string{"og_image The picture's address “/a.png” is not absolute, and networks do not resolve it."}},
		{name: "SVG", kind: "meta", keys: "check: og-image", doc: meta(stet.Metadata{OGImage: "https://example.com/a.SVG?x"}), want: []string{"og_image The picture “https://example.com/a.SVG?x” is an SVG, which networks do not show."}},

		{name: "none", kind: "meta", keys: "check: author", want: []string{"authors The article names no author."}},
		{name: "not wanted", kind: "meta", keys: "check: author\nrequired: false", idle: true},
		{name: "nobody", kind: "meta", keys: "check: author", doc: stet.Document{Authors: []string{"Admin", "The Rust Team", "a@example.com"}}, want: []string{"authors “Admin” is no author.", "authors The author “a@example.com” is an address."}},

		{name: "none", kind: "meta", keys: "check: tags", want: []string{"tags The article has 0 tags; at least 1 is wanted."}},
		{name: "many and alike", kind: "meta", keys: "check: tags\nmax: 2", doc: stet.Document{Tags: []string{"Web dev", "web-dev", "go"}}, want: []string{"tags The article has 3 tags; at most 2 are of use.", "tags The tags “Web dev” and “web-dev” are one."}},

		{name: "none", kind: "meta", keys: "check: dates", doc: titled, idle: true},
		{name: "wanted", kind: "meta", keys: "check: dates\nrequired: true", doc: titled, want: []string{"publish_at The article has no date."}},
		{name: "fine", kind: "meta", keys: "check: dates", doc: fields("date", "2026-01-02", "updated", "2026-01-02T00:00:00Z")},
		{name: "no date", kind: "meta", keys: "check: dates", doc: fields("date", "yesterday"), want: []string{"date date is “yesterday”, which is no date."}},
		{name: "changed before it came out", kind: "meta", keys: "check: dates", doc: fields("date", "2026-01-02", "lastmod", "2026-01-01"), want: []string{"lastmod lastmod is 2026-01-01, before date (2026-01-02)."}},
		{name: "changed in the future", kind: "meta", keys: "check: dates", doc: fields("lastmod", "2027-01-01"), want: []string{"lastmod lastmod is 2027-01-01, which is yet to come."}},
		{name: "publish_at", kind: "meta", keys: "check: dates", doc: stet.Document{PublishAt: "soon"}, want: []string{"publish_at publish_at is “soon”, which is no date."}},

		{name: "the site does not say", kind: "meta", keys: "check: llms-txt", idle: true},
		{name: "none", kind: "meta", keys: "check: llms-txt", site: site{}, body: "a\n", want: []string{"1:1 The site has no /llms.txt, by which language models find its texts."}},
		{name: "one", kind: "meta", keys: "check: llms-txt", site: site{"/llms.txt": ""}, body: "a\n"},
	})
}

func TestKeyphrases(t *testing.T) {
	doc := stet.Document{Title: "Publishing Articles", Slug: "publish-articles", Summary: "How to publish.", Fields: map[string]any{"keyphrase": "publish article"}}
	few := doc
	few.Fields = map[string]any{"keyphrase": "publish"}
	run(t, []example{
		{name: "in all places", kind: "meta", keys: "check: keyphrase-placement\nplaces: [title, first_paragraph, heading, slug]", doc: doc, body: "To publish an article, push.\n\n## Publish more articles\n"},
		{name: "missing", kind: "meta", keys: "check: keyphrase-placement", doc: doc, body: "Welcome.\n",
			want: []string{"summary The keyphrase “publish article” is not in the description.", "1:1 The keyphrase “publish article” is not in the first paragraph.", "1:1 The keyphrase “publish article” is not in the heading."}},
		{name: "too often", kind: "meta", keys: "check: keyphrase-placement\nplaces: [title]", doc: few, body: "Publish, publish, publish and publish.\n",
			want: []string{"1:1 The keyphrase “publish” stands 4 times in 5 words; more than 3 per cent read as if written for machines."}},
		{name: "no keyphrase", kind: "meta", keys: "check: keyphrase-placement", doc: titled, body: "a\n", idle: true},
	})
}
