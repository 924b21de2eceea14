package demo

import (
	"fmt"
	"slices"
	"time"

	"stet"
	"stet/contract"
)

const (
	versions  = 3 // of each article
	maxCopies = 5 // of each event

	// Kills of the server on each day. Three in a row with the same work in hand would make that work a dead letter, as
	// it must be: it would look as if the work itself ended the process.
	firstKills, launchKills = 1, 2
)

// delivery is one event on its way, under a delivery id. Copies of an event are equal byte for byte; some come under
// the id of the first, as a sender's retries do, some under another, as from a sender that forgot.
type delivery struct {
	id        string
	contentID string
	version   int64
	body      []byte
}

// firstDay is version 1 of every article and of the outcast, once.
func (d *day) firstDay() (list []delivery, err error) {
	for i, t := range append(slices.Clone(d.texts), outcast()) {
		body, err := event(t, 1)
		if err != nil {
			return nil, err
		}
		list = append(list, delivery{id: fmt.Sprintf("first-%d-%d", d.opts.Seed, i), contentID: t.id, version: 1, body: body})
	}
	return list, nil
}

// launchDay is every version of every article, each one to five times, in any order.
func (d *day) launchDay() (list []delivery, err error) {
	for i, t := range d.texts {
		for v := int64(1); v <= versions; v++ {
			body, err := event(t, v)
			if err != nil {
				return nil, err
			}
			for copy := range 1 + d.rand.IntN(maxCopies) {
				id := fmt.Sprintf("launch-%d-%d-%d", d.opts.Seed, i, v)
				if copy > 0 && d.rand.IntN(2) == 0 {
					id = fmt.Sprintf("%s-%d", id, copy)
				}
				list = append(list, delivery{id: id, contentID: t.id, version: v, body: body})
			}
		}
	}
	d.rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list, nil
}

// launched is when the events say they happened: one time, so that copies are equal.
var launched = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func event(t text, version int64) ([]byte, error) {
	head := contract.Envelope{EventID: fmt.Sprintf("evt_%s_%d", t.id, version), Type: stet.PublishRequest, ContentID: t.id, Version: version,
		OccurredAt: launched.Add(time.Duration(version) * time.Minute), Source: source}
	return contract.Encode(contract.Wrap(head, t.version(version)))
}

// killTimes are how many deliveries are answered before each kill: one in each stretch of the day, and never at its very
// end, so that every kill falls into the work.
func (d *day) killTimes(kills, deliveries int) []int {
	var times []int
	stretch := deliveries / kills
	for i := range kills {
		times = append(times, 1+i*stretch+d.rand.IntN(max(1, stretch*9/10)))
	}
	return times
}
