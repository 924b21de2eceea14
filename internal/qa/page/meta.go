package page

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"stet/internal/qa"
)

// metaTitle looks at the title that search engines show: the one made for them, else the article's.
func (l *look) metaTitle() {
	name, title := l.first("meta_title", "title")
	if title == "" {
		l.field("title", "", fault{message: "The article has no title.", remedy: "Give it one.", values: values{"min": 0, "max": 0}})
		return
	}
	v := values{"count": utf8.RuneCountInString(title), "title": short(title)}
	l.limited(utf8.RuneCountInString(title), func(f fault) *qa.Finding { return l.field(name, l.text(name), f) },
		fault{"The title has %{count} characters; fewer than %{min} say too little in a list of results.", "Say what the article is about.", v, ""},
		fault{"The title has %{count} characters; search engines cut what is beyond %{max}.", "Shorten it, or add a meta title.", v, ""})
}

// metaDescription looks at the text that search engines show below the title: the one made for them, else the summary.
func (l *look) metaDescription() {
	name, text := l.first("meta_description", "summary")
	if text == "" {
		l.field("meta_description", "", fault{message: "The article has no description.", remedy: "Say in one or two sentences what a reader gets.", values: values{"min": *l.Min, "max": *l.Max}})
		return
	}
	v := values{"count": utf8.RuneCountInString(text)}
	l.limited(utf8.RuneCountInString(text), func(f fault) *qa.Finding { return l.field(name, l.text(name), f) },
		fault{"The description has %{count} characters; fewer than %{min} tell little.", "Say in one or two sentences what a reader gets.", v, ""},
		fault{"The description has %{count} characters; search engines cut what is beyond %{max}.", "Shorten it.", v, ""})
	if title := strings.TrimSpace(l.Doc.Title); title != "" && strings.EqualFold(title, text) {
		l.field(name, l.text(name), fault{message: "The description is the title once more.", remedy: "Say what the title does not.", values: v})
	}
}

// metaSlug wants a slug that can be read, said and typed.
func (l *look) metaSlug() {
	slug := l.Doc.Slug
	if slug == "" {
		l.idle()
		return
	}
	v := values{"slug": short(slug), "count": utf8.RuneCountInString(slug), "words": strings.Count(slug, "-") + 1}
	add := func(message, remedy string) { l.field("canonical_slug", slug, fault{message, remedy, v, ""}) }
	if over(utf8.RuneCountInString(slug), l.Max) {
		v["max"] = *l.Max
		add("The slug has %{count} characters; at most %{max} are shown whole.", "Shorten it to the words that matter.")
	} else if over(strings.Count(slug, "-")+1, l.Words) {
		v["max"] = *l.Words
		add("The slug has %{words} words; at most %{max} are wanted.", "Leave out what does not tell it from others.")
	}
	switch {
	case strings.ToLower(slug) != slug:
		add("The slug “%{slug}” has capitals.", "Write it in lower case.")
	case strings.ContainsFunc(slug, func(r rune) bool { return r != '-' && !unicode.In(r, unicode.L, unicode.N, unicode.M) }):
		add("The slug “%{slug}” has other characters than letters, digits and hyphens.", "Join its words by hyphens.")
	case strings.Contains(slug, "--") || strings.Trim(slug, "-") != slug:
		add("The slug “%{slug}” has a hyphen without words on both sides.", "Use single hyphens, between words.")
	}
}

// metaCanonical looks at the address that the article says is its own.
func (l *look) metaCanonical() {
	address := strings.TrimSpace(l.Doc.Metadata.CanonicalURL)
	if address == "" {
		if is(l.Required) {
			l.field("canonical_url", "", fault{message: "The article has no canonical address.", remedy: "Add the address that search engines shall list.", values: values{}})
		} else {
			l.idle()
		}
		return
	}
	u, err := url.Parse(address)
	v := values{"address": short(address), "hosts": strings.Join(l.Hosts, ", ")}
	add := func(message, remedy string) { l.field("canonical_url", address, fault{message, remedy, v, ""}) }
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		add("The canonical address “%{address}” is not absolute.", "Write it whole: https://example.com/page.")
	case u.Scheme == "http":
		add("The canonical address “%{address}” is not encrypted.", "Write https.")
	case u.Fragment != "":
		add("The canonical address “%{address}” has a fragment, which search engines leave out.", "Remove what follows the #.")
	case local(u.Hostname()):
		add("The canonical address “%{address}” is on the author's own machine.", "Write the public address.")
	case len(l.Hosts) > 0 && !slices.Contains(l.Hosts, u.Hostname()):
		add("The canonical address “%{address}” is at another site than %{hosts}.", "Correct it, or allow its host if the article first came out there.")
	}
}

// metaImage looks at the picture of the card that networks show: the one made for it, else the article's.
func (l *look) metaImage() {
	address := strings.TrimSpace(l.Doc.Metadata.OGImage)
	if address == "" && l.Doc.Hero != nil {
		address = strings.TrimSpace(l.Doc.Hero.URL)
	}
	if address == "" {
		if is(l.Required) {
			l.field("og_image", "", fault{message: "The article has no picture for the cards of networks and messengers.", remedy: "Add og_image or a hero image.", values: values{}})
		} else {
			l.idle()
		}
		return
	}
	u, err := url.Parse(address)
	v := values{"address": short(address)}
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		l.field("og_image", address, fault{"The picture's address “%{address}” is not absolute, and networks do not resolve it.", "Write it whole: https://example.com/picture.png.", v, ""})
	case strings.EqualFold(path.Ext(u.Path), ".svg"):
		l.field("og_image", address, fault{"The picture “%{address}” is an SVG, which networks do not show.", "Use PNG, JPEG or WebP.", v, ""})
	}
}

// nobodies are names that systems give where no author is known.
var nobodies = []string{"admin", "administrator", "author", "anonymous", "editor", "guest", "n/a", "none", "root", "staff", "tbd", "todo", "unknown", "user", "webmaster", "your name"}

func (l *look) metaAuthor() {
	if len(l.Doc.Authors) == 0 {
		if is(l.Required) {
			l.field("authors", "", fault{message: "The article names no author.", remedy: "Name who answers for it.", values: values{}})
		} else {
			l.idle()
		}
		return
	}
	for _, author := range l.Doc.Authors {
		v := values{"author": short(author)}
		switch name := strings.ToLower(strings.TrimSpace(author)); {
		case slices.ContainsFunc(l.Placeholders, func(p string) bool { return strings.EqualFold(p, name) }):
			l.field("authors", author, fault{"“%{author}” is no author.", "Name a person or an organisation.", v, ""})
		case strings.Contains(name, "@"):
			l.field("authors", author, fault{"The author “%{author}” is an address.", "Name the person; the page would show the address to everyone.", v, ""})
		}
	}
}

func (l *look) metaTags() {
	tags := l.Doc.Tags
	all := strings.Join(tags, ", ")
	v := values{"count": len(tags)}
	l.limited(len(tags), func(f fault) *qa.Finding { return l.field("tags", all, f) },
		fault{"The article has %{count} tags; at least %{min} is wanted.", "Add the tags that it belongs under.", v, ""},
		fault{"The article has %{count} tags; at most %{max} are of use.", "Keep those that other articles have too.", v, ""})
	seen := map[string]string{}
	for _, tag := range tags {
		folded := letters(strings.ReplaceAll(tag, " ", ""))
		if before, twice := seen[folded]; twice {
			l.field("tags", all, fault{"The tags “%{a}” and “%{b}” are one.", "Keep the one that the site uses.", values{"a": short(before), "b": short(tag)}, tag})
			continue
		}
		seen[folded] = tag
	}
}

// llmsTxt wants the site to tell language models where its texts are (https://llmstxt.org).
func (l *look) llmsTxt() {
	exists, redirect, known := l.Site.Page("/llms.txt")
	if !known {
		l.idle()
		return
	}
	if !exists && redirect == "" {
		l.top(fault{message: "The site has no /llms.txt, by which language models find its texts.", remedy: "Publish one that lists the articles; see https://llmstxt.org.", values: values{}})
	}
}
