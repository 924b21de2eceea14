package vale

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// mapping is YAML to be written in this order. Values are texts, booleans, numbers, lists of texts, mappings and lists of
// either.
type mapping []pair

type pair struct {
	key   string
	value any
}

// write writes a mapping as an entry of a list, its first line after the lead.
func write(b *strings.Builder, m mapping, lead string) {
	indent := strings.Repeat(" ", len(lead))
	for i, p := range m {
		if i == 0 {
			b.WriteString(lead)
		} else {
			b.WriteString(indent)
		}
		b.WriteString(scalar(p.key) + ":")
		writeValue(b, p.value, indent)
	}
}

func writeValue(b *strings.Builder, value any, indent string) {
	switch value := value.(type) {
	case mapping:
		b.WriteString("\n")
		write(b, value, indent+"  ")
	case []mapping:
		b.WriteString("\n")
		for _, one := range value {
			write(b, one, indent+"  - ")
		}
	case []string:
		b.WriteString("\n")
		for _, one := range value {
			b.WriteString(indent + "  - " + scalar(one) + "\n")
		}
	case [][]string:
		b.WriteString("\n")
		for _, list := range value {
			b.WriteString(indent + "  - " + flow(list) + "\n")
		}
	default:
		b.WriteString(" " + scalar(value) + "\n")
	}
}

func flow(list []string) string {
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = scalar(one)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// scalar writes a text in single quotes, where a backslash is itself, unless it holds what they cannot.
func scalar(value any) string {
	switch value := value.(type) {
	case string:
		for _, r := range value {
			if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfeff {
				text, _ := json.Marshal(value) // of a text, it cannot fail; YAML has JSON's escapes
				return string(text)
			}
		}
		if plain(value) {
			return value
		}
		return "'" + strings.ReplaceAll(value, "'", "''") + "'"
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	default:
		return fmt.Sprint(value)
	}
}

// plain tells whether a text needs no quotes: words of letters that are no other type in any version of YAML.
func plain(text string) bool {
	switch strings.ToLower(text) {
	case "", "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf":
		return false
	}
	for i, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || i == len(text)-1 || r != ' ' && r != '-' && r != '_') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return true
}
