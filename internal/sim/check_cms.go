package sim

import (
	"fmt"
	"slices"
	"strings"

	"stet"
	"stet/connector"
)

// replay walks the CMS's log and shows, after every change, how all items stand.
func (v *view) replay(visit func(e entry, now map[string]item)) {
	now := map[string]item{}
	for _, e := range v.log {
		if e.op == "find" || e.op == "read" {
			continue
		}
		now[e.item.id] = e.item
		visit(e, now)
	}
}

func onePublic(v *view) (found []string) {
	v.replay(func(e entry, now map[string]item) {
		count := 0
		for _, it := range now {
			if it.public && it.content == e.item.content && e.item.content != "" {
				count++
			}
		}
		if count > 1 && e.by == "stet" {
			found = append(found, fmt.Sprintf("%d public items of %s after %s of %s", count, e.item.content, e.op, e.item.id))
		}
	})
	return found
}

func newestPublic(v *view) (found []string) {
	for _, e := range v.r.events {
		if e.Type == stet.PublishSucceeded && !v.everPublic(e) {
			found = append(found, fmt.Sprintf("%s: publish_succeeded of version %d, which the public never saw", e.ContentID, e.Version))
		}
	}
	for _, content := range v.contents {
		apply, ok := v.settled(content)
		if !ok || v.meddled(content) {
			continue
		}
		q := data[stet.Queued](apply)
		want := v.title(content, apply.Version)
		var public []string
		for _, it := range v.items(content) {
			if it.public {
				public = append(public, it.live)
			}
		}
		if q.Cause == stet.CauseUnpublish && len(public) > 0 {
			found = append(found, fmt.Sprintf("%s is settled as unpublished and %v is public", content, public))
		}
		if q.Cause != stet.CauseUnpublish && (len(public) != 1 || public[0] != want) {
			found = append(found, fmt.Sprintf("%s is settled at %q and public is %v", content, want, public))
		}
	}
	return found
}

// everPublic reports whether what an event says succeeded was public before it.
func (v *view) everPublic(success stet.Event) bool {
	want := v.title(success.ContentID, success.Version)
	return slices.ContainsFunc(v.log, func(e entry) bool {
		return e.item.public && e.item.content == success.ContentID && e.item.live == want && !e.at.After(success.At)
	})
}

func noOrphans(v *view) (found []string) {
	if !v.r.cms.caps.Trash {
		return nil
	}
	for _, content := range v.contents {
		if _, ok := v.settled(content); !ok || v.meddled(content) {
			continue
		}
		bound := ""
		if e, ok := v.last(content, stet.RemoteBound); ok {
			bound = data[stet.Bound](e).RemoteID
		}
		for _, it := range v.items(content) {
			if it.id != bound && !it.trashed && !it.public && v.r.now.Sub(it.created) > horizon {
				found = append(found, fmt.Sprintf("draft %s of %s was left behind", it.id, content))
			}
		}
	}
	return found
}

func boundAddressed(v *view) (found []string) {
	for _, e := range v.log {
		if e.by != "stet" || e.op != "publish" {
			continue
		}
		if in, ok := v.intents[e.item.content+"/"+e.intent]; ok && in.data.RemoteID != e.item.id {
			found = append(found, fmt.Sprintf("publish of %s under an intent for %s", e.item.id, in.data.RemoteID))
		}
	}
	return found
}

func intentFirst(v *view) (found []string) {
	for _, e := range v.log {
		if e.by != "stet" || e.op == "find" || e.op == "read" {
			continue
		}
		in, ok := v.intents[e.item.content+"/"+e.intent]
		if !ok || in.event.At.After(e.at) {
			found = append(found, fmt.Sprintf("%s of %s without an intent before it (%q)", e.op, e.item.id, e.intent))
		}
	}
	return found
}

func noPublicTrashed(v *view) (found []string) {
	before := map[string]item{}
	for _, e := range v.log {
		if e.op == "trash" && e.by == "stet" && before[e.item.id].public {
			found = append(found, "the sweeper trashed the public item "+e.item.id)
		}
		if e.op != "find" && e.op != "read" {
			before[e.item.id] = e.item
		}
	}
	return found
}

// neverBack: where the CMS locks, or older writes are waited out, what the public sees never gets older.
func neverBack(v *view) (found []string) {
	caps := v.r.cms.caps
	if !caps.Locking && !caps.Upsert && !v.r.policy.WaitHorizon {
		return nil
	}
	seen := map[string]int64{}
	v.replay(func(e entry, _ map[string]item) {
		if e.by != "stet" || !e.item.public {
			return
		}
		seq := e.item.liveSeq
		if seq < seen[e.item.id] {
			found = append(found, fmt.Sprintf("%s went from apply %d back to %d by %s", e.item.id, seen[e.item.id], seq, e.op))
		}
		seen[e.item.id] = max(seen[e.item.id], seq)
	})
	return found
}

func noTwin(v *view) (found []string) {
	refused := map[string]bool{}
	for _, e := range v.r.events {
		if e.Type == stet.VersionConflict {
			refused[data[stet.Refused](e).Delivery] = true
		}
	}
	for _, d := range v.r.sent {
		accepted := slices.ContainsFunc(v.r.sent, func(o *delivery) bool { return o.title == d.title && !refused[o.id] })
		if accepted || !refused[d.id] {
			continue
		}
		for _, e := range v.log {
			if e.item.live == d.title || e.item.draft == d.title {
				found = append(found, fmt.Sprintf("the refused twin %q was written", d.title))
				break
			}
		}
	}
	return found
}

// editsKept: a person's edit that the read before our write could see is never overwritten, unless an operator said so;
// where the CMS locks, never at all.
func editsKept(v *view) (found []string) {
	for i, e := range v.log {
		if e.by != "human" || e.op != "edit" || e.item.content == "" {
			continue
		}
		looked := false
		for _, later := range v.log[i+1:] {
			if later.by == "human" && later.item.id == e.item.id {
				break
			}
			switch {
			case later.item.id != e.item.id && !(later.op == "find" && later.item.content == e.item.content):
			case (later.op == "find" || later.op == "read") && !later.err:
				looked = looked || later.item.id == e.item.id || v.r.cms.caps.Upsert
			case later.op == "stage" || later.op == "publish" || later.op == "upsert":
				if v.overwriteAllowed(e, later) {
					break
				}
				if v.readBefore(i, later) || v.r.cms.caps.Locking {
					found = append(found, fmt.Sprintf("%s overwrote the edit %q of %s", later.op, e.item.draft, e.item.id))
				}
			}
			if later.item.id == e.item.id && (later.op == "stage" || later.op == "publish" || later.op == "upsert") {
				break
			}
		}
	}
	return found
}

// readBefore reports whether the attempt that made the write had read the item after the edit at index i.
func (v *view) readBefore(i int, write entry) bool {
	in, ok := v.intents[write.item.content+"/"+write.intent]
	if !ok {
		return false
	}
	for _, e := range v.log[i+1:] {
		if e.at.After(in.event.At) {
			return false
		}
		if e.op == "read" && e.item.id == write.item.id || e.op == "find" && e.item.content == write.item.content && v.r.cms.caps.Upsert && !e.err {
			return true
		}
	}
	return false
}

func (v *view) overwriteAllowed(edit, write entry) bool {
	return slices.ContainsFunc(v.byKey[edit.item.content], func(e stet.Event) bool {
		return e.Type == stet.DriftResolved && !e.At.Before(edit.at) && !e.At.After(write.at)
	})
}

func slugsUnique(v *view) (found []string) {
	if v.r.cms.caps.Class == connector.AutoSuffix || v.r.cms.caps.Class == connector.UniqueSlug {
		return nil // such a CMS keeps them apart itself
	}
	v.replay(func(e entry, now map[string]item) {
		if e.by != "stet" || !e.item.public {
			return
		}
		for _, it := range now {
			if it.public && it.content != e.item.content && it.content != "" && it.slug == e.item.slug {
				found = append(found, fmt.Sprintf("%s and %s are both public at %q", it.content, e.item.content, it.slug))
			}
		}
	})
	return found
}

func slugReserved(v *view) (found []string) {
	for _, content := range v.contents {
		apply, ok := v.settled(content)
		if !ok || v.meddled(content) || data[stet.Queued](apply).Cause == stet.CauseUnpublish {
			continue
		}
		for _, it := range v.items(content) {
			if want := data[stet.Queued](apply).Slug; it.public && it.slug != want {
				found = append(found, fmt.Sprintf("%s is public at %q instead of %q", content, it.slug, want))
			}
		}
	}
	return found
}

func noCreateAfterError(v *view) (found []string) {
	failed := map[string]bool{}
	for _, e := range v.log {
		switch {
		case e.by == "stet" && e.op == "find":
			failed["find"] = e.err
			if !e.err {
				failed[e.item.content] = false
			}
		case e.by == "stet" && e.op == "create" && v.lookupFailed(e):
			found = append(found, "create of "+e.item.id+" after a lookup that failed")
		}
	}
	return found
}

// lookupFailed reports whether the last look of the attempt before its create had no proper answer. Only runs with one
// content in which no process froze can tell: one that thaws looks once more, for an attempt that is not its own any longer.
func (v *view) lookupFailed(create entry) bool {
	in, ok := v.intents[create.item.content+"/"+create.intent]
	if !ok || len(v.contents) > 1 || v.r.freezes > 0 {
		return false
	}
	last := entry{}
	for _, e := range v.log {
		if e.at.After(in.event.At) {
			break
		}
		if e.op == "find" {
			last = e
		}
	}
	return last.err && !strings.Contains(create.op, "late")
}
