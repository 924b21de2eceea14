package publish

import (
	"errors"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/state"
)

// begin: rows 2 to 5. Open intents of older fences need no step of their own: whatever they did is seen by the
// lookup or the read that every attempt begins with.
func (m *Machine) begin(Input) Effect {
	if m.Pub.RemoteID == "" || m.Caps.Upsert {
		return m.call(LookingUp, CallFind, "")
	}
	return m.call(Reading, CallRead, m.Pub.RemoteID)
}

// looked: rows 6 to 10 and 14 to 17, with the target's answer to "who carries our marker".
func (m *Machine) looked(in Input) Effect {
	if in.Err != nil {
		if m.Off&OffLookupErrors == 0 {
			return m.failed(in) // row 10
		}
		in.Items = nil
	}
	candidates, public := m.candidates(in.Items)
	for _, item := range candidates {
		if item.Foreign {
			return m.needsOperator("foreign_marker", "the item "+item.ID+" carries the marker of another stet installation",
				"Give one of the two installations another target, or remove its item.")
		}
	}
	if m.Caps.Upsert {
		return m.upsertLooked(m.orTrashed(candidates, in.Items), in)
	}
	switch {
	case public > 1:
		return m.needsOperator("duplicate_public", "more than one public item carries the marker of this content",
			"Take down all but one in the CMS, then redrive.",
			m.event(stet.DuplicateMarker, "more than one public item carries our marker", stet.Orphan{RemoteID: candidates[1].ID}))
	case len(candidates) > 0:
		return m.bind(candidates[0], "found by its marker")
	}
	return m.nothingFound(in)
}

// candidates are the items that may be bound, public ones first, else oldest first.
func (m *Machine) candidates(items []connector.Item) (list []connector.Item, public int) {
	var drafts []connector.Item
	for _, item := range items {
		switch {
		case item.Trashed || m.Tombs[item.ID] && m.Off&OffTombstones == 0:
		case item.Public:
			list = append(list, item)
		default:
			drafts = append(drafts, item)
		}
	}
	return append(list, drafts...), len(list)
}

// bind: rows 7, 8 and 11. The engine refuses it when the publication is bound already or the id has a tombstone.
func (m *Machine) bind(item connector.Item, evidence string) Effect {
	m.Pub.RemoteID = item.ID
	events := []stet.Event{m.event(stet.RemoteBound, evidence, stet.Bound{RemoteID: item.ID, Epoch: m.Pub.Epoch})}
	for _, open := range m.open(stet.OpCreate) {
		if m.flight == "" || open.ID == m.flight {
			events = append(events, m.resolve(open.ID, stet.WasApplied, evidence+": "+item.ID))
			break // one item answers one create; the other creates stay open until the sweep
		}
	}
	m.flight = ""
	return m.call(Reading, CallRead, item.ID, events...)
}

func (m *Machine) nothingFound(in Input) Effect {
	if m.Apply.Cause == stet.CauseUnpublish {
		return m.nothingToTakeDown(in.Now)
	}
	if m.refused {
		return m.refusedCreate(in)
	}
	if m.relooked {
		return m.retry(in, "create_unknown", "the create was not answered and its item is not to be seen yet")
	}
	creates := m.open(stet.OpCreate)
	if !m.Caps.Drafts && !m.Caps.ClientIDs && len(creates) > 0 {
		return m.bareCreateUnknown(creates, in)
	}
	return m.write(creating, connector.Item{}, in.Now) // row 6
}

// bareCreateUnknown: rows 15 to 17, a target where a second create is a second public item.
func (m *Machine) bareCreateUnknown(creates []state.Intent, in Input) Effect {
	if until := m.quiet(creates); in.Now.Before(until) {
		return Effect{End: &End{Kind: Wait, Code: "create_in_flight", At: until,
			Reason: "an earlier create may still take effect; looking again when the horizon has passed"}}
	}
	if !m.Caps.StrongLookup || !m.Policy.AtLeastOnce {
		return m.needsOperator("create_unknown", "the create was sent but never confirmed, and this target cannot say reliably whether it took effect",
			"Look into the CMS: if the item is there, adopt it; if not, redrive.")
	}
	var events []stet.Event
	for _, open := range creates {
		events = append(events, m.resolve(open.ID, stet.WasNotApplied, "not found after the horizon"))
	}
	return m.write(creating, connector.Item{}, in.Now, events...)
}

// nothingToTakeDown: an unpublish of what was never made. A create in flight makes a draft where the target has
// drafts; elsewhere it must be waited out.
func (m *Machine) nothingToTakeDown(now time.Time) Effect {
	creates := m.open(stet.OpCreate)
	if until := m.quiet(creates); !m.Caps.Drafts && len(creates) > 0 && now.Before(until) {
		return Effect{End: &End{Kind: Wait, Code: "create_in_flight", At: until, Reason: "an earlier create may still take effect"}}
	}
	return m.unpublished(connector.Item{}, now)
}

// created: rows 11 to 14.
func (m *Machine) created(in Input) Effect {
	switch {
	case in.Err == nil && in.Item.ID != "":
		return m.bind(in.Item, "the create was answered")
	case stet.OutcomeOf(in.Err) == stet.NotApplied:
		events := m.resolveFlight(stet.WasNotApplied, in.Err)
		if stet.IsKind(in.Err, stet.Conflict) { // somebody has the id or the slug: see who
			m.relooked, m.refused = true, true
			return m.call(LookingUp, CallFind, "", events...)
		}
		return m.failed(in, events...)
	}
	m.flight, m.relooked = "", true // row 13: unknown
	return m.call(LookingUp, CallFind, "")
}

// refusedCreate: the target refused the create and shows nothing of ours. Where its lookup lags, the one who has the
// slug may still be an earlier create of ours.
func (m *Machine) refusedCreate(in Input) Effect {
	creates := m.open(stet.OpCreate)
	if until := m.quiet(creates); !m.Caps.StrongLookup && len(creates) > 0 && in.Now.Before(until) {
		return Effect{End: &End{Kind: Wait, Code: "create_in_flight", At: until, Reason: "the slug may be taken by an earlier create of ours that cannot be seen yet"}}
	}
	if m.Caps.ClientIDs {
		return m.needsOperator("id_taken", "the target has an item with the id of this content, and it is not ours",
			"Remove that item in the CMS, then redrive.")
	}
	return m.slugTaken("the target says that the slug \"" + m.Apply.Slug + "\" is taken")
}

// open lists the unresolved intents of the given kinds, oldest first.
func (m *Machine) open(ops ...stet.Op) []state.Intent {
	var list []state.Intent
	for _, in := range m.Intents {
		for _, op := range ops {
			if in.Op == op && in.Resolution == stet.Open {
				list = append(list, in)
			}
		}
	}
	return list
}

// quiet is when none of the intents can take effect any more.
func (m *Machine) quiet(intents []state.Intent) time.Time {
	var last int64
	for _, in := range intents {
		last = max(last, in.At)
	}
	return stet.Time(last).Add(m.Policy.Horizon)
}

// remember keeps an intent of this attempt, as the store will.
func (m *Machine) remember(in stet.Intent, now time.Time) {
	m.flight = in.Intent
	m.Intents = append(m.Intents, state.Intent{ContentID: m.Pub.ContentID, Target: m.Pub.Target, ID: in.Intent, Op: in.Op, ApplySeq: m.Apply.Seq,
		Fence: m.Fence, Fingerprint: in.Fingerprint, RemoteID: in.RemoteID, Rev: in.Rev, At: stet.Millis(now)})
}

func (m *Machine) resolveFlight(how stet.Resolution, cause error) []stet.Event {
	if m.flight == "" {
		return nil
	}
	evidence := "the target answered"
	if cause != nil {
		evidence = cause.Error()
	}
	event := m.resolve(m.flight, how, evidence)
	m.flight = ""
	return []stet.Event{event}
}

func asError(err error) (*stet.Error, bool) { return errors.AsType[*stet.Error](err) }
