package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"stet/internal/config"
)

// laid is what init has written, or would write.
type laid struct {
	Folder string   `json:"folder"`
	Files  []string `json:"files"`
	Kept   []string `json:"kept_aside,omitempty"` // what stood there before, under its new name
	DryRun bool     `json:"dry_run"`

	policy bool // it was a policy alone
}

func (sh *shell) initCommand() *cobra.Command {
	var force, dryRun bool
	c := &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Write a first configuration, with secrets, into a folder",
		Long: `Write stet.yaml with a comment on every key, a policy, a signing secret for the source newsroom and
an API token. Secrets are files that only you can read.

Nothing that exists is overwritten. With --force, what exists is first renamed to NAME.old.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			folder := "."
			if len(args) == 1 {
				folder = args[0]
			}
			out, err := layOut(folder, force, dryRun)
			if err != nil {
				return err
			}
			return sh.result(out, func(w io.Writer) { out.write(sh, w) })
		},
	}
	c.Flags().BoolVar(&force, "force", false, "rename what exists to NAME.old and write anew")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be written and write nothing")
	return c
}

func layOut(folder string, force, dryRun bool) (laid, error) {
	out := laid{Folder: folder, DryRun: dryRun}
	names, err := initialFiles()
	if err != nil {
		return out, err
	}
	for _, name := range names {
		path := filepath.Join(folder, name)
		_, err := os.Lstat(path)
		there := !errors.Is(err, fs.ErrNotExist)
		if there && !force {
			return out, usage("%s exists already, and nothing was written; choose another folder, or use --force to rename what exists to NAME.old", path)
		}
		if there {
			out.Kept = append(out.Kept, path+".old")
		}
		if there && !dryRun {
			if err := os.Rename(path, path+".old"); err != nil {
				return out, fmt.Errorf("put %s aside: %w", path, err)
			}
		}
		out.Files = append(out.Files, path)
	}
	if dryRun {
		return out, nil
	}
	if _, err := config.Init(folder); err != nil {
		return out, err
	}
	more, err := filesOf(starter, "starter")
	if err != nil {
		return out, err
	}
	_, err = writePolicy(filepath.Join(folder, "policy"), more)
	return out, err
}

// initialFiles are the names that config.Init writes, learnt by writing them elsewhere, and what else a policy begins with.
func initialFiles() (names []string, err error) {
	scratch, err := os.MkdirTemp("", "stet-init-")
	if err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }() // the system clears what is left
	written, err := config.Init(scratch)
	for _, path := range written {
		if name, relErr := filepath.Rel(scratch, path); relErr == nil {
			names = append(names, name)
		}
	}
	if err != nil {
		return nil, err
	}
	more, err := filesOf(starter, "starter")
	for _, f := range more {
		names = append(names, filepath.Join("policy", f.name))
	}
	return names, err
}

func (l laid) write(sh *shell, w io.Writer) {
	verb := "wrote"
	if l.DryRun {
		verb = "would write"
	}
	for _, path := range l.Kept {
		fmt.Fprintf(w, "%s  %s\n", "kept as", path)
	}
	for _, path := range l.Files {
		fmt.Fprintf(w, "%s  %s\n", verb, path)
	}
	if l.policy {
		sh.note("\nNext:\n  stet policy list --policy %s\n  stet qa --policy %s article.md", l.Folder, l.Folder)
		return
	}
	if !l.DryRun {
		at := ""
		if l.Folder != "." {
			at = "cd " + l.Folder + " && "
		}
		sh.note("\nNext: look at targets: in stet.yaml, then\n  %sstet serve\n  stet send --source newsroom article.md", at)
	}
}
