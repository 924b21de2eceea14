package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"stet"
	"stet/internal/client"
)

func (sh *shell) rollbackCommand() *cobra.Command {
	var target string
	var to int64
	var dryRun bool
	c := &cobra.Command{
		Use:   "rollback CONTENT --target TARGET",
		Short: "Publish an earlier good version again",
		Long: `Publish the newest version before the live one that succeeded, or --to-version. A rollback is a new apply: it is
logged, verified and never outrun by an older one. Where the target says after_rollback: wait, later versions wait
until stet release.`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: sh.completeContents,
		RunE: func(c *cobra.Command, args []string) error {
			return sh.decide(c, func(s *session) error {
				plan, err := s.Rollback(c.Context(), stet.Key{ContentID: args[0], Target: target}, to, dryRun)
				if err != nil {
					return err
				}
				return sh.tellPlan(plan, "roll back")
			})
		},
	}
	sh.targetFlag(c, &target)
	c.Flags().Int64Var(&to, "to-version", 0, "`version` to publish again (default: the newest good one before the live one)")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say what would happen and change nothing")
	return c
}

// targetFlag adds --target, which must be given.
func (sh *shell) targetFlag(c *cobra.Command, to *string) {
	c.Flags().StringVarP(to, "target", "t", "", "`name` of the target (required)")
	_ = c.MarkFlagRequired("target") // the flag exists
	_ = c.RegisterFlagCompletionFunc("target", sh.completeTargets)
}

// decide carries out a decision and says who will do the work.
func (sh *shell) decide(c *cobra.Command, do func(*session) error) error {
	s, err := sh.connect(c.Context())
	if err != nil {
		return err
	}
	defer s.close()
	if err := do(s); err != nil {
		return err
	}
	if s.app != nil {
		sh.note("the work waits until `stet serve` runs")
	}
	return nil
}

func (sh *shell) tellPlan(p client.Plan, verb string) error {
	return sh.result(p, func(w io.Writer) {
		would := "will "
		if p.DryRun {
			would = "would "
		}
		fmt.Fprintf(w, "%s%s %s at %s from version %d to version %d", would, verb, clean(p.ContentID), p.Target, p.From, p.To)
		if p.Title != "" {
			fmt.Fprintf(w, " %q", clean(p.Title))
		}
		fmt.Fprintln(w)
		if p.JudgedAgain {
			fmt.Fprintln(w, "it passes the gate again first: the policy is another now, or refused it")
		}
		if p.Hold {
			fmt.Fprintf(w, "later versions wait until `stet release %s --target %s`\n", clean(p.ContentID), p.Target)
		}
	})
}
