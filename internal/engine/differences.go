package engine

import (
	"context"

	"stet"
	"stet/connector"
	"stet/internal/state"
)

// Differences asks a target how its item differs from the version that stet last brought there. It changes nothing.
func (e *Engine) Differences(ctx context.Context, key stet.Key) ([]connector.Difference, error) {
	target, ok := e.targets[key.Target]
	if !ok {
		return nil, stet.Errorf(stet.NotFound, "unknown_target", "there is no target %q", key.Target)
	}
	differ, ok := target.Connector.(connector.Differ)
	if !ok {
		return nil, stet.Errorf(stet.Invalid, "no_differences", "the connector %s of target %s cannot compare an item field by field; look at it there", target.Kind, key.Target)
	}
	id, w, err := e.brought(ctx, key)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, target.CallTimeout)
	defer cancel()
	return differ.Differences(ctx, id, w)
}

// brought is the item of a publication, and the write that made it what it should be.
func (e *Engine) brought(ctx context.Context, key stet.Key) (id string, w connector.Write, err error) {
	err = e.db.View(ctx, func(r state.Reader) error {
		p := &state.Publication{ContentID: key.ContentID, Target: key.Target}
		found, err := r.Get(p)
		if err != nil {
			return err
		}
		if !found || p.RemoteID == "" || p.Applied == 0 {
			return stet.Errorf(stet.NotFound, "nothing_published", "stet has brought nothing of %q to %s", key.ContentID, key.Target)
		}
		revision := &state.Revision{ContentID: key.ContentID, Version: p.AppliedVersion}
		if _, err := r.Get(revision); err != nil {
			return err
		}
		id = p.RemoteID
		w = connector.Write{Key: key, Marker: e.marker.marker(key), Epoch: p.Epoch, ApplySeq: p.Applied, Version: p.AppliedVersion}
		w.Doc, err = document(r, revision)
		return err
	})
	return id, w, err
}
