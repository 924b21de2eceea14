package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stet"
	"stet/internal/client"
)

func (sh *shell) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status [CONTENT]",
		Short: "Show where contents stand at their targets",
		Long: `Show where every content stands at every target, or all there is to know of one: with the gate's report on its newest
version and, for an editor, the token with which its source may send a refused version once more.

With --json and no CONTENT, one line of JSON for each content.`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: sh.completeContents,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := sh.connect(c.Context())
			if err != nil {
				return err
			}
			defer s.close()
			if len(args) == 0 {
				return sh.statusOfAll(c.Context(), s)
			}
			content, err := s.Content(c.Context(), args[0])
			if err != nil {
				return err
			}
			report, err := s.Report(c.Context(), args[0], 0)
			if err != nil {
				return err
			}
			return sh.result(statusOf{content, report}, func(w io.Writer) { sh.writeContent(w, content); sh.writeVerdict(w, report) })
		},
	}
}

// statusOf is one content with the report on its newest version.
type statusOf struct {
	client.Content
	Report client.Report `json:"report"`
}

func (sh *shell) statusOfAll(ctx context.Context, s *session) error {
	var rows [][]string
	err := s.Contents(ctx, func(c client.Content) error {
		if sh.json {
			return sh.line(c)
		}
		for _, p := range c.Publications {
			rows = append(rows, []string{c.ContentID, p.Target, stateOf(p), live(p), fmt.Sprint(c.Version), firstOf(p.URL, p.Reason)})
		}
		if len(c.Publications) == 0 {
			hint := ""
			if c.Gate == "failed" {
				hint = "stet status " + c.ContentID + " shows the report"
			}
			rows = append(rows, []string{c.ContentID, "-", c.Gate, "-", fmt.Sprint(c.Version), hint})
		}
		return nil
	})
	if err != nil || sh.json {
		return err
	}
	if len(rows) == 0 {
		sh.note("there is no content yet; `stet send` brings some")
		return nil
	}
	table(sh.Out, []string{"CONTENT", "TARGET", "STATE", "LIVE", "NEWEST", ""}, rows)
	return nil
}

func (sh *shell) writeContent(w io.Writer, c client.Content) {
	fmt.Fprintf(w, "%s  from source %s, newest version %d (%s), %s\n", sh.color(w, bold, clean(c.ContentID)), c.Source, c.Version, c.Gate, at(c.UpdatedAt))
	if c.Withdrawn {
		fmt.Fprintln(w, "  the newest version was asked to be taken down")
	}
	for _, p := range c.Publications {
		fmt.Fprintf(w, "\n  %s  %s\n", sh.color(w, bold, p.Target), sh.color(w, stateColor(p), stateOf(p)))
		for _, line := range [][2]string{{"live", live(p)}, {"url", p.URL}, {"remote id", p.RemoteID}, {"since", at(p.UpdatedAt)}, {"why", p.Reason},
			{"tries", tries(p)}, {"not before", optional(p.NotBefore)}, {"hold", held(p)}} {
			if line[1] != "" && line[1] != "-" {
				fmt.Fprintf(w, "    %-11s %s\n", line[0], clean(line[1]))
			}
		}
	}
}

// stateOf is the state in a word, with what is still to come.
func stateOf(p client.Publication) string {
	if p.Hold {
		return string(p.State) + ", on hold"
	}
	if p.Pending && p.State != stet.StateQueued && p.State != stet.StatePublishing {
		return string(p.State) + ", pending"
	}
	return string(p.State)
}

func stateColor(p client.Publication) string {
	switch p.State {
	case stet.StatePublished, stet.StateSettled:
		return green
	case stet.StateDead, stet.StateDrifted, stet.StateSlugConflict, stet.StateNeedsOperator:
		return red
	}
	return faint
}

func live(p client.Publication) string {
	if p.Version == 0 || !p.Public {
		return "-"
	}
	return fmt.Sprint(p.Version)
}

func tries(p client.Publication) string {
	if p.Attempts == 0 {
		return ""
	}
	return fmt.Sprint(p.Attempts)
}

func held(p client.Publication) string {
	if !p.Hold {
		return ""
	}
	return "later versions wait for `stet release`"
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}

// at is a time for a person, in the zone of the machine.
func at(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

func optional(t *time.Time) string {
	if t == nil {
		return ""
	}
	return at(*t)
}

func (sh *shell) completeContents(c *cobra.Command, args []string, prefix string) (ids []string, _ cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	quiet := *sh
	quiet.Err = io.Discard
	s, err := quiet.connect(c.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer s.close()
	_ = s.Contents(c.Context(), func(content client.Content) error { // what was found until an error is a help too
		if strings.HasPrefix(content.ContentID, prefix) {
			ids = append(ids, content.ContentID)
		}
		return nil
	})
	return ids, cobra.ShellCompDirectiveNoFileComp
}
