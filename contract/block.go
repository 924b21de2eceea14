package contract

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
