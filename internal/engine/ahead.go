package engine

import (
	"strings"

	"stet"
	"stet/contract"
	"stet/internal/state"
	"stet/internal/store"
)

// What the transactions of the engine are known to read: announced to the store, these reads take one round trip.

func row(r state.Row) store.Read { return store.Read{Row: r} }

func rows(proto state.Row, equal map[string]any, limit int) store.Read {
	return store.Read{Row: proto, Query: &state.Query{Equal: equal, Limit: limit}}
}

func aheadOfArrival(in Arrival) []store.Read {
	return []store.Read{
		row(&state.Delivery{Source: in.Source, ID: in.Delivery}),
		row(&state.Content{ContentID: in.Envelope.ContentID}),
		row(&state.Revision{ContentID: in.Envelope.ContentID, Version: in.Envelope.Version}),
		{Row: &state.Revision{}, Query: usesOfKey(in.Envelope)},
	}
}

// usesOfKey finds the revisions that an idempotency key names; two are enough to know.
func usesOfKey(env contract.Envelope) *state.Query {
	return &state.Query{Equal: map[string]any{"idempotency_key": env.IdempotencyKey}, Limit: 2}
}

func aheadOfVerdict(r *state.Revision) []store.Read {
	reads := []store.Read{
		row(&state.Content{ContentID: r.ContentID}),
		row(&state.Revision{ContentID: r.ContentID, Version: r.Version}),
		row(&state.Entry{Seq: r.EventSeq}), // says whether to publish
	}
	for _, name := range strings.Split(r.Targets, ",") {
		reads = append(reads, row(&state.Publication{ContentID: r.ContentID, Target: name}))
	}
	return reads
}

func aheadOfTake(key stet.Key) []store.Read {
	return append(aheadOfCommit(key),
		row(&state.Pace{Target: key.Target}),
		rows(&state.Intent{}, ofKey(key), 0),
		rows(&state.Tombstone{}, ofKey(key), 0))
}

func aheadOfCommit(key stet.Key) []store.Read {
	return []store.Read{
		row(&state.Publication{ContentID: key.ContentID, Target: key.Target}),
		row(&state.Lease{ContentID: key.ContentID, Target: key.Target}),
	}
}

// aheadOf an attempt's commits.
func aheadOf(a *attempt) []store.Read {
	reads := aheadOfCommit(a.key)
	if a.revision != nil {
		reads = append(reads, row(&state.Revision{ContentID: a.revision.ContentID, Version: a.revision.Version}))
	}
	return reads
}
