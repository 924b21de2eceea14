package engine

import (
	"context"
	"strings"
	"time"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// Waivers are those that operators gave to a content, those that are over too.
func Waivers(r state.Reader, contentID string) ([]stet.Waived, error) {
	rows, err := state.All[*state.Waiver](r, state.Query{Equal: map[string]any{"content_id": contentID}})
	var list []stet.Waived
	for _, w := range rows {
		list = append(list, stet.Waived{Rule: w.Rule, Hash: w.Hash, Reason: w.Reason, By: w.Actor, Until: w.Until})
	}
	return list, err
}

// Waive lets one finding of a content pass until a time. A newest version that failed is judged again at once.
func (e *Engine) Waive(ctx context.Context, contentID string, w stet.Waived, dryRun bool) error {
	w.Rule, w.Hash, w.Reason = strings.TrimSpace(w.Rule), strings.TrimSpace(w.Hash), strings.TrimSpace(w.Reason)
	if w.Rule == "" || w.Hash == "" || w.Reason == "" {
		return stet.Errorf(stet.Invalid, "incomplete_waiver", "a waiver names a rule, the hash of a finding and a reason; the report has the first two")
	}
	return e.operate(ctx, dryRun, func(u *unit) error {
		head := &state.Content{ContentID: contentID}
		known, err := u.Get(head)
		switch {
		case err != nil:
			return err
		case !known:
			return stet.Errorf(stet.NotFound, "unknown_content", "there is no content %q", contentID)
		case w.Until <= stet.Millis(u.Now()):
			return stet.Errorf(stet.Invalid, "waiver_over", "the waiver would have ended at %s already", stet.Time(w.Until).Format(time.RFC3339))
		}
		if err := e.cfg.Gate.CheckWaiver(w, u.Now()); err != nil {
			return err
		}
		u.Enqueue(store.Job{Kind: store.GateJob, ContentID: contentID})
		return u.append(stet.Event{Type: stet.FindingWaived, ContentID: contentID, Version: head.Version, Source: w.By, Reason: w.Reason, Data: marshal(w)})
	})
}
