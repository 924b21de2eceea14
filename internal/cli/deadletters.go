package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"stet"
	"stet/internal/client"
)

var classes = []string{string(stet.DeadContent), string(stet.DeadConfiguration), string(stet.DeadTargetDown), string(stet.DeadPoison)}

func (sh *shell) deadLettersCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "deadletters",
		Aliases: []string{"dead-letters"},
		Short:   "See work that was given up, and try it again or let it go",
		Long: `A dead letter is work that was given up, with its reason and what to do. Its class says who can help: content (the
author), configuration (the operator), target_down (nobody here), poison (a fault of stet).`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(sh.lettersList(), sh.letterShow(),
		sh.lettersClose("redrive", "Try dead letters again", "The same apply is tried again where there is one, else the newest ready version."),
		sh.lettersClose("discard", "Give dead letters up for good", "Nothing is published or taken down by this."))
	return c
}

func (sh *shell) lettersList() *cobra.Command {
	var status string
	var which client.Letters
	c := &cobra.Command{
		Use:   "list",
		Short: "List dead letters",
		Long:  "List dead letters, oldest first. With --json, one line of JSON for each.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := sh.connect(c.Context())
			if err != nil {
				return err
			}
			defer s.close()
			var letters []client.DeadLetter
			err = s.DeadLetters(c.Context(), status, func(l client.DeadLetter) error {
				if fits(which, l) {
					letters = append(letters, l)
				}
				return nil
			})
			if err != nil {
				return err
			}
			return sh.tellLetters(letters, "there are none")
		},
	}
	c.Flags().StringVar(&status, "status", "open", "open, redriven, discarded, superseded or any")
	sh.letterFilters(c, &which)
	return c
}

func fits(which client.Letters, l client.DeadLetter) bool {
	return (which.Class == "" || which.Class == l.Class) && (which.Target == "" || which.Target == l.Target) &&
		(which.ContentID == "" || which.ContentID == l.ContentID)
}

func (sh *shell) letterFilters(c *cobra.Command, which *client.Letters) {
	f := c.Flags()
	f.StringVar((*string)(&which.Class), "class", "", "only this `class`: content, configuration, target_down, poison")
	f.StringVarP(&which.Target, "target", "t", "", "only this `target`")
	f.StringVar(&which.ContentID, "content", "", "only this `content`")
	_ = c.RegisterFlagCompletionFunc("target", sh.completeTargets)
	_ = c.RegisterFlagCompletionFunc("class", cobra.FixedCompletions(classes, cobra.ShellCompDirectiveNoFileComp))
}

func (sh *shell) letterShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one dead letter with every try",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := sh.connect(c.Context())
			if err != nil {
				return err
			}
			defer s.close()
			l, err := s.DeadLetter(c.Context(), args[0])
			if err != nil {
				return err
			}
			return sh.result(l, func(w io.Writer) { writeLetter(w, l) })
		},
	}
}

func writeLetter(w io.Writer, l client.DeadLetter) {
	fmt.Fprintf(w, "%s  %s at %s, %s, %s\n\n  why   %s\n  do    %s\n", l.ID, clean(l.ContentID), l.Target, l.Status, at(l.At), clean(l.Reason), clean(l.Advice))
	if len(l.Attempts) == 0 {
		return
	}
	fmt.Fprintln(w, "\n  tries")
	for _, a := range l.Attempts {
		fmt.Fprintf(w, "  %s  %s  %s\n", at(a.At), a.Code, clean(a.Reason))
	}
}

func (sh *shell) lettersClose(verb, short, long string) *cobra.Command {
	var which client.Letters
	c := &cobra.Command{
		Use:   verb + " [ID...]",
		Short: short,
		Long:  long + "\n\nName dead letters by their id, or choose open ones by --class, --target and --content, or all with --all.",
		RunE: func(c *cobra.Command, ids []string) error {
			choices, err := choicesOf(which, ids)
			if err != nil {
				return err
			}
			return sh.decide(c, func(s *session) error {
				var closed []client.DeadLetter
				for _, choice := range choices {
					letters, err := s.CloseLetters(c.Context(), verb, choice)
					if err != nil {
						return err
					}
					closed = append(closed, letters...)
				}
				if which.DryRun {
					sh.note("would %s %d", verb, len(closed))
				}
				return sh.tellLetters(closed, "no open dead letter fits")
			})
		},
	}
	sh.letterFilters(c, &which)
	c.Flags().BoolVar(&which.All, "all", false, "all open ones")
	c.Flags().BoolVar(&which.DryRun, "dry-run", false, "say what would happen and change nothing")
	return c
}

// choicesOf are the requests that a command line means: one for each id, or one by filter.
func choicesOf(which client.Letters, ids []string) ([]client.Letters, error) {
	filtered := which.All || which.Class != "" || which.Target != "" || which.ContentID != ""
	if filtered == (len(ids) > 0) {
		return nil, usage("say which dead letters: ids, or a filter (--class, --target, --content), or --all")
	}
	if filtered {
		return []client.Letters{which}, nil
	}
	var list []client.Letters
	for _, id := range ids {
		list = append(list, client.Letters{ID: id, DryRun: which.DryRun})
	}
	return list, nil
}

func (sh *shell) tellLetters(letters []client.DeadLetter, none string) error {
	if sh.json {
		for _, l := range letters {
			if err := sh.line(l); err != nil {
				return err
			}
		}
		return nil
	}
	if len(letters) == 0 {
		sh.note("%s", none)
		return nil
	}
	var rows [][]string
	for _, l := range letters {
		rows = append(rows, []string{l.ID, l.ContentID, l.Target, string(l.Class), at(l.At), l.Reason})
	}
	table(sh.Out, []string{"ID", "CONTENT", "TARGET", "CLASS", "SINCE", "REASON"}, rows)
	return nil
}
