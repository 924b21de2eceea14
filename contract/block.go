package contract

import (
	"stet"
)

// Block is one typed piece of a version 2 text. Type says which of the other fields have a meaning.
//
//	paragraph  Text
//	heading    Level, Text
//	list       Ordered, Start, Tight, Items
//	code       Info, Text
//	quote      Blocks
//	image      URL, Alt, Title
//	table      Align, Header, Rows
//	html       Text
//	divider
//	footnote   Label, Blocks
//
// Text of paragraphs and headings, and table cells, are inline Markdown; code and html are as they are; Alt and Title
// are plain text.
type Block struct {
	Type    string     `json:"type"`
	Text    string     `json:"text,omitempty"`
	Level   int        `json:"level,omitzero"` // 1 to 6
	Info    string     `json:"info,omitempty"` // a code block's info string; its first word is the language
	Ordered bool       `json:"ordered,omitzero"`
	Start   *int       `json:"start,omitempty"` // an ordered list's first number; nil is 1
	Tight   bool       `json:"tight,omitzero"`
	Items   []Item     `json:"items,omitempty"`
	Blocks  []Block    `json:"blocks,omitempty"`
	URL     string     `json:"url,omitempty"`
	Alt     string     `json:"alt,omitempty"`
	Title   string     `json:"title,omitempty"`
	Align   []string   `json:"align,omitempty"` // none, left, center, right, by column
	Header  []string   `json:"header,omitempty"`
	Rows    [][]string `json:"rows,omitempty"`
	Label   string     `json:"label,omitempty"`
}

// Item is one point of a list.
type Item struct {
	Blocks []Block `json:"blocks,omitempty"`
}

// ToV1 is the envelope in version 1. Blocks become Markdown; a text that is one html block alone becomes an HTML body.
// Everything else stays as it is. An envelope of version 1 comes back unchanged.
func (e Envelope) ToV1() Envelope {
	if e.Schema != Schema2 {
		return e
	}
	e.Schema = Schema1
	if c := e.Data.Content; c != nil {
		doc := c.Document
		doc.Body = bodyOf(c.Blocks)
		e.Data.Content = &Content{Document: doc}
	}
	return e
}

// ToV2 is the envelope in version 2. A Markdown body becomes blocks, an HTML body one html block. Everything else stays
// as it is. An envelope of version 2 comes back unchanged.
func (e Envelope) ToV2() Envelope {
	if e.Schema != Schema1 {
		return e
	}
	e.Schema = Schema2
	if c := e.Data.Content; c != nil {
		content := Content{Document: c.Document, Blocks: blocksOf(c.Body)}
		content.Body = stet.Body{}
		e.Data.Content = &content
	}
	return e
}

func bodyOf(blocks []Block) stet.Body {
	if len(blocks) == 1 && blocks[0].Type == "html" {
		return stet.Body{Format: "html", Text: blocks[0].Text}
	}
	return stet.Body{Format: "markdown", Text: Markdown(blocks)}
}

func blocksOf(body stet.Body) []Block {
	switch {
	case body.Format != "html":
		return Blocks(body.Text)
	case body.Text == "":
		return []Block{}
	}
	return []Block{{Type: "html", Text: body.Text}}
}
