package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"stet"
)

func boundOnce(v *view) (found []string) {
	for _, content := range v.contents {
		epochs := map[int64]string{}
		gone := int64(0)
		for _, e := range v.byKey[content] {
			switch e.Type {
			case stet.RemoteBound:
				b := data[stet.Bound](e)
				if old, ok := epochs[b.Epoch]; ok && old != b.RemoteID || b.Epoch != gone {
					found = append(found, fmt.Sprintf("%s bound to %s in epoch %d after %q", content, b.RemoteID, b.Epoch, old))
				}
				epochs[b.Epoch] = b.RemoteID
			case stet.RemoteGone:
				gone = data[stet.Bound](e).Epoch
			}
		}
	}
	return found
}

func intentsResolved(v *view) (found []string) {
	for id, in := range v.intents {
		apply, ok := v.settled(in.event.ContentID)
		if ok && in.resolved == stet.Open && in.event.ApplySeq <= apply.ApplySeq && in.data.Op != stet.OpTrash {
			found = append(found, fmt.Sprintf("intent %s (%s) is open though %s is settled", id, in.data.Op, in.event.ContentID))
		}
	}
	slices.Sort(found)
	return found
}

func noSecondCreate(v *view) (found []string) {
	if v.r.cms.caps.Drafts || v.r.cms.caps.Upsert {
		return nil
	}
	for _, content := range v.contents {
		open := map[string]bool{}
		for _, e := range v.byKey[content] {
			switch e.Type {
			case stet.IntentLogged:
				in := data[stet.Intent](e)
				if in.Op != stet.OpCreate {
					break
				}
				if len(open) > 0 {
					found = append(found, fmt.Sprintf("%s: create %s while %v is open", content, in.Intent, open))
				}
				open[in.Intent] = true
			case stet.IntentResolved:
				delete(open, data[stet.Resolved](e).Intent)
			}
		}
	}
	return found
}

func tombstonesHold(v *view) (found []string) {
	for _, content := range v.contents {
		buried, bound := map[string]bool{}, ""
		for _, e := range v.byKey[content] {
			switch e.Type {
			case stet.RemoteGone:
				buried[data[stet.Bound](e).RemoteID] = true
			case stet.DraftTrashed:
				id := data[stet.Orphan](e).RemoteID
				if id == bound {
					found = append(found, "the bound item "+id+" was swept")
				}
				buried[id] = true
			case stet.RemoteBound:
				bound = data[stet.Bound](e).RemoteID
				if buried[bound] {
					found = append(found, content+" was bound to "+bound+", which has a tombstone")
				}
			}
		}
	}
	return found
}

func versionsRise(v *view) (found []string) {
	for _, content := range v.contents {
		last := int64(0)
		for _, e := range v.byKey[content] {
			if e.Type != stet.DraftReady && e.Type != stet.PublishRequest && e.Type != stet.UnpublishRequest {
				continue
			}
			if e.Version < last || e.Version == last && e.Type != stet.UnpublishRequest {
				found = append(found, fmt.Sprintf("%s: version %d was accepted after %d", content, e.Version, last))
			}
			last = e.Version
		}
	}
	return found
}

func staleAnswered(v *view) (found []string) {
	for _, d := range v.r.sent {
		for _, a := range d.answers {
			var p struct {
				Code     string `json:"code"`
				Stored   int64  `json:"stored"`
				Expected int64  `json:"expected_next_version"`
			}
			if a.Status != 409 || json.Unmarshal(a.Body, &p) != nil || p.Code != "stale_version" {
				continue
			}
			if p.Stored <= d.env.Version || p.Expected != p.Stored+1 {
				found = append(found, fmt.Sprintf("%s: stale answer with stored %d and expected %d", d.title, p.Stored, p.Expected))
			}
		}
	}
	return found
}

func equalAnswers(v *view) (found []string) {
	for _, d := range v.r.sent {
		for _, a := range d.answers[min(1, len(d.answers)):] {
			if a.Status != d.answers[0].Status || !bytes.Equal(a.Body, d.answers[0].Body) {
				found = append(found, fmt.Sprintf("delivery %s got two answers: %s and %s", d.id, d.answers[0].Body, a.Body))
			}
		}
	}
	return found
}

func nothingLost(v *view) (found []string) {
	logged := map[string]bool{}
	for _, e := range v.r.events {
		switch e.Type {
		case stet.DraftReady, stet.PublishRequest, stet.UnpublishRequest:
			logged[data[stet.Incoming](e).Delivery] = true
		}
	}
	for _, d := range v.r.sent {
		if len(d.answers) == 0 {
			found = append(found, "delivery "+d.id+" was never answered")
		} else if d.answers[0].Status == 202 && !logged[d.id] {
			found = append(found, "delivery "+d.id+" was accepted and is not in the log")
		}
	}
	return found
}

func fencesRise(v *view) (found []string) {
	for _, content := range v.contents {
		last := int64(0)
		for _, e := range v.byKey[content] {
			fence := int64(0)
			switch e.Type {
			case stet.PublishStarted:
				fence = data[stet.Started](e).Fence
			case stet.IntentLogged:
				fence = data[stet.Intent](e).Fence
			default:
				continue
			}
			if fence < last {
				found = append(found, fmt.Sprintf("%s: fence %d wrote after %d", content, fence, last))
			}
			last = fence
		}
	}
	return found
}

// gateHolds: nothing is announced for a version whose gate is not open at that moment, and what never passed is never
// written.
func gateHolds(v *view) (found []string) {
	for _, content := range v.contents {
		open := map[int64]bool{}
		for _, e := range v.byKey[content] {
			switch e.Type {
			case stet.QAPassed, stet.UnpublishRequest:
				open[e.Version] = true
			case stet.QAFailed:
				open[e.Version] = false
			case stet.IntentLogged:
				in := data[stet.Intent](e)
				settling := v.wasPublished(content, e)
				if in.Fingerprint != "" && !open[e.Version] && !settling {
					found = append(found, fmt.Sprintf("%s: %s of version %d though its gate is closed", content, in.Op, e.Version))
				}
			}
		}
	}
	for _, e := range v.log {
		if len(e.item.draft) > 4 && e.item.draft[len(e.item.draft)-4:] == " bad" {
			found = append(found, fmt.Sprintf("%q was written", e.item.draft))
		}
	}
	return found
}

// wasPublished: a version that is public already may be written again to heal it.
func (v *view) wasPublished(content string, before stet.Event) bool {
	return slices.ContainsFunc(v.byKey[content], func(e stet.Event) bool {
		return e.Type == stet.PublishSucceeded && e.ApplySeq == before.ApplySeq && e.Seq < before.Seq
	})
}

func sequencesRise(v *view) (found []string) {
	for _, content := range v.contents {
		last := int64(0)
		for _, e := range v.byKey[content] {
			if e.Type != stet.ApplyQueued {
				continue
			}
			if e.ApplySeq != last+1 {
				found = append(found, fmt.Sprintf("%s: apply %d after %d", content, e.ApplySeq, last))
			}
			last = e.ApplySeq
		}
	}
	return found
}

func triesBounded(v *view) (found []string) {
	tries := map[string]int{}
	for _, e := range v.r.events {
		if e.Type == stet.AttemptFailed && !data[stet.Failure](e).Waited {
			key := fmt.Sprintf("%s/%d", e.ContentID, e.ApplySeq)
			if tries[key]++; tries[key] == 40 {
				found = append(found, key+" was tried 40 times")
			}
		}
	}
	return found
}
