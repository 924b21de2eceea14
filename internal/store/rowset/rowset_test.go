package rowset_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"stet/internal/state"
	"stet/internal/store/rowset"
)

// Whatever way Find takes through the trees, it gives what a look at every row gives.
func TestFindIsALookAtEveryRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var set rowset.Set
		model := map[string]*state.Entry{}
		few := rapid.SampledFrom([]string{"", "a", "ab", "b"})
		for range rapid.IntRange(0, 30).Draw(t, "changes") {
			e := &state.Entry{Seq: rapid.Int64Range(1, 12).Draw(t, "seq"), EventID: few.Draw(t, "id"), ContentID: few.Draw(t, "content"),
				Version: rapid.Int64Range(0, 3).Draw(t, "version")}
			if rapid.Bool().Draw(t, "delete") {
				set.Delete(e)
				delete(model, state.KeyOf(e))
			} else {
				set.Put(e)
				model[state.KeyOf(e)] = e
			}
		}
		q := state.Query{Desc: rapid.Bool().Draw(t, "desc"), Limit: rapid.IntRange(0, 4).Draw(t, "limit"), Equal: map[string]any{}}
		for _, column := range []string{"event_id", "content_id"} {
			if rapid.Bool().Draw(t, column) {
				q.Equal[column] = few.Draw(t, "value")
			}
		}
		if rapid.Bool().Draw(t, "over") {
			q.Over = map[string]any{"seq": rapid.Int64Range(0, 13).Draw(t, "over")}
		}
		if rapid.Bool().Draw(t, "at most") {
			q.AtMost = map[string]any{"version": rapid.Int64Range(0, 3).Draw(t, "at most")}
		}
		var want []state.Row
		for _, e := range model {
			if q.Matches(e) {
				want = append(want, e)
			}
		}
		got, _ := set.Find(&state.Entry{}, q)
		if diff := cmp.Diff(fmt.Sprint(seqs(q.Arrange(want))), fmt.Sprint(seqs(got))); diff != "" {
			t.Fatalf("%+v: %s", q, diff)
		}
	})
}

func seqs(rows []state.Row) (out []int64) {
	for _, r := range rows {
		out = append(out, r.(*state.Entry).Seq)
	}
	return out
}

func TestFindsByTheStartOfTheKey(t *testing.T) {
	var set rowset.Set
	for _, target := range []string{"a", "ab", "b"} {
		for seq := range int64(3) {
			if err := set.Put(&state.Apply{ContentID: "c", Target: target, Seq: seq}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for want, q := range map[string]state.Query{
		"a0 a1 a2 ":  {Equal: map[string]any{"content_id": "c", "target": "a"}},
		"ab2 ab1 ":   {Equal: map[string]any{"content_id": "c", "target": "ab"}, Desc: true, Limit: 2},
		"a1 ab1 b1 ": {Equal: map[string]any{"content_id": "c", "seq": 1}},
		"":           {Equal: map[string]any{"content_id": "", "target": "a"}},
	} {
		found, _ := set.Find(&state.Apply{}, q)
		got := ""
		for _, row := range found {
			a := row.(*state.Apply)
			got += fmt.Sprintf("%s%d ", a.Target, a.Seq)
		}
		if got != want {
			t.Errorf("%v: %q, want %q", q, got, want)
		}
	}
}

func TestSnapshotsAreIndependent(t *testing.T) {
	var set rowset.Set
	set.Put(&state.Setting{Name: "a", Value: "1"})
	snapshot := set.Snapshot()
	set.Put(&state.Setting{Name: "a", Value: "2"})
	snapshot.Put(&state.Setting{Name: "b"})
	for want, s := range map[string]*rowset.Set{"2": &set, "1": snapshot} {
		row := &state.Setting{Name: "a"}
		if s.Get(row); row.Value != want {
			t.Errorf("got %q, want %q", row.Value, want)
		}
	}
	if set.Len(&state.Setting{}) != 1 {
		t.Error("the snapshot's row is in the set")
	}
}
