package wordpress_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"stet/connector"
	"stet/connector/connectortest"
	"stet/connector/wordpress"
	"stet/connector/wordpress/fake"
)

func TestConformance(t *testing.T) { conformance(t, "wordpress", "no") }

func TestConformanceWithPlugin(t *testing.T) { conformance(t, "wordpress with plugin", "yes") }

func conformance(t *testing.T, name, plugin string) {
	wp := fake.New(fake.Options{Companion: plugin == "yes"})
	server := httptest.NewServer(wp)
	t.Cleanup(server.Close)
	connectortest.Run(t, connectortest.Config{
		Spec: wordpress.Spec(), Name: name, Against: "fake", Target: server.URL,
		Open:  opener(fake.Admin.Login, fake.Admin.Password, plugin),
		Judge: staff{wp}, Person: staff{wp}, Secrets: []string{fake.Admin.Password}, UnknownID: "999999999", Pictures: true, Docs: "../../docs/connectors.md",
	})
}

// opener opens a target without limits of its rate.
func opener(user, password, plugin string) func(connectortest.T, connectortest.At) connector.Connector {
	return func(t connectortest.T, at connectortest.At) connector.Connector {
		given := password
		if at.Wrong {
			given = "wrong WRONG 0000 wrong WRONG 0000"
		}
		return connectortest.Open(t, wordpress.Spec(), at, map[string]string{"url": at.BaseURL, "user": user, "password": given,
			"allow_private": "yes", "image_addresses": "127.0.0.0/8", "rate": "0", "plugin": plugin})
	}
}

// staff is somebody at work in the fake.
type staff struct{ wp *fake.Server }

func (s staff) Items(_ context.Context, about string) (items []connectortest.JudgedItem, err error) {
	s.wp.Each(func(p *fake.Post) {
		if p.Type == "attachment" || !strings.Contains(p.Title, about) {
			return
		}
		items = append(items, connectortest.JudgedItem{ID: strconv.Itoa(p.ID), Title: p.Title, Slug: p.Slug, Public: p.Status == "publish", Trashed: p.Status == "trash",
			Image: strconv.Itoa(p.Media)})
	})
	return items, nil
}

func (s staff) Files(context.Context) (files []connectortest.JudgedFile, err error) {
	s.wp.Each(func(p *fake.Post) {
		if p.Type == "attachment" {
			files = append(files, connectortest.JudgedFile{ID: strconv.Itoa(p.ID), SHA256: p.Sum})
		}
	})
	return files, nil
}

func (s staff) edit(id string, fn func(*fake.Post)) error {
	n, err := strconv.Atoi(id)
	if err != nil || !s.wp.Edit(n, fn) {
		return fmt.Errorf("there is no post %q", id)
	}
	return nil
}

func (s staff) Edit(_ context.Context, id string) error {
	return s.edit(id, func(p *fake.Post) { p.Content += "\n<p>By hand.</p>" })
}

func (s staff) Trash(_ context.Context, id string) error {
	return s.edit(id, func(p *fake.Post) { p.Status, p.Slug = "trash", p.Slug+"__trashed" })
}

func (s staff) Delete(_ context.Context, id string) error {
	n, err := strconv.Atoi(id)
	s.wp.Purge(n)
	return err
}

func (s staff) Duplicate(_ context.Context, id string) error {
	var p fake.Post
	if err := s.edit(id, func(from *fake.Post) { p = *from }); err != nil {
		return err
	}
	p.Slug += "-2"
	s.wp.Add(p)
	return nil
}

func (s staff) TakeSlug(_ context.Context, slug string) (string, error) {
	return strconv.Itoa(s.wp.Add(fake.Post{Title: "Somebody else's", Content: "<p>Mine.</p>", Status: "publish", Slug: slug})), nil
}
