package site_test

import (
	"flag"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"stet"
	"stet/connector"
)

// TestOrderLeavesNoTrace publishes the same documents, several versions of each, in any order, from several
// connectors, each as often as it likes: the site has the same bytes.
func TestOrderLeavesNoTrace(t *testing.T) {
	var writes []connector.Write
	for i := range 4 {
		for version := range int64(3) {
			w := article(fmt.Sprintf("text-%d", i), fmt.Sprintf("Version %d.", version))
			w.ApplySeq, w.Version = version+1, version+1
			w.Doc.Tags = []string{fmt.Sprintf("tag %d", (int64(i)+version)%3), "All"}
			if i == 3 {
				w.Doc.Fields = nil // without a date
			}
			writes = append(writes, w)
		}
	}
	if err := flag.Set("rapid.checks", "20"); err != nil { // each waits for the disk many times
		t.Fatal(err)
	}
	var want map[string]string
	rapid.Check(t, func(r *rapid.T) {
		order := rapid.Permutation(writes).Draw(r, "order")
		opt := options(t, nil)
		for i, w := range append(order, order[:3]...) {
			c := openSite(t, opt)
			if _, err := c.(connector.Upserter).Upsert(t.Context(), w); err != nil && stet.KindOf(err) != stet.Conflict {
				r.Fatalf("write %d: %v", i, err)
			}
		}
		got := state(t, opt["path"], false)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatal(diff)
		}
	})
}

// TestTwoProcessesAtOnce lets connectors that know nothing of each other write the same contents to one folder.
func TestTwoProcessesAtOnce(t *testing.T) {
	opt := options(t, nil)
	connectors := []connector.Connector{openSite(t, opt), openSite(t, opt), openSite(t, opt)}
	var group sync.WaitGroup
	for n := range 24 {
		w := article(fmt.Sprintf("text-%d", n%4), fmt.Sprintf("Version %d.", n/4))
		w.ApplySeq, w.Version = int64(n/4)+1, int64(n/4)+1
		group.Go(func() {
			_, err := connectors[n%3].(connector.Upserter).Upsert(t.Context(), w)
			if err != nil && stet.KindOf(err) != stet.Conflict {
				t.Error(err)
			}
		})
	}
	group.Wait()
	alone := options(t, nil)
	for n := range 4 {
		w := article(fmt.Sprintf("text-%d", n), "Version 5.")
		w.ApplySeq, w.Version = 6, 6
		upsert(t, openSite(t, alone), w)
	}
	for n := range 6 { // one after the other, each unaware of the one before
		w := article(fmt.Sprintf("later-%d", n), "text")
		upsert(t, connectors[n%3], w)
		upsert(t, openSite(t, alone), w)
	}
	got := state(t, opt["path"], false)
	if diff := cmp.Diff(state(t, alone["path"], false), got); diff != "" {
		t.Error(diff)
	}
}

// TestOneSlugHasOneOwner lets two contents race for one slug.
func TestOneSlugHasOneOwner(t *testing.T) {
	opt := options(t, nil)
	for _, twins := range [][2]string{{"same", "same"}, {"straße", "strasse"}, {"file", "ﬁle"}} {
		errs := make([]error, 2)
		var group sync.WaitGroup
		for i, slug := range twins {
			w := article(slug, "text")
			w.Key.ContentID = fmt.Sprintf("%s/%d", twins[0][:4], i)
			c := openSite(t, opt)
			group.Go(func() { _, errs[i] = c.(connector.Upserter).Upsert(t.Context(), w) })
		}
		group.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("%q: %v and %v, want one winner", twins, errs[0], errs[1])
			continue
		}
		for _, err := range errs {
			if err != nil {
				wantError(t, err, stet.Conflict, "slug_taken")
			}
		}
	}
}
