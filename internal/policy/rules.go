package policy

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"stet/internal/policy/expr"
	"stet/internal/policy/strict"
	"stet/internal/qa"
)

// head is what rules of every kind have.
type head struct {
	ID       string     `yaml:"id"`
	Kind     string     `yaml:"kind"`
	Off      bool       `yaml:"off"` // switches off a rule of the base
	Severity string     `yaml:"severity"`
	Weight   *int       `yaml:"weight"` // of the severity unless set
	Scope    []string   `yaml:"scope"`
	Locales  []string   `yaml:"locales"`
	When     string     `yaml:"when"`
	Message  string     `yaml:"message"`
	Remedy   string     `yaml:"remedy"`
	Why      string     `yaml:"why"`
	Fix      *fix       `yaml:"fix"`
	Tests    []RuleTest `yaml:"tests"`
}

type fix struct {
	Kind string `yaml:"kind"`
	Safe bool   `yaml:"safe"`
}

var (
	headKeys   = []string{"id", "kind", "off", "severity", "weight", "scope", "locales", "when", "message", "remedy", "why", "fix", "tests"}
	severities = []string{string(qa.Blocker), string(qa.Error), string(qa.Warning), string(qa.Info)}
	fixKinds   = []string{"replace", "insert", "delete", "reorder", "llm"}
	ruleID     = regexp.MustCompile(`^(STR|VOI|GRD|MET|SEO)-\d{3}(-[a-z0-9]+)*$`)
)

const (
	maxWeight = 100
	maxRules  = 2_000
)

// weights of rules that name none.
var weights = map[qa.Severity]int{qa.Blocker: 5, qa.Error: 3, qa.Warning: 1, qa.Info: 0}

// readRules reads rules/ onto those of the base.
func (p *Pack) readRules(f folder, faults *strict.Faults) error {
	names, err := f.yaml("rules")
	if err != nil {
		return err
	}
	here := map[string]strict.Node{}
	for _, name := range names {
		text, err := fs.ReadFile(f.files, name)
		if err != nil {
			return fmt.Errorf("read rules: %w", err)
		}
		top := strict.Read(f.show(name), text, faults)
		if !top.There() {
			continue
		}
		for _, node := range top.Items() {
			p.readRule(node, faults, here)
		}
	}
	if len(p.Rules) > maxRules {
		return fmt.Errorf("%s has %d rules; a pack may have %d", p.Name, len(p.Rules), maxRules)
	}
	slices.SortFunc(p.Rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	return nil
}

// readRule adds a rule, or changes or drops one of the base. here are the rules of this pack by id, to find repeated ones.
func (p *Pack) readRule(node strict.Node, faults *strict.Faults, here map[string]strict.Node) {
	pairs := node.Pairs("the rule")
	id := idOf(node, pairs)
	if id == "" {
		return
	}
	if first, twice := here[id]; twice {
		line, _ := first.Place()
		node.Fault("there are two rules %s, the first in %s line %d; keep one, or give this one another id", id, first.File.Name, line)
		return
	}
	here[id] = node
	at := slices.IndexFunc(p.Rules, func(r *Rule) bool { return r.ID == id })
	if at >= 0 {
		pairs = over(p.Rules[at].pairs, pairs)
	}
	r, off := p.rule(id, node, pairs, at >= 0, faults)
	switch {
	case r == nil:
	case off:
		p.Rules = slices.Delete(p.Rules, at, at+1)
	case at >= 0:
		p.Rules[at] = r
	default:
		p.Rules = append(p.Rules, r)
	}
}

func idOf(node strict.Node, pairs []strict.Pair) string {
	for _, pair := range pairs {
		if pair.Name == "id" {
			var id string
			pair.Value.Decode(&id, "id")
			if id != "" && !ruleID.MatchString(id) {
				pair.Value.Fault("id is %q; it must begin with STR, VOI, GRD, MET or SEO and a number of three digits, such as VOI-101-house-words", id)
				return ""
			}
			return id
		}
	}
	if node.There() {
		node.Fault("the rule has no id; add one, such as id: VOI-101-house-words")
	}
	return ""
}

// over lays the keys of a changed rule over those of the base.
func over(base, change []strict.Pair) []strict.Pair {
	out := slices.Clone(base)
	for _, pair := range change {
		if at := slices.IndexFunc(out, func(p strict.Pair) bool { return p.Name == pair.Name }); at >= 0 {
			out[at] = pair
		} else {
			out = append(out, pair)
		}
	}
	return out
}

// rule makes a rule of its keys; nil where a mistake makes that impossible. based tells that a base has it.
func (p *Pack) rule(id string, node strict.Node, pairs []strict.Pair, based bool, faults *strict.Faults) (r *Rule, off bool) {
	var h head
	var common, own []strict.Pair
	for _, pair := range pairs {
		if slices.Contains(headKeys, pair.Name) {
			common = append(common, pair)
		} else {
			own = append(own, pair)
		}
	}
	strict.DecodePairs(common, &h, "the rule", nil)
	for _, t := range h.Tests {
		checkWith(t.Name, t.With)
	}
	at := func(key string) strict.Node {
		for _, pair := range pairs {
			if pair.Name == key {
				return pair.Value
			}
		}
		return node
	}
	if !p.checkHead(h, at, based) {
		return nil, false
	}
	line, column := node.Place()
	r = &Rule{Why: h.Why, When: h.When, Tests: h.Tests, Changed: true, pairs: pairs, Rule: &qa.Rule{
		ID: id, Kind: h.Kind, Category: prefixes[id[:3]], Severity: qa.Severity(h.Severity), Weight: weights[qa.Severity(h.Severity)], Scope: h.Scope,
		Message: h.Message, Remedy: h.Remedy, Locales: h.Locales, File: node.File.Name, Line: line, Column: column,
		Decode: func(into any) error {
			return faults.Take(func() { strict.DecodePairs(own, into, "kind "+h.Kind, headKeys) })
		},
		At:     func(key string) (int, int) { return at(key).Place() },
		FileOf: func(key string) string { return at(key).File.Name },
	}}
	if h.Weight != nil {
		r.Weight = *h.Weight
	}
	if h.Fix != nil {
		r.FixKind, r.Safe = h.Fix.Kind, h.Fix.Safe
	}
	if h.When != "" {
		condition, err := expr.Compile(h.When)
		if err != nil {
			at("when").Fault("when: %v", err)
		}
		r.condition = condition
	}
	return r, h.Off
}

// checkHead notes what is wrong with the keys that all kinds have.
func (p *Pack) checkHead(h head, at func(string) strict.Node, based bool) bool {
	kinds := Kinds()
	switch {
	case h.Off && !based:
		at("off").Fault("%s is switched off and no base has it; %sremove it, or extend the pack that has it", h.ID, strict.Hint(h.ID, p.ids()))
		return false
	case h.Kind == "" && !based:
		at("id").Fault("%s has no kind, and no base has such a rule to be changed; %skinds are %s", h.ID, strict.Hint(h.ID, p.ids()), strings.Join(kinds, ", "))
		return false
	case !slices.Contains(kinds, h.Kind):
		at("kind").Fault("kind is %q; %sallowed are %s", h.Kind, strict.Hint(h.Kind, kinds), strings.Join(kinds, ", "))
		return false
	case h.Severity == "":
		at("id").Fault("%s has no severity; allowed are %s", h.ID, strings.Join(severities, ", "))
		return false
	case !slices.Contains(severities, h.Severity):
		at("severity").Fault("severity is %q; %sallowed are %s", h.Severity, strict.Hint(h.Severity, severities), strings.Join(severities, ", "))
		return false
	}
	if h.Weight != nil && (*h.Weight < 1 || *h.Weight > maxWeight) {
		at("weight").Fault("weight is %d; it must be 1 to %d; a rule that is not to count has severity: info", *h.Weight, maxWeight)
	}
	if f := h.Fix; f != nil && !slices.Contains(fixKinds, f.Kind) {
		at("fix").Fault("fix has kind %q; %sallowed are %s", f.Kind, strict.Hint(f.Kind, fixKinds), strings.Join(fixKinds, ", "))
	}
	return true
}

func (p *Pack) ids() (ids []string) {
	for _, r := range p.Rules {
		ids = append(ids, r.ID)
	}
	return ids
}
