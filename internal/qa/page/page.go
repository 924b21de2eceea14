// Package page checks what an article is made of besides its words: headings, sections, lists, tables, links, images,
// metadata and structured data.
package page

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stet/internal/qa"
)

// Kinds are the kinds of rules that New makes a Checker for. Each rule names one check of its kind with the key check.
var Kinds = []string{"structure", "link", "image", "meta", "jsonld"}

// check is one named check. Its keys are those that a rule may set besides check; what a rule does not set comes from
// preset.
type check struct {
	kind   string
	keys   string // separated by spaces
	preset options
	run    func(*look)
}

// checks are all checks by name. The identifiers in the comments are those of the shipped rules.
var checks = map[string]check{
	"single-h1":            {"structure", "title_is_h1", options{TitleIsH1: yes}, (*look).singleH1},                                             // STR-001
	"heading-skip":         {"structure", "title_is_h1", options{TitleIsH1: yes}, (*look).headingSkip},                                          // STR-002
	"heading-length":       {"structure", "max", options{Max: limit(80)}, (*look).headingLength},                                                // STR-003
	"section-length":       {"structure", "max", options{Max: limit(350)}, (*look).sectionLength},                                               // STR-004
	"article-length":       {"structure", "min max", options{Min: limit(300)}, (*look).articleLength},                                           // STR-005
	"required-section":     {"structure", "headings exact match_case", options{}, (*look).requiredSection},                                      // STR-006
	"image-alt":            {"image", "max decorative", options{Max: limit(150), Decorative: yes}, (*look).imageAlt},                            // STR-007
	"link-broken":          {"link", "ignore", options{}, (*look).linkBroken},                                                                   // STR-008
	"internal-link-min":    {"link", "min from", options{Min: limit(1), From: limit(300)}, (*look).internalLinkMin},                             // STR-009
	"fragment-missing":     {"link", "ignore", options{}, (*look).fragmentMissing},                                                              // STR-010
	"table-header":         {"structure", "", options{}, (*look).tableHeader},                                                                   // STR-011
	"list-shape":           {"structure", "min max depth", options{Min: limit(2), Depth: limit(3)}, (*look).listShape},                          // STR-012
	"empty-section":        {"structure", "", options{}, (*look).emptySection},                                                                  // STR-013
	"paragraph-length":     {"structure", "max", options{Max: limit(150)}, (*look).paragraphLength},                                             // STR-014
	"title":                {"meta", "min max", options{Min: limit(10), Max: limit(70)}, (*look).metaTitle},                                     // MET-001
	"description":          {"meta", "min max", options{Min: limit(50), Max: limit(160)}, (*look).metaDescription},                              // MET-002
	"slug":                 {"meta", "max words", options{Max: limit(75), Words: limit(10)}, (*look).metaSlug},                                  // MET-003
	"canonical":            {"meta", "required hosts", options{}, (*look).metaCanonical},                                                        // MET-004
	"og-image":             {"meta", "required", options{Required: yes}, (*look).metaImage},                                                     // MET-005
	"author":               {"meta", "required placeholders", options{Required: yes, Placeholders: nobodies}, (*look).metaAuthor},               // MET-006
	"tags":                 {"meta", "min max", options{Min: limit(1), Max: limit(10)}, (*look).metaTags},                                       // MET-007
	"jsonld-valid":         {"jsonld", "required types recommended", options{Recommended: no}, (*look).jsonldValid},                             // MET-008
	"jsonld-agrees":        {"jsonld", "", options{}, (*look).jsonldAgrees},                                                                     // MET-009
	"dates":                {"meta", "required", options{Required: no}, (*look).metaDates},                                                      // MET-010
	"answer-first":         {"structure", "min max", options{Min: limit(10), Max: limit(80)}, (*look).answerFirst},                              // SEO-001
	"question-headings":    {"structure", "min from", options{Min: limit(1), From: limit(4)}, (*look).questionHeadings},                         // SEO-002
	"chunk-size":           {"structure", "min max", options{Min: limit(20), Max: limit(500)}, (*look).chunkSize},                               // SEO-003
	"faq-schema":           {"jsonld", "from", options{From: limit(3)}, (*look).faqSchema},                                                      // SEO-004
	"orphan-anchor":        {"link", "", options{}, (*look).orphanAnchor},                                                                       // SEO-005
	"link-text":            {"link", "texts", options{Texts: vague}, (*look).linkText},                                                          // SEO-006
	"llms-txt":             {"meta", "", options{}, (*look).llmsTxt},                                                                            // SEO-007
	"table-for-comparison": {"structure", "texts", options{Texts: comparing}, (*look).tableForComparison},                                       // SEO-008
	"keyphrase-placement":  {"meta", "places max_density", options{Places: keyphrasePlaces, MaxDensity: number(3)}, (*look).keyphrasePlacement}, // SEO-009
}

type checker struct {
	rules []*qa.Rule
	runs  []check // with the options of the rules as their preset
}

// New makes the Checker of rules of these kinds. It uses nothing of the pack besides the rules, and no network: links to
// other sites are looked at, not fetched.
func New(_ qa.Env, rules []*qa.Rule) (qa.Checker, error) {
	c := &checker{rules: rules}
	for _, rule := range rules {
		made, err := configure(rule)
		if err != nil {
			return nil, err
		}
		c.runs = append(c.runs, made)
	}
	return c, nil
}

// Check implements qa.Checker.
func (c *checker) Check(ctx context.Context, a *qa.Article) []qa.Result {
	results := make([]qa.Result, len(c.rules))
	facts := &facts{}
	for i, rule := range c.rules {
		results[i].Rule = rule
		if err := ctx.Err(); err != nil {
			results[i].Err = fmt.Errorf("check %s: %w", rule.ID, err)
			continue
		}
		l := &look{Article: a, rule: rule, options: c.runs[i].preset, facts: facts, result: &results[i]}
		c.runs[i].run(l)
	}
	return results
}

// names are those of the checks of a kind, in order.
func names(kind string) string {
	var list []string
	for name, c := range checks {
		if c.kind == kind {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
