package app

import (
	"fmt"
	"path/filepath"

	"stet/internal/engine"
	"stet/internal/gate"
	"stet/internal/policy"
	"stet/internal/revise"
)

// openGate loads the policy. A pack with a mistake ends the start: a gate that is not there must not look like one that
// lets everything pass.
func (a *App) openGate(cfg *engine.Config) error {
	if a.cfg.Policy == "" {
		return nil
	}
	cache := "" // with PostgreSQL there is no folder of ours; reading the knowledge base again costs seconds at most
	if a.cfg.Database.Empty() {
		cache = filepath.Join(a.cfg.Data, "kb")
	}
	pack, err := policy.LoadCached(a.cfg.Policy, cache)
	if err != nil {
		return fmt.Errorf("load the policy: %w", err)
	}
	reviser, err := a.reviser()
	if err != nil {
		return fmt.Errorf("open the reviser: %w", err)
	}
	a.gate = gate.New(pack, reviser)
	cfg.Gate, cfg.Reviser = a.gate, a.gate
	return nil
}

// reviser is nil where none is configured.
func (a *App) reviser() (revise.Reviser, error) {
	r := a.cfg.Reviser
	end := revise.Endpoint{URL: r.URL, Private: r.AllowPrivate, Model: r.Model, Secret: r.Secret.Reveal(), Timeout: r.Timeout}
	net := revise.Net{Transport: a.opts.Transport, Now: a.opts.Now}
	switch r.Kind {
	case "openai":
		return revise.NewChat(end, net)
	case "webhook":
		return revise.NewWebhook(end, net)
	}
	return nil, nil
}

// policyLine is the banner's line about the gate.
func (a *App) policyLine() string {
	switch {
	case a.gate != nil:
		return "policy " + a.gate.Policy()
	case a.opts.Gate != nil:
		return "policy " + a.opts.Gate.Policy()
	}
	return "no policy: everything passes the gate; write policy: default into stet.yaml for the one that ships with stet"
}
