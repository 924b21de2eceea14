package site_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/connector"
	"stet/connector/site"
)

// step is one write of a history that is cut short.
type step struct {
	name string
	do   func(ctx testing.TB, c connector.Connector) error
}

func put(w connector.Write) step {
	return step{fmt.Sprintf("upsert %s as %s", w.Key.ContentID, w.Doc.Slug), func(t testing.TB, c connector.Connector) error {
		_, err := c.(connector.Upserter).Upsert(t.Context(), w)
		return err
	}}
}

// crashes is a history with every kind of write: the last one is cut short.
func crashes() map[string][]step {
	first, second, moved, gone := article("hello", "One."), article("hello", "Two."), article("hello", "Two."), article("hello", "")
	second.ApplySeq, moved.ApplySeq, gone.ApplySeq = 2, 2, 2
	moved.Doc.Slug = "moved"
	first.Doc.Tags, moved.Doc.Tags = []string{"Old", "Both"}, []string{"New", "Both"}
	down := step{"unpublish", func(t testing.TB, c connector.Connector) error {
		return c.(connector.Unpublisher).Unpublish(t.Context(), site.ItemID(gone.Key), gone)
	}}
	return map[string][]step{
		"first":     {put(first)},
		"change":    {put(first), put(second)},
		"slug":      {put(first), put(moved)},
		"unpublish": {put(first), down},
	}
}

var errKilled = errors.New("killed")

// TestCutShortAnywhere ends a write before each of its file operations, by a kill and by a full disk. Whatever was
// left, a reader never sees half a page or two pages of one content, Read tells old or new and never drift, and the
// same write again, from a new process, ends in the bytes that an undisturbed one makes.
func TestCutShortAnywhere(t *testing.T) {
	for _, format := range []string{"html", "markdown"} {
		for name, history := range crashes() {
			t.Run(format+"/"+name, func(t *testing.T) {
				t.Parallel()
				before := undisturbed(t, format, history[:len(history)-1])
				want := state(t, undisturbed(t, format, history), false)
				for at := 0; ; at++ {
					if !cutShort(t, cut{format, before, history, at, want}) {
						if at < 8 {
							t.Fatalf("only %d operations were seen", at)
						}
						return
					}
				}
			})
		}
	}
}

// undisturbed gives the folder that a history leaves.
func undisturbed(t *testing.T, format string, history []step) string {
	opt := options(t, map[string]string{"format": format})
	for _, s := range history {
		if err := s.do(t, openSite(t, opt)); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
	}
	return opt["path"]
}

type cut struct {
	format  string
	before  string // the folder as the steps but the last leave it
	history []step
	at      int
	want    map[string]string
}

// cutShort reports whether the last step of the history has an operation number at.
func cutShort(t *testing.T, c0 cut) bool {
	opt := options(t, map[string]string{"format": c0.format})
	if err := os.CopyFS(opt["path"], os.DirFS(c0.before)); err != nil {
		t.Fatal(err)
	}
	last, at := c0.history[len(c0.history)-1], c0.at
	c := openSite(t, opt)
	legal := fingerprints(t, c)
	count, where := 0, ""
	fault := errKilled
	if at%2 == 1 {
		fault = syscall.ENOSPC
	}
	site.SetFault(c, func(op, name string) error {
		count++
		if count-1 < at {
			return nil
		}
		if count-1 == at {
			where = op + " " + name
		}
		return fault
	})
	err := last.do(t, c)
	if count <= at {
		if err != nil {
			t.Fatalf("undisturbed: %v", err)
		}
		return false
	}
	if err == nil {
		t.Errorf("%s: no error", where)
	}
	if fault == syscall.ENOSPC && (stet.KindOf(err) != stet.Unavailable || !strings.Contains(err.Error(), "full")) {
		t.Errorf("%s: %v, want unavailable and a sentence", where, err)
	}
	checkLeft(t, opt, where, legal, stet.OutcomeOf(err), len(c0.history) > 1)
	if err := last.do(t, openSite(t, opt)); err != nil {
		t.Errorf("%s: again: %v", where, err)
	}
	if diff := cmp.Diff(c0.want, state(t, opt["path"], false)); diff != "" {
		t.Errorf("%s: the next try made other bytes (-undisturbed +got):\n%s", where, diff)
	}
	return true
}

// fingerprints are the live states that the histories may show.
func fingerprints(t *testing.T, c connector.Connector) map[string]bool {
	legal := map[string]bool{"": true}
	for _, text := range []string{"One.", "Two."} {
		for _, tags := range [][]string{nil, {"Old", "Both"}, {"New", "Both"}} {
			w := article("hello", text)
			w.Doc.Tags = tags
			print, err := c.Fingerprint(w)
			if err != nil {
				t.Fatal(err)
			}
			legal[print] = true
		}
	}
	return legal
}

// checkLeft looks at a folder as its readers and as the next process do, before anything is repaired.
func checkLeft(t *testing.T, opt map[string]string, where string, legal map[string]bool, outcome stet.Outcome, existed bool) {
	t.Helper()
	pages := 0
	for name, data := range state(t, opt["path"], false) {
		if opt["format"] == "html" && strings.HasSuffix(name, ".html") && !strings.HasSuffix(data, "</html>\n\n") && !strings.HasSuffix(data, "</html>\n") {
			t.Errorf("%s: %s is half a page", where, name)
		}
		if strings.HasPrefix(name, "hello") || strings.HasPrefix(name, "moved") {
			pages++
		}
	}
	if pages > 1 {
		t.Errorf("%s: %d pages of one content", where, pages)
	}
	found, err := openSite(t, opt).Find(t.Context(), article("hello", ""))
	if err != nil {
		t.Fatalf("%s: find: %v", where, err)
	}
	for _, item := range found {
		if !legal[item.Live] || item.Public != (pages == 1) {
			t.Errorf("%s: read %+v, which no write of ours made", where, item)
		}
		if outcome == stet.NotApplied && existed && item.Seq != 1 {
			t.Errorf("%s: said not applied, but %+v", where, item)
		}
	}
	if outcome == stet.NotApplied && !existed && len(found) > 0 {
		t.Errorf("%s: said not applied, but %+v", where, found)
	}
}
