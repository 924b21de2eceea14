package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"stet"
	"stet/contract"
)

// followWait is how long one request waits for the next event.
const followWait = 25 * time.Second

func (sh *shell) timelineCommand() *cobra.Command {
	var follow bool
	c := &cobra.Command{
		Use:   "timeline CONTENT",
		Short: "Tell what happened to a content, in order",
		Long: `Tell what happened to a content: what came in, what was decided, what was tried, what is live. With --follow, go on
until Ctrl-C. With --json, one event of the log per line.`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: sh.completeContents,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := sh.connect(c.Context())
			if err != nil {
				return err
			}
			defer s.close()
			if follow && s.app != nil {
				sh.note("nothing will happen while no server runs; this shows what is there")
				follow = false
			}
			return sh.timeline(c.Context(), s, args[0], follow)
		},
	}
	c.Flags().BoolVarP(&follow, "follow", "f", false, "wait for what happens next, until Ctrl-C")
	return c
}

func (sh *shell) timeline(ctx context.Context, s *session, id string, follow bool) error {
	wait := time.Duration(0)
	for after := int64(0); ; {
		page, err := s.Timeline(ctx, id, after, wait)
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			if err := sh.writeEvent(sh.Out, e); err != nil {
				return err
			}
		}
		if after = page.After; len(page.Events) > 0 {
			continue
		}
		if !follow {
			return nil
		}
		wait = followWait
	}
}

func (sh *shell) writeEvent(w io.Writer, e contract.LogEvent) error {
	if sh.json {
		return sh.line(e)
	}
	version := ""
	if e.Version > 0 {
		version = fmt.Sprintf("v%d", e.Version)
	}
	_, err := fmt.Fprintf(w, "%s  %s %-5s %-10s %s\n", sh.color(w, faint, e.At.Local().Format("2006-01-02 15:04:05.000")),
		sh.color(w, eventColor(e.Type), fmt.Sprintf("%-18s", e.Type)), version, e.Target, clean(sentence(e.Event)))
	return err
}

func eventColor(t stet.EventType) string {
	switch t {
	case stet.PublishSucceeded, stet.PublishSettled, stet.QAPassed, stet.Approved, stet.RolledBack:
		return green
	case stet.PublishFailed, stet.AttemptFailed, stet.QAFailed, stet.StaleRejected, stet.VersionConflict, stet.SlugConflict, stet.DriftDetected,
		stet.DeadLettered, stet.DuplicateMarker:
		return red
	}
	return "0"
}

// sentence is what an event says to a person: its reason, else what its values tell.
func sentence(e stet.Event) string {
	if e.Reason != "" {
		return e.Reason
	}
	var d struct {
		Op         stet.Op
		Resolution stet.Resolution
		Evidence   string
		URL        string
		Code       string
		Cause      stet.Cause
		Score      *int
		Policy     string
		Delivery   string
		RemoteID   string `json:"remote_id"`
		Fence      int64
	}
	if json.Unmarshal(e.Data, &d) != nil {
		return "" // a form that this version does not know
	}
	switch e.Type {
	case stet.DraftReady, stet.PublishRequest, stet.UnpublishRequest:
		return fmt.Sprintf("from %s, delivery %s", e.Source, d.Delivery)
	case stet.QAPassed:
		if d.Policy == "pass-all" {
			return "there is no policy"
		}
		return fmt.Sprintf("score %d by policy %s", orZero(d.Score), d.Policy)
	case stet.ApplyQueued:
		return fmt.Sprintf("%s number %d of this target", d.Cause, e.ApplySeq)
	case stet.PublishStarted:
		return fmt.Sprintf("try %d", max(e.Attempt, 1))
	case stet.IntentLogged:
		return fmt.Sprintf("about to %s", d.Op)
	case stet.IntentResolved:
		return fmt.Sprintf("%s: %s", d.Resolution, d.Evidence)
	case stet.RemoteBound, stet.RemoteGone:
		return d.RemoteID
	}
	return firstOf(d.URL, d.Code, d.Evidence, d.RemoteID)
}

func orZero(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}
