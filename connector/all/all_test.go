package all_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"stet/connector/all"
)

func TestKindsAreSortedAndFound(t *testing.T) {
	kinds := all.Kinds()
	if !slices.IsSorted(kinds) || len(slices.Compact(slices.Clone(kinds))) != len(kinds) {
		t.Errorf("the kinds are not sorted and distinct: %v", kinds)
	}
	for _, kind := range kinds {
		if spec, found := all.Find(kind); !found || spec.Kind != kind || spec.Open == nil {
			t.Errorf("Find(%q) = %+v, %t", kind, spec, found)
		}
	}
	if _, found := all.Find("fax"); found {
		t.Error("found a kind that is not there")
	}
}

func TestEveryConnectorIsInTheList(t *testing.T) {
	folders, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := all.Kinds()
	for _, file := range folders {
		kind := filepath.Base(filepath.Dir(file))
		if kind == "all" || kind == "connectortest" || slices.Contains(kinds, kind) {
			continue
		}
		if _, err := os.Stat(filepath.Join("..", kind, kind+".go")); err == nil {
			t.Errorf("connector/%s is missing in Specs", kind)
		}
	}
}
