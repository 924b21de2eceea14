package qa_test

import (
	"testing"

	"stet/internal/qa"
)

func TestHashOfStaysWhereLinesMove(t *testing.T) {
	hash := qa.HashOf("VOI-001", "very", "A very\nlong line.")
	if got := qa.HashOf("VOI-001", "very", " A  very long line. "); got != hash {
		t.Errorf("white space changes the hash: %s, was %s", got, hash)
	}
	for name, other := range map[string]string{
		"rule":     qa.HashOf("VOI-002", "very", "A very long line."),
		"text":     qa.HashOf("VOI-001", "Very", "A very long line."),
		"sentence": qa.HashOf("VOI-001", "very", "A very short line."),
		"border":   qa.HashOf("VOI-001very", "", "A very long line."),
	} {
		if other == hash {
			t.Errorf("another %s gives the same hash %s", name, hash)
		}
	}
	if len(hash) != 16 {
		t.Errorf("%s has %d digits, want 16", hash, len(hash))
	}
}
