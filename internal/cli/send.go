package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"stet"
	"stet/internal/client"
)

// sending is one run of `stet send`.
type sending struct {
	sh       *shell
	client   *client.Client
	door     client.Door
	version  int64
	targets  []string
	draft    bool
	reason   string
	parallel int
}

// sent is what became of one event.
type sent struct {
	File      string           `json:"file"`
	ContentID string           `json:"content_id,omitempty"`
	Version   int64            `json:"version,omitempty"`
	Title     string           `json:"title,omitempty"`
	Status    string           `json:"status"` // accepted, duplicate, refused, failed
	Code      string           `json:"code,omitempty"`
	Message   string           `json:"message,omitempty"`
	Outcome   []client.Outcome `json:"outcome,omitempty"`

	err error
}

func (sh *shell) sendCommand() *cobra.Command {
	s := &sending{sh: sh}
	var source, to, secretFile string
	c := &cobra.Command{
		Use:   "send FILE... --source SOURCE",
		Short: "Send Markdown files or JSON events to a server, signed",
		Long: `Send Markdown files with YAML (---) or TOML (+++) front matter, or JSON events of the contract, to the door of a
server, signed with the source's secret. - reads standard input.

The content id is content_id, id or slug of the front matter, else the file's name. It names the content for ever.

The version is --version, else version of the front matter. Without either, stet asks the server what it has: the same
text is sent under the version that is stored, so that it is a duplicate and changes nothing; a changed one gets the
next version. That needs an API token (stet.yaml, or $STET_TOKEN). Where there is none, the version is the time of the
file's last change in seconds since 1970: an untouched file is a duplicate, a touched one a new version.

The secret is that of the source in stet.yaml, or $STET_SECRET, or --secret-file.

A version that the gate refused can be sent once more with other text: stet status CONTENT shows the token for
--resubmit, which goes with the version that is stored.

draft: true in the front matter sends draft_ready in place of publish_request. Tries that got no answer are made
again under the same delivery id.`,
		Example: `  stet send --source newsroom launch.md
  stet send --source newsroom --to https://stet.example.com content/*.md
  generate | stet send --source robot -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			if err := s.prepare(c.Context(), source, to, secretFile); err != nil {
				return err
			}
			return s.run(c.Context(), files)
		},
	}
	f := c.Flags()
	f.StringVarP(&source, "source", "s", "", "`name` of the source that sends (default: the only one of the configuration)")
	f.StringVar(&to, "to", "", "`URL` of the server (default as for --server)")
	f.StringVar(&secretFile, "secret-file", "", "`file` with the signing secret (whsec_...)")
	f.Int64Var(&s.version, "version", 0, "version `number` of the content")
	f.StringSliceVarP(&s.targets, "target", "t", nil, "`target` to publish to; may be repeated (default: every target of the source)")
	f.BoolVar(&s.draft, "draft", false, "send draft_ready: the gates judge it; it is published only if the source says so")
	f.StringVar(&s.reason, "reason", "", "a `sentence` for the log")
	f.StringVar(&s.door.Resubmission, "resubmit", "", "`token` of the report on a refused version, to send that version once more with other text")
	f.IntVar(&s.parallel, "parallel", 8, "deliveries at once")
	_ = c.RegisterFlagCompletionFunc("source", sh.completeSources)
	_ = c.RegisterFlagCompletionFunc("target", sh.completeTargets)
	return c
}

func (s *sending) run(ctx context.Context, files []string) error {
	if s.version != 0 && len(files) > 1 {
		return usage("--version belongs to one file, and there are %d", len(files))
	}
	if s.door.Resubmission != "" && len(files) > 1 {
		return usage("--resubmit belongs to one file, and there are %d", len(files))
	}
	if s.parallel < 1 || s.version < 0 {
		return usage("--parallel and --version must be 1 or more")
	}
	results := s.all(ctx, files)
	var counts = map[string]int{}
	code := exitDone
	for _, r := range results {
		counts[r.Status]++
		if r.err != nil {
			code = max(code, exitCode(ctx, r.err))
		}
	}
	if len(results) > 1 {
		s.sh.note("%s", summary(counts))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return ended(code)
}

// all sends what the files hold, several at once, and writes a line for each in the order of the files.
func (s *sending) all(ctx context.Context, files []string) []sent {
	done := make([][]sent, len(files))
	ready := make([]bool, len(files))
	progress := newProgress(s.sh, "sent", len(files))
	var mu sync.Mutex
	next := 0
	var group errgroup.Group
	group.SetLimit(s.parallel)
	for i, file := range files {
		group.Go(func() error {
			results := s.file(ctx, file)
			mu.Lock()
			defer mu.Unlock()
			done[i], ready[i] = results, true
			progress.step()
			for ; next < len(files) && ready[next]; next++ {
				progress.clear()
				for _, r := range done[next] {
					s.tell(r)
				}
			}
			return nil
		})
	}
	_ = group.Wait() // what goes wrong stands in the results
	progress.clear()
	return slices.Concat(done...)
}

// file sends the events of one file.
func (s *sending) file(ctx context.Context, name string) []sent {
	if ctx.Err() != nil {
		return []sent{{File: name, Status: "failed", Message: "not sent: interrupted", err: ctx.Err()}}
	}
	text, changed, err := s.read(name)
	if err != nil {
		return []sent{outcomeOf(sent{File: name}, err)}
	}
	events, err := s.events(ctx, name, text, changed)
	if err != nil {
		return []sent{outcomeOf(sent{File: name}, err)}
	}
	var results []sent
	for _, e := range events {
		results = append(results, s.event(ctx, e))
	}
	return results
}

// event sends one event. When somebody was faster with a version that this run chose, it is chosen again, once.
func (s *sending) event(ctx context.Context, e outgoing) sent {
	receipt, err := s.client.Send(ctx, s.door, client.NewDelivery(), e.body)
	if known, ok := asRefusal(err); ok && e.rechoose != nil && (known.Code == "stale_version" || known.Code == "version_conflict") {
		if e, err = e.rechoose(ctx); err == nil {
			receipt, err = s.client.Send(ctx, s.door, client.NewDelivery(), e.body)
		}
	}
	result := sent{File: e.file, ContentID: e.contentID, Version: e.version, Title: e.title, Status: receipt.Status, Outcome: receipt.Outcome}
	if err != nil {
		return outcomeOf(result, err)
	}
	return result
}

func outcomeOf(r sent, err error) sent {
	r.Status, r.Message, r.err = "failed", err.Error(), err
	if known, ok := asRefusal(err); ok {
		r.Code = known.Code
		if known.Pointer != "" {
			r.Message += " (at " + known.Pointer + ")"
		}
		if exitCode(context.Background(), err) == exitRefused {
			r.Status = "refused"
		}
	}
	return r
}

func asRefusal(err error) (*stet.Error, bool) {
	known, ok := err.(*stet.Error) //nolint:errorlint // the client gives it unwrapped
	return known, ok
}

func (s *sending) tell(r sent) {
	if s.sh.json {
		_ = s.sh.line(r) // a broken pipe ends the next write too
		return
	}
	color := map[string]string{"accepted": green, "duplicate": faint}[r.Status]
	if color == "" {
		color = red
	}
	name := r.ContentID
	if name == "" {
		name = r.File
	}
	line := s.sh.color(s.sh.Out, color, fmt.Sprintf("%-9s", r.Status)) + "  " + clean(name)
	if r.Version != 0 {
		line += fmt.Sprintf("  version %d", r.Version)
	}
	switch {
	case r.Message != "":
		line += "  " + clean(r.Message)
	case r.Status == "duplicate":
		line += whereItStands(r.Outcome)
	case r.Title != "":
		line += "  " + clean(short(r.Title, 60))
	}
	fmt.Fprintln(s.sh.Out, line)
}

func whereItStands(outcomes []client.Outcome) string {
	var parts []string
	for _, o := range outcomes {
		parts = append(parts, fmt.Sprintf("%s: %s %s", o.Target, o.State, o.URL))
	}
	if len(parts) == 0 {
		return ""
	}
	return "  " + clean(strings.Join(parts, "; "))
}

func summary(counts map[string]int) string {
	var parts []string
	total := 0
	for _, status := range []string{"accepted", "duplicate", "refused", "failed"} {
		if n := counts[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
			total += n
		}
	}
	return fmt.Sprintf("%d events: %s", total, strings.Join(parts, ", "))
}

// maxInput is the largest file that is read: more than any door takes.
const maxInput = 16 << 20

// read gives a file's bytes and the second of its last change.
func (s *sending) read(name string) ([]byte, int64, error) {
	if name == "-" {
		text, err := io.ReadAll(io.LimitReader(s.sh.In, maxInput))
		return text, s.sh.Now().Unix(), err
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, 0, usage("cannot read %s: %v", name, err)
	}
	if info.IsDir() || info.Size() > maxInput {
		return nil, 0, usage("%s is a folder or larger than %d bytes; name Markdown files or JSON events", name, maxInput)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, 0, usage("cannot read %s: %v", name, err)
	}
	return text, info.ModTime().Unix(), nil
}
