package cli

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stet"
	"stet/internal/demo"
)

// maxArticles keeps a run on one machine and in one sitting.
const maxArticles = 2000

func (sh *shell) demoCommand() *cobra.Command {
	opts := demo.Options{}
	var wp string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Play a launch day against a stet of its own, and judge the result",
		Long: `Start stet on this machine in a new temporary folder, publish the bundled example articles through signed webhooks,
and then play a launch day against it: every event delivered up to five times, out of order, half of them in parallel,
three versions of each article, and the server's process killed with SIGKILL in the middle of it, several times. The
policy that ships with stet guards it: one article fails and goes out after a safe fix, another stays out.

In the end a judge reads the website alone and compares it with what the senders were told. Ends with 1 if there is a
duplicate page, a stale page or a lost article.

With --wordpress it publishes into a WordPress in place of a website of its own, and the judge reads that one's database.
In the repository of stet one can be had for the time of a run: testenv/wordpress run stet demo --wordpress`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			program, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program: %w", err)
			}
			if opts.Articles < 0 || opts.Articles > maxArticles {
				return usage("--articles is %d; it must be 1 to %d, or 0 for those that are bundled", opts.Articles, maxArticles)
			}
			if !c.Flags().Changed("seed") {
				opts.Seed = randomSeed()
			}
			opts.Program = []string{program}
			if wp != "" {
				if opts.WordPress, err = sh.wordPress(wp); err != nil {
					return err
				}
			}
			return sh.demo(c, opts)
		},
	}
	f := c.Flags()
	f.Uint64Var(&opts.Seed, "seed", 0, "`number` that chooses copies, order and kills, to repeat a run (default: a new one)")
	f.IntVar(&opts.Articles, "articles", 0, "how many articles; more than are bundled repeat under other names (default: the bundled ones)")
	f.BoolVar(&opts.Keep, "keep", false, "keep the server and the website running until Ctrl-C")
	f.StringVar(&wp, "wordpress", "", "publish into a WordPress; which one, says the JSON that testenv/wordpress start prints: in $"+wordPressVariable+", in a `FILE` (--wordpress=FILE), or on standard input (--wordpress=-)")
	f.Lookup("wordpress").NoOptDefVal = wordPressVariable
	return c
}

// randomSeed is short enough to be typed again.
func randomSeed() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return binary.LittleEndian.Uint64(b[:]) % 1_000_000
}

func (sh *shell) demo(c *cobra.Command, opts demo.Options) error {
	show := &stage{sh: sh}
	opts.Watch = show.watch
	var told error
	opts.Reported = func(r demo.Report) {
		show.clear()
		told = sh.result(r, func(w io.Writer) { sh.writeReport(w, r, opts.Keep) })
		if opts.Keep {
			sh.note("\nRunning until Ctrl-C.")
		}
	}
	report, err := demo.Run(c.Context(), opts)
	show.clear()
	switch {
	case err != nil && c.Context().Err() != nil:
		return c.Context().Err()
	case err != nil:
		return stet.Errorf(stet.Internal, "demo", "the demo could not be played: %w", err)
	case told != nil:
		return told
	case !report.Passed():
		return failed("the demo found %d duplicate pages, %d stale pages, %d lost articles, %d drafts left and %d refused articles live",
			report.Doubles, report.Outdated, report.Lost, report.Drafts, report.Leaked)
	}
	return nil
}

// stage shows a run while it plays: one line that changes on a terminal, a line for each phase elsewhere.
type stage struct {
	sh    *shell
	phase string
	shown bool
	since time.Time
}

// refresh is how often the changing line changes at most.
const refresh = 50 * time.Millisecond

var phases = map[string]string{
	demo.Starting:  "starting a server in a new folder",
	demo.FirstDay:  "first publish: every article once",
	demo.LaunchDay: "launch day: every event up to 5 times, out of order, half in parallel",
	demo.Settling:  "waiting until nothing is in motion",
	demo.Sweeping:  "waiting until no request can still be on its way, for the drafts that a kill left behind",
	demo.Judging:   "reading the website",
}

func (s *stage) watch(m demo.Moment) {
	live := terminal(s.sh.Err)
	if m.Note != "" {
		s.clear()
		fmt.Fprintf(s.sh.Err, "  %s %s\n", s.sh.color(s.sh.Err, red, "✗"), m.Note)
	}
	if m.Phase != s.phase {
		s.clear()
		s.phase = m.Phase
		fmt.Fprintln(s.sh.Err, s.sh.color(s.sh.Err, bold, phases[m.Phase]))
	}
	if !live || m.Total == 0 || m.Phase == demo.Settling || time.Since(s.since) < refresh && m.Done < m.Total {
		return
	}
	s.since = time.Now()
	const width = 30
	full := m.Done * width / m.Total
	fmt.Fprintf(s.sh.Err, "\r\x1b[K  %s%s %d/%d", strings.Repeat("█", full), strings.Repeat("░", width-full), m.Done, m.Total)
	s.shown = true
}

func (s *stage) clear() {
	if s.shown {
		fmt.Fprint(s.sh.Err, "\r\x1b[K")
		s.shown = false
	}
}

func (sh *shell) writeReport(w io.Writer, r demo.Report, kept bool) {
	fmt.Fprintln(w)
	must := func(n int) string {
		if n == 0 {
			return sh.color(w, green, "0  ✓")
		}
		return sh.color(w, red, fmt.Sprintf("%d  must be 0", n))
	}
	rows := [][2]string{
		{"deliveries", fmt.Sprintf("%d  of %d articles in 3 versions", r.Deliveries, r.Articles)},
		{"accepted", fmt.Sprint(r.Accepted)},
		{"duplicates answered", fmt.Sprint(r.Duplicates)},
		{"stale refused", fmt.Sprint(r.Stale)},
		{"kills (SIGKILL)", fmt.Sprintf("%d  and %d tries without an answer, made again", r.Kills, r.Retries)},
		{"publishes", fmt.Sprint(r.Publishes)},
		{"blocked", fmt.Sprintf("%d  versions, by the policy", r.Blocked)},
		{"revised", fmt.Sprintf("%d  by a safe fix, judged again and published", r.Revised)},
		{"pages live", fmt.Sprint(r.Live)},
		{"refused but live", must(r.Leaked)},
		{"duplicate pages", must(r.Doubles)},
		{"stale pages", must(r.Outdated)},
		{"lost", must(r.Lost)},
	}
	if r.Posts != nil {
		rows = append(rows, [2]string{"drafts left", must(r.Drafts)})
	}
	for _, row := range rows {
		fmt.Fprintf(w, "  %-20s %s\n", row[0], row[1])
	}
	for _, f := range r.Faults {
		fmt.Fprintf(w, "  %s  %s: %s\n", sh.color(w, red, "fault"), clean(f.ContentID), clean(f.What))
	}
	writePosts(w, r.Posts)
	fmt.Fprintf(w, "\n  %.1f seconds, seed %d\n\n", r.Seconds, r.Seed)
	stet := thisProgram()
	fmt.Fprintf(w, "  website   %s/\n  API       %s\n", r.Site, r.API)
	if !kept && r.Posts == nil {
		fmt.Fprintf(w, "            (served until now; look around with: %s demo --keep --seed %d)\n", stet, r.Seed)
	}
	fmt.Fprintf(w, "  timeline  %s timeline --config %s/stet.yaml %s\n", stet, r.Folder, r.Example)
	fmt.Fprintf(w, "  folder    %s\n", r.Folder)
}

// thisProgram is how a person runs this program again: the Go tool builds into a folder that is gone afterwards.
func thisProgram() string {
	if path, err := os.Executable(); err == nil && strings.Contains(filepath.ToSlash(path), "/go-build") {
		return "go run ./cmd/stet"
	}
	return "stet"
}
