package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stet"
	"stet/internal/policy"
	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/qa/page"
)

// Markdownlint compares the checks that markdownlint has too with what its own test files expect
// (https://github.com/DavidAnson/markdownlint): each line that a rule is to report ends with the rule's name in braces.
func Markdownlint(w io.Writer, corpus string) error {
	folder := filepath.Join(corpus, "markdownlint", "test")
	files, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		return fmt.Errorf("list fixtures: %w", err)
	}
	if corpus == "" || len(files) == 0 {
		return skip(w, "markdownlint", folder)
	}
	t := lintTally{agree: map[string]int{}, differ: map[string]int{}, alerts: map[string]int{}}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read fixture: %w", err)
		}
		if err := t.file(filepath.Base(file), string(source)); err != nil {
			return err
		}
	}
	t.write(w, len(files))
	return nil
}

// lintRule pairs a rule of markdownlint with a check of ours.
type lintRule struct {
	id, alias, kind string
	keys            func(c lintConfig) map[string]any
	counts          func(f qa.Finding) bool // whether a finding is about what the rule is about; nil: all are
}

var lintRules = []lintRule{
	{"MD001", "heading-increment", "structure", func(c lintConfig) map[string]any {
		return map[string]any{"check": "heading-skip", "title_is_h1": c.titled}
	}, nil},
	{"MD025", "single-title single-h1", "structure", func(c lintConfig) map[string]any {
		return map[string]any{"check": "single-h1", "title_is_h1": c.titled}
	}, func(f qa.Finding) bool { return f.Text != "" }},
	{"MD042", "no-empty-links", "link", check("link-broken"), func(f qa.Finding) bool {
		return strings.Contains(f.Message, "has no target") || strings.Contains(f.Message, "placeholder “#”")
	}},
	{"MD043", "required-headings", "structure", func(c lintConfig) map[string]any {
		return map[string]any{"check": "required-section", "exact": true, "headings": c.own["headings"], "match_case": c.own["match_case"]}
	}, nil},
	{"MD045", "no-alt-text", "image", check("image-alt"), func(f qa.Finding) bool { return strings.Contains(f.Message, "has no text") }},
	{"MD051", "link-fragments", "link", func(c lintConfig) map[string]any {
		return map[string]any{"check": "fragment-missing", "ignore": wildcards(c.own["ignored_pattern"])}
	}, nil},
	{"MD052", "reference-links-images", "link", func(c lintConfig) map[string]any {
		return map[string]any{"check": "link-broken", "ignore": labels(c.own["ignored_labels"])}
	}, func(f qa.Finding) bool { return strings.Contains(f.Message, "defined nowhere") }},
	{"MD059", "descriptive-link-text", "link", func(c lintConfig) map[string]any {
		texts := c.own["prohibited_texts"]
		if texts == nil {
			texts = []any{"click here", "here", "link", "more"}
		}
		return map[string]any{"check": "link-text", "texts": texts}
	}, func(f qa.Finding) bool { return strings.Contains(f.Message, "does not tell") }},
}

func check(name string) func(lintConfig) map[string]any {
	return func(lintConfig) map[string]any { return map[string]any{"check": name} }
}

// lintTally counts verdicts, one for each pair of a file and a rule.
type lintTally struct {
	agree, differ, alerts map[string]int
	explained, open       []string
}

func (t *lintTally) file(name, source string) error {
	if strings.ContainsRune(source, '\uFEFF') {
		source = strings.Replace(source, "\uFEFF", " ", 1) // a mark of the file, not of the text
	}
	body, err := prose.Parse("markdown", source)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	expected := expectations(source)
	config := configOf(source)
	for _, r := range lintRules {
		c := lintConfig{own: map[string]any{}}
		if c.own, c.off = setting(config, r); c.off || r.id == "MD043" && c.own["headings"] == nil || r.id == "MD025" && c.own["level"] != nil {
			continue // what a setting asks for has no match here
		}
		title := frontTitle(source, c.own)
		c.titled = title != ""
		a := &qa.Article{Doc: stet.Document{Title: title}, Body: body, Site: policy.NoSite}
		got, err := linesOf(r, c, a)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", name, r.id, err)
		}
		got = slices.DeleteFunc(got, func(line int) bool { return silenced(source, r, line) })
		t.compare(name, lintDifference{id: r.id, source: strings.Split(source, "\n"), body: body, own: c.own}, expected[r.id], got)
	}
	return nil
}

func (t *lintTally) compare(file string, d lintDifference, want, got []int) {
	id := d.id
	t.alerts[id] += len(want)
	if slices.Equal(want, got) {
		t.agree[id]++
		return
	}
	t.differ[id]++
	line := fmt.Sprintf("%s %s: expected lines %v, found %v", file, id, want, got)
	if why, ok := reasons(d, want, got); ok {
		t.explained = append(t.explained, line+". "+strings.Join(why, " "))
	} else {
		t.open = append(t.open, line)
	}
}

func (t *lintTally) write(w io.Writer, files int) {
	fmt.Fprintf(w, "### markdownlint, %d test files\n\nA verdict is one rule on one file: the same lines, or not.\n\n| rule | check | expected alerts | verdicts | the same | agreement |\n|---|---|--:|--:|--:|--:|\n", files)
	agree, all := 0, 0
	for _, r := range lintRules {
		n := t.agree[r.id] + t.differ[r.id]
		agree, all = agree+t.agree[r.id], all+n
		fmt.Fprintf(w, "| %s | %v | %d | %d | %d | %s |\n", r.id, r.keys(lintConfig{})["check"], t.alerts[r.id], n, t.agree[r.id], percent(t.agree[r.id], n))
	}
	fmt.Fprintf(w, "| all | | | %d | %d | %s |\n", all, agree, percent(agree, all))
	for _, part := range []struct {
		title string
		lines []string
	}{{"Differences that are meant", t.explained}, {"Differences without an explanation", t.open}} {
		if len(part.lines) > 0 {
			fmt.Fprintf(w, "\n%s: %d\n\n- %s\n", part.title, len(part.lines), strings.Join(part.lines, "\n- "))
		}
	}
	fmt.Fprintln(w)
}

func percent(part, all int) string {
	if all == 0 {
		return "n/a"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(all))
}

// linesOf are the lines that our check reports, each once.
func linesOf(r lintRule, c lintConfig, a *qa.Article) ([]int, error) {
	keys, err := json.Marshal(r.keys(c))
	if err != nil {
		return nil, fmt.Errorf("write rule: %w", err)
	}
	rule := &qa.Rule{ID: r.id, Kind: r.kind, File: r.id, Decode: func(into any) error { return decodeYAML(keys, into) }}
	checker, err := page.New(qa.Env{}, []*qa.Rule{rule})
	if err != nil {
		return nil, err
	}
	lines := map[int]bool{}
	for _, result := range checker.Check(context.Background(), a) {
		if result.Err != nil {
			return nil, result.Err
		}
		for _, f := range result.Findings {
			if r.counts == nil || r.counts(f) {
				lines[f.Where.Start.Line] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(lines)), nil
}

var expectation = regexp.MustCompile(`\{(MD\d+)(?::([+-]?)(\d+))?\}`)

// expectations are the lines that each rule is to report: that of the mark, one counted from it, or one by its number.
func expectations(source string) map[string][]int {
	lines := map[string]map[int]bool{}
	for i, text := range strings.Split(source, "\n") {
		for _, m := range expectation.FindAllStringSubmatch(text, -1) {
			line := i + 1
			n, _ := strconv.Atoi(m[3])
			switch {
			case m[2] == "+":
				line += n
			case m[2] == "-":
				line -= n
			case m[3] != "":
				line = n
			}
			if lines[m[1]] == nil {
				lines[m[1]] = map[int]bool{}
			}
			lines[m[1]][line] = true
		}
	}
	sorted := map[string][]int{}
	for id, set := range lines {
		sorted[id] = slices.Sorted(maps.Keys(set))
	}
	return sorted
}
