package probe_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"stet"
	"stet/connector"
	"stet/connector/probe"
	"stet/connector/site"
	"stet/connector/wordpress"
	"stet/connector/wordpress/fake"
)

func open(t *testing.T, password string) (connector.Connector, *fake.Server) {
	t.Helper()
	wp := fake.New(fake.Options{})
	server := httptest.NewServer(wp)
	t.Cleanup(server.Close)
	c, err := wordpress.Spec().Open(t.Context(), connector.Env{Target: "blog", Options: map[string]string{
		"url": server.URL, "user": fake.Admin.Login, "password": password, "allow_private": "yes", "rate": "0", "plugin": "no"}})
	if err != nil {
		t.Fatal(err)
	}
	return c, wp
}

func TestAProbeLeavesNothingPublicAndNothingBehind(t *testing.T) {
	c, wp := open(t, fake.Admin.Password)
	report, err := probe.Run(t.Context(), c)
	if err != nil || !report.Passed() {
		t.Fatalf("the probe of a good target: %v\n%+v", err, report)
	}
	made := 0
	for _, entry := range wp.Log() {
		if entry.Public() {
			t.Errorf("something was public: %+v", entry)
		}
		if entry.Op == "create" {
			made++
		}
	}
	if made != 2 {
		t.Errorf("it made %d drafts; want two, to see what a second create does", made)
	}
	for _, p := range wp.Posts() {
		if p.Status != "trash" {
			t.Errorf("left behind: %+v", p)
		}
	}
	if len(report.Promises) < 4 || !strings.Contains(report.Promises[1], "15m") {
		t.Errorf("the promises are %q", report.Promises)
	}
}

func TestAProbeNamesWrongCredentialsAndWritesNothing(t *testing.T) {
	c, wp := open(t, "wrong")
	report, err := probe.Run(t.Context(), c)
	if !stet.IsKind(err, stet.Configuration) || report.Passed() || len(report.Promises) > 0 || len(wp.Log()) > 0 {
		t.Errorf("err %v, report %+v, log %v; want a Configuration error and no write", err, report, wp.Log())
	}
}

func TestAProbeDoesNotWriteWhereAWriteIsPublic(t *testing.T) {
	folder := t.TempDir()
	c, err := site.Spec().Open(t.Context(), connector.Env{Target: "blog", Options: map[string]string{
		"path": folder, "base_url": "https://example.com/", "language": "en", "format": "html", "title": "Articles"}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := probe.Run(t.Context(), c)
	if err != nil || !report.Passed() || !slices.ContainsFunc(report.Steps, func(s probe.Step) bool { return s.Skipped }) {
		t.Errorf("err %v, report %+v; want the writes skipped", err, report)
	}
	if page, err := c.Find(t.Context(), connector.Write{Key: stet.Key{ContentID: "stet-test", Target: "blog"}}); err != nil || len(page) > 0 {
		t.Errorf("found %v, %v", page, err)
	}
}

// clumsy is a target that cannot remove, and loses what it made.
type clumsy struct {
	connector.Connector
	connector.Creator
	blind bool
}

func (c clumsy) Trash(context.Context, string) error {
	return stet.Errorf(stet.Forbidden, "no", "the account may not delete")
}

func (c clumsy) Find(ctx context.Context, w connector.Write) ([]connector.Item, error) {
	if c.blind {
		return nil, nil
	}
	return c.Connector.Find(ctx, w)
}

func TestAProbeSaysWhatIsLeftAndPromisesNoMoreThanItSaw(t *testing.T) {
	c, _ := open(t, fake.Admin.Password)
	report, err := probe.Run(t.Context(), clumsy{c, c.(connector.Creator), true})
	if err != nil || report.Passed() || len(report.Left) != 2 {
		t.Errorf("err %v, left %v; want both drafts named", err, report.Left)
	}
	if len(report.Promises) != 1 || !strings.HasPrefix(report.Promises[0], "Nothing can be promised") {
		t.Errorf("the promises of a target that finds nothing are %q", report.Promises)
	}
}
