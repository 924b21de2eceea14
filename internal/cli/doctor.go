package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"stet"
	"stet/connector"
	"stet/connector/all"
	"stet/internal/config"
	"stet/internal/policy"
	"stet/internal/state"
	"stet/internal/store"
)

// finding is one line of the doctor.
type finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Says   string `json:"says"`
	Remedy string `json:"remedy,omitempty"`

	warning bool // to be seen, but nothing is broken
}

// maxSkew is how far clocks may be apart: signatures are refused after five minutes, and this leaves time to act.
const maxSkew = time.Minute

// patience is how long one check may take.
const patience = 15 * time.Second

func (sh *shell) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check the configuration, the store, the clock and every target",
		Long: `Check the configuration, the store, this machine's clock against that of the database and of the targets, and whether
every target can be reached with its credentials. Nothing is published. Ends with 1 if something is wrong.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			findings := sh.examine(c.Context())
			bad := 0
			for _, f := range findings {
				if !f.OK && !f.warning {
					bad++
				}
			}
			err := sh.result(findings, func(w io.Writer) { sh.writeFindings(w, findings) })
			if err != nil || bad == 0 {
				return err
			}
			return failed("%d of %d checks found something wrong", bad, len(findings))
		},
	}
}

func (sh *shell) writeFindings(w io.Writer, findings []finding) {
	for _, f := range findings {
		mark, color := "ok", green
		if !f.OK {
			mark, color = "wrong", red
		}
		if f.warning {
			mark, color = "note", faint
		}
		fmt.Fprintf(w, "%s  %-18s %s\n", sh.color(w, color, fmt.Sprintf("%-5s", mark)), f.What, clean(f.Says))
		if f.Remedy != "" {
			fmt.Fprintf(w, "       %-18s %s\n", "", clean(f.Remedy))
		}
	}
}

// examine runs the checks in the order in which one rests on the others.
func (sh *shell) examine(ctx context.Context) []finding {
	cfg, err := sh.load()
	if err != nil {
		return []finding{{What: "configuration", Says: err.Error(), Remedy: "correct the file, or write a first one with stet init"}}
	}
	list := []finding{{What: "configuration", OK: true, Says: fmt.Sprintf("%s: %d sources, %d targets, %d tokens", cfg.Path, len(cfg.Sources), len(cfg.Targets), len(cfg.Tokens))}}
	list = append(list, exposure(cfg), examinePolicy(cfg), sh.examineStore(ctx, cfg))
	if len(cfg.Tokens) == 0 {
		list = append(list, finding{What: "tokens", warning: true, Says: "there are none, so the API answers nobody", Remedy: "add one under tokens:"})
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Targets)) {
		list = append(list, sh.examineTarget(ctx, name, cfg.Targets[name])...)
	}
	return list
}

func exposure(cfg config.Config) finding {
	f := finding{What: "listen", OK: true, Says: cfg.Listen}
	if !config.Loopback(cfg.Listen) {
		f.OK, f.warning = false, true
		f.Says += " can be reached from other machines, without encryption"
		f.Remedy = "listen at 127.0.0.1 and put a proxy that speaks https in front"
	}
	return f
}

// examinePolicy reads the pack, as stet serve does before anything else.
func examinePolicy(cfg config.Config) finding {
	f := finding{What: "policy"}
	if cfg.Policy == "" {
		f.warning, f.Says, f.Remedy = true, "there is none, so everything passes the gate", "write policy: default for the pack that ships with stet"
		return f
	}
	pack, err := policy.Load(cfg.Policy)
	if err != nil {
		f.Says, f.Remedy = err.Error(), "stet serve does not start before this is right; stet policy test checks more"
		return f
	}
	f.OK, f.Says = true, fmt.Sprintf("%s with %d rules, threshold %d", pack.Version(), len(pack.Rules), pack.Threshold)
	return f
}

// examineStore asks the running server, or opens the store itself and looks at its clock.
func (sh *shell) examineStore(ctx context.Context, cfg config.Config) finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	f := finding{What: "store"}
	c, err := sh.running(ctx, cfg)
	if c != nil && err == nil {
		if err = c.Ready(ctx); err == nil {
			f.OK, f.Says = true, "the server at "+c.Base()+" is ready and can write"
			return f
		}
	}
	var s *session
	if err == nil {
		s, err = sh.openStore(ctx, cfg)
	}
	if err != nil {
		f.Says, f.Remedy = err.Error(), "stet serve cannot work before this is right"
		return f
	}
	defer s.close()
	var skew time.Duration
	err = s.app.DB().Update(ctx, func(tx *store.Tx) error {
		skew = time.Since(tx.Now()).Abs()
		_, err := tx.Find(&state.Content{}, state.Query{Limit: 1})
		return err
	})
	switch {
	case err != nil:
		f.Says, f.Remedy = err.Error(), "stet serve cannot work before this is right"
	case skew > maxSkew:
		f.Says, f.Remedy = fmt.Sprintf("its clock and this machine's are %s apart", skew.Round(time.Second)), "set both by NTP; signatures and leases go by them"
	default:
		f.OK, f.Says = true, fmt.Sprintf("%s can be written, clocks agree", storeName(cfg))
	}
	return f
}

func (sh *shell) examineTarget(ctx context.Context, name string, t config.Target) []finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	f := finding{What: "target " + name}
	spec, _ := all.Find(t.Kind) // the configuration was checked
	clock := &clock{next: http.DefaultTransport, now: sh.Now}
	c, err := spec.Open(ctx, connector.Env{Target: name, Options: t.OptionValues(), Transport: clock})
	if err != nil {
		f.Says, f.Remedy = err.Error(), "correct options: of this target"
		return []finding{f}
	}
	checker, can := c.(connector.Checker)
	if !can {
		f.OK, f.warning, f.Says = true, true, "a target of kind "+t.Kind+" cannot be checked without writing"
		return []finding{f}
	}
	if err := checker.Check(ctx); err != nil {
		f.Says, f.Remedy = err.Error(), remedy(err)
		return append([]finding{f}, clock.findings(name)...)
	}
	f.OK, f.Says = true, whereTo(t)
	return append([]finding{f}, clock.findings(name)...)
}

func whereTo(t config.Target) string {
	for _, option := range []string{"base_url", "url", "path"} {
		if v := t.Options[option]; v != "" {
			return t.Kind + " at " + v
		}
	}
	return t.Kind
}

func remedy(err error) string {
	switch stet.KindOf(err) {
	case stet.Unauthenticated, stet.Forbidden:
		return "the credentials do not suffice; make new ones and put them where stet.yaml points"
	case stet.Unavailable, stet.Throttled:
		return "look whether the target runs and this machine reaches it; then try again"
	case stet.NotFound:
		return "look at the address in options: of this target"
	}
	if os.IsPermission(err) {
		return "give the user that runs stet the right to write there"
	}
	return ""
}

// clock notes what time servers think it is.
type clock struct {
	next http.RoundTripper
	now  func() time.Time

	mu   sync.Mutex
	skew map[string]time.Duration
}

func (c *clock) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if date, dateErr := http.ParseTime(resp.Header.Get("Date")); dateErr == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.skew == nil {
			c.skew = map[string]time.Duration{}
		}
		c.skew[(&url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host}).String()] = c.now().Sub(date)
	}
	return resp, nil
}

func (c *clock) findings(target string) (list []finding) {
	for host, skew := range c.skew {
		if skew.Abs() > maxSkew {
			list = append(list, finding{What: "clock " + target, warning: true,
				Says: fmt.Sprintf("this machine and %s are %s apart", host, skew.Round(time.Second)), Remedy: "set this machine's clock by NTP"})
		}
	}
	return list
}
