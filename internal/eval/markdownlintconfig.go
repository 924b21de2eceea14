package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// lintConfig is how a test file sets a rule.
type lintConfig struct {
	own    map[string]any
	off    bool
	titled bool // front matter has a title, which counts as a heading of level 1
}

func decodeYAML(text []byte, into any) error { return yaml.Unmarshal(text, into) }

var configured = regexp.MustCompile(`(?s)<!--\s*markdownlint-configure-file\s+(\{.*?\n?\})\s*-->`)

// configOf is the configuration that stands in the comments of a file; keys are in lower case.
func configOf(source string) map[string]any {
	config := map[string]any{}
	for _, m := range configured.FindAllStringSubmatch(source, -1) {
		var part map[string]any
		if err := json.Unmarshal([]byte(m[1]), &part); err != nil {
			if err := yaml.Unmarshal([]byte(m[1]), &part); err != nil {
				continue // the file tests a configuration that cannot be read
			}
		}
		for key, value := range part {
			config[strings.ToLower(key)] = value
		}
	}
	return config
}

func (r lintRule) names() []string {
	return append(strings.Fields(r.alias), strings.ToLower(r.id))
}

// setting is what a configuration says of a rule.
func setting(config map[string]any, r lintRule) (own map[string]any, off bool) {
	own = map[string]any{}
	if value, is := config["default"].(bool); is {
		off = !value
	}
	for _, name := range r.names() {
		switch value := config[name].(type) {
		case bool:
			off = !value
		case map[string]any:
			own, off = value, false
			if enabled, is := value["enabled"].(bool); is {
				off = !enabled
			}
		case string:
			off = false
		}
	}
	return own, off
}

// frontTitle is the title in front matter that markdownlint counts as a heading of level 1.
func frontTitle(source string, own map[string]any) string {
	pattern := `(?m)^\s*"?title"?\s*[:=]`
	if given, is := own["front_matter_title"].(string); is {
		if given == "" {
			return ""
		}
		pattern = "(?m)" + given
	}
	title, err := regexp.Compile(pattern)
	m := frontMatter.FindString(source)
	if err != nil || !title.MatchString(m) {
		return ""
	}
	return "The title of the front matter"
}

// frontMatter is what markdownlint takes for such: YAML, TOML or JSON before the text.
var frontMatter = regexp.MustCompile(`(?s)^(?:---[ \t]*\n.*?\n---[ \t]*(?:\n|$)|\+\+\+[ \t]*\n.*?\n\+\+\+[ \t]*(?:\n|$)|\{[ \t]*\n.*?\n\}[ \t]*\n)`)

var directive = regexp.MustCompile(`<!--\s*markdownlint-(disable|enable|capture|restore|disable-file|enable-file|disable-line|disable-next-line)(?:\s+([^>]*?))?\s*-->`)

// silenced reports whether comments switch a rule off on a line.
func silenced(source string, r lintRule, line int) bool {
	off, kept := false, false
	lines := strings.Split(source, "\n")
	for i, text := range lines {
		for _, m := range directive.FindAllStringSubmatch(text, -1) {
			mine := m[2] == "" || slices.ContainsFunc(strings.Fields(strings.ToLower(m[2])), func(name string) bool { return slices.Contains(r.names(), name) })
			switch what := m[1]; {
			case mine && what == "disable-file", mine && what == "disable-line" && i+1 == line, mine && what == "disable-next-line" && i+2 == line:
				return true
			case i+1 > line:
			case mine && what == "disable":
				off = true
			case mine && what == "enable":
				off = false
			case what == "capture":
				kept = off
			case what == "restore":
				off = kept
			}
		}
	}
	return off
}

// wildcards are the plain alternatives of a regular expression for fragments, ^a or ^a$, as targets with wild cards.
func wildcards(pattern any) (targets []string) {
	text, _ := pattern.(string)
	for part := range strings.SplitSeq(text, "|") {
		if name, anchored := strings.CutPrefix(part, "^"); anchored {
			if whole, is := strings.CutSuffix(name, "$"); is {
				targets = append(targets, "#"+whole)
			} else {
				targets = append(targets, "#"+name+"*")
			}
		}
	}
	return targets
}

const (
	laterTitle = "markdownlint looks for further headings of level 1 only where the text begins with one; to a reader the page has several in either case."
	whereLink  = "A missing definition or fragment is reported where the link stands, not where its address is defined."
)

// lintReasons are the differences that are meant, by file and rule.
var lintReasons = map[string]string{
	"blockquote-headings.md MD025":                   "A heading within a quotation belongs to the text that is quoted.",
	"break-all-the-rules.md MD025":                   laterTitle,
	"docfx-tab-syntax.md MD025":                      "markdownlint knows DocFX's tabs, which look like headings; here a pack for DocFX switches the rule off.",
	"docfx-tab-syntax.md MD051":                      "markdownlint knows DocFX's tabs; here a pack for DocFX ignores #tab/*.",
	"headings_with_spaces_at_the_beginning.md MD025": laterTitle,
	"lists-and-headings.md MD025":                    laterTitle,
	"inline_html-allowed_elements.md MD025":          "<h1> is a heading as # is; markdownlint looks at Markdown's own only.",
	"inline_html-table_allowed_elements.md MD025":    "<h1> is a heading as # is; markdownlint looks at Markdown's own only.",
	"html-tags.md MD051":                             "<a href> is a link as [](…) is; markdownlint looks at Markdown's own only.",
	"link-fragments.md MD051": "Attributes of headings are read as site generators do (any {#id} at the end of the line, none before closing marks); " +
		"fragments as other generators than GitHub make them count, as do name beside id and, by the HTML standard, #ToP. " + whereLink,
	"no-alt-text.md MD045": `alt without a value is alt="" by the HTML standard: a picture that says nothing.`,
	"reference-links-and-images-ignored-labels-empty.md MD052": "[text] alone is text by CommonMark; there is no setting to take it for a link.",
	"reference-links-and-images-shortcuts.md MD052":            "[text] alone is text by CommonMark; there is no setting to take it for a link.",
	"required-headings-one-or-more.md MD043":                   "What is missing at the end is reported behind the last line of text, not on the empty line after it.",
}
