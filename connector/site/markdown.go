package site

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/yuin/goldmark/ast"
	goldhtml "github.com/yuin/goldmark/renderer/html"

	"stet"
)

// checkMarkdown refuses what the site generator could not carry, before anything is written.
func (t *target) checkMarkdown(r *record) error {
	body := r.Doc.Body
	if body.Format != "markdown" && body.Format != "" {
		return notApplied(stet.Unsupported, "body_format", "The body format %q cannot be written as Markdown; send Markdown.", body.Format)
	}
	if t.opt.flavor == "jekyll" && r.Date.IsZero() {
		e := notApplied(stet.Invalid, "date_missing", "Jekyll names files by date, and this document has none. Set fields.date or publish_at.")
		e.Pointer = "/fields/date"
		return e
	}
	if t.opt.flavor == "hugo" {
		if open := unclosedShortcode(body.Text); open != "" {
			return notApplied(stet.Invalid, "shortcode_unclosed", "The text has %q without its end, which stops Hugo's build. Close it or put it in other words.", open)
		}
	}
	source := []byte(body.Text)
	tree, err := parseMarkdown(source)
	if err != nil {
		return err
	}
	if dest := dangerousLink(tree, source); dest != "" {
		return notApplied(stet.Invalid, "link_dangerous", "The text links to %q, which a browser would run. Remove the link.", dest)
	}
	return nil
}

// dangerousLink is the first javascript: or similar address of a Markdown link or image. The site generator renders
// the file, and not every one refuses them.
func dangerousLink(tree ast.Node, source []byte) string {
	found := ""
	_ = ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		var dest []byte
		switch n := n.(type) {
		case *ast.Link:
			dest = n.Destination
		case *ast.Image:
			dest = n.Destination
		case *ast.AutoLink:
			dest = n.URL(source)
		}
		if entering && goldhtml.IsDangerousURL(dest) {
			found = string(dest)
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return found
}

// markdownPath is unique by construction: two contents never have one slug, and with Jekyll a content has one date.
func (t *target) markdownPath(r *record) string {
	if t.opt.flavor == "jekyll" {
		return "_posts/" + r.Date.Format(time.DateOnly) + "-" + r.Doc.Slug + ".md"
	}
	return r.Doc.Slug + ".md"
}

// markdownFile is front matter and text for the target's site generator.
func (t *target) markdownFile(r *record) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("---\n")
	for _, item := range t.frontMatter(r) {
		if empty(item.Value) {
			continue
		}
		// JSON style quotes every text, so that no, 1e3 or 2024-01-01 stay texts in YAML 1.1 and 1.2 alike.
		value, err := yaml.MarshalWithOptions(item.Value, yaml.JSON())
		if err != nil {
			return nil, fmt.Errorf("encode front matter: %w", err)
		}
		fmt.Fprintf(&out, "%s: %s\n", item.Key, bytes.TrimSpace(value))
	}
	out.WriteString("---\n\n")
	out.WriteString(t.escape(strings.TrimRight(strings.ReplaceAll(r.Doc.Body.Text, "\r\n", "\n"), "\n")))
	out.WriteString("\n")
	return out.Bytes(), nil
}

// date is written bare, as YAML's own type, which every generator reads.
type date time.Time

func (d date) MarshalYAML() ([]byte, error) { return time.Time(d).AppendFormat(nil, time.RFC3339), nil }

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []string:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	case date:
		return time.Time(v).IsZero()
	}
	return false
}

// frontMatter has the keys of the flavor, in a fixed order. What the document brings beyond them stands under params,
// so that no text can set a permalink, a layout or an output of the site.
func (t *target) frontMatter(r *record) yaml.MapSlice {
	doc := r.Doc
	description := first(doc.Metadata.Description, doc.Summary)
	image, alt := webURL(doc.Metadata.OGImage), ""
	if doc.Hero != nil {
		image, alt = first(image, webURL(doc.Hero.URL)), doc.Hero.Alt
	}
	fm := yaml.MapSlice{{Key: "title", Value: doc.Title}}
	add := func(key string, value any) { fm = append(fm, yaml.MapItem{Key: key, Value: value}) }
	switch t.opt.flavor {
	case "hugo":
		add("slug", doc.Slug)
		add("date", date(r.Date))
		add("lastmod", date(r.Updated))
		add("description", description)
		add("summary", doc.Summary)
		if image != "" {
			add("images", []string{image})
		}
		add("aliases", r.Aliases) // without a slash: neighbours of the page
	case "astro":
		add("description", description)
		add("pubDate", date(r.Date))
		add("updatedDate", date(r.Updated))
		add("heroImage", image)
		add("aliases", r.Aliases)
	case "eleventy":
		add("description", description)
		add("date", date(r.Date))
		add("permalink", t.opt.root()+doc.Slug+"/")
		add("templateEngineOverride", "md") // no Liquid in other people's texts
		add("image", image)
		add("aliases", r.Aliases)
	case "jekyll":
		add("description", description)
		add("date", date(r.Date))
		add("last_modified_at", date(r.Updated))
		add("permalink", t.opt.root()+doc.Slug+"/")
		add("image", image)
		add("redirect_from", t.jekyllAliases(r.Aliases))
	}
	add("image_alt", alt)
	add("tags", doc.Tags)
	add("categories", doc.Categories)
	add("authors", doc.Authors)
	add("lang", doc.Locale)
	add("canonical", webURL(doc.Metadata.CanonicalURL))
	add("params", doc.Fields)
	add("stet", map[string]any{"content_id": r.Key.ContentID, "version": r.Version, "apply_seq": r.Seq, "marker": r.Marker})
	return fm
}

func (t *target) jekyllAliases(slugs []string) []string {
	var aliases []string
	for _, slug := range slugs {
		aliases = append(aliases, t.opt.root()+slug+"/")
	}
	return aliases
}

// escape keeps the text from being read as a program of the site generator.
func (t *target) escape(body string) string {
	switch t.opt.flavor {
	case "hugo":
		return shortcode.ReplaceAllStringFunc(body, func(code string) string {
			return code[:3] + "/*" + code[3:len(code)-3] + "*/" + code[len(code)-3:]
		})
	case "jekyll":
		if strings.Contains(body, "{{") || strings.Contains(body, "{%") {
			body = endRaw.ReplaceAllStringFunc(body, func(tag string) string {
				return `{% endraw %}{{ "` + tag + `" }}{% raw %}`
			})
			return "{% raw %}\n" + body + "\n{% endraw %}"
		}
	}
	return body
}

var (
	// Hugo reads shortcodes before it reads Markdown, in listings too; a comment inside the braces keeps them as text.
	shortcode = regexp.MustCompile(`(?s)\{\{<.*?>\}\}|\{\{%.*?%\}\}`)
	endRaw    = regexp.MustCompile(`\{%-?\s*endraw\s*-?%\}`)
)

// unclosedShortcode is the text from where a shortcode begins that does not end; empty where all do.
func unclosedShortcode(body string) string {
	for _, between := range shortcode.Split(body, -1) {
		for _, open := range []string{"{{<", "{{%"} {
			if at := strings.Index(between, open); at >= 0 {
				return shorten(between[at:min(len(between), at+200)], 20)
			}
		}
	}
	return ""
}
