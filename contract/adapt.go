package contract

import "stet"

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
