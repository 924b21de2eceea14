package cli

import (
	"github.com/spf13/cobra"

	"stet"
)

func (sh *shell) releaseCommand() *cobra.Command {
	var target string
	var dryRun bool
	c := &cobra.Command{
		Use:   "release CONTENT --target TARGET",
		Short: "End the hold of a rollback and publish the newest version",
		Long: `After a rollback at a target with after_rollback: wait, later versions wait. Release ends that and publishes the
newest version that passed its gates.`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: sh.completeContents,
		RunE: func(c *cobra.Command, args []string) error {
			return sh.decide(c, func(s *session) error {
				plan, err := s.Release(c.Context(), stet.Key{ContentID: args[0], Target: target}, dryRun)
				if err != nil {
					return err
				}
				return sh.tellPlan(plan, "release")
			})
		},
	}
	sh.targetFlag(c, &target)
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say what would happen and change nothing")
	return c
}
