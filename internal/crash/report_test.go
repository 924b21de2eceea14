//go:build unix

package crash_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"stet"
	"stet/connector/wordpress/fake"
)

// report counts what a world went through.
type report struct {
	mu         sync.Mutex
	byPoint    map[string]int
	ready      []time.Duration // from the start of a process until it took events
	publish    []time.Duration // from the start of a process until a post was public through it
	zombies    int
	takeovers  []time.Duration // from the freezing of a node until its work was done by another
	unready    int             // lives that ended before the server took events
	deliveries int
	answers    int
	publishes  int
	redriven   int
	contents   int
	events     int
	orphans    int // drafts that the sweeper trashed
	healed     int
}

func (r *report) died(p point, n *node, publish time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byPoint == nil {
		r.byPoint = map[string]int{}
	}
	r.byPoint[p.kind()]++
	if d := time.Duration(n.ready.Load()); d > 0 {
		r.ready = append(r.ready, d)
	} else {
		r.unready++
	}
	if publish > 0 {
		r.publish = append(r.publish, publish)
	}
}

func (r *report) saw(e evidence) {
	r.deliveries, r.events, r.contents = len(e.sent), len(e.events), len(newestAccepted(e.sent))
	for _, d := range e.sent {
		r.answers += len(d.answers)
	}
	for _, event := range e.events {
		switch event.Type {
		case stet.PublishSucceeded:
			r.publishes++
		case stet.DraftTrashed:
			r.orphans++
		case stet.StaleHealed, stet.LateOwnWrite:
			r.healed++
		}
	}
}

func (r *report) add(o *report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byPoint == nil {
		r.byPoint = map[string]int{}
	}
	for name, n := range o.byPoint {
		r.byPoint[name] += n
	}
	r.ready, r.publish = append(r.ready, o.ready...), append(r.publish, o.publish...)
	r.zombies, r.takeovers = r.zombies+o.zombies, append(r.takeovers, o.takeovers...)
	for to, n := range map[*int]int{&r.unready: o.unready, &r.deliveries: o.deliveries, &r.answers: o.answers, &r.publishes: o.publishes, &r.redriven: o.redriven,
		&r.contents: o.contents, &r.events: o.events, &r.orphans: o.orphans, &r.healed: o.healed} {
		*to += n
	}
}

func (r *report) kills() (n int) {
	for _, count := range r.byPoint {
		n += count
	}
	return n
}

func (r *report) String() string {
	var points []string
	for _, name := range slices.Sorted(maps.Keys(r.byPoint)) {
		points = append(points, fmt.Sprintf("%s %d", name, r.byPoint[name]))
	}
	return fmt.Sprintf("%d zombies, %d kills (%s), %d of them before the server took events; %d contents, %d deliveries with %d answers, %d events, %d publishes; "+
		"%d orphan drafts trashed, %d late writes seen, %d dead letters redriven; ready after %s, first publish after %s, taken over after %s",
		r.zombies, r.kills(), strings.Join(points, ", "), r.unready, r.contents, r.deliveries, r.answers, r.events, r.publishes, r.orphans, r.healed, r.redriven,
		spread(r.ready), spread(r.publish), spread(r.takeovers))
}

func spread(list []time.Duration) string {
	if len(list) == 0 {
		return "(never)"
	}
	list = slices.Sorted(slices.Values(list))
	at := func(i int) time.Duration { return list[i].Round(time.Millisecond) }
	return fmt.Sprintf("%s (p50) %s (p95) %s (max)", at(len(list)/2), at(len(list)*95/100), at(len(list)-1))
}

// publishes is how many commits the CMS has.
func (w *world) publishes() int { return len(w.cms.Log()) }

// firstPublish is how long after a node's start a post became public, 0 where none did. before is the length of the log
// at the start.
func (w *world) firstPublish(before int, n *node) time.Duration {
	i := slices.IndexFunc(w.cms.Log()[before:], func(c fake.Commit) bool { return c.Type == "post" && c.Public() })
	if i < 0 {
		return 0
	}
	return w.cms.Log()[before+i].At.Sub(n.began)
}
