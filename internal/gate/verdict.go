package gate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"stet"
	"stet/internal/qa"
)

// What an event may hold of a report; the rest is counted.
const (
	maxFindings = 200
	maxBytes    = 256 << 10 // of the findings
	maxLines    = 50        // of reasons, and of what was not checked
	maxLine     = 500       // bytes of one
)

// verdict is a report as the log keeps it: what blocks comes first, then what is waived, so that no report hides it.
func verdict(r qa.Report) stet.Verdict {
	v := stet.Verdict{Passed: r.Passed, Policy: r.Policy, Score: r.Score, Threshold: r.Threshold, Reasons: lines(r.Reasons)}
	v.Unchecked = lines(append(slices.Clone(r.Errors), r.Unchecked...))
	for _, c := range r.Categories {
		v.Categories = append(v.Categories, stet.CategoryScore{Category: string(c.Category), Score: c.Score, Floor: c.Floor})
	}
	findings := slices.Clone(r.Findings)
	slices.SortStableFunc(findings, func(a, b qa.Finding) int { return cmp.Compare(rank(a), rank(b)) })
	size := 0
	for _, f := range findings {
		raw, err := json.Marshal(f)
		if err != nil {
			panic(fmt.Sprintf("marshal finding of %s: %v", f.Rule, err)) // only our own types come here
		}
		if size += len(raw); len(v.Findings) == maxFindings || size > maxBytes {
			v.Omitted = len(findings) - len(v.Findings)
			break
		}
		v.Findings = append(v.Findings, raw)
	}
	return v
}

func rank(f qa.Finding) int {
	if f.Waived != nil {
		return 1
	}
	switch f.Severity {
	case qa.Blocker:
		return 0
	case qa.Error:
		return 2
	case qa.Warning:
		return 3
	}
	return 4
}

// lines bounds a list of sentences.
func lines(list []string) []string {
	if len(list) > maxLines {
		list = append(slices.Clone(list[:maxLines]), fmt.Sprintf("and %d more", len(list)-maxLines))
	}
	var out []string
	for _, s := range list {
		if len(s) > maxLine {
			s = strings.ToValidUTF8(s[:maxLine], "") + "..."
		}
		out = append(out, s)
	}
	return out
}
