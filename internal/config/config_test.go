package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stet"
	"stet/internal/config"
)

const (
	signing = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5"
	token   = "stet_canary-canary-canary"
)

// write makes a folder with a configuration and the secrets it may name.
func write(t *testing.T, text string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range map[string]string{"stet.yaml": text, "signing": signing + "\n", "token": token + "\n", "short": "whsec_c2hvcnQ=", "empty": "",
		"policy/policy.yaml": "name: house\nextends: default\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "open"), []byte(signing), 0o644); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, "stet.yaml")
}

const good = `listen: 127.0.0.1:0
sources:
  newsroom:
    secrets: [file:signing, {secret: "${STET_TEST_OLD}", until: 2026-12-01T00:00:00Z}]
    contents: [docs/**]
    targets: [blog]
    publish_drafts: true
    max_version_jump: 10
    max_body: 4096
    tolerance: 1m
    disabled: false
targets:
  blog: {kind: site, slug_scope: s, horizon: 1m, wait_horizon: true, max_attempts: 3, call_timeout: 5s, backoff: 1s, max_backoff: 1m, after_rollback: wait, on_gone: stop, options: {path: out, base_url: "https://example.com/"}}
tokens:
  admin: {token: file:token, role: operator}
  reader: {sha256: 0000000000000000000000000000000000000000000000000000000000000000, role: viewer}
log: {level: debug, format: json}
telemetry: {otlp_endpoint: "http://127.0.0.1:4318"}
policy: policy
reviser: {kind: openai, url: "http://127.0.0.1:9/v1", model: m, secret: file:token, timeout: 1m, allow_private: true}
workers: 2
node_ttl: 5s
`

func TestLoadsEveryKey(t *testing.T) {
	t.Setenv("STET_TEST_OLD", signing)
	c, err := config.Load(write(t, good))
	if err != nil {
		t.Fatal(err)
	}
	s, b := c.Sources["newsroom"], c.Targets["blog"]
	if len(s.Secrets) != 2 || !s.PublishDrafts || s.MaxVersionJump != 10 || s.MaxBody != 4096 || s.Tolerance != time.Minute || s.Contents[0] != "docs/**" {
		t.Errorf("source: %+v", s)
	}
	if !b.KeepHold || !b.KeepGone || !b.WaitHorizon || b.Horizon != time.Minute || b.MaxAttempts != 3 || b.CallTimeout != 5*time.Second || b.Backoff != time.Second || b.MaxBackoff != time.Minute || !filepath.IsAbs(b.Options["path"]) || filepath.Base(b.Options["path"]) != "out" || b.Options["format"] != "html" {
		t.Errorf("target: %+v", b)
	}
	if c.Tokens["admin"].Value.Reveal() != token || c.Tokens["reader"].Role != config.Viewer || c.Workers != 2 || c.NodeTTL != 5*time.Second || !filepath.IsAbs(c.Data) || !filepath.IsAbs(c.Policy) || c.Reviser.Kind != "openai" || c.Reviser.Secret.Reveal() != token || c.Reviser.Timeout != time.Minute {
		t.Errorf("config: %+v", c)
	}
}

func TestAPolicyIsAFolderOrAName(t *testing.T) {
	for value, want := range map[string]string{"policy": "policy", "default": "default", "''": ""} {
		path := write(t, "policy: "+value+"\n")
		c, err := config.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := filepath.Rel(filepath.Dir(path), c.Policy); want == "policy" && got != want || want != "policy" && c.Policy != want {
			t.Errorf("policy: %s is %q", value, c.Policy)
		}
	}
	if _, err := config.Load(write(t, "policy: polcy\n")); err == nil || !strings.Contains(err.Error(), `stet.yaml:1:9: policy is "polcy"; there is no policy.yaml in that folder, and the packs that ship with stet are default`) {
		t.Errorf("a policy that is not there: %v", err)
	}
}

func TestExampleLoads(t *testing.T) {
	folder := t.TempDir()
	written, err := config.Init(folder)
	if err != nil || len(written) != 4 {
		t.Fatal(written, err)
	}
	if _, err := config.Load(filepath.Join(folder, config.FileName)); err != nil {
		t.Error(err)
	}
	for _, secret := range written[:2] {
		if info, err := os.Stat(secret); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", secret, info.Mode(), err)
		}
	}
	if _, err := config.Init(folder); !stet.IsKind(err, stet.Conflict) {
		t.Errorf("a second init: %v", err)
	}
}

// source makes a file whose only source is as given; line 3 begins with its first key.
func source(body string) string {
	return "sources:\n  newsroom:\n    " + body + "\ntargets: {blog: {kind: site, options: {path: p, base_url: 'https://example.com/'}}}\n"
}

func TestRefusesAWrongFile(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":            {"lissen: x\n", `stet.yaml:1:1: the file has no "lissen"; did you mean "listen"? allowed are data, database, listen,`},
		"reviser without kind":   {"reviser: {url: 'https://example.com'}\n", "stet.yaml:1:"},
		"reviser in the clear":   {"reviser: {kind: openai, model: m, url: 'http://example.com'}\n", "reviser.url must be an https address"},
		"reviser without model":  {"reviser: {kind: openai, url: 'https://example.com/v1'}\n", "reviser has no model"},
		"webhook without secret": {"reviser: {kind: webhook, url: 'https://example.com/revise'}\n", "reviser.secret: the signing secret does not start with whsec_"},
		"webhook with model":     {"reviser: {kind: webhook, model: m, secret: file:signing, url: 'https://example.com/revise'}\n", "reviser.model is for kind openai"},
		"reviser's key in it":    {"reviser: {kind: openai, model: m, secret: sk-canary, url: 'https://example.com/v1'}\n", "reviser.secret: a secret must not stand in this file itself"},
		"unknown key of source":  {source("secrets: [file:signing]\n    targets: [blog]\n    tolerans: 5m"), `stet.yaml:5:5: source newsroom has no "tolerans"; did you mean "tolerance"?`},
		"unknown option":         {"targets: {blog: {kind: site, options: {pth: p}}}\n", `stet.yaml:1:40: a target of kind site has no "pth"; did you mean "path"?`},
		"unknown kind":           {"targets: {blog: {kind: sight}}\n", `stet.yaml:1:24: target blog: kind is "sight"; allowed are site`},
		"no kind":                {"targets: {blog: {}}\n", "target blog has no kind; allowed are site"},
		"missing option":         {"targets: {blog: {kind: site}}\n", "options.path is missing. The folder to write to"},
		"option not allowed":     {"targets: {blog: {kind: site, options: {path: p, format: pdf}}}\n", `options.format is "pdf"; allowed are html, markdown`},
		"missing target":         {source("secrets: [file:signing]\n    targets: [blogg]"), `stet.yaml:4:15: the list of targets has no "blogg"; did you mean "blog"? allowed are blog`},
		"duplicate key":          {"listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", `stet.yaml:2:1: "listen" is there twice in the file, first in line 1`},
		"duplicate source":       {"sources:\n  a: {}\n  a: {}\n", `stet.yaml:3:3: "a" is there twice in sources`},
		"wrong type":             {"workers: many\n", `stet.yaml:1:10: workers is "many"; it must be a whole number from 1`},
		"number for text":        {"listen: 7838\n", `stet.yaml:1:9: listen is "7838"; it must be a text`},
		"zero workers":           {"workers: 0\n", "stet.yaml:1:10: workers is"},
		"short node_ttl":         {"node_ttl: 10ms\n", `stet.yaml:1:11: node_ttl is "10ms"; it must be 1s or more`},
		"list for mapping":       {"sources: [a]\n", `stet.yaml:1:10: sources is a list; it must be a mapping`},
		"bad duration":           {source("secrets: [file:signing]\n    targets: [blog]\n    tolerance: 5"), `tolerance is "5"; it must be a time such as 30s, 5m or 72h`},
		"bad role":               {"tokens: {a: {token: file:token, role: admin}}\n", `token a: role is "admin"; allowed are viewer, editor, operator`},
		"bad name":               {"tokens: {A b: {token: file:token, role: viewer}}\n", `"A b" cannot name a token`},
		"bad listen":             {"listen: nowhere\n", `stet.yaml:1:9: listen is "nowhere"; it must be HOST:PORT`},
		"both stores":            {"data: d\ndatabase: postgres://db.example.com/stet\n", "both data and database are there"},
		"second document":        {"listen: 127.0.0.1:1\n---\nlisten: 127.0.0.1:2\n", "a second document begins here"},
		"no YAML":                {"listen: [\n", "this is no YAML"},
		"an alias":               {"listen: &a 127.0.0.1:1\ndata: *a\n", "listen is an anchor, an alias or a tag"},
		"no secrets":             {source("targets: [blog]"), "source newsroom has no secrets"},
		"literal secret":         {source("secrets: [" + signing + "]\n    targets: [blog]"), "stet.yaml:3:15: source newsroom: a secret must not stand in this file itself"},
		"secret in wrong shape":  {source("secrets: " + signing + "\n    targets: [blog]"), "secrets is something else; it must be a list"},
		"variable not set":       {source("secrets: ['${STET_TEST_UNSET}']\n    targets: [blog]"), "the environment variable STET_TEST_UNSET is not set"},
		"missing secret file":    {source("secrets: [file:nowhere]\n    targets: [blog]"), "cannot read the secret"},
		"literal token":          {"tokens: {a: {token: " + token + ", role: viewer}}\n", "a secret must not stand in this file itself"},
		"token twice":            {"tokens: {a: {token: file:token, sha256: '" + strings.Repeat("0", 64) + "', role: viewer}}\n", "needs one of token"},
		"short token":            {"tokens: {a: {token: file:short, role: viewer}}\n", "it has 14 bytes and must have 20 at least"},
		"database with password": {"database: postgres://stet:" + token + "@db.example.com/stet\n", "database holds a password"},
		"bad until":              {source("secrets: [{secret: file:signing, until: soon}]\n    targets: [blog]"), `until is "soon"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Load(write(t, c.text))
			if !stet.IsKind(err, stet.Configuration) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant a message with %s", err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), signing) || strings.Contains(err.Error(), token)) {
				t.Errorf("the message holds a secret: %v", err)
			}
		})
	}
}

func TestSecurity(t *testing.T) {
	t.Run("case_09_empty_or_short_secret", func(t *testing.T) {
		for _, file := range []string{"short", "empty"} {
			if _, err := config.Load(write(t, source("secrets: [file:"+file+"]\n    targets: [blog]"))); !stet.IsKind(err, stet.Configuration) {
				t.Errorf("%s: %v", file, err)
			}
		}
	})
	t.Run("case_96_unknown_key", func(t *testing.T) {
		if _, err := config.Load(write(t, "insecure_skip_verify: true\n")); !stet.IsKind(err, stet.Configuration) {
			t.Error(err)
		}
	})
	t.Run("case_96_world_readable_secret", func(t *testing.T) {
		_, err := config.Load(write(t, source("secrets: [file:open]\n    targets: [blog]")))
		if err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Error(err)
		}
	})
	t.Run("case_95_canaries_in_a_printed_configuration", func(t *testing.T) {
		t.Setenv("STET_TEST_OLD", signing)
		c, err := config.Load(write(t, good))
		if err != nil {
			t.Fatal(err)
		}
		c.Database = config.NewSecret("postgres://stet:" + token + "@db.example.com/stet")
		blog := c.Targets["blog"]
		blog.Secrets["key"] = config.NewSecret(token)
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("config", "config", c, "database", c.Database)
		encoded, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{fmt.Sprintf("%v %+v %#v", c, c, c), log.String(), string(encoded), c.Redact("connect " + c.Database.Reveal())} {
			if strings.Contains(text, "canary") || strings.Contains(text, signing[6:]) {
				t.Errorf("a secret is shown: %s", text)
			}
		}
	})
}
