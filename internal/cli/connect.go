package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"stet"
	"stet/internal/app"
	"stet/internal/client"
	"stet/internal/config"
)

// actorName is whom the log names for decisions that are made without a server.
const actorName = "command-line"

// session is what a command asks: a running server, or the store itself through the same API.
type session struct {
	*client.Client
	app   *app.App // nil where a server is asked
	close func()
}

// connect finds whom to ask: the server of --server or STET_SERVER; else the running one of the configuration; else the
// store of the configuration, opened for this command.
func (sh *shell) connect(ctx context.Context) (*session, error) {
	if base := sh.serverFlag(); base != "" {
		c, err := client.New(base, sh.tokenFlag(), nil)
		return &session{Client: c, close: func() {}}, err
	}
	cfg, err := sh.load()
	if err != nil {
		return nil, err
	}
	if c, err := sh.running(ctx, cfg); c != nil || err != nil {
		return &session{Client: c, close: func() {}}, err
	}
	s, err := sh.openStore(ctx, cfg)
	if err == nil {
		sh.note("no server answers at %s: using the store %s directly", cfg.Listen, storeName(cfg))
	}
	return s, err
}

func (sh *shell) serverFlag() string { return cmp.Or(sh.server, sh.Getenv("STET_SERVER")) }
func (sh *shell) tokenFlag() string  { return cmp.Or(sh.token, sh.Getenv("STET_TOKEN")) }

// configFile is the name of the configuration.
func (sh *shell) configFile() string {
	return cmp.Or(sh.config, sh.Getenv("STET_CONFIG"), "stet.yaml")
}

func (sh *shell) load() (config.Config, error) { return config.Load(sh.configFile()) }

// loadIfThere is the configuration where there is one; nil where nobody named one and there is none.
func (sh *shell) loadIfThere() (*config.Config, error) {
	if sh.config == "" && sh.Getenv("STET_CONFIG") == "" {
		if _, err := os.Stat("stet.yaml"); errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
	}
	cfg, err := sh.load()
	return &cfg, err
}

// running is the client of the configuration's own server, nil where it does not run.
func (sh *shell) running(ctx context.Context, cfg config.Config) (*client.Client, error) {
	if !answers(ctx, cfg.Listen) {
		return nil, nil
	}
	token := cmp.Or(sh.tokenFlag(), bestToken(cfg))
	c, err := client.New("http://"+reachable(cfg.Listen), token, nil)
	if err == nil && token == "" {
		return nil, stet.Errorf(stet.Configuration, "no_token",
			"a server is running at %s, and %s holds only hashes of tokens; set STET_TOKEN", c.Base(), sh.configFile())
	}
	return c, err
}

// answers reports whether anybody listens at an address.
func answers(ctx context.Context, addr string) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", reachable(addr))
	if err != nil {
		return false
	}
	_ = conn.Close() // nothing was sent
	return true
}

// reachable is a listening address as a client on this machine uses it.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

// bestToken is the value of the token with the highest role that the configuration holds.
func bestToken(cfg config.Config) string {
	for _, role := range []config.Role{config.Operator, config.Editor, config.Viewer} {
		for _, t := range cfg.Tokens {
			if t.Role == role && !t.Value.Empty() {
				return t.Value.Reveal()
			}
		}
	}
	return ""
}

// openStore opens a node for this command alone and serves its API in memory. The command gets a token of its own.
func (sh *shell) openStore(ctx context.Context, cfg config.Config) (*session, error) {
	secret := rand.Text()
	cfg.Tokens = maps.Clone(cfg.Tokens)
	if cfg.Tokens == nil {
		cfg.Tokens = map[string]config.Token{}
	}
	cfg.Tokens[actorName] = config.Token{Role: config.Operator, SHA256: sha256.Sum256([]byte(secret))}
	log := slog.New(slog.NewTextHandler(sh.Err, &slog.HandlerOptions{Level: slog.LevelError}))
	a, err := app.Open(ctx, cfg, app.Options{Version: thisBuild().Version, Stderr: sh.Err, Log: log})
	if err != nil {
		return nil, err
	}
	l := newMemoryListener()
	server := &http.Server{Handler: a.Handler(), ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	go func() { _ = server.Serve(l) }() // ends by Close alone
	c, err := client.New("http://in-process", secret, &http.Transport{DialContext: l.dial})
	return &session{Client: c, app: a, close: func() {
		_ = server.Close() // no request is left
		if err := a.Stop(context.WithoutCancel(ctx)); err != nil {
			sh.note("close the store: %v", err)
		}
	}}, err
}

func storeName(cfg config.Config) string {
	if !cfg.Database.Empty() {
		return "(PostgreSQL)"
	}
	return filepath.Join(cfg.Data, app.File)
}

// memoryListener hands connections over inside the process.
type memoryListener struct {
	conns chan net.Conn
	done  chan struct{}
}

func newMemoryListener() *memoryListener {
	return &memoryListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *memoryListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, fmt.Errorf("connect: %w", ctx.Err())
	}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close is called once, by the server.
func (l *memoryListener) Close() error {
	close(l.done)
	return nil
}

func (l *memoryListener) Addr() net.Addr { return &net.UnixAddr{Name: "in-process", Net: "pipe"} }
