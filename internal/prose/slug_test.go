package prose_test

import (
	"testing"

	"stet/internal/prose"
)

// TestAHeadingHasTheFragmentsOfManyGenerators: GitHub's, that of CommonMark libraries, and that of Zola.
func TestAHeadingHasTheFragmentsOfManyGenerators(t *testing.T) {
	text, err := prose.Parse("markdown", "## C++/Rust: what's *fast(er)*, é\n\nText.\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, fragment := range []string{"crust-whats-faster-é", "crust-whats-faster-", "c-rust-what-s-fast-er-é"} {
		if _, there := text.Anchors[fragment]; !there {
			t.Errorf("no #%s among %v", fragment, text.Anchors)
		}
	}
}
