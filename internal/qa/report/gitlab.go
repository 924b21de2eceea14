package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"stet/internal/qa"
)

// issue is an entry of a code quality report. https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
type issue struct {
	Description string   `json:"description"`
	CheckName   string   `json:"check_name"`
	Fingerprint string   `json:"fingerprint"`
	Severity    string   `json:"severity"`
	Location    location `json:"location"`
}

type location struct {
	Path  string `json:"path"`
	Lines lines  `json:"lines"`
}

type lines struct {
	Begin int `json:"begin"`
}

var gitlabNames = map[qa.Severity]string{qa.Blocker: "blocker", qa.Error: "major", qa.Warning: "minor", qa.Info: "info"}

// writeGitLab writes what is not waived. Old findings stay in: GitLab compares with the target branch by itself, and one
// that is missing counts as resolved there.
func writeGitLab(w io.Writer, run Run) error {
	issues := []issue{}
	for i := range run.Entries {
		e := &run.Entries[i]
		numbers := occurrences(e.Report.Findings)
		for j := range e.Report.Findings {
			f := &e.Report.Findings[j]
			if f.Waived != nil {
				continue
			}
			issues = append(issues, issue{Description: sentence(f), CheckName: f.Rule, Fingerprint: fingerprint(e.name(), f, numbers[j]),
				Severity: gitlabNames[f.Severity], Location: location{e.name(), lines{begin(e, f)}}})
		}
		for _, text := range e.Report.Errors {
			f := &qa.Finding{Rule: "stet-error", Hash: text}
			issues = append(issues, issue{Description: text, CheckName: f.Rule, Fingerprint: fingerprint(e.name(), f, 0),
				Severity: "blocker", Location: location{e.name(), lines{1}}})
		}
	}
	return encode(w, issues)
}

// begin is the line of the file, 1 where it is not known: GitLab drops an entry without one.
func begin(e *Entry, f *qa.Finding) int {
	if e.File == "" {
		return 1
	}
	return max(f.Where.Start.Line, 1)
}

// fingerprint names a finding in a repository: GitLab shows only the first of those with the same one.
func fingerprint(file string, f *qa.Finding, number int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d", file, f.Rule, f.Hash, number))
	return hex.EncodeToString(sum[:16])
}
