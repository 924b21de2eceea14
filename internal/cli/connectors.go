package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"stet/connector"
	"stet/connector/all"
)

// kind is a connector as this command tells it.
type kind struct {
	Kind         string                  `json:"kind"`
	Title        string                  `json:"title"`
	Options      []option                `json:"options"`
	Capabilities *connector.Capabilities `json:"capabilities,omitempty"` // absent where they need a configured target
}

type option struct {
	Name     string   `json:"name"`
	Help     string   `json:"help"`
	Default  string   `json:"default,omitempty"`
	Required bool     `json:"required,omitempty"`
	Secret   bool     `json:"secret,omitempty"`
	Path     bool     `json:"path,omitempty"`
	OneOf    []string `json:"one_of,omitempty"`
}

func (sh *shell) connectorsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "connectors [KIND]",
		Short: "List the kinds of target, what they can promise and what they need",
		Long: `List the kinds of target of this program. With KIND, show its options as they stand under options: of a target
in stet.yaml, and what a target of this kind can promise.`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return all.Kinds(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return sh.listConnectors(c)
			}
			spec, found := all.Find(args[0])
			if !found {
				return usage("there is no connector %q; there are %s", args[0], strings.Join(all.Kinds(), ", "))
			}
			k := describe(c, spec)
			return sh.result(k, func(w io.Writer) { k.write(w) })
		},
	}
}

func (sh *shell) listConnectors(c *cobra.Command) error {
	var kinds []kind
	var rows [][]string
	for _, spec := range all.Specs() {
		k := describe(c, spec)
		kinds = append(kinds, k)
		rows = append(rows, []string{k.Kind, k.Title, k.class(), k.promises()})
	}
	return sh.result(kinds, func(w io.Writer) { table(w, []string{"KIND", "TITLE", "CLASS", "CAN"}, rows) })
}

func describe(c *cobra.Command, spec connector.Spec) kind {
	k := kind{Kind: spec.Kind, Title: spec.Title}
	values := map[string]string{}
	for _, o := range spec.Options {
		k.Options = append(k.Options, option(o))
		values[o.Name] = o.Default
		if o.Required && o.Default == "" {
			values[o.Name] = "example"
		}
		if strings.HasSuffix(o.Name, "url") {
			values[o.Name] = "https://example.com/"
		}
	}
	// Capabilities belong to an opened connector; opening makes no call, so example values do.
	if opened, err := spec.Open(c.Context(), connector.Env{Target: "example", Options: values}); err == nil {
		caps := opened.Capabilities()
		k.Capabilities = &caps
	}
	return k
}

func (k kind) class() string {
	if k.Capabilities == nil {
		return "-"
	}
	return string(k.Capabilities.Class)
}

func (k kind) promises() string {
	caps := k.Capabilities
	if caps == nil {
		return "depends on the target's options"
	}
	var can []string
	for _, c := range []struct {
		name string
		is   bool
	}{{"drafts", caps.Drafts}, {"ids of our own", caps.ClientIDs}, {"separate drafts", caps.SeparateDraft}, {"locking", caps.Locking},
		{"strong lookup", caps.StrongLookup}, {"atomic upsert", caps.Upsert}, {"unpublish", caps.Unpublish}, {"trash", caps.Trash}} {
		if c.is {
			can = append(can, c.name)
		}
	}
	return strings.Join(append(can, caps.BodyFormats...), ", ")
}

func (k kind) write(w io.Writer) {
	fmt.Fprintf(w, "%s: %s\nclass %s: %s\n\n", k.Kind, k.Title, k.class(), k.promises())
	var rows [][]string
	for _, o := range k.Options {
		var facts []string
		if o.Required {
			facts = append(facts, "required")
		}
		if o.Secret {
			facts = append(facts, "secret")
		}
		if o.Default != "" {
			facts = append(facts, "default "+o.Default)
		}
		if len(o.OneOf) > 0 {
			facts = append(facts, "one of "+strings.Join(o.OneOf, ", "))
		}
		rows = append(rows, []string{o.Name, strings.Join(facts, "; "), o.Help})
	}
	table(w, []string{"OPTION", "", "HELP"}, rows)
}
