package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"stet/internal/client"
	"stet/internal/ledger"
	"stet/internal/state"
	"stet/internal/store"
)

func (sh *shell) eventsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "events",
		Short: "Read, export and verify the log",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(sh.eventsList(), sh.eventsExport(), sh.eventsVerify(), sh.eventsRebuild())
	return c
}

func eventFilters(c *cobra.Command, f *client.EventFilter) {
	c.Flags().Int64Var(&f.After, "after", 0, "only events after this `seq`")
	c.Flags().StringVar(&f.Type, "type", "", "only events of this `type`, such as publish_succeeded")
	c.Flags().StringVar(&f.Content, "content", "", "only events of this `content`")
	c.Flags().StringVarP(&f.Target, "target", "t", "", "only events at this `target`")
}

func (sh *shell) eventsList() *cobra.Command {
	var f client.EventFilter
	c := &cobra.Command{
		Use:   "list",
		Short: "List events in the order of the log",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.Limit < 1 || f.Limit > 1000 {
				return usage("--limit is %d; it must be 1 to 1000; for the whole log use stet events export", f.Limit)
			}
			s, err := sh.connect(c.Context())
			if err != nil {
				return err
			}
			defer s.close()
			page, err := s.Events(c.Context(), f)
			if err != nil {
				return err
			}
			for _, e := range page.Events {
				if !sh.json {
					fmt.Fprintf(sh.Out, "%6d  %-24s ", e.Seq, clean(short(e.ContentID, 24)))
				}
				if err := sh.writeEvent(sh.Out, e); err != nil {
					return err
				}
			}
			if len(page.Events) == f.Limit {
				sh.note("there may be more: --after %d", page.After)
			}
			return nil
		},
	}
	eventFilters(c, &f)
	c.Flags().IntVar(&f.Limit, "limit", 100, "how many at most")
	return c
}

func (sh *shell) eventsExport() *cobra.Command {
	var f client.EventFilter
	var output string
	c := &cobra.Command{
		Use:   "export",
		Short: "Write events as lines of JSON, to the end of the log",
		Long:  "Write events as lines of JSON (stet.log-event/1), to the end of the log. The log holds the bodies of what was sent.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := sh.connect(c.Context())
			if err != nil {
				return err
			}
			defer s.close()
			if output == "" {
				return export(c.Context(), s, f, sh.Out)
			}
			file, err := os.OpenFile(output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return usage("cannot write %s: %v", output, err)
			}
			err = export(c.Context(), s, f, file)
			if closeErr := file.Close(); err == nil {
				err = closeErr
			}
			return err
		},
	}
	eventFilters(c, &f)
	c.Flags().StringVarP(&output, "output", "o", "", "new `file` to write to, for your eyes only (default: standard output)")
	return c
}

// exportPage is how many events are asked for at once.
const exportPage = 200

func export(ctx context.Context, s *session, f client.EventFilter, w io.Writer) error {
	out := &shell{Env: Env{Out: w}}
	for f.Limit = exportPage; ; {
		page, err := s.Events(ctx, f)
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			if err := out.line(e); err != nil {
				return err
			}
		}
		if len(page.Events) < f.Limit {
			return nil
		}
		f.After = page.After
	}
}

// verified is what `stet events verify` found.
type verified struct {
	OK    bool   `json:"ok"`
	Size  int64  `json:"size"`
	Head  string `json:"head,omitempty"`
	Fault string `json:"fault,omitempty"`
}

func (sh *shell) eventsVerify() *cobra.Command {
	var kept []string
	c := &cobra.Command{
		Use:   "verify [--head SIZE:ROOT]",
		Short: "Recompute every hash of the log",
		Long: `Read the whole log from the store, recompute its hashes, and compare them with what is stored and with heads that
you kept from earlier. Keep the head that this prints elsewhere: it proves later that nothing before it was changed.

The store is read itself, so with the embedded store the server must not be running.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var heads []ledger.Head
			for _, text := range kept {
				head, err := ledger.ParseHead(text)
				if err != nil {
					return usage("--head: %v", err)
				}
				heads = append(heads, head)
			}
			return sh.withStore(c.Context(), func(ctx context.Context, db *store.DB) error {
				var head ledger.Head
				err := db.View(ctx, func(r state.Reader) (err error) { head, err = store.Verify(r, heads...); return err })
				return sh.tellVerified(head, err)
			})
		},
	}
	c.Flags().StringArrayVar(&kept, "head", nil, "`SIZE:ROOT` that was kept from earlier; may be repeated")
	return c
}

func (sh *shell) tellVerified(head ledger.Head, err error) error {
	if err == nil {
		out := verified{OK: true, Size: head.Size, Head: head.String()}
		return sh.result(out, func(w io.Writer) { fmt.Fprintf(w, "the log is whole: %d events\nhead %s\n", head.Size, head) })
	}
	if fault := asFault(err); fault != nil {
		if writeErr := sh.result(verified{Size: fault.Seq, Fault: fault.Error()}, func(io.Writer) {}); writeErr != nil {
			return writeErr
		}
		return failed("the log is not what was written: %v", fault)
	}
	return err
}

func (sh *shell) eventsRebuild() *cobra.Command {
	var check bool
	c := &cobra.Command{
		Use:   "rebuild [--check]",
		Short: "Make the state again from the log",
		Long: `Fold the whole log again and compare the result with the stored state. With --check, only say what differs; without,
make the stored state what the log says, in one transaction.

The store is used itself, so with the embedded store the server must not be running.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return sh.withStore(c.Context(), func(ctx context.Context, db *store.DB) (err error) {
				var found []store.Difference
				if check {
					err = db.View(ctx, func(r state.Reader) (err error) { found, err = store.Check(r); return err })
				} else {
					found, err = store.Rebuild(ctx, db)
				}
				if err != nil {
					return err
				}
				return sh.tellDifferences(found, check)
			})
		},
	}
	c.Flags().BoolVar(&check, "check", false, "say what differs and change nothing")
	return c
}

func (sh *shell) tellDifferences(found []store.Difference, check bool) error {
	lines := []string{}
	for _, d := range found {
		lines = append(lines, d.String())
	}
	out := struct {
		Differences []string `json:"differences"`
		Repaired    bool     `json:"repaired"`
	}{lines, !check && len(lines) > 0}
	err := sh.result(out, func(w io.Writer) {
		if len(lines) == 0 {
			fmt.Fprintln(w, "the state is what the log says")
			return
		}
		fmt.Fprintln(w, clean(strings.Join(lines, "\n")))
	})
	switch {
	case err != nil || len(lines) == 0:
		return err
	case check:
		return failed("%d values are not what the log says; stet events rebuild repairs them", len(lines))
	}
	sh.note("repaired %d values", len(lines))
	return nil
}

// withStore opens the store of the configuration for this command alone.
func (sh *shell) withStore(ctx context.Context, do func(context.Context, *store.DB) error) error {
	cfg, err := sh.load()
	if err != nil {
		return err
	}
	s, err := sh.openStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer s.close()
	return do(ctx, s.app.DB())
}
