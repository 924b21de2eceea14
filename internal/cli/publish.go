package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"stet"
	"stet/internal/client"
)

// published is what became of `stet publish`.
type published struct {
	ContentID string                `json:"content_id"`
	Version   int64                 `json:"version"`
	Target    string                `json:"target"`
	State     stet.PublicationState `json:"state"`
	URL       string                `json:"url,omitempty"`
	Reason    string                `json:"reason,omitempty"`
}

func (sh *shell) publishCommand() *cobra.Command {
	s := &sending{sh: sh, parallel: 1}
	var source, target string
	var patience time.Duration
	c := &cobra.Command{
		Use:   "publish FILE --target TARGET",
		Short: "Publish one file now, without a server",
		Long: `Publish a Markdown file with front matter, or a JSON event, to one target and wait until it is live. The whole of stet
works inside this command, on the store of the configuration, through the same door, queue and protocol; so with the
embedded store the server must not be running. What else is waiting in the queue is worked on meanwhile.

Versions are chosen as by stet send.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), patience)
			defer cancel()
			s.targets = []string{target}
			return sh.publish(ctx, s, source, args[0])
		},
	}
	sh.targetFlag(c, &target)
	f := c.Flags()
	f.StringVarP(&source, "source", "s", "", "`name` of the source (default: the only one that may publish there)")
	f.Int64Var(&s.version, "version", 0, "version `number` of the content")
	f.StringVar(&s.reason, "reason", "", "a `sentence` for the log")
	f.DurationVar(&patience, "timeout", 2*time.Minute, "how long to wait; the work goes on when a server runs")
	_ = c.RegisterFlagCompletionFunc("source", sh.completeSources)
	return c
}

func (sh *shell) publish(ctx context.Context, s *sending, source, file string) error {
	cfg, err := sh.load()
	if err != nil {
		return err
	}
	if _, there := cfg.Targets[s.targets[0]]; !there {
		return usage("%s has no target %q", cfg.Path, s.targets[0])
	}
	if s.door.Source, err = chooseSource(source, &cfg, s.targets); err != nil {
		return err
	}
	if s.door.Secret, err = sh.signingSecret(s.door.Source, "", &cfg); err != nil {
		return err
	}
	node, err := sh.openStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer node.close()
	if err := node.app.Work(ctx); err != nil {
		return err
	}
	s.client = node.Client
	results := s.file(ctx, file)
	if len(results) != 1 {
		return usage("%s holds %d events; publish takes one", file, len(results))
	}
	if results[0].err != nil {
		return results[0].err
	}
	out, err := awaitRest(ctx, node.Client, results[0], s.targets[0])
	if err != nil {
		return err
	}
	return sh.tellPublished(out, results[0].Status)
}

// awaitRest follows a content until its publication is live, stopped or waiting for a date.
func awaitRest(ctx context.Context, c *client.Client, r sent, target string) (published, error) {
	for after := int64(0); ; {
		content, err := c.Content(ctx, r.ContentID)
		if err != nil {
			return published{}, err
		}
		if out, rests := restOf(content, r, target); rests {
			return out, nil
		}
		page, err := c.Timeline(ctx, r.ContentID, after, followWait)
		if err != nil {
			return published{}, fmt.Errorf("wait for %s: %w", r.ContentID, err)
		}
		after = page.After
	}
}

// restOf is where a publication stands, and whether it will move no further by itself soon.
func restOf(c client.Content, r sent, target string) (published, bool) {
	out := published{ContentID: c.ContentID, Version: r.Version, Target: target}
	if c.Version == r.Version && (c.Gate == "failed" || c.Gate == "superseded") {
		out.State, out.Reason = stet.StateIdle, "version "+fmt.Sprint(r.Version)+" did not pass the gate ("+c.Gate+"); stet status "+c.ContentID+" shows its report"
		return out, true
	}
	for _, p := range c.Publications {
		if p.Target != target {
			continue
		}
		out.State, out.URL, out.Reason = p.State, p.URL, p.Reason
		switch p.State {
		case stet.StatePublished, stet.StateSettled:
			return out, p.Version >= r.Version && !p.Pending
		case stet.StateDead, stet.StateDrifted, stet.StateSlugConflict, stet.StateNeedsOperator, stet.StateUnpublished:
			return out, !p.Pending || p.State != stet.StateUnpublished
		case stet.StateQueued:
			return out, p.NotBefore != nil && p.Attempts == 0 && time.Until(*p.NotBefore) > time.Minute // a publish date
		}
	}
	return out, false
}

func (sh *shell) tellPublished(p published, status string) error {
	if p.State == stet.StatePublished || p.State == stet.StateSettled {
		if status == "duplicate" {
			sh.note("version %d was here already; nothing had to be done", p.Version)
		}
		return sh.result(p, func(w io.Writer) { fmt.Fprintln(w, firstOf(p.URL, string(p.State))) })
	}
	if err := sh.result(p, func(io.Writer) {}); err != nil {
		return err
	}
	if p.State == stet.StateQueued {
		sh.note("%s waits for its date; `stet serve` will publish it", p.ContentID)
		return nil
	}
	return failed("%s is %s at %s, not published: %s", p.ContentID, p.State, p.Target, firstOf(p.Reason, "stet timeline "+p.ContentID+" tells more"))
}
