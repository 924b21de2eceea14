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

// wild are the characters with a meaning in wild cards.
var wild = regexp.MustCompile(`[\\*?\[]`)

// labels are those that a rule is to leave alone, as targets without wild cards.
func labels(value any) (targets []string) {
	list, _ := value.([]any)
	for _, label := range list {
		if text, is := label.(string); is {
			targets = append(targets, wild.ReplaceAllString(text, `\$0`))
		}
	}
	return targets
}
