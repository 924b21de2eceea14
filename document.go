package stet

// Document is the publishable part of a content: what the content hash covers and what a target is given.
// The JSON names are those of data.content in the contract (version 1).
type Document struct {
	Title      string         `json:"title"`
	Slug       string         `json:"canonical_slug"`
	Locale     string         `json:"locale,omitempty"`
	Body       Body           `json:"body"`
	Summary    string         `json:"summary,omitempty"`
	Authors    []string       `json:"authors,omitempty"`
	Tags       []string       `json:"tags,omitempty"`
	Categories []string       `json:"categories,omitempty"`
	Metadata   Metadata       `json:"metadata,omitzero"`
	Hero       *Image         `json:"hero_image,omitempty"`
	PublishAt  string         `json:"publish_at,omitempty"` // RFC 3339; empty: as soon as the gates allow
	Fields     map[string]any `json:"fields,omitempty"`     // for the target's own fields, mapped by its configuration
}

// Body is the text. Format is "markdown" or "html".
type Body struct {
	Format string `json:"format"`
	Text   string `json:"text"`
}

// Metadata is what search engines and cards read.
type Metadata struct {
	Title        string `json:"meta_title,omitempty"`
	Description  string `json:"meta_description,omitempty"`
	CanonicalURL string `json:"canonical_url,omitempty"`
	OGImage      string `json:"og_image,omitempty"`
}

// Image is a picture by address. SHA256, in hex, pins its bytes.
type Image struct {
	URL    string `json:"url"`
	Alt    string `json:"alt,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}
