package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"stet/contract"
)

const source = "newsroom"

// place is the folder a run works in, and what is agreed in it.
type place struct {
	folder, config string
	url, token     string
	secret         contract.Secret
}

// settings is the configuration, but for the target.
const settings = `# Written by stet demo.
listen: %s
data: data
policy: default
sources:
  newsroom:
    secrets: [file:secrets/newsroom]
    targets: [site]
targets:
  site:
%stokens:
  demo:
    token: file:secrets/token
    role: operator
log:
  level: warn
`

// settle writes a configuration and its secrets. The policy is the one that ships with stet.
func settle(ctx context.Context, folder string, show showcase) (place, error) {
	addr, err := freeAddr(ctx)
	if err != nil {
		return place{}, err
	}
	secret, text := contract.NewSecret()
	p := place{folder: folder, config: filepath.Join(folder, "stet.yaml"), url: "http://" + addr, token: "stet_" + rand.Text(), secret: secret}
	target, password := show.target()
	for _, f := range []struct {
		name, text string
		mode       os.FileMode
	}{
		{"secrets/site", password + "\n", 0o600},
		{"secrets/newsroom", text + "\n", 0o600},
		{"secrets/token", p.token + "\n", 0o600},
		{"stet.yaml", fmt.Sprintf(settings, addr, target), 0o644},
	} {
		path := filepath.Join(folder, f.name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(f.text), f.mode)); err != nil {
			return place{}, fmt.Errorf("write the demo's folder: %w", err)
		}
	}
	return p, nil
}

// freeAddr is an address on loopback that nobody listens at; the same one serves after every kill.
func freeAddr(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
