package connector

import "time"

// Class is the sub-protocol a CMS calls for.
type Class string

const (
	ClientID   Class = "A" // the client chooses the id: a repeated create is refused
	UniqueSlug Class = "B" // the CMS refuses a slug that is taken
	AutoSuffix Class = "C" // the CMS silently changes a slug that is taken
	Bare       Class = "D" // no drafts and no key: one try, then wait and look
	File       Class = "E" // files: write, sync, rename
	Companion  Class = "F" // a plugin of ours inside the CMS, with a key and a fence
)

// Capabilities are what a target can promise. They are data: the protocol, the documentation, `stet connectors` and
// the conformance suite read them.
type Capabilities struct {
	Class         Class         `json:"class"`
	Drafts        bool          `json:"drafts"`          // Create makes an item the public does not see
	ClientIDs     bool          `json:"client_ids"`      // the client chooses ids; a second create is refused
	SeparateDraft bool          `json:"separate_draft"`  // a public item has a working copy of its own (Stager)
	SlugSuffix    bool          `json:"slug_suffix"`     // a taken slug is changed silently
	Locking       bool          `json:"locking"`         // Write.Rev is checked by the CMS
	StrongLookup  bool          `json:"strong_lookup"`   // Find sees an item as soon as its create was answered
	Upsert        bool          `json:"upsert"`          // one atomic, fenced write (Upserter)
	AsyncPublish  time.Duration `json:"async_publish"`   // how long a publish may take to show; 0: at once
	Horizon       time.Duration `json:"horizon"`         // how late a request may still take effect; 0: not after the call
	BodyFormats   []string      `json:"body_formats"`    // "markdown", "html": what Doc.Body may be
	MaxBody       int           `json:"max_body_bytes"`  // 0: unlimited
	Unpublish     bool          `json:"unpublish"`       // Unpublisher
	Trash         bool          `json:"trash,omitempty"` // Trasher
}
