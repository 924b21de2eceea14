// Package qa holds the words of the quality gate: articles, rules, findings, and what checks them.
package qa

import (
	"context"
	"time"

	"stet"
	"stet/internal/prose"
)

// Severity says how much a finding matters. A blocker stops an article whatever its score.
type Severity string

const (
	Blocker Severity = "blocker"
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Category is what a rule is about; every category has a score of its own.
type Category string

const (
	Structure Category = "structure" // STR
	Voice     Category = "voice"     // VOI
	Grounding Category = "grounding" // GRD
	Meta      Category = "meta"      // MET
	SEO       Category = "seo"       // SEO
)

// Article is what rules look at. It is read only and may be shared.
type Article struct {
	ContentID string
	Doc       stet.Document
	Type      string // article, page, docs ...: Fields["type"], else "article"
	Body      *prose.Text
	Fields    []Field // the texts beside the body, in the order title, summary, meta_title, meta_description, hero_alt
	Site      Site    // never nil
	Now       time.Time
}

// Field is a text beside the body, to which rules for words apply as well.
type Field struct {
	Name string // as in Where.Field, and as a scope: title, summary, meta_title, meta_description, hero_alt
	Text *prose.Text
}

// Site knows what the site holds, for checks of internal links.
type Site interface {
	// Internal tells whether an address belongs to the site.
	Internal(address string) bool
	// Page looks an internal address up: whether it exists, and where it redirects to, if it does. Known is false where
	// the site cannot tell.
	Page(address string) (exists bool, redirect string, known bool)
}

// Outside is a Site for which other sites were asked about the addresses that articles link to.
type Outside interface {
	// Outside says why nobody can follow a link to an address; empty: there is a page. Known is false where its site was
	// not asked, or did not say.
	Outside(address string) (broken string, known bool)
}

// Where is where a finding stands: bytes of one of the article's texts.
type Where struct {
	Field string         `json:"field"` // body, or the name of a Field, or metadata such as tags and canonical_url
	Start prose.Position `json:"start"`
	End   prose.Position `json:"end"`
}

// Finding is one thing that a rule found.
type Finding struct {
	Rule     string   `json:"rule"`
	Category Category `json:"category"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"` // what is wrong, with the values
	Remedy   string   `json:"remedy,omitempty"`
	Where    Where    `json:"where"`
	Text     string   `json:"text,omitempty"`     // what was found, at most 200 bytes
	Evidence string   `json:"evidence,omitempty"` // the nearest passage of the knowledge base, a document's name before it
	Fix      *Fix     `json:"fix,omitempty"`
	// Hash names the finding where line numbers change: a hash of the rule, the text found and the sentence around it.
	// Waivers, baselines and the fingerprints of reports use it.
	Hash   string  `json:"hash"`
	Waived *Waiver `json:"waived,omitempty"`
	Old    bool    `json:"old,omitempty"` // known to the baseline
}

// Fix is a change that removes a finding. A safe one may be applied without asking.
type Fix struct {
	Title string `json:"title"`
	Safe  bool   `json:"safe"`
	Edits []Edit `json:"edits"` // of one field, in order, without overlap
}

// Edit replaces bytes of the field that the finding stands in.
type Edit struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

// Waiver lets one finding pass, for a time.
type Waiver struct {
	Rule   string    `json:"rule"`
	Hash   string    `json:"hash"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	Until  time.Time `json:"until"`
}

// Result is what one rule says about one article.
type Result struct {
	Rule      *Rule
	Findings  []Finding
	Idle      bool     // the article has nothing that the rule is about
	Atoms     Atoms    // of grounding rules
	Unchecked []string // what the rule could not look at, as sentences for the report
	Err       error    // the rule could not be evaluated: never a pass
}

// Atoms counts the checkable particulars of grounding.
type Atoms struct {
	Checked      int `json:"checked"`
	Supported    int `json:"supported"`
	Partial      int `json:"partial"`
	Unsupported  int `json:"unsupported"`
	Contradicted int `json:"contradicted"`
}

// Checker looks for the faults of the rules that it was made for. It is safe for use by many goroutines.
type Checker interface {
	// Check gives one Result for each of its rules, in their order. It stops early when ctx ends, with Err set.
	Check(ctx context.Context, a *Article) []Result
}

// Maker makes the Checker for the rules of one or more kinds. An error is of the form Rule.Fault gives.
type Maker func(env Env, rules []*Rule) (Checker, error)

// Env is what a pack offers to its checkers.
type Env struct {
	Folder string // of the pack, for the checkers' own files
	Facts  []Fact
	Terms  []Term
	KB     Knowledge // nil: there is no knowledge base
}

// Knowledge is a knowledge base that can be searched.
type Knowledge interface {
	// Search gives the passages nearest to a text, best first, at most n; within one document if document is not empty.
	Search(ctx context.Context, text, document string, n int) ([]Passage, error)
	// Documents is the number of its documents.
	Documents() int
}

// Passage is a sentence of a document with its neighbours.
type Passage struct {
	Document string // its path in the knowledge base
	Anchor   string // of the heading above it
	Text     string
	Date     time.Time // of the document; zero where it has none
	Score    float64
}

// Fact is a curated truth about a product or a company (facts/*.yaml).
type Fact struct {
	Subject string   `yaml:"subject"`
	Aliases []string `yaml:"aliases"`
	// Attribute is what the value is of, in the words an article uses for it: price, founded, seats.
	Attribute string   `yaml:"attribute"`
	Words     []string `yaml:"words"` // other words for the attribute
	Value     string   `yaml:"value"`
	Unit      string   `yaml:"unit"`
	ValidFrom string   `yaml:"valid_from"` // 2006-01-02
	Source    string   `yaml:"source"`
}

// Term is an entry of the glossary (terms/*.yaml): how something is written, and how it is not.
type Term struct {
	Use    string   `yaml:"use"`
	Not    []string `yaml:"not"`
	Why    string   `yaml:"why"`
	Casing bool     `yaml:"casing"` // only the casing of Use is wrong elsewhere
}
