package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"stet"
	"stet/internal/client"
)

var decisions = []string{"show", "overwrite", "adopt", "detach"}

func (sh *shell) driftCommand() *cobra.Command {
	var target, seen string
	c := &cobra.Command{
		Use:   "drift CONTENT show|overwrite|adopt|detach --target TARGET",
		Short: "Decide about what somebody else changed at a target",
		Long: `When a target holds something that stet did not write, stet touches it no more and waits for a person:

  show       compare what is there with what stet published, field by field; this changes nothing
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
			if args[1] == "show" {
				return sh.showDrift(c, stet.Key{ContentID: args[0], Target: target})
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

// showDrift asks the target and prints what differs: short fields as two lines, long ones as a diff.
func (sh *shell) showDrift(c *cobra.Command, key stet.Key) error {
	s, err := sh.connect(c.Context())
	if err != nil {
		return err
	}
	defer s.close()
	list, err := s.Differences(c.Context(), key)
	if err != nil {
		return err
	}
	return sh.result(map[string]any{"content_id": key.ContentID, "target": key.Target, "differences": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintf(w, "%s at %s is as stet published it\n", clean(key.ContentID), key.Target)
		}
		for _, d := range list {
			fmt.Fprintf(w, "%s\n", clean(d.Field))
			for _, line := range strings.Split(strings.TrimSuffix(difference(d), "\n"), "\n") {
				fmt.Fprintf(w, "  %s\n", clean(line))
			}
		}
	})
}

// difference is one field before and after, without the names of files that a diff begins with.
func difference(d client.Difference) string {
	if !strings.Contains(d.Want+d.Have, "\n") {
		return "- " + d.Want + "\n+ " + d.Have
	}
	text := string(diff.Diff("published", []byte(d.Want+"\n"), "at the target", []byte(d.Have+"\n")))
	if at := strings.Index(text, "@@"); at >= 0 {
		text = text[at:]
	}
	return text
}
