package vale

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// text is the value of a key as a text; empty where it has none.
func (s *style) text(key string) string {
	if s.keys[key] == nil {
		return ""
	}
	if list, ok := s.keys[key].([]any); ok {
		texts := make([]string, len(list))
		for i, one := range list {
			texts[i] = fmt.Sprint(one)
		}
		return strings.Join(texts, " ")
	}
	return strings.TrimSpace(fmt.Sprint(s.keys[key]))
}

func (s *style) yes(key string) bool { return s.keys[key] == true }

// list is the value of a key as a list of texts.
func (s *style) list(key string) (list []string) {
	switch value := s.keys[key].(type) {
	case []any:
		for _, one := range value {
			if text := fmt.Sprint(one); strings.TrimSpace(text) != "" {
				list = append(list, text)
			}
		}
	case nil:
	default:
		list = append(list, fmt.Sprint(value))
	}
	return list
}

// pairs are the entries of a mapping of texts, by key.
func (s *style) pairs(key string) (list [][2]string) {
	values, _ := s.keys[key].(map[string]any)
	for _, from := range slices.Sorted(maps.Keys(values)) {
		to := ""
		if values[from] != nil {
			to = fmt.Sprint(values[from])
		}
		list = append(list, [2]string{from, to})
	}
	return list
}

// handled are the keys that a translation reads, or that say nothing about what a rule finds.
var handled = map[string][]string{
	"":               {"extends", "message", "level", "scope", "link", "description", "name", "vocab", "code", "limit", "ignorecase", "action"},
	"existence":      {"tokens", "raw", "nonword", "exceptions", "append"},
	"substitution":   {"swap", "nonword", "exceptions"},
	"occurrence":     {"token", "max", "min"},
	"repetition":     {"tokens", "alpha", "exceptions", "max"},
	"consistency":    {"either", "nonword"},
	"conditional":    {"first", "second", "exceptions"},
	"capitalization": {"match", "style", "exceptions", "indicators", "threshold"},
	"metric":         {"formula", "condition"},
	"readability":    {"metrics", "grade"},
}

func (s *style) unknown(point string) (names []string) {
	for _, key := range slices.Sorted(maps.Keys(s.keys)) {
		if !slices.Contains(handled[""], key) && !slices.Contains(handled[point], key) {
			names = append(names, key)
		}
	}
	return names
}

var severities = map[string]string{"error": "error", "warning": "warning", "suggestion": "info"}

// scopes are the places of Vale that have a name here. The text is where rules look for themselves.
var scopes = map[string][]string{
	"": nil, "text": nil, "sentence": nil, "summary": nil, "paragraph": {"paragraph"}, "heading": {"heading"}, "list": {"list"},
	"blockquote": {"quote"}, "table": {"table"}, "table.cell": {"table"}, "table.header": {"table"},
	"heading.h1": {"h1"}, "heading.h2": {"h2"}, "heading.h3": {"h3"}, "heading.h4": {"h4"}, "heading.h5": {"h5"}, "heading.h6": {"h6"},
}

// scope gives our names for the places of the rule; ok is false where one has none.
func (s *style) scope() (names []string, ok bool) {
	for _, name := range s.list("scope") {
		name = strings.TrimSuffix(strings.TrimSpace(name), ".md")
		places, known := scopes[name]
		if !known {
			s.leave("scope %q: there is no such place here", name)
			return nil, false
		}
		if places == nil {
			return nil, true
		}
		names = append(names, places...)
	}
	return names, true
}

// add adds a rule of a kind. The values are what %s stands for in the message, in order.
func (s *style) add(kind string, own mapping, values ...string) {
	scope, ok := s.scope()
	if !ok {
		return
	}
	severity := severities[s.text("level")]
	if severity == "" {
		severity = "warning"
	}
	rule := mapping{{"kind", kind}, {"severity", severity}}
	if len(scope) > 0 {
		rule = append(rule, pair{"scope", scope})
	}
	rule = append(rule, pair{"locales", []string{"en"}})
	if message := s.message(values); message != "" {
		rule = append(rule, pair{"message", message})
	}
	if link := s.text("link"); link != "" {
		rule = append(rule, pair{"remedy", "See " + link + "."})
	}
	if why := s.text("description"); why != "" {
		rule = append(rule, pair{"why", why})
	}
	if fix := s.fix(kind); fix != "" {
		rule = append(rule, pair{"fix", mapping{{"kind", fix}}})
	}
	s.rules = append(s.rules, append(rule, own...))
}

func (s *style) message(values []string) string {
	message := s.text("message")
	for i, value := range values {
		message = strings.ReplaceAll(message, fmt.Sprintf("%%[%d]s", i+1), value)
	}
	for _, value := range values {
		message = strings.Replace(message, "%s", value, 1)
	}
	return strings.ReplaceAll(message, "%%", "%")
}

// fix is our kind of fix for the action of the rule.
func (s *style) fix(kind string) string {
	action, _ := s.keys["action"].(map[string]any)
	switch name := fmt.Sprint(action["name"]); {
	case action == nil:
	case name == "replace" && kind == "substitute":
		return "replace"
	case name == "remove" && kind == "forbid", kind == "repeat":
		return "delete"
	case len(s.rules) == 0:
		s.leave("action %q has no fix here; its findings say what is wrong, and offer no change", name)
	}
	return ""
}

// sensitive tells whether letters count as they are written, which is so in Vale unless a rule says otherwise.
func (s *style) sensitive() bool { return !s.yes("ignorecase") }
