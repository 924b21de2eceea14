package article

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// head is the front matter as it stands in the file.
type head struct {
	mark string // --- or +++; empty: there is none
	text []byte
}

// split cuts a file into its front matter and its text. A file that does not begin with a mark has none.
func split(name string, text []byte) (head, []byte, error) {
	for _, mark := range []string{"---", "+++"} {
		first, rest, _ := bytes.Cut(text, []byte("\n"))
		if string(bytes.TrimRight(first, " \t")) != mark {
			continue
		}
		for at := 0; at < len(rest); {
			line, _, _ := bytes.Cut(rest[at:], []byte("\n"))
			next := min(at+len(line)+1, len(rest))
			if string(bytes.TrimRight(line, " \t")) == mark {
				return head{mark, rest[:at]}, rest[next:], nil
			}
			at = next
		}
		return head{}, nil, invalid(name, "begins its front matter with %s and never ends it; put a line %s after it", mark, mark)
	}
	return head{}, text, nil
}

// decode gives the values, in the forms of JSON: texts, booleans, int64, float64, lists and maps.
func (h head) decode(name string) (map[string]any, error) {
	values := map[string]any{}
	if len(h.text) > maxHead {
		return nil, invalid(name, "has %d bytes of front matter; it may have %d", len(h.text), maxHead)
	}
	var err error
	switch h.mark {
	case "+++":
		err = toml.Unmarshal(h.text, &values)
	case "---":
		if err = harmless(h.text); err == nil {
			err = yaml.Unmarshal(h.text, &values)
		}
	}
	if err != nil {
		return nil, invalid(name, "has front matter that is no %s: %s", map[string]string{"+++": "TOML", "---": "YAML"}[h.mark], reason(err))
	}
	out := map[string]any{}
	for key, value := range values {
		if out[key], err = simple(value, maxDepth); err != nil {
			return nil, invalid(name, "has %q in its front matter, %v", key, err)
		}
	}
	return out, nil
}

const (
	maxHead     = 16 << 10 // bytes of front matter in a file
	maxBrackets = 64       // open at once; the YAML parser's time grows with their square
)

// harmless refuses what costs more than a file is worth: deep nesting, and aliases, since a few of them inside one another stand for more than any machine can hold.
func harmless(text []byte) error {
	open := 0
	for _, c := range text {
		switch c {
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		}
		if open > maxBrackets {
			return errors.New("it is nested too deeply")
		}
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return err
	}
	found := &aliases{}
	for _, doc := range file.Docs {
		if doc.Body != nil {
			ast.Walk(found, doc.Body)
		}
	}
	return found.err
}

type aliases struct{ err error }

func (a *aliases) Visit(node ast.Node) ast.Visitor {
	if alias, ok := node.(*ast.AliasNode); ok && a.err == nil {
		a.err = fmt.Errorf("line %d: an alias (*) stands there; write its value out", alias.GetToken().Position.Line+1)
	}
	return a
}

// reason is a decoder's sentence with its line, counted from the top of the file.
func reason(err error) string {
	if e, ok := errors.AsType[toml.ParseError](err); ok {
		return fmt.Sprintf("line %d: %s", e.Position.Line+1, e.Message)
	}
	if e, ok := errors.AsType[yaml.Error](err); ok {
		if t := e.GetToken(); t != nil {
			return fmt.Sprintf("line %d: %s", t.Position.Line+1, e.GetMessage())
		}
		return e.GetMessage()
	}
	return strings.TrimSpace(err.Error())
}

// maxDepth is how deep lists and maps may lie in one another; the contract's own limit is below twice that.
const maxDepth = 32

func simple(value any, depth int) (any, error) {
	if depth == 0 {
		return nil, errors.New("which is nested too deeply")
	}
	switch v := value.(type) {
	case nil, string, bool, int64:
		return v, nil
	case int:
		return int64(v), nil
	case uint64:
		if v > math.MaxInt64 {
			return nil, fmt.Errorf("whose number %d is too large", v)
		}
		return int64(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("which is no number that JSON can carry")
		}
		return v, nil
	case time.Time:
		return moment(v), nil
	case []any:
		return list(v, depth)
	case []map[string]any:
		var items []any
		for _, item := range v {
			items = append(items, item)
		}
		return list(items, depth)
	case map[string]any:
		out := map[string]any{}
		for key, item := range v {
			var err error
			if out[key], err = simple(item, depth-1); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("which is a %T; write it as text", value)
}

func list(items []any, depth int) (any, error) {
	out := make([]any, len(items))
	for i, item := range items {
		var err error
		if out[i], err = simple(item, depth-1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// moment writes a TOML time as its author did: a day alone, a local time, or one with its offset.
func moment(t time.Time) string {
	switch t.Location().String() {
	case "date-local":
		return t.Format(time.DateOnly)
	case "time-local":
		return t.Format(time.TimeOnly)
	case "datetime-local":
		return t.Format("2006-01-02T15:04:05.999999999")
	}
	return t.Format(time.RFC3339Nano)
}
