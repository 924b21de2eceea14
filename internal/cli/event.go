package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"stet"
	"stet/contract"
	"stet/internal/article"
	"stet/internal/client"
	"stet/internal/config"
)

// outgoing is one event, ready to be signed.
type outgoing struct {
	file, contentID, title string
	version                int64
	body                   []byte
	rechoose               func(context.Context) (outgoing, error) // nil: the version is the author's
}

// prepare finds the server, the source and its secret.
func (s *sending) prepare(ctx context.Context, source, to, secretFile string) error {
	cfg, err := s.sh.loadIfThere()
	if err != nil {
		return err
	}
	if s.door.Source, err = chooseSource(source, cfg, s.targets); err != nil {
		return err
	}
	if s.door.Secret, err = s.sh.signingSecret(s.door.Source, secretFile, cfg); err != nil {
		return err
	}
	s.door.Notice = func(_ string, try int, err error) { s.sh.note("try %d: %v", try, err) }
	if to == "" {
		to = s.sh.serverFlag()
	}
	token := s.sh.tokenFlag()
	switch {
	case to == "" && cfg == nil:
		return usage("where to? name the server with --to URL, or run this beside a stet.yaml")
	case to == "":
		to = "http://" + reachable(cfg.Listen)
		if token == "" {
			token = bestToken(*cfg)
		}
	}
	s.client, err = client.New(baseOf(to), token, nil)
	return err
}

// baseOf is the server's address, also where the address of the door was given.
func baseOf(to string) string {
	if u, err := url.Parse(to); err == nil {
		if at := strings.Index(u.Path, "/v1/sources/"); at >= 0 {
			u.Path = u.Path[:at]
			return u.String()
		}
	}
	return to
}

// chooseSource is the source that was named, else the only one that may publish to the targets.
func chooseSource(named string, cfg *config.Config, targets []string) (string, error) {
	if named != "" {
		if !stet.ValidName(named) {
			return "", usage("%q cannot be the name of a source", named)
		}
		return named, nil
	}
	if cfg == nil {
		return "", usage("which source sends? name it with --source")
	}
	var fit []string
	for name, s := range cfg.Sources {
		if !slices.ContainsFunc(targets, func(t string) bool { return !slices.Contains(s.Targets, t) }) {
			fit = append(fit, name)
		}
	}
	if len(fit) == 1 {
		return fit[0], nil
	}
	slices.Sort(fit)
	if len(fit) == 0 {
		return "", usage("no source of %s may publish to %s", cfg.Path, strings.Join(targets, ", "))
	}
	return "", usage("which source sends? name one of %s with --source", strings.Join(fit, ", "))
}

// signingSecret is that of the environment, of a file, or of the source in the configuration.
func (sh *shell) signingSecret(source, file string, cfg *config.Config) (contract.Secret, error) {
	text := sh.Getenv("STET_SECRET")
	if file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return contract.Secret{}, usage("cannot read the secret: %v", err)
		}
		text = strings.TrimSpace(string(raw))
	}
	if text != "" {
		return contract.ParseSecret(text)
	}
	if cfg == nil {
		return contract.Secret{}, usage("what is the secret of source %s? set STET_SECRET or name a file with --secret-file", source)
	}
	s, there := cfg.Sources[source]
	if !there {
		return contract.Secret{}, usage("%s has no source %q", cfg.Path, source)
	}
	for _, secret := range s.Secrets {
		header := http.Header{}
		contract.SetHeaders(header, secret, contract.Delivery{ID: "probe", Timestamp: sh.Now()}, nil)
		if _, err := contract.Verify(header, nil, []contract.Secret{secret}, sh.Now(), 0); err == nil {
			return secret, nil
		}
	}
	return contract.Secret{}, usage("every secret of source %s in %s has ended", source, cfg.Path)
}

// events makes what a file holds into events: JSON as it is, Markdown wrapped.
func (s *sending) events(ctx context.Context, name string, text []byte, changed int64) ([]outgoing, error) {
	if first := bytes.TrimLeft(text, " \t\r\n"); len(first) > 0 && first[0] == '{' || strings.HasSuffix(name, ".json") {
		return jsonEvents(name, text)
	}
	if name == "-" {
		name = "stdin"
	}
	a, err := article.Parse(name, text)
	if err != nil {
		return nil, err
	}
	e, err := s.wrap(ctx, name, a, changed)
	return []outgoing{e}, err
}

// jsonEvents reads one event or several after each other. They are sent byte for byte as they stand.
func jsonEvents(name string, text []byte) (list []outgoing, err error) {
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		var raw json.RawMessage
		if err := dec.Decode(&raw); errors.Is(err, io.EOF) && len(list) > 0 {
			return list, nil
		} else if err != nil {
			return nil, stet.Errorf(stet.Invalid, "bad_json", "%s is no JSON event: %v", name, err)
		}
		envelope, err := contract.Decode(raw, contract.Limits{Bytes: maxInput})
		if err != nil {
			return nil, err
		}
		e := outgoing{file: name, contentID: envelope.ContentID, version: envelope.Version, body: raw}
		if envelope.Data.Content != nil {
			e.title = envelope.Data.Content.Title
		}
		list = append(list, e)
	}
}

// wrap makes the event of an article and chooses its version.
func (s *sending) wrap(ctx context.Context, file string, a article.Article, changed int64) (outgoing, error) {
	version := a.Version
	if s.version != 0 {
		version = s.version
	}
	if version != 0 {
		return s.encode(file, a, version)
	}
	if !s.client.HasToken() {
		return s.encode(file, a, max(changed, 1))
	}
	choose := func(ctx context.Context) (outgoing, error) {
		version, err := s.nextVersion(ctx, a)
		if err != nil {
			return outgoing{}, err
		}
		return s.encode(file, a, version)
	}
	e, err := choose(ctx)
	e.rechoose = choose
	return e, err
}

// nextVersion is the stored one where the text is the stored one, else the one after it. A text that was taken down
// comes back as a new version.
func (s *sending) nextVersion(ctx context.Context, a article.Article) (int64, error) {
	version, hash, err := s.client.Stored(ctx, a.ContentID)
	switch {
	case stet.IsKind(err, stet.NotFound):
		return 1, nil
	case err != nil:
		return 0, err
	case hash == contract.ContentHash(a.Document) || s.door.Resubmission != "":
		return version, nil
	}
	return version + 1, nil
}

func (s *sending) encode(file string, a article.Article, version int64) (outgoing, error) {
	kind := stet.PublishRequest
	if a.Draft || s.draft {
		kind = stet.DraftReady
	}
	head := contract.Envelope{EventID: "evt_" + rand.Text(), Type: kind, ContentID: a.ContentID, Version: version, OccurredAt: s.sh.Now().UTC(),
		Source: s.door.Source, Reason: s.reason, Data: contract.Data{Targets: s.targets}}
	body, err := contract.Encode(contract.Wrap(head, a.Document))
	return outgoing{file: file, contentID: a.ContentID, title: a.Document.Title, version: version, body: body}, err
}
