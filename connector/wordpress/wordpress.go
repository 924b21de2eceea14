// Package wordpress is the connector for WordPress 6.1 and later, through its REST API and an application password. It
// is of class C, drafts under a marker slug; with the companion plugin in the site it is of class F.
package wordpress

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"stet/connector"
	"stet/internal/httpclient"
	"stet/internal/picture"
)

// horizon is how late WordPress may still carry out a request: PHP's and the web server's limits, and a proxy's queue,
// are minutes at most.
const horizon = 15 * time.Minute

// maxBody is the largest body in bytes: with the markup around it, it stays below the 8 MB that PHP takes by default.
const maxBody = 2 << 20

// Spec declares the kind `wordpress`.
func Spec() connector.Spec {
	return connector.Spec{Kind: "wordpress", Title: "WordPress", Options: settings, Open: open}
}

// site is one WordPress and one post type in it.
type site struct {
	opt    options
	client *httpclient.Client
	log    *slog.Logger

	mu    sync.Mutex
	root  *root             // where the API is, once known
	metas map[string]string // the registered meta keys, once needed

	pictures *picture.Source // nil: pictures are left where they are

	files sync.Mutex // one upload at a time, so that none is made twice
	terms sync.Mutex // one search for terms at a time, so that none is made twice
}

// plain is a site without the companion plugin: class C.
type plain struct{ *site }

var (
	_ connector.Connector   = plain{}
	_ connector.Creator     = plain{}
	_ connector.Publisher   = plain{}
	_ connector.Unpublisher = plain{}
	_ connector.Trasher     = plain{}
	_ connector.Checker     = plain{}
)

func open(_ context.Context, env connector.Env) (connector.Connector, error) {
	opt, err := parseOptions(env.Options)
	if err != nil {
		return nil, err
	}
	client, err := newClient(opt, env.Transport)
	if err != nil {
		return nil, err
	}
	s := &site{opt: opt, client: client, log: env.Log}
	if opt.upload {
		if s.pictures, err = picture.New(opt.pictures); err != nil {
			return nil, err
		}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	switch opt.plugin {
	case "yes":
		return companion{s}, nil
	case "no":
		return plain{s}, nil
	}
	return adaptive{c: plain{s}, f: companion{s}}, nil
}

// Capabilities are those of class C.
func (p plain) Capabilities() connector.Capabilities {
	return connector.Capabilities{
		Class:        connector.AutoSuffix,
		Drafts:       true,
		SlugSuffix:   true,
		StrongLookup: true,
		Horizon:      horizon,
		BodyFormats:  []string{"markdown", "html"},
		MaxBody:      maxBody,
		Unpublish:    true,
		Trash:        true,
	}
}
