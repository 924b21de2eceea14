package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stet"
)

var decisions = []string{"overwrite", "adopt", "detach"}

func (sh *shell) driftCommand() *cobra.Command {
	var target, seen string
	c := &cobra.Command{
		Use:   "drift CONTENT overwrite|adopt|detach --target TARGET",
		Short: "Decide about what somebody else changed at a target",
		Long: `When a target holds something that stet did not write, stet touches it no more and waits for a person:

  overwrite  publish the wanted version over it
  adopt      take what is there as the good state
  detach     stop looking after this content at this target

--seen is the fingerprint you decide about (stet timeline --json shows it under observed); if the target has moved on
since, nothing happens.`,
		Args: cobra.ExactArgs(2),
		ValidArgsFunction: func(c *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return decisions, cobra.ShellCompDirectiveNoFileComp
			}
			return sh.completeContents(c, args, prefix)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(decisions, args[1]) {
				return usage("the decision is %q; it must be %s", args[1], strings.Join(decisions, ", "))
			}
			return sh.decide(c, func(s *session) error {
				if err := s.Drift(c.Context(), stet.Key{ContentID: args[0], Target: target}, args[1], seen); err != nil {
					return err
				}
				out := map[string]string{"content_id": args[0], "target": target, "decision": args[1]}
				return sh.result(out, func(w io.Writer) { fmt.Fprintf(w, "drift of %s at %s: %s\n", clean(args[0]), target, args[1]) })
			})
		},
	}
	sh.targetFlag(c, &target)
	c.Flags().StringVar(&seen, "seen", "", "`fingerprint` of what you saw")
	return c
}
