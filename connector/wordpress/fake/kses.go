package fake

import (
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// postHTML is what wp_kses_post lets through (wp-includes/kses.php). What it removes leaves its text behind.
var postHTML = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowComments()
	p.AllowStandardURLs()
	p.RequireNoFollowOnLinks(false)
	p.AllowElements("address", "abbr", "article", "aside", "b", "bdo", "blockquote", "br", "button", "caption", "cite", "code", "col", "colgroup",
		"del", "dd", "dfn", "details", "div", "dl", "dt", "em", "figure", "figcaption", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i",
		"ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "rb", "rp", "rt", "ruby", "s", "samp", "section", "small", "strong", "sub",
		"summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "video")
	p.AllowNoAttrs().OnElements("a", "span", "div")
	p.AllowAttrs("style", "class", "id", "title", "lang", "dir", "role", "aria-label", "aria-hidden").Globally()
	p.AllowDataAttributes()
	p.AllowAttrs("href", "rel", "rev", "name", "target", "download").OnElements("a")
	p.AllowAttrs("src", "alt", "align", "border", "height", "width", "loading").OnElements("img")
	p.AllowAttrs("start", "type", "reversed").OnElements("ol")
	p.AllowAttrs("value").OnElements("li")
	p.AllowAttrs("colspan", "rowspan", "scope", "align", "valign").OnElements("td", "th")
	p.AllowAttrs("cite").OnElements("blockquote", "q", "del", "ins")
	p.AllowAttrs("datetime").OnElements("del", "ins")
	p.AllowAttrs("open").OnElements("details")
	return p
}()

// titleHTML is the shorter list for titles.
var titleHTML = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("abbr", "b", "blockquote", "cite", "code", "del", "em", "i", "q", "s", "strong")
	return p
}()

const quote = "\uE000" // stands for &quot; while bluemonday is at work, which would make it one with a bare quote

// inText and inTag undo what bluemonday does to quotes: WordPress leaves those of a text as they are.
var (
	inText = strings.NewReplacer("&#34;", `"`, "&#39;", "'", quote, "&quot;")
	inTag  = strings.NewReplacer("&#34;", "&quot;", "&#39;", "'", quote, "&quot;")
	tag    = regexp.MustCompile(`<[^>]*>`)
)

func quotes(markup string) string {
	var out strings.Builder
	at := 0
	for _, m := range tag.FindAllStringIndex(markup, -1) {
		out.WriteString(inText.Replace(markup[at:m[0]]) + inTag.Replace(markup[m[0]:m[1]]))
		at = m[1]
	}
	out.WriteString(inText.Replace(markup[at:]))
	return out.String()
}

// address is an attribute that wp_kses_bad_protocol looks at: what stands before a colon and is no scheme it knows goes,
// in an address of the own page too.
var address = regexp.MustCompile(`(href|src|cite)="([^":]*):([^"]*)"`)

func badProtocol(markup string) string {
	return address.ReplaceAllStringFunc(markup, func(a string) string {
		m := address.FindStringSubmatch(a)
		switch strings.ToLower(m[2]) {
		case "http", "https", "mailto", "ftp", "tel":
			return a
		}
		return m[1] + `="` + m[3] + `"`
	})
}

// skipped are tags that bluemonday would take away with all that is in them; WordPress leaves their text behind.
var skipped = regexp.MustCompile(`(?i)</?(frame|frameset|iframe|noembed|noframes|noscript|nostyle|object|script|style)\b[^>]*>`)

var twoDashes = regexp.MustCompile(`--+`)

// kses filters what a user without unfiltered_html sends.
func kses(text, field string) string {
	text = strings.ReplaceAll(badProtocol(skipped.ReplaceAllString(text, "")), "&quot;", quote)
	if field == "title" {
		return quotes(titleHTML.Sanitize(text))
	}
	clean := badProtocol(postHTML.Sanitize(text))
	var out strings.Builder
	for {
		start := strings.Index(clean, "<!--")
		if start < 0 {
			break
		}
		end := strings.Index(clean[start:], "-->")
		if end < 0 {
			break
		}
		out.WriteString(quotes(clean[:start]))
		inner := inTag.Replace(clean[start+4 : start+end])
		if !strings.Contains(inner, "wp:") { // wp_kses collapses dashes inside comments
			inner = twoDashes.ReplaceAllString(inner, "-")
		}
		out.WriteString("<!--" + inner + "-->")
		clean = clean[start+end+3:]
	}
	out.WriteString(quotes(clean))
	return out.String()
}
