package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"stet/internal/policy"
	"stet/internal/qa"
)

const (
	speedArticles = 1000 // unless EVAL_ARTICLES says otherwise
	speedWords    = 2000 // of an article, at least
	speedStyle    = "Google"
)

// Speed checks many articles with one style, by Vale and by the rules imported from it, and compares time and findings.
// Then it measures the default pack. Vale is a program named vale, or the one that the variable VALE names.
func Speed(w io.Writer, corpus string) error {
	source := filepath.Join(corpus, "onestop", "Adv-Txt")
	texts, err := filepath.Glob(filepath.Join(source, "*.txt"))
	if corpus == "" || err != nil || len(texts) == 0 {
		return skip(w, "Speed", source)
	}
	n := speedArticles
	if count, err := strconv.Atoi(os.Getenv("EVAL_ARTICLES")); err == nil && count > 0 {
		n = count
	}
	dir, err := os.MkdirTemp("", "stet-speed-")
	if err != nil {
		return fmt.Errorf("make articles: %w", err)
	}
	defer os.RemoveAll(dir)
	words, err := stitch(dir, texts, n)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "### Speed\n\n%d articles of %d words (mean), stitched from OneStopEnglish; %d processors, shared.\n\n", n, words/n, runtime.NumCPU())
	fmt.Fprint(w, "| what | wall s | CPU s | CPU ms per article | findings |\n|---|--:|--:|--:|--:|\n")
	styles := filepath.Join(corpus, "vale", "vale-"+speedStyle)
	ours, err := timeStyle(w, dir, filepath.Join(styles, speedStyle))
	if err != nil {
		return err
	}
	theirs, err := timeVale(w, dir, styles)
	if err != nil {
		return err
	}
	if _, err := timePack(w, dir); err != nil {
		return err
	}
	if theirs.alerts != nil {
		fmt.Fprintf(w, "\nVale needs %.1f times the wall time and %.1f times the CPU time. %s\n",
			theirs.wall.Seconds()/ours.wall.Seconds(), theirs.cpu.Seconds()/ours.cpu.Seconds(), agreement(ours.alerts, theirs.alerts))
	}
	fmt.Fprintln(w)
	return nil
}

// timed is what one program needed, and what it found: alerts by file, line and rule.
type timed struct {
	wall, cpu time.Duration
	alerts    map[alert]int
}

func (t timed) row(w io.Writer, name string, articles int) {
	found := 0
	for _, n := range t.alerts {
		found += n
	}
	fmt.Fprintf(w, "| %s | %.2f | %.2f | %.1f | %d |\n", name, t.wall.Seconds(), t.cpu.Seconds(), float64(t.cpu.Microseconds())/1000/float64(articles), found)
}

// stitch writes articles of Markdown, each from several texts, and gives the number of their words.
func stitch(dir string, texts []string, n int) (words int, err error) {
	bodies := make([]string, len(texts))
	for i, path := range texts {
		text, err := os.ReadFile(path)
		if err != nil {
			return 0, fmt.Errorf("read text: %w", err)
		}
		paragraphs := strings.FieldsFunc(strings.TrimPrefix(string(text), "\ufeff"), func(r rune) bool { return r == '\n' || r == '\r' })
		title := strings.TrimSuffix(filepath.Base(path), ".txt")
		bodies[i] = "## " + title + "\n\n" + strings.Join(paragraphs, "\n\n") + "\n\n"
	}
	for i := range n {
		var b strings.Builder
		count := 0
		for k := i; count < speedWords; k += 1 + i/len(bodies) { // each round takes another stride, so articles differ
			body := bodies[k%len(bodies)]
			b.WriteString(body)
			count += len(strings.Fields(body))
		}
		words += count
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.md", i)), []byte(b.String()), 0o600); err != nil {
			return 0, fmt.Errorf("write article: %w", err)
		}
	}
	return words, nil
}

// timeStyle imports the style, loads it and judges the articles on all processors.
func timeStyle(w io.Writer, dir, style string) (timed, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as stet qa does
	begin, cpu := time.Now(), cpuTime()
	pack, names, _, err := importStyle(style)
	if err != nil {
		return timed{}, err
	}
	alerts, articles, err := judgeAll(pack, dir, func(f qa.Finding) string { return names[strings.SplitN(f.Rule, "-", 3)[2]] })
	t := timed{time.Since(begin), cpuTime() - cpu, alerts}
	t.row(w, "stet, style "+speedStyle+" imported", articles)
	return t, err
}

func timePack(w io.Writer, dir string) (timed, error) {
	begin, cpu := time.Now(), cpuTime()
	pack, err := policy.Shipped("default")
	if err != nil {
		return timed{}, err
	}
	alerts, articles, err := judgeAll(pack, dir, func(f qa.Finding) string { return f.Rule })
	t := timed{time.Since(begin), cpuTime() - cpu, alerts}
	t.row(w, "stet, the default pack without a knowledge base", articles)
	return t, err
}

// judgeAll reads and judges every article of a folder, as many at a time as there are processors.
func judgeAll(pack *policy.Pack, dir string, name func(qa.Finding) string) (map[alert]int, int, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return nil, 0, fmt.Errorf("list articles: %w", err)
	}
	alerts := map[alert]int{}
	var failed error
	var mutex sync.Mutex
	var group sync.WaitGroup
	next := make(chan string)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for path := range next {
				text, err := os.ReadFile(path)
				var findings []qa.Finding
				if err == nil {
					findings, err = findingsOf(pack, string(text))
				}
				mutex.Lock()
				failed = errors.Join(failed, err)
				for _, f := range findings {
					alerts[alert{file: filepath.Base(path), rule: name(f), line: f.Where.Start.Line}]++
				}
				mutex.Unlock()
			}
		})
	}
	for _, path := range files {
		next <- path
	}
	close(next)
	group.Wait()
	return alerts, len(files), failed
}

// timeVale runs Vale over the folder. Without Vale there is a row that says so.
func timeVale(w io.Writer, dir, styles string) (timed, error) {
	program := os.Getenv("VALE")
	if program == "" {
		program = "vale"
	}
	program, err := exec.LookPath(program)
	if err != nil {
		fmt.Fprint(w, "| Vale: not installed | | | | |\n")
		return timed{}, nil
	}
	settings := filepath.Join(dir, "vale.ini")
	ini := fmt.Sprintf("StylesPath = %s\nMinAlertLevel = suggestion\n[*.md]\nBasedOnStyles = %s\n", styles, speedStyle)
	if err := os.WriteFile(settings, []byte(ini), 0o600); err != nil {
		return timed{}, fmt.Errorf("run Vale: %w", err)
	}
	var out, complaint bytes.Buffer
	command := exec.CommandContext(context.Background(), program, "--config="+settings, "--no-exit", "--output=JSON", dir)
	command.Stdout, command.Stderr = &out, &complaint
	begin := time.Now()
	if err := command.Run(); err != nil {
		return timed{}, fmt.Errorf("run Vale: %w: %s", err, complaint.String())
	}
	t := timed{wall: time.Since(begin), cpu: command.ProcessState.UserTime() + command.ProcessState.SystemTime(), alerts: map[alert]int{}}
	var found map[string][]struct {
		Check string
		Line  int
	}
	if err := json.Unmarshal(out.Bytes(), &found); err != nil {
		return timed{}, fmt.Errorf("read what Vale found: %w", err)
	}
	for path, list := range found {
		for _, one := range list {
			t.alerts[alert{file: filepath.Base(path), rule: one.Check, line: one.Line}]++
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	t.row(w, "Vale, style "+speedStyle, len(files))
	return t, err
}

// agreement says how many alerts of each both have, by file, line and rule, and which rules differ most.
func agreement(ours, theirs map[alert]int) string {
	both, mine, yours := 0, 0, 0
	differ := map[string]int{}
	for a, n := range theirs {
		yours += n
		both += min(n, ours[a])
		differ[a.rule] += max(0, n-ours[a])
	}
	for a, n := range ours {
		mine += n
		differ[a.rule] += max(0, n-theirs[a])
	}
	var rules []string
	for rule, n := range differ {
		if n > 0 {
			rules = append(rules, fmt.Sprintf("%s %d", rule, n))
		}
	}
	slices.SortFunc(rules, func(a, b string) int {
		_, x, _ := strings.Cut(a, " ")
		_, y, _ := strings.Cut(b, " ")
		if len(x) != len(y) {
			return len(y) - len(x)
		}
		return strings.Compare(y+b, x+a)
	})
	return fmt.Sprintf("Of Vale's findings %s are also found at the same line, and of ours %s by Vale; most differ: %s.",
		part(both, yours), part(both, mine), strings.Join(rules[:min(len(rules), 6)], ", "))
}
