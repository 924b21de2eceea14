package publish_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/publish"
	"stet/internal/state"
)

var (
	t0      = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	drafts  = connector.Capabilities{Class: connector.AutoSuffix, Drafts: true, SlugSuffix: true, StrongLookup: true, Trash: true, Unpublish: true}
	staging = connector.Capabilities{Class: connector.ClientID, Drafts: true, ClientIDs: true, SeparateDraft: true, Locking: true, StrongLookup: true}
	bare    = connector.Capabilities{Class: connector.Bare, StrongLookup: true}
	upserts = connector.Capabilities{Class: connector.Companion, Upsert: true, StrongLookup: true}

	nothing   = publish.Input{}
	empty     = publish.Input{Items: []connector.Item{}}
	lost      = publish.Input{Err: stet.Errorf(stet.Unavailable, "timeout", "no answer")}
	gone      = publish.Input{Err: stet.Errorf(stet.NotFound, "not_found", "no such item")}
	draftNew  = connector.Item{ID: "7", Rev: "1", Slug: "stet-m", Draft: "new"}
	publicNew = connector.Item{ID: "7", Rev: "2", Slug: "s", Public: true, Draft: "new", Live: "new"}
	publicOld = connector.Item{ID: "7", Rev: "1", Slug: "s", Public: true, Draft: "old", Live: "old"}
	edited    = connector.Item{ID: "7", Rev: "9", Slug: "s", Public: true, Draft: "theirs", Live: "theirs"}
)

func item(i connector.Item) publish.Input { return publish.Input{Item: i} }
func items(list ...connector.Item) publish.Input {
	return publish.Input{Items: list}
}

func refused(kind stet.Kind, code string) publish.Input {
	err := stet.Errorf(kind, code, "refused")
	err.Outcome = stet.NotApplied
	return publish.Input{Err: err}
}

// machine is an attempt at apply 2 of a publication whose apply 1 left "old"; edit changes it.
func machine(caps connector.Capabilities, edit ...func(*publish.Machine)) publish.Machine {
	m := publish.Machine{Caps: caps, Policy: publish.Policy{Horizon: 15 * time.Minute}, Fence: 3, Want: "new", Tombs: map[string]bool{},
		Pub:   state.Publication{ContentID: "c", Target: "t", Desired: 2, Applied: 1, Fingerprint: "old", RemoteID: "7", Public: true},
		Apply: state.Apply{ContentID: "c", Target: "t", Seq: 2, Cause: stet.CausePublish, Version: 2, Slug: "s"}}
	for _, e := range edit {
		e(&m)
	}
	return m
}

func unbound(m *publish.Machine) {
	m.Pub.RemoteID, m.Pub.Fingerprint, m.Pub.Public, m.Pub.Applied = "", "", false, 0
}
func settling(m *publish.Machine)  { m.Settling, m.Pub.Applied, m.Pub.Fingerprint = true, 2, "new" }
func unpublish(m *publish.Machine) { m.Apply.Cause = stet.CauseUnpublish }
func buried(m *publish.Machine)    { m.Tombs["7"] = true }
func waitH(m *publish.Machine)     { m.Policy.WaitHorizon = true }
func sent(op stet.Op, seq int64, fingerprint string, ago time.Duration) func(*publish.Machine) {
	return func(m *publish.Machine) {
		m.Intents = append(m.Intents, state.Intent{ContentID: "c", Target: "t", ID: fmt.Sprintf("1.%d", len(m.Intents)+1), Op: op, ApplySeq: seq,
			Fingerprint: fingerprint, At: stet.Millis(t0.Add(-ago))})
	}
}

// TestStateTable walks rows of the state table (docs/protocol.md, 1.5): the answers in order, and the last effect.
func TestStateTable(t *testing.T) {
	for _, c := range []struct {
		row  string
		m    publish.Machine
		in   []publish.Input
		want string
	}{
		{"4 nothing bound: look for the marker", machine(drafts, unbound), []publish.Input{nothing}, "find"},
		{"5 bound: read the item", machine(drafts), []publish.Input{nothing}, "read 7"},
		{"6 nothing there: create a draft under an intent", machine(drafts, unbound), []publish.Input{nothing, empty}, "intent_logged; create"},
		{"7 one candidate: bind it", machine(drafts, unbound), []publish.Input{nothing, items(draftNew)}, "remote_bound; read 7"},
		{"7 a candidate with a tombstone is none", machine(drafts, unbound, buried), []publish.Input{nothing, items(draftNew)}, "intent_logged; create"},
		{"8 a public candidate before a draft", machine(drafts, unbound), []publish.Input{nothing, items(connector.Item{ID: "6", Draft: "new"}, publicNew)}, "remote_bound; read 7"},
		{"9 two public candidates: a person decides", machine(drafts, unbound), []publish.Input{nothing, items(publicNew, connector.Item{ID: "8", Public: true})}, "duplicate_marker; stop needs_operator"},
		{"9 a foreign marker: a person decides", machine(drafts, unbound), []publish.Input{nothing, items(connector.Item{ID: "8", Foreign: true})}, "stop needs_operator"},
		{"10 a failed lookup is not an empty one", machine(drafts, unbound), []publish.Input{nothing, lost}, "retry timeout"},
		{"11 created: bind", machine(drafts, unbound), []publish.Input{nothing, empty, item(draftNew)}, "remote_bound; intent_resolved; read 7"},
		{"12 provably not sent", machine(drafts, unbound), []publish.Input{nothing, empty, refused(stet.Unavailable, "unreachable")}, "intent_resolved; retry unreachable"},
		{"12 wrong credentials: no retry", machine(drafts, unbound), []publish.Input{nothing, empty, refused(stet.Configuration, "http_401")}, "intent_resolved; stop dead configuration"},
		{"12 refused content: no retry", machine(drafts, unbound), []publish.Input{nothing, empty, refused(stet.TooLarge, "http_413")}, "intent_resolved; stop dead content"},
		{"13 14 no answer: look at once", machine(drafts, unbound), []publish.Input{nothing, empty, lost}, "find"},
		{"14 found: bind", machine(drafts, unbound), []publish.Input{nothing, empty, lost, items(draftNew)}, "remote_bound; intent_resolved; read 7"},
		{"14 not found: the intent stays open", machine(drafts, unbound), []publish.Input{nothing, empty, lost, empty}, "retry create_unknown"},
		{"15 bare: wait for the horizon", machine(bare, unbound, sent(stet.OpCreate, 2, "new", time.Minute)), []publish.Input{nothing, empty}, "wait create_in_flight"},
		{"16 bare: after it, create again where the policy says so", machine(bare, unbound, sent(stet.OpCreate, 2, "new", time.Hour), func(m *publish.Machine) { m.Policy.AtLeastOnce = true }), []publish.Input{nothing, empty}, "intent_resolved; intent_logged; create"},
		{"17 bare: else a person decides", machine(bare, unbound, sent(stet.OpCreate, 2, "new", time.Hour)), []publish.Input{nothing, empty}, "stop needs_operator"},
		{"19 gone: tombstone, then start over", machine(drafts), []publish.Input{nothing, gone}, "remote_gone; again"},
		{"19 gone while settling: a person decides", machine(drafts, settling), []publish.Input{nothing, gone}, "remote_gone; stop needs_operator"},
		{"20 ours: write", machine(drafts), []publish.Input{nothing, item(publicOld)}, "intent_logged; publish 7"},
		{"20 with working copies: stage first", machine(staging), []publish.Input{nothing, item(publicOld)}, "intent_logged; stage 7 rev 1"},
		{"20 wait-H: not while an older write may be in flight", machine(drafts, waitH, sent(stet.OpPublish, 1, "old", time.Minute)), []publish.Input{nothing, item(publicOld)}, "wait write_in_flight"},
		{"21 an older write of ours landed late", machine(drafts, settling, sent(stet.OpPublish, 1, "old", time.Hour)), []publish.Input{nothing, item(publicOld)}, "late_own_write; intent_logged; publish 7"},
		{"22 right already: no second write", machine(drafts, sent(stet.OpPublish, 2, "new", time.Minute)), []publish.Input{nothing, item(publicNew)}, "publish_succeeded; done"},
		{"23 not ours: stop", machine(drafts), []publish.Input{nothing, item(edited)}, "drift_detected; stop drifted"},
		{"23 a file that somebody deleted: stop", machine(upserts), []publish.Input{nothing, items(connector.Item{ID: "7", Rev: "absent", Slug: "s"})}, "drift_detected; stop drifted"},
		{"23 an operator allowed a deleted file", machine(upserts, func(m *publish.Machine) { m.Pub.Overwrite = "nothing" }), []publish.Input{nothing, items(connector.Item{ID: "7", Rev: "absent", Slug: "s"})}, "intent_logged; upsert 7"},
		{"23 an upsert's item in the trash: stop", machine(upserts), []publish.Input{nothing, items(connector.Item{ID: "7", Rev: "9", Trashed: true, Draft: "old"})}, "drift_detected; stop drifted"},
		{"23 an operator allowed an item in the trash", machine(upserts, func(m *publish.Machine) { m.Pub.Overwrite = "old" }), []publish.Input{nothing, items(connector.Item{ID: "7", Rev: "9", Trashed: true, Draft: "old"})}, "intent_logged; upsert 7"},
		{"23 an operator allowed it", machine(drafts, func(m *publish.Machine) { m.Pub.Overwrite = "theirs" }), []publish.Input{nothing, item(edited)}, "intent_logged; publish 7"},
		{"24 staged: read it back", machine(staging), []publish.Input{nothing, item(publicOld), nothing}, "read 7"},
		{"25 a precondition failed: our own success looks the same", machine(staging), []publish.Input{nothing, item(publicOld), {Err: stet.Errorf(stet.Conflict, "conflict", "412")}}, "read 7"},
		{"27 the draft is right: publish", machine(drafts, unbound), []publish.Input{nothing, empty, item(draftNew), item(draftNew)}, "intent_logged; publish 7"},
		{"28 a suffix: back to draft", machine(drafts), []publish.Input{nothing, item(publicOld), nothing, item(connector.Item{ID: "7", Slug: "s-2", Public: true, Live: "new"})}, "intent_resolved; intent_logged; unpublish 7"},
		{"28 then a conflict for a person", machine(drafts), []publish.Input{nothing, item(publicOld), nothing, item(connector.Item{ID: "7", Slug: "s-2", Public: true, Live: "new"}), nothing}, "intent_resolved; taken_down; slug_conflict; stop slug_conflict content"},
		{"30 answered: read back", machine(drafts), []publish.Input{nothing, item(publicOld), nothing}, "read 7"},
		{"31 unanswered: read back", machine(drafts), []publish.Input{nothing, item(publicOld), lost}, "read 7"},
		{"32 verified", machine(drafts), []publish.Input{nothing, item(publicOld), nothing, item(publicNew)}, "intent_resolved; publish_succeeded; done"},
		{"33 an asynchronous publish: wait and look again", machine(connector.Capabilities{Drafts: true, AsyncPublish: time.Minute}), []publish.Input{nothing, item(publicOld), nothing, item(publicOld)}, "pause"},
		{"34 still old: another try", machine(drafts), []publish.Input{nothing, item(publicOld), nothing, item(publicOld)}, "retry not_visible"},
		{"35 settled after the horizon", machine(drafts, settling), []publish.Input{nothing, item(publicNew)}, "publish_settled; done"},
		{"35 not while a write may be in flight", machine(drafts, settling, sent(stet.OpPublish, 2, "new", time.Minute)), []publish.Input{nothing, item(publicNew)}, "wait settling"},
		{"35 taken down: not while an unpublish may be in flight", machine(drafts, settling, unpublish, sent(stet.OpUnpublish, 2, "", time.Minute)), []publish.Input{nothing, item(draftNew)}, "wait settling"},
		{"35 taken down: settled after the horizon", machine(drafts, settling, unpublish, sent(stet.OpUnpublish, 2, "", time.Hour)), []publish.Input{nothing, item(draftNew)}, "intent_resolved; publish_settled; done"},
		{"36 healed", machine(drafts, settling, sent(stet.OpPublish, 1, "old", time.Hour)), []publish.Input{nothing, item(publicOld), nothing, item(publicNew)}, "intent_resolved; intent_resolved; stale_overwrite_healed; done"},
		{"37 drift found while settling", machine(drafts, settling), []publish.Input{nothing, item(edited)}, "drift_detected; stop drifted"},
		{"41 sweep: look for leftovers of creates", machine(drafts, settling, sent(stet.OpCreate, 2, "new", time.Hour)), []publish.Input{nothing, item(publicNew)}, "find"},
		{"41 tombstone and intent before the trash", machine(drafts, settling, sent(stet.OpCreate, 2, "new", time.Hour)), []publish.Input{nothing, item(publicNew), items(publicNew, connector.Item{ID: "8", Draft: "new"})}, "draft_trashed; intent_logged; trash 8"},
		{"41 a public one is never touched", machine(drafts, settling, sent(stet.OpCreate, 2, "new", time.Hour)), []publish.Input{nothing, item(publicNew), items(publicNew, connector.Item{ID: "8", Public: true})}, "duplicate_marker; stop needs_operator"},
		{"unpublish what is public", machine(drafts, unpublish), []publish.Input{nothing, item(publicOld)}, "intent_logged; unpublish 7"},
		{"unpublish, read back", machine(drafts, unpublish), []publish.Input{nothing, item(publicOld), nothing, item(connector.Item{ID: "7", Draft: "old"})}, "intent_resolved; unpublished; done"},
		{"unpublish what is not there", machine(drafts, unbound, unpublish), []publish.Input{nothing, empty}, "unpublished; done"},
		{"E F nothing there: one atomic write", machine(upserts, unbound), []publish.Input{nothing, empty}, "intent_logged; upsert"},
		{"19 an upsert's item that is gone: a new one, under a new marker", machine(upserts), []publish.Input{nothing, empty}, "remote_gone; again"},
		{"19 an upsert's item that is gone and is to stay so", machine(upserts, func(m *publish.Machine) { m.Policy.KeepGone = true }), []publish.Input{nothing, empty}, "remote_gone; stop needs_operator"},
		{"F a newer apply at the target: the store is the old one", machine(upserts), []publish.Input{nothing, items(connector.Item{ID: "7", Seq: 5, Public: true, Live: "x"})}, "stop needs_operator"},
		{"F refused as older: look again", machine(upserts), []publish.Input{nothing, items(publicOld), refused(stet.Conflict, "stet_stale")}, "intent_resolved; retry stet_stale"},
	} {
		t.Run(c.row, func(t *testing.T) {
			m := c.m
			var effect publish.Effect
			for _, in := range c.in {
				in.Now = t0
				m, effect = publish.Step(m, in)
			}
			if got := describe(effect); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// describe says an effect in a line: events, then the call or the end.
func describe(e publish.Effect) string {
	var parts []string
	for _, event := range e.Events {
		parts = append(parts, string(event.Type))
	}
	if e.End != nil {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s %s", e.End.Kind, endWord(e.End), classWord(e.End))))
	} else {
		call := string(e.Call)
		if e.ID != "" && e.Call != publish.CallPause {
			call += " " + e.ID
		}
		if e.Write.Rev != "" {
			call += " rev " + e.Write.Rev
		}
		parts = append(parts, call)
	}
	return strings.Join(parts, "; ")
}

func endWord(end *publish.End) string {
	switch end.Kind {
	case publish.Stop:
		return string(end.State)
	case publish.Retry, publish.Wait:
		return end.Code
	}
	return ""
}

func classWord(end *publish.End) string {
	if end.Kind == publish.Stop && end.State != stet.StateNeedsOperator {
		return string(end.Class)
	}
	return ""
}

// TestStepKeepsItsInput: a machine is a value, so an attempt can be played again from any step.
func TestStepKeepsItsInput(t *testing.T) {
	m := machine(drafts, sent(stet.OpPublish, 2, "new", time.Hour))
	m, _ = publish.Step(m, publish.Input{Now: t0})
	first := m.Intents[0]
	_, _ = publish.Step(m, publish.Input{Now: t0, Item: publicNew})
	if m.Intents[0] != first {
		t.Errorf("the step changed its argument: %+v", m.Intents[0])
	}
}

// TestCallsAreBounded: a target that answers nonsense for ever does not hold a worker for ever.
func TestCallsAreBounded(t *testing.T) {
	m, effect := publish.Step(machine(staging), publish.Input{Now: t0})
	for n := 0; effect.End == nil; n++ {
		if n > 100 {
			t.Fatal("no end")
		}
		in := publish.Input{Now: t0, Item: publicOld}
		if effect.Call == publish.CallStage {
			in = publish.Input{Now: t0, Err: errors.New("broken")}
		}
		m, effect = publish.Step(m, in)
	}
	if effect.End.Code != "too_many_calls" {
		t.Errorf("ended with %+v", effect.End)
	}
}
