package connector

import "stet"

// Linter says, before anything is published, what the target would not keep of a document. It asks nobody and is quick;
// the same document always gives the same findings. Other than an error of Fingerprint, a finding does not keep a
// document from being published: what is lost is lost quietly, which is why somebody must be told.
type Linter interface {
	Lint(doc stet.Document) []Finding
}

// The rules that a Linter may report, in the form of the quality gate's ids.
const (
	StrippedByTarget = "TGT-001-stripped-by-target" // markup that the target takes out
	PictureLeft      = "TGT-002-picture-left"       // a picture that stays at an address visitors may not reach
	SlugRefused      = "TGT-003-slug-refused"       // a slug that the target would store as another one
)

// Finding is one thing that the target would not keep.
type Finding struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`          // one sentence, with the values
	Remedy  string `json:"remedy,omitempty"` // what to do
	Pointer string `json:"pointer"`          // JSON pointer into the content: /body/text
	Text    string `json:"text,omitempty"`   // what it is about, as it stands there, at most 200 bytes
}
