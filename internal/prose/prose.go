// Package prose reads an article's text into blocks, sentences and words that know where they stand in the source.
package prose

// Span is a half-open range of bytes of the source.
type Span struct{ Start, End int }

// Kind says what a block of text is. Rules name kinds in their scope.
type Kind string

const (
	Paragraph Kind = "paragraph"
	Heading   Kind = "heading"
	List      Kind = "list" // the text of one item
	Quote     Kind = "quote"
	Cell      Kind = "table" // one cell
	Code      Kind = "code"  // a block of code; it has no sentences and no words
	HTML      Kind = "html"  // raw HTML inside Markdown, likewise
)

// Text is a parsed article.
type Text struct {
	Source   string
	Blocks   []Block   // in reading order
	Sections []Section // Sections[0] is what stands before the first heading; it may be empty
	Links    []Link    // in reading order, references and automatic links included
	Images   []Image
	Tables   []Table
	Lists    []Listing
	Anchors  map[string]Span // every fragment a link can name: the slugs of headings, id and name attributes
	Words    int             // of all blocks
	Hidden   []Span          // what was taken for no text, though it may be shown: front matter, tags of site generators
	lines    []int           // where each line begins
	points   []checkpoint    // by offset
}

// Block is a run of text of one kind.
type Block struct {
	Kind    Kind
	Level   int // of a heading 1..6, of a list item its depth
	Span    Span
	Section int  // index in Text.Sections
	Quoted  bool // inside a block quote, whatever its kind
	Header  bool // a cell of a table's header
	// Plain is what a reader reads: without marks of emphasis and links, entities resolved, the content of inline code
	// kept but its words marked, an image left out. Origin says where it stands in the source.
	Plain     string
	Sentences []Sentence
	Words     []Word
	origin    []piece
}

// Section is a heading and what follows it up to the next heading of any level.
type Section struct {
	Heading int // index in Text.Blocks; -1 for the text before the first heading
	Level   int // 0 for the text before the first heading
	Span    Span
	Words   int // without its heading
}

// Sentence is a range of Block.Plain and of Block.Words.
type Sentence struct {
	Span
	First, Last int // Words[First:Last]
}

// Word is a range of Block.Plain: letters and digits with the apostrophes, hyphens, points and commas inside them.
type Word struct {
	Span
	Fold string // lower case, NFC, typographic apostrophes as '
	Code bool   // inside inline code, or part of an address that stands for itself
	Link bool   // inside the text of a link
}

// Link is a link to Target as it is written, resolved where it is a reference.
type Link struct {
	Span   Span
	Target string // of a broken one its label
	Title  string
	Plain  string // its text
	Block  int    // index in Text.Blocks
	Auto   bool   // an address that stands for itself
	Broken bool   // a reference without a definition: [text][missing]
	// Address is where the target stands, so that it can be replaced; empty where it stands elsewhere (a reference) or
	// cannot be told.
	Address Span
	Image   bool // of a broken one: it was to be a picture
}

// Image is a picture in the text.
type Image struct {
	Span   Span
	Source string
	Alt    string
	HasAlt bool // false only for HTML without the attribute, unless it is hidden from those who do not see (aria-hidden)
	Title  string
	Block  int // index in Text.Blocks
	// Alternative is where Alt stands within its marks or quotes; empty where there is none.
	Alternative Span
}

// Table is a table with the count of its parts.
type Table struct {
	Span          Span
	Columns, Rows int  // without the header
	Header        bool // a header with at least one word
}

// Listing is a list with the count of its items.
type Listing struct {
	Span    Span
	Items   int
	Ordered bool
	Depth   int // 1 for a list that is in no other
}
