package cli

import (
	"github.com/spf13/cobra"

	"stet/internal/app"
)

func (sh *shell) serveCommand() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the server: the door, the API, and the work",
		Long: `Run the server of a configuration: it takes events at its door, publishes them to the targets, and answers the API.
It runs until SIGTERM or Ctrl-C, lets running work end, and gives the rest back to the queue.

The banner on standard error appears once requests are answered.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := sh.load()
			if err != nil {
				return err
			}
			if listen != "" {
				cfg.Listen = listen
			}
			a, err := app.Open(c.Context(), cfg, app.Options{Version: thisBuild().Version, Stderr: sh.Err})
			if err != nil {
				return err
			}
			return a.Serve(c.Context())
		},
	}
	c.Flags().StringVar(&listen, "listen", "", "`HOST:PORT` to listen at, in place of the one of the configuration; port 0 takes a free one")
	return c
}
