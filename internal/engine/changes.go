package engine

import (
	"context"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// Look makes the engine look at a publication at once, because its target says that somebody changed the item. What the
// message says of the item is not believed: the look finds what there is, and goes on as every look does. It reports
// whether there is something to look at: a publication that is not at rest is looked at anyway, or waits for a person.
func (e *Engine) Look(ctx context.Context, key stet.Key) (looks bool, err error) {
	err = e.update(ctx, func(u *unit) error {
		looks = false
		p := &state.Publication{ContentID: key.ContentID, Target: key.Target}
		found, err := u.Get(p)
		if err != nil || !found || !p.Resting() {
			return err
		}
		looks = true
		u.Enqueue(store.Job{Kind: store.PublishJob, ContentID: key.ContentID, Target: key.Target})
		return u.append(stet.Event{Type: stet.ChangeReported, ContentID: key.ContentID, Target: key.Target, Version: p.AppliedVersion, ApplySeq: p.Applied,
			Source: "target:" + key.Target, Reason: "the target says that somebody changed the item", Data: marshal(struct{}{})})
	})
	return looks, err
}
