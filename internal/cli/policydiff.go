package cli

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"stet/internal/policy"
	"stet/internal/qa"
)

// compared is what `stet policy diff` finds.
type compared struct {
	Before   string          `json:"before"`
	After    string          `json:"after"`
	Articles int             `json:"articles"`
	Turned   int             `json:"turned"` // those that pass under one and fail under the other
	Changes  []policy.Change `json:"changes"`
	Skipped  []string        `json:"skipped,omitempty"` // files that could not be read
}

func (sh *shell) policyDiffCommand() *cobra.Command {
	var corpus []string
	c := &cobra.Command{
		Use:   "diff BEFORE AFTER --corpus FOLDER",
		Short: "Show which articles two policies judge differently",
		Long: `Judge the articles of a folder by two policies, each a folder or the name of a pack that ships with stet, and show those
whose verdict, score or findings differ. It belongs on a pull request that changes a policy.`,
		Example: `  stet policy diff default policy --corpus content
  git worktree add ../before main && stet policy diff ../before/policy policy --corpus content`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			before, err := sh.pack(args[0])
			if err != nil {
				return err
			}
			after, err := sh.pack(args[1])
			if err != nil {
				return err
			}
			return sh.comparePolicies(c.Context(), before, after, corpus)
		},
	}
	c.Flags().StringSliceVar(&corpus, "corpus", nil, "`folder` or file with articles; may be repeated")
	_ = c.MarkFlagRequired("corpus")
	return c
}

func (sh *shell) comparePolicies(ctx context.Context, before, after *policy.Pack, corpus []string) error {
	names, err := articleFiles(corpus)
	if err != nil {
		return err
	}
	out := compared{Before: before.Version(), After: after.Version(), Changes: []policy.Change{}}
	progress := newProgress(sh, "compared", len(names))
	for _, name := range names {
		changes, n, err := sh.compareFile(ctx, name, before, after)
		if ctx.Err() != nil {
			progress.clear()
			return ctx.Err()
		}
		if err != nil {
			out.Skipped = append(out.Skipped, err.Error())
		}
		out.Articles += n
		out.Changes = append(out.Changes, changes...)
		progress.step()
	}
	progress.clear()
	for _, c := range out.Changes {
		if c.Turned() {
			out.Turned++
		}
	}
	return sh.result(out, func(w io.Writer) { sh.writeCompared(w, out) })
}

// compareFile judges what a file holds by both policies. Changes are called by their file.
func (sh *shell) compareFile(ctx context.Context, name string, before, after *policy.Pack) (changes []policy.Change, articles int, err error) {
	src, err := sh.open(name)
	if err != nil {
		return nil, 0, err
	}
	for _, p := range src.pieces {
		a, err := policy.Article(p.contentID, p.doc, siteOf(src.name, p))
		if err != nil {
			return changes, articles, fmt.Errorf("%s: %w", p.name, err)
		}
		a.Now = sh.Now()
		articles++
		found, err := policy.Diff(ctx, before, after, []*qa.Article{a})
		if err != nil {
			return changes, articles, err
		}
		for _, c := range found {
			c.ContentID = p.name
			if p.places != nil {
				locate := newLocator(string(src.text), p)
				for _, list := range [][]qa.Finding{c.New, c.Gone} {
					for i := range list {
						list[i].Where = locate.file(list[i].Where)
					}
				}
			}
			changes = append(changes, c)
		}
	}
	return changes, articles, nil
}

func (sh *shell) writeCompared(w io.Writer, out compared) {
	slices.SortStableFunc(out.Changes, func(a, b policy.Change) int { // those whose verdict turns first
		return map[bool]int{true: 0, false: 1}[a.Turned()] - map[bool]int{true: 0, false: 1}[b.Turned()]
	})
	for _, c := range out.Changes {
		fmt.Fprintf(w, "%s  %s -> %s\n", sh.color(w, bold, clean(c.ContentID)), sh.verdictOf(w, c.Before), sh.verdictOf(w, c.After))
		for _, f := range c.New {
			fmt.Fprintf(w, "  + %s\n", lineOf(f))
		}
		for _, f := range c.Gone {
			fmt.Fprintf(w, "  - %s\n", lineOf(f))
		}
	}
	for _, s := range out.Skipped {
		fmt.Fprintf(w, "not compared: %s\n", clean(s))
	}
	if len(out.Changes) > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%d of %d articles are judged differently, %d of them turn\n", len(out.Changes), out.Articles, out.Turned)
}

func (sh *shell) verdictOf(w io.Writer, v policy.Verdict) string {
	if v.Passed {
		return sh.color(w, green, fmt.Sprintf("passed %d", v.Score))
	}
	return sh.color(w, red, fmt.Sprintf("failed %d", v.Score))
}

func lineOf(f qa.Finding) string {
	return clean(fmt.Sprintf("%d:%d %s %s: %s", f.Where.Start.Line, f.Where.Start.Column, f.Severity, f.Rule, f.Message))
}
