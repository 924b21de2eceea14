package config

import (
	"strings"

	"github.com/goccy/go-yaml/ast"

	"stet/connector"
	"stet/connector/all"
)

func (r *reader) target(name string, node ast.Node) Target {
	t := Target{Options: map[string]string{}, Secrets: map[string]Secret{}}
	what := "target " + name
	after, gone := "publish", "recreate"
	var kind, options ast.Node
	r.fields(node, what, map[string]func(ast.Node){
		"kind":           func(n ast.Node) { kind = n; r.choice(&t.Kind, what+": kind", all.Kinds()...)(n) },
		"options":        func(n ast.Node) { options = n },
		"slug_scope":     r.text(&t.SlugScope, what+": slug_scope"),
		"horizon":        r.duration(&t.Horizon, what+": horizon"),
		"wait_horizon":   r.boolean(&t.WaitHorizon, what+": wait_horizon"),
		"max_attempts":   r.integer(&t.MaxAttempts, what+": max_attempts", 1),
		"backoff":        r.duration(&t.Backoff, what+": backoff"),
		"call_timeout":   r.duration(&t.CallTimeout, what+": call_timeout"),
		"max_backoff":    r.duration(&t.MaxBackoff, what+": max_backoff"),
		"after_rollback": r.choice(&after, what+": after_rollback", "publish", "wait"),
		"change_secrets": func(n ast.Node) { r.secretly(func() { t.ChangeSecrets = r.signing(n, what) }) },
		"on_gone":        r.choice(&gone, what+": on_gone", "recreate", "stop"),
	})
	t.KeepHold, t.KeepGone = after == "wait", gone == "stop"
	if kind == nil {
		r.fault(node, "%s has no kind; allowed are %s", what, strings.Join(all.Kinds(), ", "))
	}
	if spec, found := all.Find(t.Kind); found {
		r.options(&t, node, options, spec)
	}
	return t
}

func (r *reader) options(t *Target, at, node ast.Node, spec connector.Spec) {
	setters := map[string]func(ast.Node){}
	for _, o := range spec.Options {
		if o.Default != "" {
			t.Options[o.Name] = o.Default
		}
		setters[o.Name] = func(n ast.Node) { r.option(t, n, o) }
	}
	r.fields(node, "a target of kind "+spec.Kind, setters)
	for _, o := range spec.Options {
		if _, secret := t.Secrets[o.Name]; o.Required && t.Options[o.Name] == "" && !secret && len(r.faults) == 0 {
			r.fault(at, "options.%s is missing. %s", o.Name, o.Help)
		}
	}
}

func (r *reader) option(t *Target, node ast.Node, o connector.Option) {
	what := "options." + o.Name
	var value string
	switch {
	case o.Secret:
		r.secretly(func() { r.text(&value, what)(node) })
		resolved, err := reference(value, r.folder)
		if err != nil {
			r.fault(node, "%s: %v", what, err)
			return
		}
		t.Secrets[o.Name] = NewSecret(resolved)
	case len(o.OneOf) > 0:
		r.choice(&value, what, o.OneOf...)(node)
		t.Options[o.Name] = value
	default:
		r.scalar(&value, what)(node)
		if o.Path && value != "" {
			value = within(r.folder, value)
		}
		t.Options[o.Name] = value
	}
}
