package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"stet/internal/prose"
	"stet/internal/qa"
)

// script is structured data of an article: a <script type="application/ld+json"> in its body, or its field jsonld.
type script struct {
	field string
	text  string
	plain *prose.Text // of a script that is a field, for positions
	start int         // in the body
	root  *node
	err   error
	at    int // of the mistake, in text
}

// node is a value of JSON with its place in the script.
type node struct {
	text    string // of a text, or of a number as it is written
	isText  bool
	isList  bool
	keys    []string // of an object
	members map[string]*node
	items   []*node
	start   int
	end     int
	script  *script
}

// maxDepth is how deep structured data may be nested; real data needs less than ten levels.
const maxDepth = 64

// scripts reads the structured data of the article, once for all rules.
func (l *look) scripts() []script {
	if l.facts.read {
		return l.facts.scripts
	}
	l.facts.read = true
	for i := range l.Body.Blocks {
		if b := l.block(i); b.Kind == prose.HTML {
			l.facts.scripts = append(l.facts.scripts, scriptsIn(l.Body.Source[b.Span.Start:b.Span.End], b.Span.Start)...)
		}
	}
	switch value := l.Doc.Fields["jsonld"].(type) {
	case nil:
	case string:
		l.facts.scripts = append(l.facts.scripts, script{field: "jsonld", text: value})
	default:
		if text, err := json.MarshalIndent(value, "", "  "); err == nil {
			l.facts.scripts = append(l.facts.scripts, script{field: "jsonld", text: string(text)})
		}
	}
	for i := range l.facts.scripts {
		l.facts.scripts[i].parse()
	}
	return l.facts.scripts
}

// scriptsIn finds the scripts in HTML that stands in the body from start on.
func scriptsIn(html string, start int) (list []script) {
	lower := strings.ToLower(html)
	if len(lower) != len(html) {
		return nil // letters whose lower case is of another length; nobody writes them in a tag
	}
	for at := 0; ; {
		open := strings.Index(lower[at:], "<script")
		if open < 0 {
			return list
		}
		at += open
		tag := strings.IndexByte(lower[at:], '>')
		if tag < 0 {
			return list
		}
		begin := at + tag + 1
		size := strings.Index(lower[begin:], "</script")
		if size < 0 {
			size = len(lower) - begin
		}
		if strings.Contains(lower[at:begin], "application/ld+json") {
			list = append(list, script{field: "body", text: html[begin : begin+size], start: start + begin})
		}
		at = begin + size
	}
}

func (s *script) parse() {
	d := json.NewDecoder(strings.NewReader(s.text))
	d.UseNumber()
	p := parser{d, s}
	root, err := p.value(0)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("something follows the data")
		}
	}
	if err == nil {
		s.root = root
		return
	}
	s.err, s.at = err, int(d.InputOffset())
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && syntax.Offset != d.InputOffset() {
		s.at = max(0, int(syntax.Offset)-1) // where the value begins
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.err, s.at = errors.New("it ends in the middle"), len(strings.TrimRight(s.text, " \t\r\n"))
	}
}

type parser struct {
	*json.Decoder
	script *script
}

// next skips to where the next value begins.
func (p *parser) next() int {
	at := int(p.InputOffset())
	rest := p.script.text[at:]
	return at + len(rest) - len(strings.TrimLeft(rest, " \t\r\n,:"))
}

func (p *parser) value(depth int) (*node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("it is nested deeper than %d levels", maxDepth)
	}
	n := &node{start: p.next(), script: p.script}
	token, err := p.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			err = p.list(n, depth)
		} else {
			err = p.object(n, depth)
		}
		if err == nil {
			_, err = p.Token() // the end
		}
	case string:
		n.text, n.isText = t, true
	case json.Number:
		n.text = t.String()
	case bool:
		n.text = fmt.Sprint(t)
	}
	n.end = int(p.InputOffset())
	return n, err
}

func (p *parser) list(n *node, depth int) error {
	n.isList = true
	for p.More() {
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	return nil
}

func (p *parser) object(n *node, depth int) error {
	n.members = map[string]*node{}
	for p.More() {
		key, err := p.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		value, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		if _, twice := n.members[name]; !twice {
			n.keys = append(n.keys, name)
		}
		n.members[name] = value
	}
	return nil
}

// in adds a finding at a value, or at a range of a script.
func (l *look) in(s *script, start, end int, f fault) *qa.Finding {
	start, end = max(0, min(start, len(s.text))), max(0, min(end, len(s.text)))
	if s.field == "body" {
		return l.body(prose.Span{Start: s.start + start, End: s.start + max(start, end)}, f)
	}
	if s.plain == nil {
		s.plain = prose.Plain(s.text)
	}
	t := s.plain
	return l.add(qa.Where{Field: s.field, Start: t.Position(start), End: t.Position(max(start, end))}, s.text[start:max(start, end)], f)
}

func (l *look) atNode(n *node, f fault) {
	end := n.end
	if n.members != nil || n.isList {
		end = min(n.end, n.start+1) // its bracket, not the whole of it
	}
	l.in(n.script, n.start, end, f)
}
