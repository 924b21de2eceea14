package connector

import "context"

// Differ tells, for the person who decides about drift, in which fields an item differs from what a write wanted. It only
// reads, and it compares in the target's normal form, so that what the target itself changes is no difference.
type Differ interface {
	// Differences are in the order of importance; none: the item is as it was wanted. The errors are those of Read.
	Differences(ctx context.Context, id string, w Write) ([]Difference, error)
}

// Difference is one field that is not as it was wanted.
type Difference struct {
	Field string `json:"field" doc:"title, body, summary, slug, status, authors, categories, tags, or another of the target's."`
	Want  string `json:"want" doc:"What stet published, in the target's normal form."`
	Have  string `json:"have" doc:"What is there now."`
}
