// Package connector is the contract between stet and a CMS: what a connector must do, what it may be able to do, and
// how it declares it. The publish protocol (internal/publish) is the only caller.
package connector

import (
	"context"

	"stet"
)

// SlugTaken is the Code of a Conflict that says that another item has the slug.
const SlugTaken = "slug_taken"

// Connector is what every connector does. Its methods may be called from several goroutines. An error of a read is
// never to be taken for "there is nothing": NotFound is said only where the CMS itself says so.
type Connector interface {
	// Capabilities are constant for a connector once opened.
	Capabilities() Capabilities

	// Fingerprint is the hash of w's document in the connector's normal form: what Item.Draft and Item.Live would
	// be if the CMS stored w faithfully. The slug is not part of it. Pure.
	Fingerprint(w Write) (string, error)

	// Find lists every item that carries w.Marker, drafts and trash included, oldest first. An empty list with a
	// nil error means the CMS answered, completely, that there is none.
	Find(ctx context.Context, w Write) ([]Item, error)

	// Read gets one item by its remote id. NotFound when it is gone for good.
	Read(ctx context.Context, id string) (Item, error)
}

// Creator makes items: drafts where Capabilities.Drafts, public ones otherwise. With Capabilities.ClientIDs the item
// gets the id that ItemID derives from w, and creating it twice is refused with Conflict.
type Creator interface {
	Create(ctx context.Context, w Write) (Item, error)
}

// Stager writes the working copy of an item without touching what the public sees. With Capabilities.Locking a
// w.Rev that is no longer current is refused with Conflict.
type Stager interface {
	Stage(ctx context.Context, id string, w Write) error
}

// Publisher makes w's content public under its final slug. A connector without Stager writes the whole content in
// this one call; one with Stager publishes the working copy that was staged.
type Publisher interface {
	Publish(ctx context.Context, id string, w Write) error
}

// Unpublisher takes the item from the public and keeps it. Unpublishing what is not public succeeds.
type Unpublisher interface {
	Unpublish(ctx context.Context, id string, w Write) error
}

// Trasher moves an item to the trash (not purge, where the CMS has a trash). Trashing what is gone succeeds.
type Trasher interface {
	Trash(ctx context.Context, id string) error
}

// Upserter creates or replaces the public item of w.Key in one atomic step and refuses, with Conflict, a w.ApplySeq
// below the one stored (classes E and F). Equal ApplySeq and content is a quiet success.
type Upserter interface {
	Upsert(ctx context.Context, w Write) (Item, error)
}

// Checker tells an operator whether the target can be reached and the credentials suffice. It changes nothing that the
// public sees; it may finish or repair what a killed process left half done.
type Checker interface {
	Check(ctx context.Context) error
}

// Write is one logical write: everything a connector may need to carry it out.
type Write struct {
	Key      stet.Key
	Marker   string // how the item is found again; 26 characters of a-z and 2-7, unforgeable
	Epoch    int64  // counts the items this publication has had
	ApplySeq int64
	Version  int64
	Doc      stet.Document
	Rev      string // the remote revision this write replaces; empty for none
}

// Item is a remote item as the CMS shows it now.
type Item struct {
	ID      string
	URL     string // public address, where the CMS tells
	Rev     string // the CMS's own revision, for Write.Rev
	Slug    string
	Public  bool
	Trashed bool
	Foreign bool   // the marker is that of another installation of stet
	Draft   string // fingerprint of the working copy
	Live    string // fingerprint of what the public sees; empty when not public
	Seq     int64  // ApplySeq of the last write, where the item holds it; else 0
	Created int64  // milliseconds since 1970, where the CMS tells; else 0
}
