package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stet/connector"
	"stet/connector/all"
	"stet/connector/probe"
)

// probePatience is how long a probe may take; it makes some twenty calls.
const probePatience = 5 * time.Minute

func (sh *shell) connectorCommand() *cobra.Command {
	group := &cobra.Command{Use: "connector", Short: "Try a target of your own", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	group.AddCommand(&cobra.Command{
		Use:   "test TARGET",
		Short: "Try without harm what a target can promise",
		Long: `Try a target of stet.yaml: reach it, look for what is not there, make drafts under a marker, read them back and remove
them. Nothing is ever public. Where a write would be public at once, none is made. Ends with what the target can
promise, and with 1 if something that was tried went wrong.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return sh.probe(c.Context(), args[0]) },
	})
	return group
}

func (sh *shell) probe(ctx context.Context, name string) error {
	cfg, err := sh.load()
	if err != nil {
		return err
	}
	target, found := cfg.Targets[name]
	if !found {
		names := slices.Sorted(maps.Keys(cfg.Targets))
		return usage("there is no target %q in %s; there are %s", name, sh.configFile(), strings.Join(names, ", "))
	}
	spec, _ := all.Find(target.Kind) // the configuration was checked
	opened, err := spec.Open(ctx, connector.Env{Target: name, Options: target.OptionValues()})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	report, err := probe.Run(ctx, opened)
	if shown := sh.result(report, func(w io.Writer) { sh.writeProbe(w, report) }); err == nil {
		err = shown
	}
	if err == nil && !report.Passed() {
		return failed("target %s did not do all that its kind says", name)
	}
	return err
}

func (sh *shell) writeProbe(w io.Writer, r probe.Report) {
	for _, s := range r.Steps {
		mark, color := "ok", green
		switch {
		case s.Skipped:
			mark, color = "skip", faint
		case !s.Passed:
			mark, color = "wrong", red
		}
		fmt.Fprintf(w, "%s  %-28s %s\n", sh.color(w, color, fmt.Sprintf("%-5s", mark)), s.Name, clean(s.Detail))
	}
	fmt.Fprintf(w, "\nclass %s\n", r.Capabilities.Class)
	for _, p := range r.Promises {
		fmt.Fprintln(w, "- "+p)
	}
	for _, id := range r.Left {
		fmt.Fprintln(w, "left behind, delete it by hand: "+clean(id))
	}
}
