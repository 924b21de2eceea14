package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"stet/internal/client"
)

func (sh *shell) waiveCommand() *cobra.Command {
	var w client.Waiver
	var until string
	var dryRun bool
	c := &cobra.Command{
		Use:   "waive CONTENT --rule RULE --hash HASH --reason REASON --until DAY",
		Short: "Let one finding of a content pass, for a time",
		Long: `Let one finding of a content pass the gate until a day, which counts whole. stet status CONTENT shows the rule and the
hash of each finding. A newest version that failed is judged again at once. The waiver is listed on every report with its
reason; when it is over, the finding fails again. The policy says how long waivers may last and what cannot be waived.

For a waiver that every article shares, or that belongs to the text, write it into waivers.yaml of the policy instead.`,
		Example: `  stet waive news/launch --rule VOI-001-banned --hash 8c1f00a7d2b94e35 \
      --reason "the name of the product" --until 2026-12-31`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: sh.completeContents,
		RunE: func(c *cobra.Command, args []string) (err error) {
			if w.Until, err = endOf(until); err != nil {
				return err
			}
			return sh.decide(c, func(s *session) error {
				given, err := s.Waive(c.Context(), args[0], w, dryRun)
				if err != nil {
					return err
				}
				return sh.result(given, func(out io.Writer) {
					verb := "waived"
					if dryRun {
						verb = "would waive"
					}
					fmt.Fprintf(out, "%s %s (%s) of %s until %s\n", verb, clean(given.Rule), clean(given.Hash), clean(args[0]), at(given.Until))
				})
			})
		},
	}
	f := c.Flags()
	f.StringVar(&w.Rule, "rule", "", "`id` of the rule (required)")
	f.StringVar(&w.Hash, "hash", "", "`hash` of the finding (required)")
	f.StringVar(&w.Reason, "reason", "", "a `sentence` that says why it may stand (required)")
	f.StringVar(&until, "until", "", "last `day`, 2026-12-31, or a time, 2026-12-31T12:00:00Z (required)")
	f.BoolVar(&dryRun, "dry-run", false, "say whether it is allowed and change nothing")
	for _, name := range []string{"rule", "hash", "reason", "until"} {
		_ = c.MarkFlagRequired(name) // the flag exists
	}
	return c
}

// endOf is the end of a day in UTC, or the time itself.
func endOf(text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1), nil
	}
	until, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return until, usage("--until is %q; it must be a day such as 2026-12-31, or a time such as 2026-12-31T12:00:00Z", text)
	}
	return until, nil
}
