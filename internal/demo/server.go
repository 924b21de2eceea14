package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"stet/internal/client"
)

// server is the process of the worker: a stet of its own, so that it can be killed without a chance to say goodbye.
type server struct {
	program []string
	place   place
	client  *client.Client

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process is gone
}

// logName is the file with what the processes write.
const logName = "stet.log"

// startWithin bounds how long a start may take.
const startWithin = 30 * time.Second

// start starts the process and waits until it takes events.
func (s *server) start(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(s.place.folder, logName), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the log of the server: %w", err)
	}
	defer func() { _ = log.Close() }() // the process has its own
	cmd := exec.CommandContext(context.WithoutCancel(ctx), s.program[0], append(s.program[1:len(s.program):len(s.program)], "serve", "--config", s.place.config)...)
	cmd.Stdout, cmd.Stderr = log, log
	alone(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }() // how it ended is in its log
	s.mu.Lock()
	s.cmd, s.ended = cmd, ended
	s.mu.Unlock()
	return s.ready(ctx, ended)
}

func (s *server) ready(ctx context.Context, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for s.client.Ready(ctx) != nil {
		select {
		case <-ended:
			return fmt.Errorf("the server did not start; it says: %s", s.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("wait for the server: %w", ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// lastWords is the end of the log.
func (s *server) lastWords() string {
	raw, err := os.ReadFile(filepath.Join(s.place.folder, logName))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}

// kill ends the process as the kernel does when memory is short: SIGKILL, no clean-up.
func (s *server) kill() error {
	s.mu.Lock()
	cmd, ended := s.cmd, s.ended
	s.mu.Unlock()
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill the server: %w", err)
	}
	<-ended
	return nil
}

// stopWithin is how long the process may finish what it does before it is killed after all.
const stopWithin = 10 * time.Second

// stop ends the process, gently where the system can.
func (s *server) stop() {
	s.mu.Lock()
	cmd, ended := s.cmd, s.ended
	s.mu.Unlock()
	if cmd == nil {
		return
	}
	if runtime.GOOS != "windows" {
		_ = cmd.Process.Signal(os.Interrupt) // it may be gone already
		select {
		case <-ended:
			return
		case <-time.After(stopWithin):
		}
	}
	_ = cmd.Process.Kill() // the same
	<-ended
}
