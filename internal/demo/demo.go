// Package demo plays a launch day against a stet of its own: repeated, late and parallel deliveries, kills in the middle,
// and a judge who looks at the website alone.
package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"stet"
	"stet/internal/client"
)

// Options of a run; Program must be set.
type Options struct {
	Program  []string // the stet to start, without `serve`
	Folder   string   // a new folder to work in; empty: a temporary one
	Seed     uint64   // chooses copies, order, pauses and kills
	Articles int      // how many; more than are bundled repeat under other names. 0: the bundled ones
	Keep     bool     // after the report, run until ctx ends

	WordPress *WordPress // where to publish; nil: a website of the demo's own
	Watch     func(Moment)
	Reported  func(Report) // called once the judge is done; the server still runs then
}

// Moment is one step, for whoever watches.
type Moment struct {
	Phase       string // one of the phases below
	Done, Total int    // deliveries answered
	Note        string // what just happened, for a line of its own
}

// The phases of a run, in their order.
const (
	Starting  = "start"
	FirstDay  = "first publish"
	LaunchDay = "launch day"
	Settling  = "rest"
	Sweeping  = "sweep" // in WordPress
	Judging   = "judge"
)

// Report is what a run found.
type Report struct {
	Deliveries int `json:"deliveries"`          // events sent, each until it was answered
	Accepted   int `json:"accepted"`            // versions that stet took in
	Duplicates int `json:"duplicates_answered"` // deliveries of what it had already
	Stale      int `json:"stale_refused"`       // deliveries of a version older than the newest
	Publishes  int `json:"publishes"`           // that reached the website
	Live       int `json:"pages_live"`
	Doubles    int `json:"duplicate_pages"` // pages beyond one for each article
	Outdated   int `json:"stale_pages"`     // pages that show an older version than the newest accepted one
	Lost       int `json:"lost"`            // articles whose newest accepted version is not live
	Drafts     int `json:"drafts_left"`     // in WordPress: posts of the run that nobody sees
	Blocked    int `json:"blocked"`         // versions that the policy refused at first
	Revised    int `json:"revised"`         // times that a safe fix was made and the result judged again
	Refused    int `json:"refused"`         // articles that fail for good and are not on the website
	Leaked     int `json:"refused_but_live"`
	Kills      int `json:"kills"` // SIGKILLs of the server

	Seconds  float64 `json:"seconds"`
	Seed     uint64  `json:"seed"`
	Site     string  `json:"site_url"`
	API      string  `json:"api_url"`
	Folder   string  `json:"folder"`
	Example  string  `json:"example_content"` // an article whose timeline is worth reading
	Retries  int     `json:"retries"`         // tries that got no answer and were made again
	Articles int     `json:"articles"`
	Faults   []Fault `json:"faults,omitempty"`

	Posts map[string]int `json:"posts_by_slug,omitempty"` // public ones, in the database of WordPress
}

// Fault is one thing that is not as it must be.
type Fault struct {
	ContentID string `json:"content_id"`
	What      string `json:"what"`
}

// Passed reports whether everything is as it must be.
func (r Report) Passed() bool {
	return r.Doubles == 0 && r.Outdated == 0 && r.Lost == 0 && r.Drafts == 0 && r.Leaked == 0
}

// restWithin bounds how long the work may take after the last delivery.
const restWithin = 2 * time.Minute

// Run plays a launch day. The error is about the run itself; what the judge found is in the report. Everything that was
// started has ended when it returns. The folder stays, so that its timelines can be read.
func Run(ctx context.Context, opts Options) (Report, error) {
	start := time.Now()
	if opts.Watch == nil {
		opts.Watch = func(Moment) {}
	}
	d := &day{opts: opts, rand: rand.New(rand.NewPCG(opts.Seed, 0x5374_6574)), answers: newAnswers()}
	defer d.end()
	if err := d.begin(ctx); err != nil {
		return d.report, err
	}
	if err := d.play(ctx); err != nil {
		return d.report, err
	}
	if err := d.judge(ctx); err != nil {
		return d.report, err
	}
	d.report.Seconds = time.Since(start).Round(time.Millisecond).Seconds()
	if opts.Reported != nil {
		opts.Reported(d.report)
	}
	if opts.Keep {
		<-ctx.Done()
	}
	return d.report, nil
}

// day is one run.
type day struct {
	opts    Options
	rand    *rand.Rand
	texts   []text
	place   place
	server  *server
	show    showcase
	client  *client.Client
	answers *answers
	report  Report
}

func (d *day) begin(ctx context.Context) (err error) {
	d.opts.Watch(Moment{Phase: Starting})
	if d.texts, err = texts(d.opts.Articles); err != nil {
		return err
	}
	folder := d.opts.Folder
	if folder == "" {
		if folder, err = os.MkdirTemp("", "stet-demo-"); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	if d.show, err = open(ctx, d.opts.WordPress, folder, d.texts); err != nil {
		return err
	}
	if d.place, err = settle(ctx, folder, d.show); err != nil {
		return err
	}
	if d.client, err = client.New(d.place.url, d.place.token, nil); err != nil {
		return err
	}
	d.server = &server{program: d.opts.Program, place: d.place, client: d.client}
	d.report.Seed, d.report.Site, d.report.API, d.report.Folder = d.opts.Seed, d.show.address(), d.place.url+"/v1", folder
	d.report.Articles = len(d.texts)
	return d.server.start(ctx)
}

// play brings every article once, waits, and then lets the launch day loose.
func (d *day) play(ctx context.Context) error {
	first, err := d.firstDay()
	if err != nil {
		return err
	}
	if err := d.send(ctx, FirstDay, first, d.killTimes(firstKills, len(first))); err != nil {
		return err
	}
	if err := d.rest(ctx); err != nil {
		return err
	}
	launch, err := d.launchDay()
	if err != nil {
		return err
	}
	if err := d.send(ctx, LaunchDay, launch, d.killTimes(launchKills, len(launch))); err != nil {
		return err
	}
	if err := d.rest(ctx); err != nil {
		return err
	}
	return d.sweep(ctx)
}

// rest waits until nothing is in motion.
func (d *day) rest(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, restWithin, errors.New("the work did not come to rest in time"))
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		d.opts.Watch(Moment{Phase: Settling, Done: d.report.Deliveries, Total: d.report.Deliveries})
		moving, err := inMotion(ctx, d.client)
		if err == nil && moving == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return nil // the judge will say what is missing
			}
			return ctx.Err()
		}
	}
}

// inMotion counts the contents whose newest version has not found its end. What waits for a person, or was refused by the
// policy, moves no more.
func inMotion(ctx context.Context, c *client.Client) (moving int, err error) {
	err = c.Contents(ctx, func(content client.Content) error {
		refused := content.Gate == "failed"
		still := refused || len(content.Publications) > 0
		for _, p := range content.Publications {
			still = still && (waits[p.State] || !p.Pending && (refused || p.Version == content.Version))
		}
		if !still {
			moving++
		}
		return nil
	})
	return moving, err
}

var waits = map[stet.PublicationState]bool{stet.StateDead: true, stet.StateDrifted: true, stet.StateSlugConflict: true, stet.StateNeedsOperator: true}

func (d *day) end() {
	if d.server != nil {
		d.server.stop()
	}
	if d.show != nil {
		d.show.close()
	}
}
