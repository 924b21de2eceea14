package cli

import (
	"os"

	"github.com/spf13/cobra"
)

// Commands are the full names of all commands, without the program's.
func Commands() (names []string) {
	sh := &shell{Env: Env{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}}
	var walk func(c *cobra.Command, prefix string)
	walk = func(c *cobra.Command, prefix string) {
		for _, sub := range c.Commands() {
			names = append(names, prefix+sub.Name())
			walk(sub, prefix+sub.Name()+" ")
		}
	}
	walk(sh.root(), "")
	return names
}
