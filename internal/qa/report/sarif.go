package report

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stet/internal/prose"
	"stet/internal/qa"
)

// findingKey names our own fingerprint; lineKey is the one that GitHub compares alerts by.
const (
	findingKey = "stetFinding/v1"
	lineKey    = "primaryLocationLineHash"
)

func writeSARIF(w io.Writer, run Run) error {
	log := sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0"}
	rules, index := sarifRules(run)
	out := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}, Automation: sarifID{"stet/qa/"},
		Tool: sarifTool{sarifDriver{Name: "stet", SemanticVersion: semantic(run.Version), Version: run.Version, Rules: rules}}}
	invocation := sarifInvocation{Successful: true}
	articles := []map[string]any{}
	for i := range run.Entries {
		e := &run.Entries[i]
		numbers := occurrences(e.Report.Findings)
		for j := range e.Report.Findings {
			f := &e.Report.Findings[j]
			result := sarifOf(e, f, numbers[j], run.Known)
			result.RuleIndex = index[f.Rule]
			out.Results = append(out.Results, result)
		}
		for _, text := range e.Report.Errors {
			invocation.Successful = false
			invocation.Notifications = append(invocation.Notifications, sarifNotification{"error", sarifMessage{text}, []sarifLocation{{Physical: physical(e.name(), nil)}}})
		}
		articles = append(articles, map[string]any{"file": e.name(), "passed": e.Report.Passed, "score": e.Report.Score, "threshold": e.Report.Threshold,
			"reasons": slices.Concat([]string{}, e.Report.Reasons)})
	}
	out.Invocations = []sarifInvocation{invocation}
	out.Properties = map[string]any{"policy": run.Policy, "articles": articles}
	log.Runs = []sarifRun{out}
	return encode(w, log)
}

// semantic is a version where it is one of Semantic Versioning.
func semantic(version string) string {
	v := strings.TrimPrefix(version, "v")
	if strings.Count(v, ".") == 2 && v[0] >= '0' && v[0] <= '9' {
		return v
	}
	return ""
}

var sarifLevels = map[qa.Severity]string{qa.Blocker: "error", qa.Error: "error", qa.Warning: "warning", qa.Info: "note"}

// sarifRules are the rules of the pack, then those that only findings name, each once.
func sarifRules(run Run) (rules []sarifRule, index map[string]int) {
	rules, index = []sarifRule{}, map[string]int{}
	add := func(r sarifRule) {
		if _, known := index[r.ID]; !known {
			index[r.ID] = len(rules)
			rules = append(rules, r)
		}
	}
	for _, r := range run.Rules {
		short := cmp.Or(r.Message, r.Remedy, "A rule of kind "+r.Kind+".")
		add(sarifRule{ID: r.ID, Name: nameOf(r.ID), Short: sarifMessage{short}, Help: sarifMessage{cmp.Or(r.Remedy, short)},
			Default: sarifDefault{sarifLevels[r.Severity]}, Properties: map[string]any{"category": r.Category, "kind": r.Kind, "weight": r.Weight, "tags": []string{string(r.Category)}}})
	}
	for _, e := range run.Entries {
		for _, f := range e.Report.Findings {
			add(sarifRule{ID: f.Rule, Name: nameOf(f.Rule), Short: sarifMessage{cmp.Or(f.Remedy, f.Message)}, Help: sarifMessage{cmp.Or(f.Remedy, f.Message)},
				Default: sarifDefault{sarifLevels[f.Severity]}, Properties: map[string]any{"category": f.Category, "tags": []string{string(f.Category)}}})
		}
	}
	return rules, index
}

// nameOf makes PreferredTerm of VOI-002-preferred-term.
func nameOf(id string) string {
	name := ""
	for i, word := range strings.Split(id, "-") {
		if word != "" && (i > 1 || strings.Trim(word, "0123456789") != "" && word != strings.ToUpper(word)) {
			name += strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return cmp.Or(name, id)
}

func sarifOf(e *Entry, f *qa.Finding, number int, known string) sarifResult {
	region := regionOf(e, f)
	location := sarifLocation{Physical: physical(e.name(), region)}
	if f.Where.Field != "" {
		location.Logical = []sarifLogical{{f.Where.Field, "member"}}
	}
	r := sarifResult{RuleID: f.Rule, Level: sarifLevels[f.Severity], Message: sarifMessage{sentence(f)}, Locations: []sarifLocation{location},
		Fingerprints: map[string]string{findingKey: fmt.Sprintf("%s:%d", f.Hash, number+1), lineKey: fmt.Sprintf("%s:%d", f.Hash, number+1)},
		Properties:   map[string]any{"severity": f.Severity, "category": f.Category}}
	if f.Evidence != "" {
		r.Properties["evidence"] = f.Evidence
	}
	if known != "" {
		r.Baseline = "new"
	}
	if f.Old {
		r.Baseline = "unchanged"
		r.Suppressions = append(r.Suppressions, sarifSuppression{Kind: "external", Status: "accepted", Justification: cmp.Or(known, "known before")})
	}
	if v := f.Waived; v != nil {
		r.Suppressions = append(r.Suppressions, sarifSuppression{Kind: "external", Status: "accepted", Justification: v.Reason,
			Properties: map[string]any{"by": v.By, "until": v.Until.Format(time.RFC3339)}})
	}
	r.Fixes = fixesOf(e, f)
	return r
}

func physical(file string, region *sarifRegion) *sarifPhysical {
	if filepath.IsAbs(filepath.FromSlash(file)) {
		return &sarifPhysical{Artifact: sarifArtifact{URI: (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(file, "/")}).String()}, Region: region}
	}
	return &sarifPhysical{Artifact: sarifArtifact{URI: (&url.URL{Path: file}).String(), Base: "%SRCROOT%"}, Region: region} // the root of the source tree
}

func regionOf(e *Entry, f *qa.Finding) *sarifRegion {
	start, end := f.Where.Start, f.Where.End
	if e.File == "" || start.Line == 0 {
		return nil
	}
	region := between(start, end)
	if f.Text != "" {
		region.Snippet = &sarifMessage{f.Text}
	}
	return region
}

func between(start, end prose.Position) *sarifRegion {
	r := &sarifRegion{StartLine: start.Line, StartColumn: start.UTF16, EndLine: end.Line, EndColumn: end.UTF16}
	if end.Byte < start.Byte || end.Line == 0 {
		r.EndLine, r.EndColumn = start.Line, start.UTF16
	}
	return r
}

// fixesOf is the change of the file that removes a finding.
func fixesOf(e *Entry, f *qa.Finding) []sarifFix {
	if f.Fix == nil || e.File == "" || len(f.Fix.Edits) == 0 {
		return nil
	}
	lines := NewLines(e.File)
	change := sarifChange{Artifact: physical(e.name(), nil).Artifact}
	for _, edit := range f.Fix.Edits {
		if edit.Start < 0 || edit.End < edit.Start || edit.End > len(e.File) {
			return nil
		}
		change.Replacements = append(change.Replacements, sarifReplacement{between(lines.At(edit.Start), lines.At(edit.End)), sarifMessage{edit.Text}})
	}
	return []sarifFix{{sarifMessage{cmp.Or(f.Fix.Title, f.Remedy, "Fix it.")}, []sarifChange{change}}}
}
