package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// website serves the folder of the target on loopback.
type website struct {
	url    string
	folder string // of the target
	server *http.Server
}

func serveSite(ctx context.Context, folder string) (*website, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the website: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the website: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("serve the website: %w", err), l.Close())
	}
	files := http.FileServerFS(root.FS())
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/.") { // the target's own records
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		files.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(l) }() // ends by close alone
	server.RegisterOnShutdown(func() { _ = root.Close() })
	return &website{url: "http://" + l.Addr().String(), folder: filepath.Clean(folder), server: server}, nil
}

func (w *website) address() string { return w.url }

func (w *website) target() (entry, secret string) {
	return fmt.Sprintf(`    kind: site
    options:
      path: %q
      base_url: %s/
      title: Launch day
      description: The example articles of stet demo.
`, w.folder, w.url), ""
}

func (w *website) look(context.Context) (s seen, err error) {
	s.pages, err = readSite(w.folder)
	return s, err
}

func (*website) settles() time.Duration { return 0 }

func (w *website) close() { _ = w.server.Close() }
