// Package report writes the verdicts of the quality gate for people and for the programs that read them.
package report

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stet/internal/qa"
)

// Format is how a run is written.
type Format string

const (
	Text     Format = "text"     // for a terminal
	JSON     Format = "json"     // everything
	SARIF    Format = "sarif"    // 2.1.0, for code scanning
	JUnit    Format = "junit"    // XML, for test reports
	GitHub   Format = "github"   // workflow commands, for annotations
	GitLab   Format = "gitlab"   // a code quality report
	Markdown Format = "markdown" // for a comment on a pull request
)

// Formats are all formats, in the order in which help names them.
var Formats = []Format{Text, JSON, SARIF, JUnit, GitHub, GitLab, Markdown}

// Run is what a report is made of.
type Run struct {
	Entries []Entry
	Policy  string     // name and content hash of the pack
	Rules   []*qa.Rule // of the pack, for formats that describe rules; those that only findings name are added
	Version string     // of stet
	Now     time.Time  // for formats that must say when; the others give the same bytes for the same verdicts
	Known   string     // why old findings do not count, such as "known to the baseline"; empty: nothing was compared
	Color   bool
	Width   int // columns of the terminal; 0: 100
}

// Entry is the verdict on one article with the texts that its findings stand in.
type Entry struct {
	Report qa.Report
	// File is the text of the file where the findings' positions are those of the file. Else positions count within the
	// fields, and Fields holds their texts.
	File   string
	Fields map[string]string
}

// Write writes the run in a format.
func Write(w io.Writer, format Format, run Run) error {
	write, known := map[Format]func(io.Writer, Run) error{
		Text: writeText, JSON: writeJSON, SARIF: writeSARIF, JUnit: writeJUnit, GitHub: writeGitHub, GitLab: writeGitLab, Markdown: writeMarkdown,
	}[format]
	if !known {
		return fmt.Errorf("there is no format %q; there are %s", format, names())
	}
	if err := write(w, run); err != nil {
		return fmt.Errorf("write %s: %w", format, err)
	}
	return nil
}

func names() string {
	var all []string
	for _, f := range Formats {
		all = append(all, string(f))
	}
	return strings.Join(all, ", ")
}

// text is what a finding's positions count in, empty where that is not known.
func (e *Entry) text(f *qa.Finding) string {
	if e.File != "" {
		return e.File
	}
	return e.Fields[f.Where.Field]
}

// name is how the article is called: its file, else its content id.
func (e *Entry) name() string {
	if e.Report.File != "" {
		return filepath.ToSlash(e.Report.File)
	}
	return e.Report.ContentID
}

// counts reports whether a finding counts against the article.
func counts(f *qa.Finding) bool { return f.Waived == nil && !f.Old }

// severities are from the worst to the mildest.
var severities = []qa.Severity{qa.Blocker, qa.Error, qa.Warning, qa.Info}

func rank(s qa.Severity) int { return slices.Index(severities, s) }

// tally counts a run's articles and the findings that count.
type tally struct {
	articles, passed, old, waived int
	found                         map[qa.Severity]int
}

func (run *Run) tally() tally {
	t := tally{articles: len(run.Entries), found: map[qa.Severity]int{}}
	for i := range run.Entries {
		r := &run.Entries[i].Report
		if r.Passed {
			t.passed++
		}
		for j := range r.Findings {
			switch f := &r.Findings[j]; {
			case f.Waived != nil:
				t.waived++
			case f.Old:
				t.old++
			default:
				t.found[f.Severity]++
			}
		}
	}
	return t
}

// found says how many findings there are of each severity: "1 blocker, 2 errors".
func found(n map[qa.Severity]int) string {
	var parts []string
	for _, s := range severities {
		if n[s] > 0 {
			parts = append(parts, plural(n[s], map[qa.Severity]string{qa.Info: "note"}[s], string(s)))
		}
	}
	if len(parts) == 0 {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}

// plural is a count with the first of the words that is not empty.
func plural(n int, words ...string) string {
	word := ""
	for _, w := range words {
		if word == "" {
			word = w
		}
	}
	if n != 1 {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}

// occurrences numbers findings with the same name within an article, from 0 on, in their order.
func occurrences(findings []qa.Finding) []int {
	seen, numbers := map[string]int{}, make([]int, len(findings))
	for i := range findings {
		key := findings[i].Rule + "\x00" + findings[i].Hash
		numbers[i] = seen[key]
		seen[key]++
	}
	return numbers
}

// sentence is message and remedy in one line.
func sentence(f *qa.Finding) string {
	if f.Remedy == "" {
		return f.Message
	}
	return strings.TrimSpace(f.Message + " " + f.Remedy)
}

// scoreWords is the score of a category, "n/a" where nothing could be judged.
func scoreWords(c qa.CategoryScore) string {
	if c.Score == nil {
		return "n/a"
	}
	return fmt.Sprint(*c.Score)
}
