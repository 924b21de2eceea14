package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stet"
	"stet/internal/policy"
	"stet/internal/policy/vale"
	"stet/internal/qa"
)

// alert is a place where a rule of a style fires.
type alert struct {
	file, rule   string
	line, column int
}

func (a alert) String() string { return fmt.Sprintf("%s:%d:%d %s", a.file, a.line, a.column, a.rule) }

// scenario is a folder of texts with the alerts that are expected there.
type scenario struct {
	name string
	want []alert
}

// tally counts how the alerts of a style agree.
type tally struct {
	expected, line, column int
	missed, more           []string
}

// Vale imports styles of Vale and compares what the imported rules find in the styles' own fixtures with the alerts expected
// there.
func Vale(w io.Writer, corpus string) error {
	folder := filepath.Join(corpus, "vale")
	styles, err := filepath.Glob(filepath.Join(folder, "vale-*"))
	if corpus == "" || err != nil || len(styles) == 0 {
		return skip(w, "Vale styles", folder)
	}
	fmt.Fprint(w, "### Vale styles, imported\n\n| style | rules | not translated | alerts expected | at the line | at the column | more than expected |\n|---|--:|--:|--:|--:|--:|--:|\n")
	var all tally
	var left []vale.Left
	for _, folder := range styles { // vale-Google holds Google, fixtures and features
		style := strings.TrimPrefix(filepath.Base(folder), "vale-")
		one, result, err := compare(folder, style)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "| %s | %d | %d | %d | %s | %s | %d |\n", style, len(result.Rules), len(result.Left), one.expected,
			part(one.line, one.expected), part(one.column, one.expected), len(one.more))
		all.expected, all.line, all.column = all.expected+one.expected, all.line+one.line, all.column+one.column
		all.missed, all.more = append(all.missed, one.missed...), append(all.more, one.more...)
		left = append(left, result.Left...)
	}
	fmt.Fprintf(w, "| all | | %d | %d | %s | %s | %d |\n\n", len(left), all.expected, part(all.line, all.expected), part(all.column, all.expected), len(all.more))
	for _, one := range left {
		fmt.Fprintf(w, "- not translated: %s: %s\n", one.Name, one.Reason)
	}
	for _, one := range all.missed {
		fmt.Fprintf(w, "- expected and not found: %s\n", one)
	}
	for _, one := range all.more {
		fmt.Fprintf(w, "- found and not expected: %s\n", one)
	}
	fmt.Fprintln(w)
	return nil
}

func part(n, of int) string {
	return fmt.Sprintf("%d (%.1f %%)", n, 100*float64(n)/float64(max(of, 1)))
}

func compare(folder, style string) (tally, vale.Result, error) {
	pack, names, result, err := importStyle(filepath.Join(folder, style))
	if err != nil {
		return tally{}, result, err
	}
	scenarios, err := readScenarios(filepath.Join(folder, "features", "rules.feature"))
	if err != nil {
		return tally{}, result, err
	}
	var t tally
	for _, s := range scenarios {
		if err := t.run(pack, names, filepath.Join(folder, "fixtures", s.name), s); err != nil {
			return t, result, err
		}
	}
	return t, result, nil
}

// importStyle makes a pack of a style. names are the style's names for its rules, by the rest of our ids after the number.
func importStyle(dir string) (*policy.Pack, map[string]string, vale.Result, error) {
	result, err := vale.Import(dir)
	if err != nil {
		return nil, nil, result, err
	}
	folder, err := os.MkdirTemp("", "stet-eval-")
	if err != nil {
		return nil, nil, result, fmt.Errorf("make pack: %w", err)
	}
	defer os.RemoveAll(folder)
	names := map[string]string{}
	files := map[string][]byte{"policy.yaml": []byte("name: imported\nthreshold: 0\ndeadline: 1m\n")}
	for _, rule := range result.Rules {
		files[filepath.Join("rules", rule.File)] = rule.YAML
		names[strings.TrimSuffix(rule.File, ".yaml")] = rule.Name
	}
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, nil, result, fmt.Errorf("make pack: %w", err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return nil, nil, result, fmt.Errorf("make pack: %w", err)
		}
	}
	pack, err := policy.Load(folder)
	return pack, names, result, err
}

var (
	scenarioLine = regexp.MustCompile(`^\s*When I test "([^"]+)"`)
	alertLine    = regexp.MustCompile(`^\s*([\w.-]+):(\d+):(\d+):([\w.-]+):`)
)

func readScenarios(path string) (list []scenario, err error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil // a style without fixtures is imported, and that is all
	}
	if err != nil {
		return nil, fmt.Errorf("read scenarios: %w", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if found := scenarioLine.FindStringSubmatch(lines.Text()); found != nil {
			list = append(list, scenario{name: found[1]})
		} else if found := alertLine.FindStringSubmatch(lines.Text()); found != nil && len(list) > 0 {
			line, _ := strconv.Atoi(found[2]) // digits
			column, _ := strconv.Atoi(found[3])
			last := &list[len(list)-1]
			last.want = append(last.want, alert{file: found[1], rule: found[4], line: line, column: column})
		}
	}
	return list, lines.Err()
}

// run compares the alerts of one scenario. Only the rules count that its .vale.ini switches on.
func (t *tally) run(pack *policy.Pack, names map[string]string, folder string, s scenario) error {
	got, err := alertsOf(pack, names, folder)
	if err != nil {
		return err
	}
	t.expected += len(s.want)
	for _, want := range s.want {
		at := slices.Index(got, want)
		if at >= 0 {
			t.column++
		} else {
			at = slices.IndexFunc(got, func(a alert) bool { return a.file == want.file && a.line == want.line && a.rule == want.rule })
		}
		if at < 0 {
			t.missed = append(t.missed, fmt.Sprintf("%s in %s. %s", want, s.name, reasonOf(want)))
			continue
		}
		t.line++
		got = slices.Delete(got, at, at+1)
	}
	for _, more := range got {
		t.more = append(t.more, fmt.Sprintf("%s in %s. %s", more, s.name, reasonOf(more)))
	}
	return nil
}

// alertsOf gives what the imported rules find in the Markdown files of a scenario.
func alertsOf(pack *policy.Pack, names map[string]string, folder string) (got []alert, err error) {
	settings, err := os.ReadFile(filepath.Join(folder, ".vale.ini"))
	if err != nil {
		return nil, fmt.Errorf("read scenario: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		return nil, fmt.Errorf("read scenario: %w", err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read scenario: %w", err)
		}
		findings, err := findingsOf(pack, string(text))
		if err != nil {
			return nil, err
		}
		for _, f := range findings {
			name := names[strings.SplitN(f.Rule, "-", 3)[2]]
			if switchedOn(string(settings), name) {
				got = append(got, alert{file: filepath.Base(path), rule: name, line: f.Where.Start.Line, column: f.Where.Start.Column})
			}
		}
	}
	return got, nil
}

// switchedOn tells whether a .vale.ini has a rule, by its name or with all of its style.
func switchedOn(settings, name string) bool {
	return strings.Contains(settings, "\n"+name+" = YES") || strings.Contains(settings, "\nBasedOnStyles")
}

func findingsOf(pack *policy.Pack, text string) ([]qa.Finding, error) {
	article, err := policy.Article("", stet.Document{Body: stet.Body{Format: "markdown", Text: text}}, nil)
	if err != nil {
		return nil, err
	}
	report := pack.Judge(context.Background(), article)
	if len(report.Errors) > 0 {
		return nil, fmt.Errorf("judge: %s", strings.Join(report.Errors, "; "))
	}
	return report.Findings, nil
}

// reasonOf says why we and Vale differ where that is known.
func reasonOf(a alert) string {
	if strings.HasSuffix(a.file, ".rst") {
		return "Articles are Markdown or HTML; reStructuredText is not read."
	}
	if a == (alert{file: "test.md", rule: "write-good.Weasel", line: 5, column: 23}) {
		return "Vale 3.22 finds it as well; the list of the style lacks it."
	}
	return ""
}
