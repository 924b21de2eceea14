package publish

import (
	"time"

	"stet"
	"stet/connector"
)

// takeDown is the same machine with another wish: the item is there, and must not be public.
func (m *Machine) takeDown(in Input) Effect {
	if !in.Item.Public {
		return m.unpublished(in.Item, in.Now)
	}
	if seen, ours := m.ours(in.Item); !ours {
		return m.drifted(in.Item, seen)
	}
	return m.write(unpublishing, in.Item, in.Now)
}

func (m *Machine) unpublishAnswered(in Input) Effect {
	if in.Err != nil && stet.OutcomeOf(in.Err) == stet.NotApplied {
		return m.failed(in, m.resolveFlight(stet.WasNotApplied, in.Err)...)
	}
	m.landed(in)
	if m.Caps.Upsert {
		return m.call(LookingUp, CallFind, "")
	}
	return m.call(Reading, CallRead, m.Pub.RemoteID)
}

// unpublished ends an unpublish, or the look after its horizon.
func (m *Machine) unpublished(item connector.Item, now time.Time) Effect {
	if m.Settling {
		if until := m.quiet(m.open(stet.OpCreate, stet.OpStage, stet.OpPublish, stet.OpUnpublish)); now.Before(until) {
			return Effect{End: &End{Kind: Wait, Code: "settling", At: until, Reason: "a write may still be in flight"}}
		}
		if m.mayHaveOrphans() {
			return m.call(Sweeping, CallFind, "")
		}
		return m.settle(item.Rev, now)
	}
	values := m.succeeded(item, now)
	values.Fingerprint = item.Draft
	events := append(m.settleIntents(now), m.event(stet.Unpublished, "", values))
	return Effect{Events: events, End: &End{Kind: Done}}
}
