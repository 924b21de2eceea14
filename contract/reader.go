package contract

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
)

// maxNesting is how many quotes and lists inside one another become blocks; what is deeper becomes an html block, so
// that the result stays within the depth Decode accepts.
const maxNesting = 12

// markdown is CommonMark with tables, strikethrough, task lists, bare addresses and footnotes. It remembers where links
// end, see links.go.
var markdown = goldmark.New(
	goldmark.WithParser(newParser()),
	goldmark.WithExtensions(extension.GFM, extension.Footnote),
	goldmark.WithRendererOptions(html.WithUnsafe()),
)

// Blocks is a Markdown text as version 2 blocks. Link references are resolved into the texts that use them, so that
// each block stands for itself. A text made to keep a parser busy comes as one code block. The result is never nil.
func Blocks(markdownText string) []Block {
	if !tame(markdownText) {
		return []Block{{Type: "code", Info: "markdown", Text: markdownText}}
	}
	r, root := parse([]byte(strings.ReplaceAll(markdownText, "\r\n", "\n")))
	return append([]Block{}, r.blocks(root, 0)...)
}

// reader turns a parsed text into blocks. Inline text is copied from the source, not written anew: no escape is lost.
type reader struct {
	source []byte
	links  *links
}

func (r *reader) blocks(parent ast.Node, depth int) []Block {
	var list []Block
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if footnotes, ok := n.(*east.FootnoteList); ok {
			list = append(list, r.blocks(footnotes, depth)...)
			continue
		}
		if b := r.block(n, depth); b.Type != "" {
			list = append(list, b)
		}
	}
	return list
}

// block is the block of a node; its Type is empty where the node shows nothing.
func (r *reader) block(n ast.Node, depth int) Block {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		return r.paragraph(n)
	case *ast.Heading:
		return Block{Type: "heading", Level: n.Level, Text: oneLine(r.inline(n))}
	case *ast.FencedCodeBlock:
		return Block{Type: "code", Info: r.info(n), Text: r.literal(n)}
	case *ast.CodeBlock:
		return Block{Type: "code", Text: r.literal(n)}
	case *ast.ThematicBreak:
		return Block{Type: "divider"}
	case *ast.HTMLBlock:
		return r.html(n)
	case *east.Table:
		return r.table(n)
	}
	if depth == maxNesting {
		return r.rendered(n)
	}
	switch n := n.(type) {
	case *ast.Blockquote:
		return Block{Type: "quote", Blocks: r.blocks(n, depth+1)}
	case *ast.List:
		return r.list(n, depth+1)
	case *east.Footnote:
		return Block{Type: "footnote", Label: oneLine(string(n.Ref)), Blocks: r.blocks(n, depth+1)}
	}
	return Block{}
}

func (r *reader) paragraph(n ast.Node) Block {
	if image, ok := n.FirstChild().(*ast.Image); ok && n.ChildCount() == 1 {
		if b, ok := r.image(image); ok {
			return b
		}
	}
	if s := strings.TrimSpace(r.inline(n)); s != "" {
		return Block{Type: "paragraph", Text: s}
	}
	return Block{}
}

func (r *reader) list(n *ast.List, depth int) Block {
	b := Block{Type: "list", Ordered: n.IsOrdered(), Tight: n.IsTight}
	if n.IsOrdered() && n.Start != 1 {
		b.Start = new(min(n.Start, maxStart))
	}
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		b.Items = append(b.Items, Item{r.blocks(item, depth)})
	}
	return b
}

func (r *reader) html(n *ast.HTMLBlock) Block {
	s := r.literal(n)
	if n.HasClosure() {
		s += string(n.ClosureLine.Value(r.source))
	}
	if strings.TrimSpace(s) == "" {
		return Block{}
	}
	return Block{Type: "html", Text: s}
}

var alignments = map[east.Alignment]string{
	east.AlignNone: "none", east.AlignLeft: "left", east.AlignCenter: "center", east.AlignRight: "right",
}

func (r *reader) table(n *east.Table) Block {
	b := Block{Type: "table"}
	for _, a := range n.Alignments {
		b.Align = append(b.Align, alignments[a])
	}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, strings.ReplaceAll(oneLine(r.inline(cell)), `\|`, "|"))
		}
		if _, ok := row.(*east.TableHeader); ok {
			b.Header = cells
		} else {
			b.Rows = append(b.Rows, cells)
		}
	}
	return b
}

// rendered is a node as HTML.
func (r *reader) rendered(n ast.Node) Block {
	var out bytes.Buffer
	if err := markdown.Renderer().Render(&out, r.source, n); err != nil {
		return Block{} // a buffer does not fail
	}
	return Block{Type: "html", Text: out.String()}
}

func (r *reader) info(n *ast.FencedCodeBlock) string {
	if n.Info == nil {
		return ""
	}
	return oneLine(string(n.Info.Segment.Value(r.source)))
}

// literal is the text of a block whose content is not parsed.
func (r *reader) literal(n ast.Node) string { return string(n.Lines().Value(r.source)) }

// inline is the source of a block's text without the prefixes of quotes and lists around it, its link references
// resolved.
func (r *reader) inline(n ast.Node) string {
	var b strings.Builder
	skip := 0
	for _, segment := range n.Lines().Sliced(0, n.Lines().Len()) {
		b.WriteString(strings.Repeat(" ", segment.Padding))
		for i := segment.Start; i < segment.Stop; i++ {
			if tail, ok := r.links.tails[i]; ok && i >= skip {
				b.WriteString(tail.text)
				skip = tail.end
			}
			if i >= skip {
				b.WriteByte(r.source[i])
			}
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func oneLine(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", " ", "\t", " ").Replace(s))
}

func parse(source []byte) (*reader, ast.Node) {
	pc, found := newContext()
	root := markdown.Parser().Parse(text.NewReader(source), withContext(pc))
	return &reader{source, found}, root
}

// A Markdown parser needs quadratic time for two things nobody writes: quotes and lists opened hundreds deep in one
// line, and thousands of link starts that find no end. 100 KB of either held goldmark for twelve seconds.
const maxScan = 500_000_000 // bytes looked at for link ends: about two seconds

var (
	deep      = regexp.MustCompile(`(?m)^[ \t]*(?:(?:>|(?:[-+*]|[0-9]{1,9}[.)])[ \t])[ \t]*){100}`)
	emptyLine = regexp.MustCompile(`\n[ \t]*\n`)
)

// tame reports whether a text is read in a time about proportional to its size.
func tame(source string) bool {
	if deep.MatchString(source) {
		return false
	}
	for _, chunk := range emptyLine.Split(source, -1) {
		starts := strings.Count(chunk, "](") + strings.Count(chunk, "][")
		if starts*len(chunk) > maxScan {
			return false
		}
	}
	return true
}
