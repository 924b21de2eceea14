package policy_test

import (
	"os"
	"path/filepath"
	"testing"

	"stet/internal/policy"
)

func TestLoadKeepsTheIndexOfAKnowledgeBase(t *testing.T) {
	folder, cache := t.TempDir(), t.TempDir()
	put := func(name, text string) {
		t.Helper()
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("policy.yaml", "name: house\nextends: default\n")
	put("kb/chairs.md", "# Chairs\n\nWe sold 12 chairs.\n")
	nearest := func() string {
		t.Helper()
		p, err := policy.LoadCached(folder, cache)
		if err != nil {
			t.Fatal(err)
		}
		found, err := p.Knowledge().Search(t.Context(), "How many chairs were sold?", "", 1)
		if err != nil || len(found) != 1 {
			t.Fatalf("found %v, %v", found, err)
		}
		return found[0].Text
	}
	first := nearest()
	files, err := os.ReadDir(cache)
	if err != nil || len(files) != 1 {
		t.Fatalf("the cache holds %v, %v", files, err)
	}
	if again := nearest(); again != first {
		t.Errorf("from the cache: %q, was %q", again, first)
	}
	put("kb/chairs.md", "# Chairs\n\nWe sold 14 chairs.\n")
	if changed := nearest(); changed == first {
		t.Errorf("a changed document still reads %q", changed)
	}
}
