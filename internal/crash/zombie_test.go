//go:build unix

package crash_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"stet/connector/wordpress/fake"
	"stet/internal/testpg"
)

// zombieHorizon is longer than a node stays frozen here, so that what it sends late is within the horizon.
const zombieHorizon = 15 * time.Second

// TestZombies freezes a node in the middle of a call (K12), has another take over after the node's time to live, and
// thaws the first, which then goes on as if nothing had happened.
func TestZombies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{dsn: testpg.DSN(t), horizon: zombieHorizon, seed: 4})
	node := w.start(w.addr, "")
	w.senders.doorsAt(node.url)
	if !node.up(w) {
		t.Fatalf("the first node died: %s", w.lastWords())
	}
	w.senders.begin(lanes)
	for _, at := range []moment{committed, lateUpdate, lateCreate, checked, committed, lateUpdate} {
		node = w.freeze(node, at)
		if node == nil {
			return
		}
	}
	w.senders.stop()
	w.toRest(node)
	node.stop(w)
	w.tell(w.judge())
}

// freeze freezes the only node at a moment of a call, lets a new one take over, thaws the old one and ends it. It gives
// the new one; nil where that failed.
func (w *world) freeze(old *node, at moment) *node {
	frozen := make(chan fake.Commit, 1)
	w.cms.set(&trap{at: at, n: 1, do: func(write fake.Commit) {
		_ = old.cmd.Process.Signal(syscall.SIGSTOP)
		frozen <- write
	}})
	var held fake.Commit
	select {
	case held = <-frozen:
	case <-time.After(patience):
		w.t.Errorf("no call passed %s within %s", at, patience)
		return nil
	}
	began := time.Now()
	successor := w.start(freeAddr(w.t), "")
	w.senders.doorsAt(successor.url, old.url)
	if !successor.up(w) {
		w.t.Errorf("the second node died: %s", w.lastWords())
		return nil
	}
	w.takenOver(successor, held)
	w.report.takeovers = append(w.report.takeovers, time.Since(began))
	if err := old.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		w.t.Errorf("thaw: %v", err)
	}
	if !old.up(w) {
		w.t.Errorf("the thawed node died: %s", w.lastWords())
	}
	old.stop(w)
	w.report.zombies++
	return successor
}

// takenOver waits until a node has brought the content of a held write to its newest version.
func (w *world) takenOver(n *node, held fake.Commit) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w.cms.mu.Lock()
	id, version := read(w.cms.titles[write{held.Marker, held.Intent}])
	w.cms.mu.Unlock()
	api := w.client(n)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := api.Content(ctx, id)
		for _, p := range c.Publications {
			if p.Public && p.Version >= version && !p.Pending {
				return
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			w.t.Errorf("nobody took over version %d of %q: %+v, %v; last words: %s", version, id, c, err, w.lastWords())
			return
		}
	}
}
