package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"stet"
	"stet/internal/bench"
)

// serverVariable names the environment variable with the DSN of a server for throw-away databases; testenv/postgres
// sets it.
const serverVariable = "STET_TEST_POSTGRES"

func (sh *shell) benchCommand() *cobra.Command {
	opts := bench.Options{}
	markdown := false
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure stet on this machine, beside the limits of its disk and databases",
		Long: `Measure how many signed deliveries a second are on disk when they are answered, how long a publish takes from the
door to the page beyond the CMS's own time, what memory a server takes, and how fast it is back after a SIGKILL; and,
in the same run, what the disk and the databases' drivers reach alone. It takes about two minutes, makes everything
it needs and removes it again.

SQLite is always measured; PostgreSQL where --postgres or $STET_TEST_POSTGRES names a server on which databases may be
created. "make bench" starts one for the time of the run.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			program, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program: %w", err)
			}
			opts.Program = []string{program}
			if opts.Postgres == "" {
				opts.Postgres = sh.Getenv(serverVariable)
			}
			opts.Watch = func(note string) { sh.note("%s", note) }
			report, err := bench.Run(c.Context(), opts)
			switch {
			case err != nil && c.Context().Err() != nil:
				return c.Context().Err()
			case err != nil:
				return stet.Errorf(stet.Internal, "bench", "the measurements could not be made: %w", err)
			}
			return sh.result(report, func(w io.Writer) { writeBench(w, report, markdown) })
		},
	}
	f := c.Flags()
	f.StringVar(&opts.Postgres, "postgres", "", "`DSN` of a PostgreSQL server for throw-away databases (default $"+serverVariable+")")
	f.StringVar(&opts.Folder, "folder", "", "`folder` on the disk to measure (default: the system's temporary folder)")
	f.IntVar(&opts.Rounds, "rounds", 0, "how often each throughput is measured (default 3)")
	f.DurationVar(&opts.Duration, "round", 0, "how long each of them takes in a round (default 2s)")
	f.DurationVar(&opts.Quiet, "quiet", 0, "how long publishes at low load are measured (default 15s)")
	f.BoolVar(&markdown, "markdown", false, "write the result as Markdown, for docs/benchmarks.md")
	return c
}

func writeBench(w io.Writer, r bench.Report, markdown bool) {
	if markdown {
		r.WriteMarkdown(w)
		return
	}
	for _, fact := range r.Facts() {
		fmt.Fprintln(w, clean(fact))
	}
	fmt.Fprintln(w)
	rows := r.Table()
	for _, row := range rows {
		row[0] = strings.NewReplacer("**", "", "`", "").Replace(row[0])
	}
	table(w, rows[0], rows[1:])
	for _, s := range r.Stores {
		fmt.Fprintf(w, "\nThe commits of one publish on %s, each one fsync:\n", s.Name)
		for _, step := range s.Publish.Commits {
			fmt.Fprintf(w, "  %4.2g  %s\n", step.Count, clean(step.Name))
		}
	}
}
