package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"stet/internal/qa"
)

// command is a workflow command: ::name key=value,key=value::message.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
type command struct {
	name    string
	keys    []string // key, value, key, value ...; empty values are left out
	message string
}

// As actions/toolkit escapes them (packages/core/src/command.ts).
var (
	escapeData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func (c command) String() string {
	var pairs []string
	for i := 0; i+1 < len(c.keys); i += 2 {
		if c.keys[i+1] != "" {
			pairs = append(pairs, c.keys[i]+"="+escapeProperty.Replace(c.keys[i+1]))
		}
	}
	head := strings.TrimSpace(c.name + " " + strings.Join(pairs, ","))
	return "::" + head + "::" + escapeData.Replace(c.message)
}

var githubNames = map[qa.Severity]string{qa.Blocker: "error", qa.Error: "error", qa.Warning: "warning", qa.Info: "notice"}

// writeGitHub writes annotations, the worst first: GitHub shows ten of each kind for a step. The articles that failed
// come before all.
func writeGitHub(w io.Writer, run Run) error {
	var verdicts, list []command
	var ranks []int
	for i := range run.Entries {
		e := &run.Entries[i]
		if !e.Report.Passed {
			verdicts = append(verdicts, verdictCommand(e))
		}
		for j := range e.Report.Findings {
			if f := &e.Report.Findings[j]; counts(f) {
				list, ranks = append(list, findingCommand(e, f)), append(ranks, rank(f.Severity))
			}
		}
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return ranks[a] - ranks[b] })
	for _, c := range verdicts {
		if _, err := fmt.Fprintln(w, c); err != nil {
			return err
		}
	}
	for _, i := range order {
		if _, err := fmt.Fprintln(w, list[i]); err != nil {
			return err
		}
	}
	return nil
}

func verdictCommand(e *Entry) command {
	why := slices.Concat(e.Report.Reasons, e.Report.Errors)
	return command{"error", []string{"file", e.name(), "title", fmt.Sprintf("score %d, needs %d", e.Report.Score, e.Report.Threshold)},
		"This article does not pass.\n" + strings.Join(why, "\n")}
}

func findingCommand(e *Entry, f *qa.Finding) command {
	keys := []string{"file", e.name()}
	if start, end := f.Where.Start, f.Where.End; e.File != "" && start.Line > 0 {
		keys = append(keys, "line", fmt.Sprint(start.Line), "endLine", fmt.Sprint(max(start.Line, end.Line)))
		if start.Line == end.Line { // GitHub takes columns only within one line
			keys = append(keys, "col", fmt.Sprint(start.Column), "endColumn", fmt.Sprint(max(start.Column, end.Column)))
		}
	}
	message := f.Message
	if f.Remedy != "" {
		message += "\n" + f.Remedy
	}
	return command{githubNames[f.Severity], append(keys, "title", f.Rule), message}
}
