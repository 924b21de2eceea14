package config

import (
	"path"
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"

	"stet/contract"
)

func (r *reader) source(name string, node ast.Node, targets []string) Source {
	s := Source{MaxBody: 1 << 20, Tolerance: contract.DefaultTolerance}
	what := "source " + name
	r.fields(node, what, map[string]func(ast.Node){
		"secrets":          func(n ast.Node) { r.secretly(func() { s.Secrets = r.signing(n, what) }) },
		"contents":         func(n ast.Node) { s.Contents = r.patterns(n, what) },
		"targets":          func(n ast.Node) { s.Targets = r.references(n, what, targets) },
		"publish_drafts":   r.boolean(&s.PublishDrafts, what+": publish_drafts"),
		"max_version_jump": r.integer(&s.MaxVersionJump, what+": max_version_jump", 1),
		"max_body":         r.integer(&s.MaxBody, what+": max_body (bytes)", 1),
		"tolerance":        r.duration(&s.Tolerance, what+": tolerance"),
		"disabled":         r.boolean(&s.Disabled, what+": disabled"),
	})
	if len(s.Secrets) == 0 && len(r.faults) == 0 {
		r.fault(node, "%s has no secrets; without one it cannot sign, and nothing it sends is accepted: secrets: [file:secrets/%s]", what, name)
	}
	if len(s.Targets) == 0 && len(r.faults) == 0 {
		r.fault(node, "%s has no targets; name where it may publish: targets: [blog]", what)
	}
	return s
}

// signing reads the secrets of a source: references, or mappings of a reference and the time it ends.
func (r *reader) signing(node ast.Node, what string) (list []contract.Secret) {
	for _, item := range r.items(node, what+": secrets") {
		var ref, until string
		value := item
		if _, plain := item.(*ast.StringNode); !plain {
			r.fields(item, what+": secrets", map[string]func(ast.Node){
				"secret": func(n ast.Node) { value = n; r.text(&ref, what+": secret")(n) },
				"until":  r.text(&until, what+": until"),
			})
		} else {
			r.text(&ref, what+": secret")(item)
		}
		text, err := reference(ref, r.folder)
		if err != nil {
			r.fault(value, "%s: %v", what, err)
			continue
		}
		secret, err := contract.ParseSecret(text)
		if err != nil {
			r.fault(value, "%s: %v", what, err)
			continue
		}
		if until != "" {
			end, err := time.Parse(time.RFC3339, until)
			if err != nil {
				r.fault(item, "%s: until is %q; it must be a time such as 2026-12-01T00:00:00Z", what, until)
				continue
			}
			secret = secret.Until(end)
		}
		list = append(list, secret)
	}
	return list
}

func (r *reader) patterns(node ast.Node, what string) (list []string) {
	for _, item := range r.items(node, what+": contents") {
		var p string
		r.text(&p, what+": contents")(item)
		if _, err := path.Match(p, ""); err != nil || p == "" {
			r.fault(item, "%s: %q is no pattern; write names with * for any letters but /, or end it in /** for everything below", what, p)
			continue
		}
		list = append(list, p)
	}
	return list
}

// references reads names of targets that must exist.
func (r *reader) references(node ast.Node, what string, targets []string) (list []string) {
	for _, item := range r.items(node, what+": targets") {
		var name string
		r.text(&name, what+": targets")(item)
		switch {
		case !slices.Contains(targets, name):
			r.unknown(item, name, "the list of targets", targets)
		case !slices.Contains(list, name):
			list = append(list, name)
		}
	}
	return list
}
