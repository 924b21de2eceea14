package publish

import (
	"slices"

	"stet"
	"stet/connector"
	"stet/internal/state"
)

// read: rows 18 to 23, with the bound item before us.
func (m *Machine) read(in Input) Effect {
	gone := stet.IsKind(in.Err, stet.NotFound) || in.Err == nil && in.Item.Trashed
	switch {
	case gone:
		return m.itemGone(in)
	case in.Err != nil:
		return m.failed(in)
	case m.Apply.Cause == stet.CauseUnpublish:
		return m.takeDown(in)
	}
	return m.compare(in)
}

// itemGone: row 19. The id is never bound again, and whatever was on its way to the item no longer matters.
func (m *Machine) itemGone(in Input) Effect {
	id := m.Pub.RemoteID
	var events []stet.Event
	for _, open := range m.Intents {
		if open.RemoteID == id && open.Resolution == stet.Open {
			events = append(events, m.resolve(open.ID, stet.Superseded, "the item "+id+" is gone"))
		}
	}
	events = append(events, m.event(stet.RemoteGone, "the item "+id+" was deleted or trashed in the CMS", stet.Bound{RemoteID: id, Epoch: m.Pub.Epoch + 1}))
	switch {
	case m.Apply.Cause == stet.CauseUnpublish:
		effect := m.unpublished(connector.Item{}, in.Now)
		effect.Events = append(events, effect.Events...)
		return effect
	case m.Settling || m.Policy.KeepGone:
		return m.needsOperator("remote_gone", "somebody deleted the item "+id+" in the CMS",
			"Redrive to publish it again, or unpublish the content in its source.", events...)
	}
	return Effect{Events: events, End: &End{Kind: Again, Code: "remote_gone"}}
}

// compare decides from what the target holds: it is right already, it is ours and may be replaced, or it is not ours.
func (m *Machine) compare(in Input) Effect {
	item := in.Item
	if m.holds(item) {
		return m.settledOrDone(in) // row 22
	}
	if seen, ours := m.ours(item); !ours {
		return m.drifted(item, seen) // row 23
	}
	m.healing = m.Settling
	if m.late(item) { // row 21
		return m.advance(in, m.event(stet.LateOwnWrite, "an older write of ours is at the target; writing the newest again", stet.Orphan{RemoteID: item.ID}))
	}
	return m.advance(in)
}

// holds reports whether the public sees exactly what is wanted, under the wanted slug.
func (m *Machine) holds(item connector.Item) bool {
	return item.Public && m.same(item.Live) && (item.Draft == "" || m.same(item.Draft)) && m.slugRight(item) &&
		(item.Seq == 0 || item.Seq == m.Apply.Seq)
}

// same reports whether a fingerprint is the wanted one; once an apply has been verified, that is what the target made
// of it.
func (m *Machine) same(fingerprint string) bool {
	return fingerprint == m.Want || m.Settling && fingerprint == m.Pub.Fingerprint && fingerprint != ""
}

func (m *Machine) slugRight(item connector.Item) bool {
	return m.Apply.Slug == "" || item.Slug == "" || item.Slug == m.Apply.Slug
}

// ours reports whether everything the item shows was written by us or may be overwritten, else what was seen.
func (m *Machine) ours(item connector.Item) (seen string, ok bool) {
	for _, fingerprint := range []string{item.Live, item.Draft} {
		if fingerprint != "" && !m.known(fingerprint) {
			return fingerprint, false
		}
	}
	seen = item.Draft
	if seen == "" {
		seen = nothingThere
	}
	takenDown := m.Pub.Public && !item.Public && !m.tookDown() && m.Pub.Overwrite != seen
	return seen, !takenDown
}

// nothingThere stands for the fingerprint of an item that shows none: a file that somebody deleted.
const nothingThere = "nothing"

// tookDown reports whether we ever asked the target to take the item down, so that finding it down may be our doing.
func (m *Machine) tookDown() bool {
	return slices.ContainsFunc(m.Intents, func(in state.Intent) bool {
		return in.Op == stet.OpUnpublish && in.Resolution != stet.WasNotApplied
	})
}

func (m *Machine) known(fingerprint string) bool {
	if m.same(fingerprint) || fingerprint == m.Pub.Fingerprint || fingerprint == m.Pub.Overwrite {
		return true
	}
	return slices.ContainsFunc(m.Intents, func(in state.Intent) bool { return in.Fingerprint == fingerprint })
}

// late reports whether the public sees an older write of ours than the one that was last verified.
func (m *Machine) late(item connector.Item) bool {
	if m.Pub.Public && !item.Public {
		return true // an unpublish that came late
	}
	return item.Live != "" && m.Pub.Fingerprint != "" && item.Live != m.Pub.Fingerprint && !m.same(item.Live) && item.Live != m.Pub.Overwrite
}

// CodeTakenDown is the code of a drift where the item is not public any more.
const CodeTakenDown = "taken_down"

func (m *Machine) drifted(item connector.Item, seen string) Effect {
	reason, code := "somebody changed the item "+item.ID+" in the CMS", "external_edit"
	if !item.Public {
		reason, code = "somebody took the item "+item.ID+" down in the CMS", CodeTakenDown
	}
	end := End{Code: code, Reason: reason, State: stet.StateDrifted, Seen: item,
		Advice: "Look at the difference, then decide: overwrite, adopt or detach."}
	return m.stop(end, m.event(stet.DriftDetected, reason, stet.Stopped{State: stet.StateDrifted, Code: end.Code, Advice: end.Advice,
		Observed: seen, Rev: item.Rev}))
}

// advance: row 20 and, where the draft is right already, row 27.
func (m *Machine) advance(in Input, before ...stet.Event) Effect {
	if m.Policy.WaitHorizon && !m.Caps.Locking {
		if until := m.quiet(m.olderWrites()); in.Now.Before(until) {
			return Effect{Events: before, End: &End{Kind: Wait, Code: "write_in_flight", At: until,
				Reason: "an older write may still take effect; this target cannot refuse it, so it is waited out"}}
		}
	}
	if m.Caps.SeparateDraft && !m.same(in.Item.Draft) {
		return m.write(stagingDraft, in.Item, in.Now, before...)
	}
	for _, open := range m.open(stet.OpCreate, stet.OpStage) {
		if open.ApplySeq == m.Apply.Seq && open.Fingerprint == m.Want && open.RemoteID == in.Item.ID && m.same(in.Item.Draft) {
			before = append(before, m.resolve(open.ID, stet.WasApplied, "the draft holds it"))
		}
	}
	return m.write(publishing, in.Item, in.Now, before...)
}

func (m *Machine) stageAnswered(in Input) Effect {
	switch {
	case in.Err == nil && m.Off&OffReadBack != 0:
		return m.write(publishing, connector.Item{ID: m.Pub.RemoteID}, in.Now)
	case stet.OutcomeOf(in.Err) == stet.NotApplied:
		return m.failed(in, m.resolveFlight(stet.WasNotApplied, in.Err)...)
	}
	m.landed(in) // rows 24 to 26: whatever was answered, look
	return m.call(Reading, CallRead, m.Pub.RemoteID)
}

// publishAnswered: rows 30 and 31.
func (m *Machine) publishAnswered(in Input) Effect {
	if in.Err != nil && stet.OutcomeOf(in.Err) == stet.NotApplied {
		events := m.resolveFlight(stet.WasNotApplied, in.Err)
		if e, ok := asError(in.Err); ok && e.Code == connector.SlugTaken {
			return m.slugTaken(e.Message, events...)
		}
		if stet.IsKind(in.Err, stet.Conflict) { // the item moved on since we read it
			return m.retry(in, "conflict", in.Err.Error(), events...)
		}
		return m.failed(in, events...)
	}
	if in.Err == nil && m.Off&OffReadBack != 0 {
		return m.done(connector.Item{ID: m.Pub.RemoteID, Public: true, Live: m.Want, Slug: m.Apply.Slug}, in)
	}
	m.landed(in)
	if m.Caps.AsyncPublish > 0 {
		m.after = in.Now.Add(m.Caps.AsyncPublish)
	}
	return m.verifyBy()
}

// landed ends the wait for an answer, and notes a good one.
func (m *Machine) landed(in Input) {
	if in.Err == nil {
		m.answered = append(slices.Clone(m.answered), m.flight)
	}
	m.flight = ""
}

func (m *Machine) paused(Input) Effect { return m.verifyBy() }

func (m *Machine) verifyBy() Effect {
	if m.Caps.Upsert && m.Pub.RemoteID == "" {
		return m.call(Verifying, CallFind, "")
	}
	return m.call(Verifying, CallRead, m.Pub.RemoteID)
}
