package app_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stet"
	"stet/internal/app"
	"stet/internal/config"
	"stet/internal/state"
	"stet/internal/store"
)

func settings(t *testing.T) config.Config {
	t.Helper()
	folder := t.TempDir()
	if _, err := config.Init(folder); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(filepath.Join(folder, config.FileName))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen = "127.0.0.1:0"
	return cfg
}

func open(t *testing.T, cfg config.Config) *app.App {
	t.Helper()
	a, err := app.Open(t.Context(), cfg, app.Options{Stderr: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a
}

func TestServesWhatInitWrites(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a := open(t, settings(t))
	out, in := io.Pipe()
	ended := make(chan error, 1)
	served, err := app.Open(t.Context(), settings(t), app.Options{Stderr: in, Version: "1.2.3", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	go func() { ended <- served.Serve(ctx) }()
	banner, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(banner, "stet 1.2.3  door "+served.URL()+"/v1/sources/{source}/events") {
		t.Errorf("the banner is %q, %v", banner, err)
	}
	resp, err := http.Get(served.URL() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode != 200 {
		t.Errorf("readyz: %s", resp.Status)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := a.Ready(t.Context()); !stet.IsKind(err, stet.Unavailable) {
		t.Errorf("a node that does not work is ready: %v", err)
	}
}

func TestSaysWhenTheAddressIsTaken(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cfg := settings(t)
	cfg.Listen = taken.Addr().String()
	if err := open(t, cfg).Start(t.Context()); !stet.IsKind(err, stet.Configuration) || !strings.Contains(err.Error(), cfg.Listen) {
		t.Errorf("got %v", err)
	}
}

func TestForgetsOldDeliveries(t *testing.T) {
	a := open(t, settings(t))
	const day = 24 * 60 * 60 * 1000
	err := a.DB().Update(t.Context(), func(tx *store.Tx) error {
		for i := range 1200 {
			age := int64(1)
			if i < 1100 {
				age = 31
			}
			if err := tx.Put(&state.Delivery{Source: "newsroom", ID: fmt.Sprint(i), At: stet.Millis(tx.Now()) - age*day}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.PurgeDeliveries(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = a.DB().View(t.Context(), func(r state.Reader) error {
		kept, err := r.Find(&state.Delivery{}, state.Query{})
		if len(kept) != 100 {
			t.Errorf("%d are kept, want 100", len(kept))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A child process of this test ends at the failpoint that its environment names.
func TestFailpointKillsAtItsHit(t *testing.T) {
	if os.Getenv(app.FailpointVariable) != "" {
		hit := app.Failpoint(os.Getenv(app.FailpointVariable))
		for i := range 5 {
			fmt.Println("pass", i)
			hit("K9")
			hit("K3:upsert")
		}
		return
	}
	for value, passes := range map[string]int{"K9": 1, "K9:3": 3, "K3:upsert:2": 2, "K3:upsert": 1, "K10": 5} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestFailpointKillsAtItsHit$")
		cmd.Env = append(os.Environ(), app.FailpointVariable+"="+value)
		out, err := cmd.Output()
		if n := strings.Count(string(out), "pass "); n != passes || (err != nil) != (passes < 5) {
			t.Errorf("%s: %d passes, %v", value, n, err)
		}
	}
}
