package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// trace tells a run as one story: the CMS's log and the events, in order of time.
func (r *run) trace() string {
	type line struct {
		at   time.Time
		text string
	}
	var lines []line
	for _, e := range r.cms.log {
		lines = append(lines, line{e.at, fmt.Sprintf("    cms %-9s by %-5s %-6s %+v err=%t", e.op, e.by, e.intent, e.item, e.err)})
	}
	for _, e := range r.events {
		text := string(e.Data)
		if len(text) > 160 {
			text = text[:160]
		}
		lines = append(lines, line{e.At, fmt.Sprintf("%3d %-18s %s v%d apply %d try %d %s %s", e.Seq, e.Type, e.ContentID, e.Version, e.ApplySeq, e.Attempt, e.Reason, text)})
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%9.3fs %s\n", l.at.Sub(start).Seconds(), l.text)
	}
	return b.String()
}
