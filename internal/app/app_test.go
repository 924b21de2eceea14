package app_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"stet/internal/app"
	"stet/internal/config"
)

func TestServesWhatInitWrites(t *testing.T) {
	folder := t.TempDir()
	if _, err := config.Init(folder); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(filepath.Join(folder, config.FileName))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen = "127.0.0.1:0"
	a, err := app.Open(t.Context(), cfg, app.Options{Stderr: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(a.URL() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode != 200 {
		t.Errorf("readyz: %s", resp.Status)
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}
