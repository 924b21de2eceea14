//go:build unix

// Package crash_test kills the real binary with SIGKILL, again and again, at named points of its work and at moments that
// a fake CMS chooses, on both stores, and freezes nodes until others have taken over. The judge believes only what is
// outside of stet: the CMS's own log, what the senders were answered, and the exported events.
package crash_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"stet/connector/wordpress/fake"
	"stet/internal/testpg"
)

// KillsVariable names the environment variable with the number of kills; 200 where it is empty.
const KillsVariable = "STET_CRASH_KILLS"

// program is the binary, built once.
var program string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "stet-crash")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	program = filepath.Join(folder, "stet")
	build := exec.Command("go", "build", "-o", program, "stet/cmd/stet")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the binary:", err)
		return 1
	}
	return m.Run()
}

// kills is how many servers must die.
func kills(t *testing.T) int {
	text := os.Getenv(KillsVariable)
	if text == "" {
		return 200
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 10 {
		t.Fatalf("%s is %q; it must be a number from 10 on", KillsVariable, text)
	}
	return n
}

// horizon of the targets here: longer than the CMS holds a call back, and short, so that everything settles.
const horizon = 8 * time.Second

// TestKills kills servers on every store at once: the machine is shared, and no verdict depends on time.
func TestKills(t *testing.T) {
	t.Parallel()
	total, dsn := kills(t), ""
	if os.Getenv(testpg.Variable) != "" {
		dsn = testpg.DSN(t)
	}
	worlds := map[string]setup{
		"sqlite":                     {share: 5, horizon: horizon, seed: 1},
		"sqlite waiting out a write": {share: 3, horizon: horizon, seed: 2, waitHorizon: true},
		"postgres":                   {share: 2, horizon: horizon, seed: 3, dsn: dsn},
	}
	if dsn == "" {
		t.Logf("without %s all servers are killed on SQLite", testpg.Variable)
		delete(worlds, "postgres")
		worlds["sqlite"] = setup{share: 7, horizon: horizon, seed: 1}
	}
	var sum report
	t.Run("on", func(t *testing.T) {
		for name, s := range worlds {
			share := (total*s.share + 9) / 10
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, s)
				w.killAll(share)
				found := w.judge()
				w.tell(found)
				if n := w.report.kills(); n < share && !t.Failed() {
					t.Errorf("%d servers were killed, %d were to be", n, share)
				}
				sum.add(&w.report)
				if len(found) == 0 && s.dsn == "" && !s.waitHorizon {
					doctored(t, w.evidence())
				}
			})
		}
	})
	t.Logf("in all: %v", &sum)
}

// lanes is how many contents are under way at once.
const lanes = 6

// killAll starts a server and kills it, over and over, while senders deliver; then it lets one live to the end.
func (w *world) killAll(count int) {
	w.senders.doorsAt("http://" + w.addr)
	w.senders.begin(lanes)
	for i, p := range plan(w.setup.seed, count) {
		if w.t.Failed() {
			return
		}
		w.life(i, p)
	}
	n := w.start(w.addr, "")
	if !n.up(w) {
		w.t.Fatalf("the last server died: %s", w.lastWords())
	}
	w.senders.stop()
	w.toRest(n)
	n.stop(w)
}

// life is one server from its start to its violent end.
func (w *world) life(number int, p point) {
	before := w.publishes()
	n := w.start(w.addr, p.failpoint())
	w.cms.set(p.trap(func(fake.Commit) { n.strike() }))
	if n.up(w) && p.random > 0 {
		time.AfterFunc(p.random, n.strike)
	}
	select {
	case <-n.ended:
	case <-time.After(patience):
		w.t.Errorf("life %d: nothing led to %s within %s", number, p, patience)
		n.kill()
	}
	w.cms.set(nil)
	w.senders.died()
	if !n.killed() {
		w.t.Errorf("life %d: the server ended by itself before %s (%s): %s", number, p, n.cmd.ProcessState, w.lastWords())
		return
	}
	w.report.died(p, n, w.firstPublish(before, n))
}
