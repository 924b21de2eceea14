package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/term"

	"stet/internal/qa"
	"stet/internal/qa/report"
)

// writeResult writes the run in its format.
func (g *gate) writeResult(all []judged) error {
	run := report.Run{Policy: g.pack.Version(), Version: thisBuild().Version, Now: g.sh.Now(), Known: g.why()}
	for _, r := range g.pack.Rules {
		run.Rules = append(run.Rules, r.Rule)
	}
	for _, j := range all {
		run.Entries = append(run.Entries, j.entries...)
	}
	if g.output == "" {
		run.Width = g.sh.width()
		run.Color = g.sh.color(g.sh.Out, bold, "x") != "x"
	}
	var out bytes.Buffer
	if err := report.Write(&out, report.Format(g.format), run); err != nil {
		return err
	}
	return g.deliver(out.Bytes())
}

// deliver writes a result to --output, else to standard output.
func (g *gate) deliver(result []byte) error {
	if g.output == "" {
		if _, err := g.sh.Out.Write(result); err != nil {
			return fmt.Errorf("write result: %w", err)
		}
		return nil
	}
	if err := os.WriteFile(g.output, result, 0o644); err != nil { //nolint:gosec // a report is for whoever may read the folder
		return usage("cannot write the result: %v", err)
	}
	g.sh.note("wrote %s", g.output)
	return nil
}

// width is how many columns the terminal has; 0 where there is none.
func (sh *shell) width() int {
	if n, err := strconv.Atoi(sh.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := sh.Out.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 0
}

func readBaseline(name string) (*report.Baseline, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage("there is no baseline %s; write it with --baseline %s --write-baseline", name, name)
	}
	if err != nil {
		return nil, usage("cannot read the baseline: %v", err)
	}
	b, err := report.ReadBaseline(bytes.NewReader(text))
	if err != nil {
		return nil, usage("%s: %v", name, err)
	}
	return b, nil
}

func (g *gate) writeBaseline(all []judged) error {
	var reports []qa.Report
	names := map[string]string{}
	for _, j := range all {
		for i, e := range j.entries {
			if i < len(j.pieces) {
				names[e.Report.File] = baselineName(g.baseline, j.name, j.pieces[i])
			}
			reports = append(reports, e.Report)
		}
	}
	var out bytes.Buffer
	if err := report.WriteBaseline(&out, reports, func(r *qa.Report) string { return names[r.File] }); err != nil {
		return err
	}
	if err := os.WriteFile(g.baseline, out.Bytes(), 0o644); err != nil { //nolint:gosec // it goes into the repository
		return usage("cannot write the baseline: %v", err)
	}
	count := 0
	for _, r := range reports {
		count += len(r.Findings)
	}
	g.sh.note("wrote %s: %s in %s, which do not count with --baseline %s", g.baseline, countOf(count, "finding", "findings"),
		countOf(len(reports), "article", "articles"), g.baseline)
	return nil
}

// baselineName is how a baseline calls an article: its file from the folder of the baseline, so that it does not matter
// where stet is run.
func baselineName(baseline, file string, p piece) string {
	from, err1 := filepath.Abs(filepath.Dir(baseline))
	to, err2 := filepath.Abs(file)
	name := shownName(file)
	if rel, err := filepath.Rel(from, to); err == nil && err1 == nil && err2 == nil && file != "-" {
		name = filepath.ToSlash(rel)
	}
	if p.places == nil {
		name += "#" + p.contentID
	}
	return name
}
