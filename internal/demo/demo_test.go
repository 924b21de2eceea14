package demo_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"stet/internal/cli"
	"stet/internal/demo"
)

// TestMain lets the test's own program be the server that a run starts, and the client of a database.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "posts" {
		if err := printPosts(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		os.Exit(cli.Run(context.Background(), os.Args[1:], cli.System()))
	}
	os.Exit(m.Run())
}

func TestLaunchDayLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts and kills servers")
	}
	served := 0
	r, err := demo.Run(t.Context(), demo.Options{Program: []string{os.Args[0]}, Folder: t.TempDir(), Seed: 1, Articles: 5,
		Reported: func(r demo.Report) { served = status(t, r.Site+"/") }})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Passed() || r.Live != 5 || r.Kills != 3 {
		t.Errorf("%+v", r)
	}
	if r.Blocked < 2 || r.Revised < 1 || r.Refused != 1 || r.Leaked != 0 {
		t.Errorf("the policy blocked %d versions, %d were revised, %d articles refused, %d of them are live", r.Blocked, r.Revised, r.Refused, r.Leaked)
	}
	if r.Accepted+r.Duplicates+r.Stale != r.Deliveries {
		t.Errorf("%d accepted, %d duplicates and %d stale are not %d deliveries", r.Accepted, r.Duplicates, r.Stale, r.Deliveries)
	}
	if r.Publishes < r.Live || r.Publishes > r.Accepted {
		t.Errorf("%d publishes of %d accepted versions for %d pages", r.Publishes, r.Accepted, r.Live)
	}
	if served != http.StatusOK {
		t.Errorf("the website answered %d", served)
	}
	if resp, err := http.Get(r.API); err == nil {
		_ = resp.Body.Close()
		t.Error("the server still runs")
	}
}

func status(t *testing.T, url string) int {
	resp, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// TestTheJudgeSees: a judge that finds nothing on a broken website would be worth nothing.
func TestTheJudgeSees(t *testing.T) {
	const id = "launch"
	type found struct{ doubles, outdated, lost int }
	page := func(id string, meta, text int64) string {
		return fmt.Sprintf(`<meta name="stet-content" content="%s"><meta name="stet-version" content="%d"><p>This is version %d of the text.</p>`, id, meta, text)
	}
	for name, c := range map[string]struct {
		pages map[string]string
		want  found
	}{
		"a good site":           {map[string]string{"a": page(id, 3, 3)}, found{}},
		"no page":               {nil, found{lost: 1}},
		"an old page":           {map[string]string{"a": page(id, 2, 2)}, found{outdated: 1, lost: 1}},
		"an old text":           {map[string]string{"a": page(id, 3, 2)}, found{outdated: 1, lost: 1}},
		"a second page":         {map[string]string{"a": page(id, 3, 3), "b": page(id, 3, 3)}, found{doubles: 1}},
		"an old second page":    {map[string]string{"a": page(id, 3, 3), "b": page(id, 1, 1)}, found{doubles: 1, outdated: 1}},
		"a page of nobody":      {map[string]string{"a": page(id, 3, 3), "b": page("other", 1, 1)}, found{doubles: 1}},
		"a page nobody read of": {map[string]string{"a": page(id, 4, 4)}, found{outdated: 1, lost: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for slug, html := range c.pages {
				if err := os.MkdirAll(filepath.Join(folder, slug), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(folder, slug, "index.html"), []byte(html), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			r, err := demo.Judge(folder, id, 3)
			if err != nil {
				t.Fatal(err)
			}
			if got := (found{r.Doubles, r.Outdated, r.Lost}); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}
