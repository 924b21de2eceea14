package publish

import (
	"slices"

	"stet"
	"stet/connector"
)

// orTrashed is the item of the key where a person has moved it to the trash: its next write must name the revision it
// replaces, and it was taken down by somebody else.
func (m *Machine) orTrashed(candidates, all []connector.Item) []connector.Item {
	if len(candidates) > 0 {
		return candidates
	}
	i := slices.IndexFunc(all, func(item connector.Item) bool { return item.Trashed && !item.Foreign && item.ID == m.Pub.RemoteID })
	if i < 0 {
		return nil
	}
	return all[i : i+1]
}

// upsertLooked: classes E and F, whose one write is atomic and refuses older ones.
func (m *Machine) upsertLooked(items []connector.Item, in Input) Effect {
	if len(items) == 0 {
		if m.Apply.Cause == stet.CauseUnpublish {
			return m.unpublished(connector.Item{}, in.Now)
		}
		if m.Pub.RemoteID != "" && m.Caps.StrongLookup && m.Caps.Class == connector.Companion { // its id is never used again; that of a file is
			return m.itemGone(in)
		}
		if m.Settling {
			return m.vanished(in)
		}
		return m.write(upserting, connector.Item{ID: m.Pub.RemoteID}, in.Now)
	}
	item := items[0]
	in.Item = item
	if m.Apply.Cause == stet.CauseUnpublish {
		return m.takeDown(in)
	}
	if item.Seq > m.Apply.Seq {
		return m.needsOperator("newer_at_target", "the target holds a newer apply than this store knows; the store may have been restored from an old backup",
			"Compare the target with the log before anything is written; redrive once the store is up to date.")
	}
	if m.holds(item) {
		return m.settledOrDone(in)
	}
	if seen, ours := m.ours(item); !ours {
		return m.drifted(item, seen)
	}
	m.healing = m.Settling
	return m.write(upserting, item, in.Now)
}

// vanished: a settled item that is not there any more.
func (m *Machine) vanished(Input) Effect {
	return m.needsOperator("remote_gone", "the item is no longer at the target", "Redrive to publish it again, or unpublish the content in its source.")
}
