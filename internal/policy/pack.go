// Package policy loads packs of rules, judges articles by them, and tests the packs themselves.
package policy

import (
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"stet"
	"stet/internal/policy/expr"
	"stet/internal/policy/strict"
	"stet/internal/qa"
)

// Pack is a policy: rules and what they need, read from a folder and its bases. It is read only and safe for use by many
// goroutines.
type Pack struct {
	Name      string
	Threshold int                 // least overall score
	Floors    map[qa.Category]int // least score of each category
	Weights   map[qa.Category]int // of each category in the mean
	Languages []string            // that rules about words are for, unless they name their own
	Deadline  time.Duration       // of one article
	Rules     []*Rule             // those switched on, by id
	Waivers   []qa.Waiver
	Allowed   WaiverRules
	Cases     []Case // whole articles with what is to be said of them; of this pack alone, not of its bases

	hash     [32]byte
	env      qa.Env
	families []checkers
}

// Rule is a rule of a pack with what only the pack looks at.
type Rule struct {
	*qa.Rule
	Why     string // for those who ask
	When    string // CEL; empty: always
	Tests   []RuleTest
	Changed bool // this pack made it, or changed a rule of its base

	condition *expr.Condition
	pairs     []strict.Pair
}

// RuleTest is a text with what one rule says about it.
type RuleTest struct {
	Name  string            `yaml:"name"`
	Input string            `yaml:"input"` // the body, in Markdown unless with says otherwise
	With  strict.Node       `yaml:"with"`  // other parts of the document, by their names in the contract
	Site  *Pages            `yaml:"site"`  // what the site holds; without it links to it are not known
	KB    map[string]string `yaml:"kb"`    // a knowledge base for this test alone: names and texts
	Facts []qa.Fact         `yaml:"facts"` // in place of the pack's
	Terms []qa.Term         `yaml:"terms"` // likewise
	Now   time.Time         `yaml:"now"`   // the day of the verdict
	Want  []string          `yaml:"want"`  // "line:column RULE", with "field:" before it outside the body
	Count *int              `yaml:"count"` // the number of findings, in place of want
	Fixed *string           `yaml:"fixed"` // the text after all fixes
}

// Case is a whole article with what the pack says about it.
type Case struct {
	Name    string            `yaml:"name"`
	File    string            `yaml:"file"`  // Markdown with front matter, relative to the case; or
	Input   string            `yaml:"input"` // the body, in Markdown
	With    strict.Node       `yaml:"with"`
	Site    *Pages            `yaml:"site"`
	KB      map[string]string `yaml:"kb"` // in place of the pack's
	Now     time.Time         `yaml:"now"`
	Passed  *bool             `yaml:"passed"`
	Want    []string          `yaml:"want"`    // all findings; or
	Include []string          `yaml:"include"` // findings that must be among them

	place    strict.Node
	document stet.Document // of File
}

// Version names the pack as reports do: its name and the beginning of its content hash.
func (p *Pack) Version() string { return p.Name + "@sha256:" + hex.EncodeToString(p.hash[:6]) }

// Rule gives the rule with an id; nil where there is none.
func (p *Pack) Rule(id string) *Rule {
	for _, r := range p.Rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// WithWaivers is the pack with more waivers, such as those that operators gave. Its version stays the same.
func (p *Pack) WithWaivers(more []qa.Waiver) *Pack {
	out := *p
	out.Waivers = slices.Concat(p.Waivers, more)
	return &out
}

// Categories are the categories in the order of reports.
var Categories = []qa.Category{qa.Structure, qa.Voice, qa.Grounding, qa.Meta, qa.SEO}

var prefixes = map[string]qa.Category{"STR": qa.Structure, "VOI": qa.Voice, "GRD": qa.Grounding, "MET": qa.Meta, "SEO": qa.SEO}

// blank is a pack before anything is read.
func blank() *Pack {
	p := &Pack{Threshold: 80, Deadline: 2 * time.Second, Languages: []string{"en"}, Floors: map[qa.Category]int{}, Weights: map[qa.Category]int{},
		Allowed: WaiverRules{MaxDays: 180}}
	for _, c := range Categories {
		p.Floors[c], p.Weights[c] = 60, 1
	}
	return p
}

// child is a pack that begins as another one, for what extends it.
func (p *Pack) child() *Pack {
	out := *p
	out.Floors, out.Weights = maps.Clone(p.Floors), maps.Clone(p.Weights)
	out.Cases, out.Waivers, out.families = nil, slices.Clone(p.Waivers), nil
	out.Rules = make([]*Rule, len(p.Rules))
	for i, r := range p.Rules {
		copied := *r
		copied.Changed = false
		out.Rules[i] = &copied
	}
	return &out
}
