package config

import (
	"net/url"

	"github.com/goccy/go-yaml/ast"

	"stet/contract"
)

func (r *reader) reviser(to *Reviser, node ast.Node) {
	faults := len(r.faults)
	r.fields(node, "reviser", map[string]func(ast.Node){
		"kind":          r.choice(&to.Kind, "reviser.kind", "openai", "webhook"),
		"url":           r.text(&to.URL, "reviser.url"),
		"model":         r.scalar(&to.Model, "reviser.model"),
		"secret":        func(n ast.Node) { r.secretly(func() { to.Secret = r.reviserSecret(n) }) },
		"timeout":       r.duration(&to.Timeout, "reviser.timeout"),
		"allow_private": r.boolean(&to.AllowPrivate, "reviser.allow_private"),
	})
	if len(r.faults) > faults {
		return
	}
	u, err := url.Parse(to.URL)
	switch {
	case to.Kind == "":
		r.fault(node, "reviser has no kind; allowed are openai, webhook")
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !to.AllowPrivate):
		r.fault(node, "reviser.url must be an https address without a user or password; with allow_private: true it may be http")
	case to.Kind == "openai" && to.Model == "":
		r.fault(node, "reviser has no model; name the one that answers at %s", to.URL)
	case to.Kind == "webhook":
		r.webhookSecret(*to, node)
	}
}

func (r *reader) reviserSecret(node ast.Node) Secret {
	var ref string
	r.text(&ref, "reviser.secret")(node)
	value, err := reference(ref, r.folder)
	if err != nil {
		r.fault(node, "reviser.secret: %v", err)
	}
	return NewSecret(value)
}

func (r *reader) webhookSecret(v Reviser, node ast.Node) {
	if v.Model != "" {
		r.fault(node, "reviser.model is for kind openai")
	}
	if _, err := contract.ParseSecret(v.Secret.Reveal()); err != nil {
		r.fault(node, "reviser.secret: %v", err)
	}
}
