package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"stet/internal/policy"
	"stet/internal/policy/vale"
)

// imported is what `stet policy import-vale` did.
type imported struct {
	Folder string     `json:"folder"`
	Files  []string   `json:"files"`
	Left   []leftOver `json:"left,omitempty"`
}

// leftOver is a rule of the style, or a part of one, that has no translation.
type leftOver struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func (sh *shell) policyValeCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "import-vale STYLE --output FOLDER",
		Short: "Make a policy of the rules of a Vale style",
		Long: `Make a policy of a style of Vale: a folder with its *.yml files, or one that holds such folders. Every rule that can be
translated becomes one of the policy; what cannot is named with the reason. The rules keep the licence of their style.

Nothing that exists is overwritten.`,
		Example: `  stet policy import-vale styles/House --output policy-vale
  stet qa --policy policy-vale content`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			out, err := importVale(args[0], output)
			if err != nil {
				return err
			}
			return sh.result(out, func(w io.Writer) { sh.writeImported(w, out) })
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "`folder` for the policy")
	_ = c.MarkFlagRequired("output")
	return c
}

func importVale(style, folder string) (imported, error) {
	result, err := vale.Import(style)
	if err != nil {
		return imported{}, usage("%v", err)
	}
	files := []namedFile{{"policy.yaml", fmt.Appendf(nil, "# The rules of the Vale style %s, translated. To have the rules of stet as well, add: extends: default\nname: %s\n",
		result.Style, nameFrom(result.Style))}}
	for _, r := range result.Rules {
		files = append(files, namedFile{filepath.Join("rules", r.File), r.YAML})
	}
	laid, err := writePolicy(folder, files)
	if err != nil {
		return imported{}, err
	}
	out := imported{Folder: folder, Files: laid.Files}
	for _, l := range result.Left {
		out.Left = append(out.Left, leftOver(l))
	}
	if len(result.Rules) == 0 {
		return out, nil
	}
	if _, err := policy.Load(folder); err != nil {
		return out, fmt.Errorf("load the policy that was written: %w", err)
	}
	return out, nil
}

// nameFrom is a style's name as a policy may be called.
func nameFrom(style string) string {
	name := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return '-'
	}, strings.ToLower(style))
	if name = strings.Trim(name, "-"); name == "" || name == "." {
		return "vale"
	}
	return name
}

func (sh *shell) writeImported(w io.Writer, out imported) {
	for _, name := range out.Files {
		fmt.Fprintf(w, "wrote  %s\n", clean(name))
	}
	for _, l := range out.Left {
		fmt.Fprintf(w, "%s   %s: %s\n", sh.color(w, red, "left"), clean(l.Name), clean(l.Reason))
	}
	fmt.Fprintf(w, "%d files of rules, %d rules or parts of rules left\n", max(0, len(out.Files)-1), len(out.Left))
	if _, err := os.Stat(filepath.Join(out.Folder, "rules")); err == nil {
		sh.note("\nNext:\n  stet policy list --policy %s", out.Folder)
	}
}
