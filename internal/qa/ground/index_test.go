package ground_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet/internal/qa"
	"stet/internal/qa/ground"
)

var _ qa.Knowledge = (*ground.Index)(nil)

// library is a knowledge base of documents that differ in a number and a name.
func library() map[string][]byte {
	documents := map[string][]byte{"html.html": []byte("<h1 id=top>Wells</h1><p>The well of Alcobaça is 30 metres deep.</p>")}
	for i := range 20 {
		documents[fmt.Sprintf("towers/%02d.md", i)] = fmt.Appendf(nil, "---\ntitle: Tower %d\ndate: 2024-02-%02d\n---\n\n# Heights\n\nTower%c is %d metres high. It was built by Mason%c.\n\n## Steps\n\nIts stairs have %d steps.\n",
			i, i+1, 'A'+i, 40+i, 'A'+i, 200+i)
	}
	return documents
}

func synced(t *testing.T, documents map[string][]byte) *ground.Index {
	t.Helper()
	x := &ground.Index{}
	if _, err := x.Sync(documents); err != nil {
		t.Fatal(err)
	}
	return x
}

var questions = []string{"How many steps has TowerF?", "MasonQ built a tower 56 metres high", "the well of Alcobaca", "stairs", "nothing of this"}

func answers(t *testing.T, x *ground.Index) (all [][]qa.Passage) {
	t.Helper()
	for _, q := range questions {
		found, err := x.Search(context.Background(), q, "", 3)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found)
	}
	return all
}

func TestFindsThePassageWithItsHeadingAndDate(t *testing.T) {
	found := answers(t, synced(t, library()))
	first := found[0][0]
	if first.Document != "towers/05.md" || first.Date.Format("2006-01-02") != "2024-02-06" {
		t.Errorf("the first passage is of %s, dated %s; want towers/05.md of 2024-02-06", first.Document, first.Date)
	}
	if found[1][0].Document != "towers/16.md" || found[1][0].Anchor != "heights" {
		t.Errorf("the tower of MasonQ is in %s#%s; want towers/16.md#heights", found[1][0].Document, found[1][0].Anchor)
	}
	if found[2][0].Document != "html.html" || found[2][0].Anchor != "top" {
		t.Errorf("the well is in %s#%s; want html.html#top", found[2][0].Document, found[2][0].Anchor)
	}
	if len(found[4]) != 0 {
		t.Errorf("words that no document has give %v", found[4])
	}
}

func TestALongDocumentWithTheVerySentenceComesFirst(t *testing.T) {
	long := strings.Repeat("Rivers carry gravel, meadows flower in May and herons nest among willows near quiet ponds.\n\n", 60)
	documents := map[string][]byte{"long.md": []byte(long + "The pump of the mill lifts 40 litres of water from the river each second.\n\n" + long)}
	for i := range 3 {
		documents[fmt.Sprintf("short%d.md", i)] = fmt.Appendf(nil, "The mill has a pump for water. The river turns the mill, and the pump lifts litres of water. Day %d.", i)
	}
	found, err := synced(t, documents).Search(context.Background(), "The pump of the mill lifts 40 litres of water from the river each second.", "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 || found[0].Document != "long.md" {
		t.Errorf("found %v; want long.md", found)
	}
}

func TestSearchWithinOneDocument(t *testing.T) {
	found, err := synced(t, library()).Search(context.Background(), "stairs and steps of a tower", "towers/03.md", 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found {
		if p.Document != "towers/03.md" {
			t.Errorf("a passage of %s came", p.Document)
		}
	}
	if len(found) == 0 {
		t.Error("nothing was found")
	}
}

func TestAnswersDoNotDependOnHowTheIndexCameToBe(t *testing.T) {
	documents := library()
	want := answers(t, synced(t, documents))

	grown := &ground.Index{}
	for i := 19; i >= 0; i-- {
		name := fmt.Sprintf("towers/%02d.md", i)
		for _, text := range [][]byte{[]byte("Something else, of 77 steps, by MasonQ."), documents[name]} {
			if err := grown.Add(name, text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := grown.Add("gone.md", []byte("The stairs of TowerF have 9 steps.")); err != nil {
		t.Fatal(err)
	}
	grown.Remove("gone.md")
	if err := grown.Add("html.html", documents["html.html"]); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, answers(t, grown)); diff != "" {
		t.Errorf("document by document: %s", diff)
	}

	data, err := grown.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	read := &ground.Index{}
	if err := read.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, answers(t, read)); diff != "" {
		t.Errorf("from a snapshot: %s", diff)
	}
	if read.Hash() != synced(t, documents).Hash() {
		t.Error("the hash of the same documents differs")
	}
}

func TestSyncReadsOnlyWhatChanged(t *testing.T) {
	documents := library()
	x := synced(t, documents)
	documents["towers/00.md"] = []byte("Rebuilt, with 999 steps.")
	documents["new.md"] = []byte("A new tower.")
	delete(documents, "towers/19.md")
	changes, err := x.Sync(documents)
	if err != nil {
		t.Fatal(err)
	}
	if want := (ground.Changes{Added: 1, Changed: 1, Removed: 1, Same: 19}); changes != want {
		t.Errorf("changes are %+v; want %+v", changes, want)
	}
	if x.Documents() != 21 {
		t.Errorf("there are %d documents; want 21", x.Documents())
	}
}

func TestOpenKeepsASnapshot(t *testing.T) {
	documents, cache := map[string][]byte{}, filepath.Join(t.TempDir(), "cache", "kb")
	write := func(name, text string) { documents[name] = []byte(text) }
	open := func() ground.Changes {
		t.Helper()
		_, changes, err := ground.Open(documents, cache)
		if err != nil {
			t.Fatal(err)
		}
		return changes
	}
	write("a.md", "One tower.")
	write("b.txt", "Two towers.")
	steps := []struct {
		do   func()
		want ground.Changes
	}{
		{func() {}, ground.Changes{Added: 2}},
		{func() {}, ground.Changes{Same: 2}},
		{func() { write("a.md", "Three towers.") }, ground.Changes{Changed: 1, Same: 1}},
		{func() { _ = os.WriteFile(cache, []byte("stet-kb\x01 is not this"), 0o600) }, ground.Changes{Added: 2}},
		{func() {}, ground.Changes{Same: 2}},
	}
	for i, step := range steps {
		step.do()
		if got := open(); got != step.want {
			t.Errorf("step %d: changes are %+v; want %+v", i, got, step.want)
		}
	}
}

func TestRefusesASnapshotWithAnyByteChanged(t *testing.T) {
	data, err := synced(t, library()).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(data); i += 7 {
		broken := bytes.Clone(data)
		broken[i] ^= 0x10
		if err := new(ground.Index).UnmarshalBinary(broken); err == nil {
			t.Fatalf("byte %d is changed, and the snapshot is taken", i)
		}
	}
	if err := new(ground.Index).UnmarshalBinary(data[:len(data)/2]); err == nil {
		t.Error("half a snapshot is taken")
	}
}

func TestADocumentThatCannotBeReadIsNamed(t *testing.T) {
	documents := library()
	documents["bad.md"] = []byte{0xff, 0xfe, 0xfd}
	x := &ground.Index{}
	if _, err := x.Sync(documents); err == nil || !bytes.Contains([]byte(err.Error()), []byte("bad.md")) {
		t.Errorf("the error is %v; want the document's name", err)
	}
	if x.Documents() != 21 {
		t.Errorf("there are %d documents; want the other 21", x.Documents())
	}
}

// FuzzSnapshot holds reading to never panic, and to take only what it would write.
func FuzzSnapshot(f *testing.F) {
	x := &ground.Index{}
	if err := x.Add("a.md", []byte("# One\n\nTwo towers, three wells.")); err != nil {
		f.Fatal(err)
	}
	data, err := x.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		x := &ground.Index{}
		if x.UnmarshalBinary(data) != nil {
			return
		}
		if _, err := x.Search(context.Background(), "two towers", "", 2); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkSync(b *testing.B) {
	documents := big(1000)
	for b.Loop() {
		x := &ground.Index{}
		if _, err := x.Sync(documents); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnmarshal(b *testing.B) {
	x := &ground.Index{}
	if _, err := x.Sync(big(1000)); err != nil {
		b.Fatal(err)
	}
	data, err := x.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(data)), "bytes")
	for b.Loop() {
		if err := new(ground.Index).UnmarshalBinary(data); err != nil {
			b.Fatal(err)
		}
	}
}

// big makes documents of about 600 words, with words as rare as in language.
func big(n int) map[string][]byte {
	documents := map[string][]byte{}
	for i := range n {
		var text bytes.Buffer
		fmt.Fprintf(&text, "# Report %d of Person%d\n\n", i, i%97)
		for s := range 40 {
			seed := i*7919 + s*104729
			fmt.Fprintf(&text, "In %d, Person%d of City%d sold %d word%d to the word%d and word%d of Company%d word%d.\n\n",
				1950+seed%70, seed%997, seed%311, seed%5000, seed%53, seed%1009, seed%4001, seed%499, seed%9001)
		}
		documents[fmt.Sprintf("%04d.md", i)] = text.Bytes()
	}
	return documents
}
