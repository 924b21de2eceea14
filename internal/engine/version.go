package engine

import (
	"encoding/json"
	"fmt"

	"stet"
	"stet/contract"
	"stet/internal/publish"
	"stet/internal/state"
)

type (
	accepted  struct{}
	duplicate struct{}
)

// versionRule is the one rule about versions, applied in the transaction that stores the event.
func versionRule(known bool, head *state.Content, env contract.Envelope, hash string, maxJump int64) any {
	switch v := env.Version; {
	case v-head.Version > maxJump:
		return detailed(stet.Errorf(stet.Conflict, "version_jump",
			"version %d is more than %d ahead of %d; once accepted, every version up to it would be stale. If it is meant, raise max_version_jump of the source",
			v, maxJump, head.Version), map[string]any{"incoming": v, "stored": head.Version})
	case !known || v > head.Version:
		return accepted{}
	case v == head.Version && hash == head.ContentHash:
		return duplicate{}
	case v == head.Version:
		return detailed(stet.Errorf(stet.Conflict, "version_conflict",
			"version %d is stored already with other content; the content of a version never changes. Send the change as version %d", v, v+1),
			map[string]any{"version": v, "stored_hash": head.ContentHash, "expected_next_version": v + 1})
	default:
		return detailed(stet.Errorf(stet.Conflict, "stale_version",
			"stale version: incoming %d < stored %d; reject; next expected version is %d", v, head.Version, head.Version+1),
			map[string]any{"incoming": v, "stored": head.Version, "expected_next_version": head.Version + 1})
	}
}

func detailed(err *stet.Error, details map[string]any) *stet.Error {
	err.Details = details
	return err
}

// withdrawTwice: an unpublish_request names the version it takes down; the first one for the newest version counts.
func withdrawTwice(u *unit, env contract.Envelope) (any, error) {
	r := &state.Revision{ContentID: env.ContentID, Version: env.Version}
	if _, err := u.Get(r); err != nil {
		return nil, err
	}
	if r.Withdrawn {
		return duplicate{}, nil
	}
	return accepted{}, nil
}

// keyReused refuses an idempotency key that names another version already.
func (e *Engine) keyReused(u *unit, env contract.Envelope) (*stet.Error, error) {
	uses, err := state.All[*state.Revision](u, *usesOfKey(env))
	if err != nil {
		return nil, err
	}
	for _, r := range uses {
		if r.ContentID != env.ContentID || r.Version != env.Version {
			return pointed("/idempotency_key", stet.Errorf(stet.Invalid, "idempotency_mismatch",
				"the idempotency key %q belongs to version %d of content %q; one key names one publish", env.IdempotencyKey, r.Version, r.ContentID)), nil
		}
	}
	return nil, nil
}

func (e *Engine) off(guard publish.Off) bool { return e.cfg.Off&guard != 0 }

func marshal(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("marshal %T: %v", v, err)) // only our own types come here
	}
	return raw
}
