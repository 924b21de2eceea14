package publish

import (
	"slices"
	"time"

	"stet"
	"stet/connector"
	"stet/internal/state"
)

// mayHaveOrphans reports whether creates were sent since the last sweep. Even an answered one can have left a draft: a
// proxy may have sent it twice.
func (m *Machine) mayHaveOrphans() bool {
	sweeps := m.Caps.Drafts && m.Caps.Trash && !m.Caps.ClientIDs && !m.Caps.Upsert
	return sweeps && m.creates() > m.Pub.Swept
}

func (m *Machine) creates() (n int64) {
	for _, in := range m.Intents {
		if in.Op == stet.OpCreate && in.Resolution != stet.WasNotApplied {
			n++
		}
	}
	return n
}

// sweep: row 41, with every item that carries our marker before us. Only drafts that were never bound and are older
// than the horizon are trashed; a public one is somebody's, and raises an alarm.
func (m *Machine) sweep(in Input) Effect {
	if in.Err != nil {
		return m.failed(in)
	}
	var young time.Time
	for _, item := range in.Items {
		age := stet.Time(item.Created).Add(m.Policy.Horizon)
		switch {
		case item.ID == m.Pub.RemoteID || item.Trashed || item.Foreign || m.Tombs[item.ID] && !m.trashedBefore(item.ID):
		case item.Public:
			return m.copyFound(item)
		case in.Now.Before(age):
			young = age
		default:
			m.orphans = append(m.orphans, item)
		}
	}
	if !young.IsZero() {
		return Effect{End: &End{Kind: Wait, Code: "settling", At: young, Reason: "an orphan draft is too young to be trashed"}}
	}
	return m.trashNext(in.Now)
}

func (m *Machine) copyFound(item connector.Item) Effect {
	return m.needsOperator("duplicate_marker", "the public item "+item.ID+" carries the marker of this content but is not the bound one",
		"See in the CMS whether it is a copy somebody made; remove one of the two, then redrive.",
		m.event(stet.DuplicateMarker, "a public item that is not ours to touch carries our marker", stet.Orphan{RemoteID: item.ID}))
}

// trashedBefore: a trash of ours whose answer was lost is asked for again.
func (m *Machine) trashedBefore(id string) bool {
	return slices.ContainsFunc(m.Intents, func(in state.Intent) bool { return in.Op == stet.OpTrash && in.RemoteID == id })
}

// trashNext writes the tombstone and the intent before the call, so that the id is never bound in between.
func (m *Machine) trashNext(now time.Time, before ...stet.Event) Effect {
	if len(m.orphans) == 0 {
		effect := m.settle(m.rev, now)
		effect.Events = append(before, effect.Events...)
		return effect
	}
	item := m.orphans[0]
	m.orphans = slices.Clone(m.orphans[1:])
	before = append(before, m.event(stet.DraftTrashed, "an orphan draft of an unanswered create", stet.Orphan{RemoteID: item.ID}))
	m.trashing = item.ID
	return m.write(trashing, item, now, before...)
}

// trashAnswered: like every write, a trash is believed when it was read back.
func (m *Machine) trashAnswered(in Input) Effect {
	if stet.OutcomeOf(in.Err) == stet.NotApplied {
		return m.failed(in, m.resolveFlight(stet.WasNotApplied, in.Err)...)
	}
	return m.call(Trashed, CallRead, m.trashing)
}

func (m *Machine) trashed(in Input) Effect {
	switch {
	case stet.IsKind(in.Err, stet.NotFound), in.Err == nil && in.Item.Trashed:
		return m.trashNext(in.Now, m.resolveFlight(stet.WasApplied, nil)...)
	case in.Err != nil:
		return m.failed(in)
	}
	return m.retry(in, "not_trashed", "the draft "+m.trashing+" is still there after it was trashed")
}
