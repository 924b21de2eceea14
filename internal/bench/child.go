package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"stet/internal/client"
)

// child is a folder with a configuration, in which a real `stet serve` can be started again and again.
type child struct {
	program []string
	folder  string
	addr    string
	env     []string
	client  *client.Client
	cmd     *exec.Cmd
	ended   chan error
	remove  func() error
}

const childConfig = `listen: %s
%s
sources:
  bench:
    secrets: [file:secret]
    targets: [cms]
targets:
  cms:
    kind: site
    options:
      path: site
      base_url: https://example.com/
tokens:
  bench:
    token: file:token
    role: operator
log:
  level: error
`

func (r *run) child(ctx context.Context, p place) (*child, error) {
	folder, err := os.MkdirTemp(r.folder, "serve-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for a server: %w", err)
	}
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	token := "stet_" + rand.Text()
	c := &child{program: r.Program, folder: folder, addr: addr}
	if c.client, err = client.New("http://"+addr, token, nil); err != nil {
		return nil, err
	}
	store, err := p.settings(ctx)
	if err != nil {
		return nil, err
	}
	c.env, c.remove = store.env, store.remove
	for name, text := range map[string]string{"secret": r.mail.text, "token": token, "stet.yaml": fmt.Sprintf(childConfig, addr, store.lines)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text+"\n"), 0o600); err != nil {
			return nil, errors.Join(fmt.Errorf("write the configuration of a server: %w", err), c.remove())
		}
	}
	return c, nil
}

// freeAddr is an address on loopback that nobody listens at.
func freeAddr(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// start starts the process; ready waits until it takes events.
func (c *child) start(env ...string) error {
	log, err := os.OpenFile(filepath.Join(c.folder, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the log of a server: %w", err)
	}
	defer log.Close() // the process has its own
	args := append(slices.Clone(c.program[1:]), "serve", "--config", filepath.Join(c.folder, "stet.yaml"))
	c.cmd = exec.Command(c.program[0], args...) //nolint:noctx // it is ended by name: by SIGKILL, or by SIGTERM and patience
	c.cmd.Env = append(append(os.Environ(), c.env...), env...)
	c.cmd.Stdout, c.cmd.Stderr = io.Discard, log
	if err := c.cmd.Start(); err != nil {
		return fmt.Errorf("start a server: %w", err)
	}
	c.ended = make(chan error, 1)
	go func(cmd *exec.Cmd, ended chan<- error) { ended <- cmd.Wait() }(c.cmd, c.ended)
	return nil
}

func (c *child) ready(ctx context.Context) error {
	return c.until(ctx, "take events", func() (bool, error) { return c.client.Ready(ctx) == nil, nil })
}

// until asks every other millisecond, as long as the process lives.
func (c *child) until(ctx context.Context, what string, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for tick := time.NewTicker(2 * time.Millisecond); ; {
		done, err := ask()
		if err != nil || done {
			tick.Stop()
			return err
		}
		select {
		case err := <-c.ended:
			c.ended <- err
			raw, _ := os.ReadFile(filepath.Join(c.folder, "log")) // nothing more to say then
			return fmt.Errorf("the server ended before it could %s (%w): %s", what, err, raw)
		case <-ctx.Done():
			return fmt.Errorf("wait for the server to %s: %w", what, ctx.Err())
		case <-tick.C:
		}
	}
}

// kill ends the process without a chance to say goodbye.
func (c *child) kill() {
	if c.cmd == nil || c.cmd.Process == nil {
		return
	}
	_ = c.cmd.Process.Kill() // it may be gone already
	c.ended <- <-c.ended
}

func (c *child) close() error {
	c.kill()
	return errors.Join(c.remove(), os.RemoveAll(c.folder))
}
