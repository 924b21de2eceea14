// Package config reads stet.yaml: one file, strictly, with secrets from the environment or from files of their own.
package config

import (
	"crypto/sha256"
	"net"
	"strings"
	"time"

	"stet/contract"
)

// Config is a file that was read and found right. Printing it shows no secret.
type Config struct {
	Path string // of the file, absolute; relative paths in it are relative to its folder

	Listen     string // address of the HTTP server: 127.0.0.1:7838
	Data       string // folder of the embedded store, absolute
	Database   Secret // DSN of PostgreSQL; empty: the embedded store in Data
	Policy     string // folder of the policy pack, absolute, or the name of one that ships with stet; empty: everything passes
	Reviser    Reviser
	Workers    int           // publishes at once on this node; 0: the default of the queue
	MaxCrashes int64         // lost leases in a row before work counts as poison; 0: the default of the engine
	NodeTTL    time.Duration // PostgreSQL: silence after which a node counts as dead; 0: the default of the queue
	Log        Log
	Telemetry  Telemetry

	Sources map[string]Source
	Targets map[string]Target
	Tokens  map[string]Token
}

// Reviser is asked for another text where the safe fixes do not suffice. The zero value: nobody is.
type Reviser struct {
	Kind         string // openai, webhook
	URL          string // openai: the base, such as https://api.example.com/v1; webhook: where it answers
	Model        string // of openai
	Secret       Secret // openai: the API key; webhook: whsec_...
	Timeout      time.Duration
	AllowPrivate bool // it may be on this machine or in the own network, and speak plain http
}

// Log says how the log is written to standard error.
type Log struct {
	Level  string // debug, info, warn, error
	Format string // text, json
}

// Telemetry says where traces go.
type Telemetry struct {
	OTLPEndpoint string // base URL of an OTLP/HTTP receiver; empty: no traces
}

// Source is who may send events. Its name is its key in Config.Sources.
type Source struct {
	Secrets        []contract.Secret
	Contents       []string // patterns of the content ids it may touch; empty: all
	Targets        []string // where it may publish
	PublishDrafts  bool     // draft_ready publishes too
	MaxVersionJump int64    // 0: the default of the engine
	MaxBody        int64    // bytes of a request; 1 MiB where 0
	Tolerance      time.Duration
	Disabled       bool
}

// Target is a place to publish to. Its name is its key in Config.Targets.
type Target struct {
	Kind        string            // of the connector
	Options     map[string]string // of the connector, with its defaults, without its secrets
	Secrets     map[string]Secret // the options that are credentials
	SlugScope   string
	Horizon     time.Duration // 0: what the connector says
	WaitHorizon bool
	MaxAttempts int64
	Backoff     time.Duration // after the first failed try, doubling; 0: the default of the engine
	MaxBackoff  time.Duration // 0: the default of the engine
	CallTimeout time.Duration // of one call; 0: the default of the engine
	KeepHold    bool          // after_rollback: wait
	KeepGone    bool          // on_gone: stop

	ChangeSecrets []contract.Secret // with which it signs that somebody changed an item
}

// Role is what a token may do; each includes the ones before it.
type Role string

const (
	Viewer   Role = "viewer"   // read
	Editor   Role = "editor"   // decide about content: rollback, release, drift
	Operator Role = "operator" // everything: dead letters too
)

// Token lets a person or a program use the API. Its name is its key in Config.Tokens.
type Token struct {
	Role   Role
	SHA256 [sha256.Size]byte
	Value  Secret // empty where the file holds only the hash
}

// Loopback reports whether addr can be reached from this machine only.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// OptionValues are the options of the connector with its secrets, for connector.Env alone.
func (t Target) OptionValues() map[string]string {
	out := map[string]string{}
	for name, value := range t.Options {
		out[name] = value
	}
	for name, secret := range t.Secrets {
		out[name] = secret.Reveal()
	}
	return out
}

// hidden finds what must never be printed.
func (c Config) hidden() []string {
	values := []string{c.Database.Reveal(), c.Reviser.Secret.Reveal()}
	for _, t := range c.Tokens {
		values = append(values, t.Value.Reveal())
	}
	for _, t := range c.Targets {
		for _, s := range t.Secrets {
			values = append(values, s.Reveal())
		}
	}
	return values
}

// Redact replaces the file's secrets in s, as a last guard for messages that were made elsewhere. Signing secrets never
// leave the contract package and need none.
func (c Config) Redact(s string) string {
	for _, value := range c.hidden() {
		if len(value) >= minRedacted {
			s = strings.ReplaceAll(s, value, shown)
		}
	}
	return s
}

// minRedacted is the shortest secret that is looked for in messages: shorter ones would tear words apart.
const minRedacted = 6

// Redacted is the configuration fit to be shown: printed or encoded, its secrets are hidden anyway; the hashes of its
// tokens are gone too.
func (c Config) Redacted() Config {
	tokens := map[string]Token{}
	for name, t := range c.Tokens {
		tokens[name] = Token{Role: t.Role}
	}
	c.Tokens = tokens
	return c
}
