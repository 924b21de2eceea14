package publish

import (
	"slices"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/state"
)

// pollEvery is the pause between two looks at an asynchronous publish.
const pollEvery = 3 * time.Second

// verify: rows 28 and 32 to 34. Nothing is believed that was not read back.
func (m *Machine) verify(in Input) Effect {
	item := in.Item
	if len(in.Items) > 0 {
		item = in.Items[0]
	}
	switch {
	case in.Err != nil:
		return m.failed(in)
	case m.holds(item):
		in.Item = item
		return m.done(item, in)
	case item.Public && m.same(item.Live) && !m.slugRight(item):
		return m.slugChanged(item, in.Now)
	case in.Now.Before(m.after):
		effect := m.call(Pausing, CallPause, item.ID)
		effect.For = pollEvery
		return effect
	}
	return m.retry(in, "not_visible", "the publish was sent but reading back shows something else")
}

// done: row 32.
func (m *Machine) done(item connector.Item, in Input) Effect {
	events := m.settleIntents(in.Now)
	if m.Pub.RemoteID == "" && item.ID != "" { // upserting classes are bound by their first success
		events = append(events, m.event(stet.RemoteBound, "written under its own key", stet.Bound{RemoteID: item.ID, Epoch: m.Pub.Epoch}))
	}
	values := m.succeeded(item, in.Now)
	if m.Settling && m.healing {
		events = append(events, m.event(stet.StaleHealed, "the newest version is public again", values))
		return Effect{Events: events, End: &End{Kind: Done}}
	}
	events = append(events, m.event(stet.PublishSucceeded, "", values))
	if m.Apply.Cause == stet.CauseRollback {
		events = append(events, m.event(stet.RolledBack, "", values))
	}
	if values.SettleAt == 0 {
		events = append(events, m.event(stet.PublishSettled, "", values))
	}
	return Effect{Events: events, End: &End{Kind: Done}}
}

// settleIntents resolves the writes whose fate is known: those that were answered and read back, and those older than
// the horizon. A write that was never answered stays open until then even when the target shows what it wanted: another
// try may have done that, and the first may still arrive.
func (m *Machine) settleIntents(now time.Time) []stet.Event {
	var events []stet.Event
	for _, in := range m.Intents {
		mine := in.ApplySeq == m.Apply.Seq && in.Op != stet.OpCreate
		switch {
		case in.Resolution != stet.Open:
		case mine && (slices.Contains(m.answered, in.ID) || m.expired(in, now)):
			events = append(events, m.resolve(in.ID, stet.WasApplied, "read back at the target"))
		case m.expired(in, now):
			events = append(events, m.resolve(in.ID, stet.Superseded, "the horizon has passed"))
		}
	}
	return events
}

func (m *Machine) expired(in state.Intent, now time.Time) bool {
	return !now.Before(stet.Time(in.At).Add(m.Policy.Horizon))
}

func (m *Machine) olderWrites() []state.Intent {
	var list []state.Intent
	for _, in := range m.open(stet.OpStage, stet.OpPublish, stet.OpUnpublish) {
		if in.ApplySeq < m.Apply.Seq {
			list = append(list, in)
		}
	}
	return list
}

// settledOrDone: the target is right before anything was written. For a new apply that is row 22 (a killed worker's
// write did it); for a settling one, row 35.
func (m *Machine) settledOrDone(in Input) Effect {
	if !m.Settling {
		return m.done(in.Item, in)
	}
	if until := m.quiet(m.open(stet.OpCreate, stet.OpStage, stet.OpPublish, stet.OpUnpublish)); in.Now.Before(until) {
		return Effect{End: &End{Kind: Wait, Code: "settling", At: until, Reason: "a write may still be in flight"}}
	}
	if m.mayHaveOrphans() {
		m.rev = in.Item.Rev
		return m.call(Sweeping, CallFind, "")
	}
	return m.settle(in.Item.Rev, in.Now)
}

func (m *Machine) settle(rev string, now time.Time) Effect {
	events := append(m.settleIntents(now), m.event(stet.PublishSettled, "", stet.Succeeded{RemoteID: m.Pub.RemoteID, URL: m.Pub.URL,
		Rev: rev, Fingerprint: m.Pub.Fingerprint, Slug: m.Pub.Slug, Swept: m.creates()}))
	return Effect{Events: events, End: &End{Kind: Done}}
}

// slugChanged: rows 28 and R6. The CMS gave the item another slug because somebody has the reserved one: the item goes
// back to draft in the same lease.
func (m *Machine) slugChanged(item connector.Item, now time.Time) Effect {
	m.slug = item.Slug
	return m.write(takingBack, item, now, m.settleIntents(now)...)
}

func (m *Machine) takenBack(in Input) Effect {
	if in.Err != nil {
		return m.failed(in)
	}
	return m.slugTaken("the target gave the slug \""+m.slug+"\" instead of \""+m.Apply.Slug+"\", which somebody else has",
		append(m.resolveFlight(stet.WasApplied, nil), m.event(stet.TakenDown, "taken back to draft: its slug is somebody else's",
			stet.Orphan{RemoteID: m.Pub.RemoteID}))...)
}

func (m *Machine) slugTaken(reason string, before ...stet.Event) Effect {
	end := End{Code: "slug_conflict", Reason: reason, State: stet.StateSlugConflict, Class: stet.DeadContent,
		Advice: "Send a new version with another slug, or free the slug in the CMS and redrive."}
	return m.stop(end, append(before, m.event(stet.SlugConflict, reason, stet.Stopped{State: end.State, Code: end.Code, Advice: end.Advice}))...)
}
