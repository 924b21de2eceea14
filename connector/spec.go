package connector

import (
	"context"
	"log/slog"
	"net/http"
)

// Spec declares a kind of connector: what the configuration, the documentation and the commands know of it.
type Spec struct {
	Kind    string // "site", "wordpress"
	Title   string // for a person
	Options []Option
	// Open checks the options and gives the connector. It makes no network call.
	Open func(ctx context.Context, env Env) (Connector, error)
}

// Option is one setting of a target. Its flags, validation, redaction and documentation follow from this.
type Option struct {
	Name     string
	Help     string // one sentence
	Default  string
	Required bool
	Secret   bool     // a credential: read from ${ENV} or file:, never shown
	Path     bool     // a file or folder; a relative one starts at the folder of the configuration file
	OneOf    []string // the allowed values, where they are a closed list
}

// Env is what a connector is opened with.
type Env struct {
	Target    string
	Options   map[string]string // by Option.Name, defaults filled in, secrets resolved
	Log       *slog.Logger
	Transport http.RoundTripper // for tests; nil: the usual one
}
