package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"stet"
	"stet/internal/policy"
	"stet/internal/qa"
)

func (sh *shell) policyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "policy",
		Short: "Write, test, compare and explain policies",
		Long: `Policies are folders: policy.yaml, rules/, terms/, facts/, cases/, kb/ and waivers.yaml. These commands look at a policy
itself; stet qa judges articles by it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(sh.policyInitCommand(), sh.policyListCommand(), sh.policyExplainCommand(), sh.policyTestCommand(), sh.policyDiffCommand(),
		sh.policyValeCommand())
	return c
}

// pack is the policy that a flag names, else the one of the configuration, else the pack default.
func (sh *shell) pack(named string) (*policy.Pack, error) {
	if named == "" {
		var err error
		if named, err = sh.configuredPolicy(); err != nil {
			return nil, err
		}
	}
	pack, err := policy.LoadCached(cmp.Or(named, "default"), cached("kb"))
	if known, ok := errors.AsType[*stet.Error](err); ok {
		return nil, usage("%s", known.Message)
	} else if err != nil {
		return nil, usage("%v", err)
	}
	return pack, nil
}

// cached is a place of ours in the user's cache; empty where there is none.
func cached(name string) string {
	folder, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "stet", name)
}

// configuredPolicy is what policy: of stet.yaml names, as stet serve understands it; empty where there is none. Nothing
// else of the file is looked at: whoever judges articles need not have the secrets that it names.
func (sh *shell) configuredPolicy() (string, error) {
	name := sh.configFile()
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) && sh.config == "" && sh.Getenv("STET_CONFIG") == "" {
		return "", nil
	}
	if err != nil {
		return "", usage("cannot read the configuration: %v", err)
	}
	var file struct {
		Policy string `yaml:"policy"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return "", usage("%s is no YAML; stet doctor says more: %v", name, err)
	}
	if file.Policy == "" {
		return "", nil
	}
	folder := file.Policy
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(filepath.Dir(name), folder)
	}
	if _, err := os.Stat(filepath.Join(folder, "policy.yaml")); err != nil && slices.Contains(policy.ShippedNames(), file.Policy) {
		return file.Policy, nil
	}
	return folder, nil
}

// listed is a line of `stet policy list`.
type listed struct {
	ID       string      `json:"id"`
	Kind     string      `json:"kind"`
	Category qa.Category `json:"category"`
	Severity qa.Severity `json:"severity"`
	Weight   int         `json:"weight"`
	Remedy   string      `json:"remedy,omitempty"`
	File     string      `json:"file"`
	Line     int         `json:"line"`
}

func (sh *shell) policyListCommand() *cobra.Command {
	var named string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the rules of a policy",
		Long:  "List the rules of a policy that are switched on, those of the packs it extends included, with kind, severity and weight.",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			pack, err := sh.pack(named)
			if err != nil {
				return err
			}
			list, rows := []listed{}, [][]string{}
			for _, r := range pack.Rules {
				list = append(list, listed{r.ID, r.Kind, r.Category, r.Severity, r.Weight, r.Remedy, r.File, r.Line})
				rows = append(rows, []string{r.ID, r.Kind, string(r.Severity), fmt.Sprint(r.Weight), short(cmp.Or(r.Remedy, r.Why), 80)})
			}
			return sh.result(list, func(w io.Writer) {
				fmt.Fprintf(w, "%s: %d rules, threshold %d\n\n", pack.Version(), len(list), pack.Threshold)
				table(w, []string{"RULE", "KIND", "SEVERITY", "WEIGHT", "WHAT TO DO"}, rows)
			})
		},
	}
	sh.policyFlag(c, &named)
	return c
}

func (sh *shell) policyExplainCommand() *cobra.Command {
	var named string
	c := &cobra.Command{
		Use:   "explain RULE",
		Short: "Say what a rule is for, what it finds, and how to waive it",
		Long: `Say what a rule of a policy is for: why it is there, where it looks, its settings, what it finds and what it does not,
how its fix works and how a finding is waived. The id may be short (VOI-002) where one rule alone begins so.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			pack, err := sh.pack(named)
			if err != nil {
				return err
			}
			e, err := policy.Explain(c.Context(), pack, args[0])
			if err != nil {
				return usage("%v", err)
			}
			return sh.result(e, func(w io.Writer) { fmt.Fprint(w, clean(e.String())) })
		},
	}
	sh.policyFlag(c, &named)
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		pack, err := sh.pack(named)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var ids []string
		for _, r := range pack.Rules {
			ids = append(ids, r.ID+"\t"+strings.SplitN(r.Remedy, "\n", 2)[0])
		}
		return ids, cobra.ShellCompDirectiveNoFileComp
	}
	return c
}
