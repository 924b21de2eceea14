package cli

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"
)

func (sh *shell) completeSources(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	cfg, err := sh.load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return slices.Sorted(maps.Keys(cfg.Sources)), cobra.ShellCompDirectiveNoFileComp
}

func (sh *shell) completeTargets(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	cfg, err := sh.load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return slices.Sorted(maps.Keys(cfg.Targets)), cobra.ShellCompDirectiveNoFileComp
}
