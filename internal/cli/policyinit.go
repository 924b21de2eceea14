package cli

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stet/internal/config"
	"stet/internal/policy"
	"stet/policies"
)

// starter is what a new policy holds beside its policy.yaml.
//
//go:embed starter
var starter embed.FS

func (sh *shell) policyInitCommand() *cobra.Command {
	var full string
	c := &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Write a policy that extends the default pack, with comments",
		Long: `Write a policy into a folder (default: policy): a policy.yaml that extends the pack default, a file for rules of
your own, and a README.md with examples of terms, facts, cases and waivers. With --full, the files of a pack that ships with stet are copied
instead, to be changed freely; such a copy no longer follows what later versions of stet bring.

Nothing that exists is overwritten.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			folder := "policy"
			if len(args) == 1 {
				folder = args[0]
			}
			files, err := policyFiles(full)
			if err != nil {
				return err
			}
			out, err := writePolicy(folder, files)
			if err != nil {
				return err
			}
			return sh.result(out, func(w io.Writer) { out.write(sh, w) })
		},
	}
	c.Flags().StringVar(&full, "full", "", "copy all files of a `pack` that ships with stet")
	c.Flags().Lookup("full").NoOptDefVal = "default"
	_ = c.RegisterFlagCompletionFunc("full", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return policy.ShippedNames(), cobra.ShellCompDirectiveNoFileComp
	})
	return c
}

// namedFile is a file that is to be written, with its name in the folder.
type namedFile struct {
	name string
	text []byte
}

// policyFiles are the files of a new policy, or of a pack that ships with stet.
func policyFiles(pack string) ([]namedFile, error) {
	if pack == "" {
		first, err := examplePolicy()
		if err != nil {
			return nil, err
		}
		rest, err := filesOf(starter, "starter")
		return append([]namedFile{{"policy.yaml", first}}, rest...), err
	}
	if !slices.Contains(policy.ShippedNames(), pack) {
		return nil, usage("no pack %q ships with stet; there are %s", pack, strings.Join(policy.ShippedNames(), ", "))
	}
	return filesOf(policies.FS, pack)
}

func filesOf(from fs.FS, folder string) (files []namedFile, err error) {
	err = fs.WalkDir(from, folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(from, name)
		files = append(files, namedFile{strings.TrimPrefix(name, folder+"/"), text})
		return err
	})
	return files, err
}

// examplePolicy is the policy.yaml that stet init writes.
func examplePolicy() ([]byte, error) {
	scratch, err := os.MkdirTemp("", "stet-init-")
	if err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }() // the system clears what is left
	if _, err := config.Init(scratch); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(scratch, "policy", "policy.yaml"))
}

// writePolicy writes the files of a policy into a folder where none of them is.
func writePolicy(folder string, files []namedFile) (laid, error) {
	out := laid{Folder: folder, policy: true}
	for _, f := range files {
		path := filepath.Join(folder, filepath.FromSlash(f.name))
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return out, usage("%s exists already, and nothing was written; choose another folder", path)
		}
		out.Files = append(out.Files, path)
	}
	for i, path := range out.Files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // a policy is no secret
			return out, fmt.Errorf("make folder: %w", err)
		}
		if err := os.WriteFile(path, files[i].text, 0o644); err != nil { //nolint:gosec // a policy is no secret
			return out, fmt.Errorf("write policy: %w", err)
		}
	}
	return out, nil
}
