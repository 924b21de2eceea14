package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"stet/internal/policy"
)

func (sh *shell) policyTestCommand() *cobra.Command {
	var coverage, mutate bool
	c := &cobra.Command{
		Use:   "test [POLICY]",
		Short: "Run the tests in a policy's rules, and its cases",
		Long: `Run the tests that stand in the rules of a policy and in cases/. POLICY is a folder or the name of a pack that ships with
stet; without it, it is the one of stet.yaml, else the pack default.

--coverage also fails for rules that no test makes find anything: nobody knows whether they ever would. --mutate changes
one thing at a time in each rule (a limit, a word, a condition) and fails where no test notices.

Ends with 1 if anything fails.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			named := ""
			if len(args) == 1 {
				named = args[0]
			}
			pack, err := sh.pack(named)
			if err != nil {
				return err
			}
			return sh.testPolicy(c.Context(), pack, coverage, mutate)
		},
	}
	c.Flags().BoolVar(&coverage, "coverage", false, "fail for rules that no test makes find anything")
	c.Flags().BoolVar(&mutate, "mutate", false, "change the rules and fail where no test notices")
	return c
}

func (sh *shell) testPolicy(ctx context.Context, pack *policy.Pack, coverage, mutate bool) error {
	r := policy.Test(ctx, pack)
	if !coverage {
		r.Uncovered = nil
	}
	if mutate && len(r.Failures) == 0 {
		r.Mutants, r.Survivors = policy.Mutate(ctx, pack)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err := sh.result(r, func(w io.Writer) { sh.writeTests(w, r, mutate) })
	if err == nil && len(r.Failures)+len(r.Uncovered)+len(r.Survivors) > 0 {
		return ended(exitFailed)
	}
	return err
}

func (sh *shell) writeTests(w io.Writer, r policy.TestReport, mutate bool) {
	for _, f := range r.Failures {
		fmt.Fprintf(w, "%s %s:%d: %s %q: %s\n", sh.color(w, red, "failed"), f.File, f.Line, clean(f.Rule), clean(f.Test), clean(f.Message))
	}
	for _, id := range r.Uncovered {
		fmt.Fprintf(w, "%s %s: no test makes it find anything; add one with want:\n", sh.color(w, red, "uncovered"), id)
	}
	for _, m := range r.Survivors {
		fmt.Fprintf(w, "%s %s: no test notices %s\n", sh.color(w, red, "unnoticed"), m.Rule, clean(m.Change))
	}
	fmt.Fprintf(w, "%s: %d tests, %d failed", r.Policy, r.Tests, len(r.Failures))
	if mutate && len(r.Failures) == 0 {
		fmt.Fprintf(w, "; %d changes, %d unnoticed", r.Mutants, len(r.Survivors))
	}
	fmt.Fprintln(w)
}
