// Package cli is the command line: one file per command, over the configuration, the API and the engine.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// System is the process's own surroundings.
func System() Env {
	return Env{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Now: time.Now}
}

// Env is what a command has to do with: results go to Out, progress and notes to Err.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	Now      func() time.Time
}

// shell is one run of the program: its surroundings and the flags that every command has.
type shell struct {
	Env
	json   bool
	config string
	server string
	token  string
	began  bool // the command line was right, and the command itself runs
}

// Run runs the command that args name and gives the exit code. Nothing but main calls os.Exit.
func Run(ctx context.Context, args []string, env Env) int {
	sh := &shell{Env: env}
	root := sh.root()
	root.SetArgs(args)
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	sh.watch(root)
	err := root.ExecuteContext(ctx)
	if err != nil && !sh.began {
		err = usage("%v", err)
	}
	if err != nil {
		sh.complain(err)
	}
	return exitCode(ctx, err)
}

// watch notes when a command begins: an error before that is one of the command line.
func (sh *shell) watch(c *cobra.Command) {
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error { sh.began = true; return run(c, args) }
	}
	for _, sub := range c.Commands() {
		sh.watch(sub)
	}
}

// complain writes the sentence of an error, and what to do where the error alone does not say it.
func (sh *shell) complain(err error) {
	if quiet, ok := errors.AsType[quietError](err); ok && quiet.told {
		return
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(sh.Err, "stet: interrupted")
		return
	}
	fmt.Fprintln(sh.Err, "stet:", clean(err.Error()))
}

func (sh *shell) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "stet",
		Short: "The last mile of publishing: exactly once in effect, never an older version over a newer one",
		Long: `stet takes announcements of content from writers, scripts and CMSs by signed webhook, checks them, and brings
them to their targets: exactly once in effect, never an older version over a newer one, with a log that shows
what happened.

Start here:
  stet demo                                see it work, in a minute, in a temporary folder
  stet init && stet serve                  set up a server in this folder and start it
  stet qa article.md                       judge an article before anybody sees it
  stet send --source cli article.md        publish an article`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              cobra.NoArgs,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&sh.config, "config", "c", "", "configuration `file` (default stet.yaml, or $STET_CONFIG)")
	flags.BoolVar(&sh.json, "json", false, "write the result as JSON")
	flags.StringVar(&sh.server, "server", "", "`URL` of the server to ask (default $STET_SERVER, else the one of the configuration)")
	flags.StringVar(&sh.token, "token", "", "API `token`; better given as $STET_TOKEN, because others may see command lines")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usage("%v; see `%s --help`", err, c.CommandPath()) })
	root.AddGroup(&cobra.Group{ID: "run", Title: "Run it:"}, &cobra.Group{ID: "write", Title: "Check what you write:"}, &cobra.Group{ID: "publish", Title: "Publish:"},
		&cobra.Group{ID: "see", Title: "See what happened:"}, &cobra.Group{ID: "decide", Title: "Decide:"})
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("run", sh.initCommand(), sh.serveCommand(), sh.doctorCommand(), sh.demoCommand(), sh.benchCommand())
	add("write", sh.qaCommand(), sh.policyCommand())
	add("publish", sh.sendCommand(), sh.publishCommand())
	add("see", sh.statusCommand(), sh.timelineCommand(), sh.eventsCommand(), sh.connectorsCommand(), sh.connectorCommand())
	add("decide", sh.rollbackCommand(), sh.releaseCommand(), sh.waiveCommand(), sh.driftCommand(), sh.deadLettersCommand())
	add("", sh.versionCommand(), exitCodesTopic())
	return root
}
