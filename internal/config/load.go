package config

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"stet"
	"stet/internal/policy"
)

// DefaultListen is the address where the file names none.
const DefaultListen = "127.0.0.1:7838"

// policyFile is what a folder must hold to be a policy pack.
const policyFile = "policy.yaml"

// Load reads and checks a file. The error, of kind Configuration, names every fault with file, line and column, what is
// there and what is allowed; it never holds a secret.
func Load(name string) (Config, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return Config{}, fmt.Errorf("find %s: %w", name, err)
	}
	text, err := os.ReadFile(abs)
	if err != nil {
		return Config{}, &stet.Error{Kind: stet.Configuration, Code: "no_config", Err: err,
			Message: fmt.Sprintf("cannot read %s; `stet init` writes a first one", name)}
	}
	r := &reader{file: name, folder: filepath.Dir(abs)}
	c := Config{Path: abs, Listen: DefaultListen, Log: Log{Level: "info", Format: "text"}, Sources: map[string]Source{}, Targets: map[string]Target{},
		Tokens: map[string]Token{}}
	r.root(&c, r.parse(text))
	return c, r.err()
}

func (r *reader) root(c *Config, top ast.Node) {
	workers := int64(0)
	var sources, data ast.Node
	r.fields(top, "the file", map[string]func(ast.Node){
		"listen":      r.address(&c.Listen),
		"data":        func(n ast.Node) { data = n; r.path(&c.Data, "data")(n) },
		"database":    func(n ast.Node) { r.secretly(func() { c.Database = r.dsn(n) }) },
		"policy":      r.policy(&c.Policy),
		"reviser":     func(n ast.Node) { r.reviser(&c.Reviser, n) },
		"workers":     r.integer(&workers, "workers", 1),
		"max_crashes": r.integer(&c.MaxCrashes, "max_crashes", 1),
		"node_ttl":    func(n ast.Node) { r.nodeTTL(&c.NodeTTL, n) },
		"log":         func(n ast.Node) { r.log(&c.Log, n) },
		"telemetry":   func(n ast.Node) { r.telemetry(&c.Telemetry, n) },
		"sources":     func(n ast.Node) { sources = n }, // after the targets that they name
		"targets": func(n ast.Node) {
			r.named(n, "target", func(name string, n ast.Node) { c.Targets[name] = r.target(name, n) })
		},
		"tokens": func(n ast.Node) {
			r.named(n, "token", func(name string, n ast.Node) { c.Tokens[name] = r.token(name, n) })
		},
	})
	if sources != nil {
		r.named(sources, "source", func(name string, n ast.Node) { c.Sources[name] = r.source(name, n, sorted(c.Targets)) })
	}
	c.Workers = int(workers)
	switch {
	case data != nil && !c.Database.Empty():
		r.fault(data, "both data and database are there; data is for the embedded store, database for PostgreSQL: keep one")
	case c.Data == "" && c.Database.Empty():
		c.Data = within(r.folder, "data")
	}
}

// named reads a mapping whose keys are names that the operator chooses.
func (r *reader) named(node ast.Node, what string, read func(string, ast.Node)) {
	for _, p := range r.pairs(node, what+"s") {
		if !stet.ValidName(p.name) {
			r.fault(p.key, "%q cannot name a %s; a name is 1 to 63 of a-z, 0-9, _ and -, and begins with a letter or digit", p.name, what)
			continue
		}
		read(p.name, p.value)
	}
}

func (r *reader) log(l *Log, node ast.Node) {
	r.fields(node, "log", map[string]func(ast.Node){
		"level":  r.choice(&l.Level, "log.level", "debug", "info", "warn", "error"),
		"format": r.choice(&l.Format, "log.format", "text", "json"),
	})
}

func (r *reader) telemetry(t *Telemetry, node ast.Node) {
	r.fields(node, "telemetry", map[string]func(ast.Node){
		"otlp_endpoint": func(n ast.Node) {
			r.text(&t.OTLPEndpoint, "telemetry.otlp_endpoint")(n)
			u, err := url.Parse(t.OTLPEndpoint)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
				r.fault(n, "telemetry.otlp_endpoint must be an address such as http://127.0.0.1:4318, without a user or password")
			}
		},
	})
}

// nodeTTL has a least value: nodes beat ten times in it, and one that is only busy must not be taken for dead.
func (r *reader) nodeTTL(to *time.Duration, node ast.Node) {
	if r.duration(to, "node_ttl")(node); *to > 0 && *to < time.Second {
		r.fault(node, "node_ttl is %s; it must be 1s or more", r.describe(node))
	}
}

func (r *reader) address(to *string) func(ast.Node) {
	return func(node ast.Node) {
		r.text(to, "listen")(node)
		if _, _, err := net.SplitHostPort(*to); err != nil {
			r.fault(node, "listen is %s; it must be HOST:PORT, such as %s", r.describe(node), DefaultListen)
		}
	}
}

// policy is a folder, or else the name of a pack that ships with stet. A folder of that name comes first.
func (r *reader) policy(to *string) func(ast.Node) {
	return func(node ast.Node) {
		var name string
		r.text(&name, "policy")(node)
		_, err := os.Stat(filepath.Join(within(r.folder, name), policyFile))
		switch {
		case name == "":
			return
		case err != nil && slices.Contains(policy.ShippedNames(), name):
			*to = name
		case err != nil:
			r.fault(node, "policy is %q; there is no %s in that folder, and the packs that ship with stet are %s", name, policyFile,
				strings.Join(policy.ShippedNames(), ", "))
		default:
			*to = within(r.folder, name)
		}
	}
}

func (r *reader) path(to *string, what string) func(ast.Node) {
	return func(node ast.Node) {
		var name string
		if r.text(&name, what)(node); name != "" {
			*to = within(r.folder, name)
		}
	}
}

// dsn is the address of the database: a reference, or plain text where it holds no password.
func (r *reader) dsn(node ast.Node) Secret {
	var text string
	r.text(&text, "database")(node)
	if strings.HasPrefix(text, "${") || strings.HasPrefix(text, "file:") {
		value, err := reference(text, r.folder)
		if err != nil {
			r.fault(node, "database: %v", err)
		}
		return NewSecret(value)
	}
	u, err := url.Parse(text)
	if err != nil || strings.Contains(strings.ToLower(text), "password") {
		r.fault(node, "database holds a password or is no DSN; write ${NAME} or file:PATH, or a DSN without a password")
		return Secret{}
	}
	if _, has := u.User.Password(); has {
		r.fault(node, "database holds a password, which must not stand in this file; write ${NAME} or file:PATH")
	}
	return NewSecret(text)
}
