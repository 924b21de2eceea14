//go:build unix

package crash_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"stet/internal/app"
)

// node is one process of the real binary.
type node struct {
	cmd   *exec.Cmd
	url   string
	began time.Time
	ended chan struct{} // closed when the process is gone
	ready atomic.Int64  // nanoseconds from the start until it took events; 0: it never did
}

// patience bounds every wait here. Nothing waits longer than it must, and nothing passes because it was quick.
const patience = time.Minute

// start starts a server with a failpoint; empty: none.
func (w *world) start(addr, failpoint string) *node {
	log, err := os.OpenFile(filepath.Join(w.folder, "stet.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	defer log.Close() // the process has its own
	cmd := exec.Command(program, "serve", "--config", w.config, "--listen", addr)
	cmd.Env = append(w.env(), app.FailpointVariable+"="+failpoint)
	cmd.Stdout, cmd.Stderr = log, log
	n := &node{cmd: cmd, url: "http://" + addr, began: time.Now(), ended: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(n.kill)
	go func() { _ = cmd.Wait(); close(n.ended) }() // how it ended stands in ProcessState
	return n
}

// up waits until the node takes events, and reports whether it lived to see that.
func (n *node) up(w *world) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		if answered(n.url + "/readyz") {
			n.ready.Store(int64(time.Since(n.began)))
			return true
		}
		select {
		case <-tick.C:
		case <-n.ended:
			return false
		case <-deadline:
			w.t.Errorf("the server is not ready after %s; its last words: %s", patience, w.lastWords())
			n.kill()
			return false
		}
	}
}

func answered(url string) bool {
	resp, err := impatient.Get(url)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// impatient is for asking a server that may be about to be killed or frozen.
var impatient = &http.Client{Timeout: time.Second}

// kill ends the process as the kernel does, and waits for its end. It may be gone already.
func (n *node) kill() {
	_ = n.cmd.Process.Kill()
	<-n.ended
}

// strike is kill without the wait, for the goroutine of a call that the process itself makes.
func (n *node) strike() { _ = n.cmd.Process.Kill() }

// killed reports whether SIGKILL ended the process, and not an end of its own.
func (n *node) killed() bool {
	status, ok := n.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// stop asks the process to end, which it must do without an error.
func (n *node) stop(w *world) {
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Errorf("stop the server: %v", err)
	}
	select {
	case <-n.ended:
	case <-time.After(patience):
		n.kill()
	}
	if state := n.cmd.ProcessState; state.ExitCode() != 0 {
		w.t.Errorf("the server ended with %s after SIGTERM; its last words: %s", state, w.lastWords())
	}
}

// lastWords is the end of what the servers wrote.
func (w *world) lastWords() string {
	raw, err := os.ReadFile(filepath.Join(w.folder, "stet.log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}

// run runs one command of the binary to its end.
func (w *world) run(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append(args, "--config", w.config)...)
	cmd.Env = w.env()
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), fmt.Errorf("stet %s: %w: %s%s", strings.Join(args, " "), err, out, exit.Stderr)
	}
	return string(out), err
}
