package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stet/internal/linkcheck"
	"stet/internal/policy"
	"stet/internal/qa/report"
)

// gate is one run of `stet qa`.
type gate struct {
	sh        *shell
	pack      *policy.Pack
	policy    string
	format    string
	output    string
	since     string
	baseline  string
	threshold int
	fix       bool
	diff      bool
	write     bool // the baseline
	external  bool // links are followed to other sites

	links   *linkcheck.Checker // nil: no other site is asked
	known   *report.Baseline   // nil: none
	changed *changes           // nil: everything counts
}

func (sh *shell) qaCommand() *cobra.Command {
	g := &gate{sh: sh}
	c := &cobra.Command{
		Use:   "qa FILE...",
		Short: "Judge articles by a policy: score, findings, what to do",
		Long: `Judge Markdown and HTML files, with or without front matter, or JSON events of the contract, by a policy. Folders are
searched for *.md, *.markdown, *.html and *.htm; - reads standard input.

An article passes if nothing blocks it, its score reaches the threshold, every category reaches its floor, and every
check could be made. stet qa ends with 0 where all pass, with 1 where one does not, and with 2 where the command line or
the policy is wrong.

The policy is --policy: a folder with a policy.yaml, or the name of a pack that ships with stet. Without it, it is the
one that stet.yaml names, else the pack default. Nothing is sent anywhere, unless --external asks other sites whether
the pages exist that articles link to: one question a second to a site, with answers kept for a week in the user's
cache.

--baseline FILE leaves out of the verdict what the file knows; --write-baseline writes it. --since REV leaves out what
stands on lines that did not change since a git revision. Both stay listed where a format can mark them.

--fix makes the safe fixes in the files; --diff shows them and writes nothing.`,
		Example: `  stet qa article.md
  stet qa content --since origin/main --format github
  stet qa content --format sarif --output stet.sarif
  stet qa content --baseline qa-baseline.json --write-baseline
  stet qa drafts --diff | less`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := g.prepare(c.Context(), c.Flags().Changed("threshold"), args); err != nil {
				return err
			}
			return g.run(c.Context(), args)
		},
	}
	f := c.Flags()
	sh.policyFlag(c, &g.policy)
	f.StringVarP(&g.format, "format", "f", "", "`form` of the result: "+formatNames()+" (default text)")
	f.StringVarP(&g.output, "output", "o", "", "write the result to a `file`")
	f.BoolVar(&g.fix, "fix", false, "make the safe fixes in the files, then judge")
	f.BoolVar(&g.diff, "diff", false, "show the safe fixes as a diff and write nothing")
	f.BoolVar(&g.external, "external", false, "ask other sites whether the pages exist that articles link to")
	f.StringVar(&g.since, "since", "", "count only what stands on lines changed since a git `revision`")
	f.StringVar(&g.baseline, "baseline", "", "do not count what this `file` knows")
	f.BoolVar(&g.write, "write-baseline", false, "write all findings to the file of --baseline")
	f.IntVar(&g.threshold, "threshold", 0, "the `score` to reach, in place of the policy's")
	_ = c.RegisterFlagCompletionFunc("format", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return strings.Split(formatNames(), ", "), cobra.ShellCompDirectiveNoFileComp
	})
	return c
}

func formatNames() string {
	var names []string
	for _, f := range report.Formats {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// prepare checks what flags say together, and reads the policy and what is known.
func (g *gate) prepare(ctx context.Context, threshold bool, args []string) (err error) {
	if g.sh.json && g.format != "" && g.format != string(report.JSON) {
		return usage("--json and --format %s contradict each other; keep one", g.format)
	}
	if g.sh.json {
		g.format = string(report.JSON)
	}
	if g.format == "" {
		g.format = string(report.Text)
	}
	switch {
	case !slices.Contains(report.Formats, report.Format(g.format)):
		return usage("there is no format %q; there are %s", g.format, formatNames())
	case g.fix && g.diff:
		return usage("--fix writes and --diff only shows; keep one")
	case (g.fix || g.diff) && g.write:
		return usage("--write-baseline writes what stands in the files as they are; run it without --fix and --diff")
	case g.fix && slices.Contains(args, "-"):
		return usage("standard input cannot be fixed in place; use --diff")
	case g.write && g.baseline == "":
		return usage("--write-baseline needs the name of the file: --baseline qa-baseline.json")
	case threshold && (g.threshold < 0 || g.threshold > 100):
		return usage("--threshold is %d; it must be 0 to 100", g.threshold)
	}
	if g.pack, err = g.sh.pack(g.policy); err != nil {
		return err
	}
	if threshold {
		pack := *g.pack
		pack.Threshold = g.threshold
		g.pack = &pack
	}
	if g.baseline != "" && !g.write {
		if g.known, err = readBaseline(g.baseline); err != nil {
			return err
		}
	}
	if g.since != "" {
		g.changed, err = changesSince(ctx, g.since)
	}
	return err
}

// run judges, writes the result and ends with the verdict.
func (g *gate) run(ctx context.Context, args []string) error {
	names, err := articleFiles(args)
	if err != nil {
		return err
	}
	if err := g.askOutside(ctx, names); err != nil {
		return err
	}
	judged, err := g.all(ctx, names)
	if err != nil {
		return err
	}
	switch {
	case g.write:
		return g.writeBaseline(judged)
	case g.diff:
		err = g.showFixes(judged)
	default:
		g.noteFixes(judged)
		err = g.writeResult(judged)
	}
	if err != nil {
		return err
	}
	for _, j := range judged {
		for _, e := range j.entries {
			if !e.Report.Passed {
				return ended(exitFailed)
			}
		}
	}
	return nil
}

// noteFixes says what --fix did.
func (g *gate) noteFixes(judged []judged) {
	fixes, files := 0, 0
	for _, j := range judged {
		if j.fixes > 0 {
			fixes, files = fixes+j.fixes, files+1
		}
	}
	if g.fix {
		g.sh.note("made %s in %s", countOf(fixes, "safe fix", "safe fixes"), countOf(files, "file", "files"))
	}
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// why tells what old findings are, for reports.
func (g *gate) why() string {
	switch {
	case g.known != nil && g.changed != nil:
		return "known to the baseline, or on lines that did not change since " + g.since
	case g.known != nil:
		return "known to the baseline"
	case g.changed != nil:
		return "on lines that did not change since " + g.since
	}
	return ""
}

// policyFlag adds --policy.
func (sh *shell) policyFlag(c *cobra.Command, name *string) {
	c.Flags().StringVarP(name, "policy", "p", "", "`policy`: a folder, or the name of a pack that ships with stet (default: that of stet.yaml, else default)")
	_ = c.RegisterFlagCompletionFunc("policy", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return policy.ShippedNames(), cobra.ShellCompDirectiveDefault
	})
}

func (g *gate) articleError(file string, err error) report.Entry {
	e := report.Entry{}
	e.Report.File, e.Report.Policy, e.Report.Threshold = file, g.pack.Version(), g.pack.Threshold
	e.Report.Errors = []string{err.Error()}
	e.Report.Reasons = []string{fmt.Sprintf("%s could not be read as an article", file)}
	return e
}
