package connectortest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stet/connector"
)

// Report is what a run has found.
type Report struct {
	Name, Against string
	Day           time.Time
	Capabilities  connector.Capabilities
	Tests, Failed int
	Faults        int // injected
	ByFault       map[Fault]int
	Operations    int // publishes, updates, unpublishes and rollbacks that were judged
	Duplicates    int // public items beyond the first
	Transient     int // pieces that showed two public items at once, at any moment
	Lost          int // contents that should be public and are not
	Stale         int // contents that show something else than the newest wish
	Orphans       int // drafts left behind
	FileTwins     int // files of one picture beyond the first
	LateFiles     int // uploads that came late, beside one in use, until the next version
	Deviations    []Deviation
	Skipped       []string // by a deviation
	Control       bool     // of a connector that must fail: the page tells its trial, and no promises
}

func (r *Report) count(_ string, failed bool) {
	r.Tests++
	if failed {
		r.Failed++
	}
}

// struck adds the faults that a line has injected.
func (r *Report) struck(log []Exchange) {
	for _, x := range log {
		if x.Fault != None && x.Fault != freeze {
			r.Faults++
			r.ByFault[x.Fault]++
		}
	}
}

// Result is "pass" or what failed.
func (r *Report) Result() string {
	if r.Failed == 0 {
		return "pass"
	}
	return fmt.Sprintf("%d of %d tests failed", r.Failed, r.Tests)
}

func (r *Report) String() string {
	var by []string
	for _, f := range slices.Sorted(maps.Keys(r.ByFault)) {
		by = append(by, fmt.Sprintf("%s %d", f, r.ByFault[f]))
	}
	return fmt.Sprintf("%s against %s: %s; %d tests, %d operations judged, %d faults (%s), %d duplicates (%d transient), %d lost, %d stale, %d orphan drafts, %d file twins (%d transient)",
		r.Name, r.Against, r.Result(), r.Tests, r.Operations, r.Faults, strings.Join(by, ", "), r.Duplicates, r.Transient, r.Lost, r.Stale, r.Orphans, r.FileTwins, r.LateFiles)
}
