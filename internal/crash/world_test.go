//go:build unix

package crash_test

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"stet/connector/wordpress/fake"
	"stet/contract"
	"stet/internal/client"
)

// world is one installation: a folder with a configuration and a store, a CMS, and the senders.
type world struct {
	t       *testing.T
	setup   setup
	folder  string
	config  string
	addr    string // of the configuration
	token   string
	secret  contract.Secret
	cms     *cms
	senders *senders
	report  report
}

// setup is what differs between worlds.
type setup struct {
	share       int    // tenths of the kills
	dsn         string // of PostgreSQL; empty: the embedded store
	horizon     time.Duration
	waitHorizon bool
	seed        uint64
}

const source = "newsroom"

// settings is the configuration of a world.
const settings = `listen: %s
%s
node_ttl: 2s
sources:
  newsroom:
    secrets: [file:secrets/newsroom]
    targets: [blog]
targets:
  blog:
    kind: wordpress
    horizon: %s
    wait_horizon: %t
    backoff: 100ms
    max_backoff: 500ms
    max_attempts: 1000
    options:
      url: %s
      user: %s
      password: file:secrets/wordpress
      allow_private: "yes"
      rate: 0
      concurrency: 16
tokens:
  test: {token: file:secrets/token, role: operator}
log: {level: warn}
`

const dsnVariable = "STET_CRASH_DATABASE"

func newWorld(t *testing.T, s setup) *world {
	secret, text := contract.NewSecret()
	w := &world{t: t, setup: s, addr: freeAddr(t), folder: t.TempDir(), token: "stet_" + rand.Text(), secret: secret, cms: newCMS(t)}
	w.config = filepath.Join(w.folder, "stet.yaml")
	store := "data: data"
	if s.dsn != "" {
		store = "database: ${" + dsnVariable + "}"
	}
	w.write("secrets/newsroom", text)
	w.write("secrets/wordpress", fake.Admin.Password)
	w.write("secrets/token", w.token)
	w.write("stet.yaml", fmt.Sprintf(settings, w.addr, store, s.horizon, s.waitHorizon, w.cms.url, fake.Admin.Login))
	w.senders = newSenders(w)
	return w
}

func (w *world) write(name, text string) {
	path := filepath.Join(w.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) env() []string { return append(os.Environ(), dsnVariable+"="+w.setup.dsn) }

// client asks a node's API.
func (w *world) client(n *node) *client.Client {
	c, err := client.New(n.url, w.token, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// freeAddr is an address on loopback that nobody listens at. A server keeps its address over its deaths.
func freeAddr(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
