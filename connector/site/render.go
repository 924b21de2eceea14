package site

import (
	"bytes"
	"html"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"stet"
)

// maxCode is the longest listing in bytes that is highlighted: lexers are regular expressions, and some are slow.
const maxCode = 64 << 10

// markdown is GitHub's Markdown with footnotes. Raw HTML passes here and is sanitised afterwards, with the rest.
var markdown = goldmark.New(
	goldmark.WithExtensions(
		extension.Linkify, extension.Strikethrough, extension.TaskList, extension.Footnote,
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), // no style attributes
	),
	goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithParagraphTransformers(util.Prioritized(markCounter{}, 1000))),
	goldmark.WithRendererOptions(goldhtml.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(codeRenderer{}, 100))),
)

// renderBody turns the document's text into clean HTML and an excerpt for lists.
func renderBody(doc stet.Document) (stet.Body, string, error) {
	body := doc.Body.Text
	switch doc.Body.Format {
	case "markdown", "":
		source := []byte(body)
		tree, err := parseMarkdown(source)
		if err != nil {
			return stet.Body{}, "", err
		}
		var out bytes.Buffer
		if err := markdown.Renderer().Render(&out, source, tree); err != nil {
			return stet.Body{}, "", notApplied(stet.Invalid, "body_invalid", "The Markdown cannot be rendered: %w", err)
		}
		body = out.String()
	case "html":
	default:
		return stet.Body{}, "", notApplied(stet.Unsupported, "body_format", "The body format %q is not supported; use markdown or html.", doc.Body.Format)
	}
	clean, excerpt, err := cleanHTML(body, doc.Title)
	if err != nil {
		return stet.Body{}, "", notApplied(stet.Invalid, "body_invalid", "The HTML of the body is nested too deeply: %w", err)
	}
	if doc.Summary != "" {
		excerpt = doc.Summary
	}
	return stet.Body{Format: formatHTML, Text: clean}, excerpt, nil
}

// maxMarks is how many characters that may open or close something a paragraph or a line may have. The time that the
// parser takes grows with their square, and no text that people write comes near.
const maxMarks = 1000

// parseMarkdown parses a text within a bounded time.
func parseMarkdown(source []byte) (ast.Node, error) {
	if crowdedLine(string(source)) {
		return nil, crowded()
	}
	context := parser.NewContext(parser.WithIDs(&headingIDs{used: map[string]int{}}))
	tree := markdown.Parser().Parse(text.NewReader(source), parser.WithContext(context))
	if context.Get(tooMany) != nil {
		return nil, crowded()
	}
	return tree, nil
}

var tooMany = parser.NewContextKey()

// markCounter empties a paragraph with too many marks before its inside is parsed, and tells the context.
type markCounter struct{}

func (markCounter) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	count := 0
	for i := range node.Lines().Len() {
		line := node.Lines().At(i)
		count += marks(line.Value(reader.Source()))
	}
	if count > maxMarks {
		pc.Set(tooMany, true)
		node.SetLines(text.NewSegments())
	}
}

func marks(line []byte) int {
	count := 0
	for _, c := range line {
		switch c {
		case '*', '_', '~', '[', '<', '`':
			count++
		}
	}
	return count
}

func crowdedLine(body string) bool {
	for line := range strings.SplitSeq(body, "\n") {
		if len(line) > maxMarks && (marks([]byte(line)) > maxMarks || deep(line)) {
			return true
		}
	}
	return false
}

// deep reports whether a line opens more quotations and lists inside each other than a page can show.
func deep(line string) bool {
	front := line[:len(line)-len(strings.TrimLeft(line, " \t>-+*0123456789.)"))]
	return strings.Count(front, ">")+strings.Count(front, "- ")+strings.Count(front, "+ ")+strings.Count(front, "* ")+strings.Count(front, ". ")+strings.Count(front, ") ") > 200
}

func crowded() error {
	return notApplied(stet.Invalid, "body_crowded", "A paragraph or line of the text has more than %d of the characters * _ ~ [ < and `. Split it.", maxMarks)
}

// headingIDs makes ids from the letters of any script; goldmark's own keep ASCII only.
type headingIDs struct{ used map[string]int }

func (h *headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	words := strings.FieldsFunc(strings.ToLower(string(value)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && r != '_'
	})
	id := strings.Join(words, "-")
	if id == "" {
		id = "section"
	}
	for name := id; ; name = id + "-" + strconv.Itoa(h.used[id]) {
		h.used[id]++
		if name == id && h.used[id] == 1 || name != id && h.used[name] == 0 {
			h.used[name] = max(h.used[name], 1)
			return []byte(name)
		}
	}
}

func (h *headingIDs) Put(value []byte) { h.used[string(value)]++ }

// codeRenderer renders listings, highlighted where their language is known. The classes follow the theme, so that
// dark mode needs no second rendering.
type codeRenderer struct{}

func (codeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindFencedCodeBlock, renderCode)
	reg.Register(ast.KindCodeBlock, renderCode)
}

var (
	formatter = chromahtml.New(chromahtml.WithClasses(true), chromahtml.PreventSurroundingPre(true))
	codeName  = regexp.MustCompile(`^[A-Za-z0-9_+#.-]+`)
)

func renderCode(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var code bytes.Buffer
	for i := range node.Lines().Len() {
		line := node.Lines().At(i)
		code.Write(line.Value(source))
	}
	name := ""
	if fenced, ok := node.(*ast.FencedCodeBlock); ok {
		name = strings.ToLower(codeName.FindString(string(fenced.Language(source)))) // "rust,ignore" is rust
	}
	class := ""
	if name != "" {
		class = ` class="language-` + html.EscapeString(name) + `"`
	}
	_, _ = w.WriteString(`<pre tabindex="0"><code` + class + `>`)
	if !highlight(w, name, code.String()) {
		_, _ = w.WriteString(html.EscapeString(code.String()))
	}
	_, err := w.WriteString("</code></pre>\n")
	return ast.WalkContinue, err
}

// highlight writes the marked-up code and reports whether it could. It writes all or nothing.
func highlight(w util.BufWriter, name, code string) bool {
	lexer := findLexer(name)
	if lexer == nil || len(code) > maxCode {
		return false
	}
	tokens, err := lexer.Tokenise(nil, code)
	if err != nil {
		return false
	}
	var out bytes.Buffer
	if err := formatter.Format(&out, styles.Fallback, withoutBlanks(tokens)); err != nil {
		return false
	}
	_, err = w.Write(out.Bytes())
	return err == nil
}

// withoutBlanks keeps blanks from getting elements of their own, which are half of the bytes otherwise.
func withoutBlanks(tokens chroma.Iterator) chroma.Iterator {
	return func() chroma.Token {
		token := tokens()
		if token.Type == chroma.TextWhitespace {
			token.Type = chroma.Text
		}
		return token
	}
}

var knownLexers sync.Map // name -> chroma.Lexer, since the search by name is slow

func findLexer(name string) chroma.Lexer {
	if name == "" || len(name) > 30 {
		return nil
	}
	if known, ok := knownLexers.Load(name); ok {
		return known.(chroma.Lexer)
	}
	lexer := lexers.Get(name)
	if lexer == nil {
		return nil // not kept: the names come from outside and are without number
	}
	lexer = chroma.Coalesce(lexer)
	knownLexers.Store(name, lexer)
	return lexer
}
