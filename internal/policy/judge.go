package policy

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"unicode"

	"stet/internal/policy/expr"
	"stet/internal/prose"
	"stet/internal/qa"
)

// Judge gives the verdict on an article. The same article and pack give the same report, unless the pack's deadline ends
// the work: then the checks that are not done are errors, and an article with an error never passes. Judge does not
// change the article.
func (p *Pack) Judge(ctx context.Context, a *qa.Article) qa.Report { return p.JudgeNew(ctx, a, nil) }

// JudgeNew is Judge where mark has marked the findings that were known before as Old: they are listed, and count neither in
// the score nor as blockers. mark is called for the findings of each rule in turn and may change nothing else; nil marks
// none.
func (p *Pack) JudgeNew(ctx context.Context, a *qa.Article, mark func([]qa.Finding)) qa.Report {
	ctx, cancel := context.WithTimeoutCause(ctx, p.Deadline, fmt.Errorf("it was not done within %s (deadline in policy.yaml)", p.Deadline))
	defer cancel()
	var results []qa.Result
	for i := range p.families {
		results = append(results, p.families[i].check(ctx, a)...)
	}
	results = p.applicable(ctx, a, results)
	slices.SortStableFunc(results, func(x, y qa.Result) int { return strings.Compare(x.Rule.ID, y.Rule.ID) })
	return p.report(a, results, mark)
}

// check asks a checker and gives one result for each of its rules, whatever the checker does.
func (c *checkers) check(ctx context.Context, a *qa.Article) []qa.Result {
	if ctx.Err() != nil {
		return c.failed(context.Cause(ctx))
	}
	answer := make(chan []qa.Result, 1)
	go func() { answer <- c.guarded(ctx, a) }()
	select {
	case results := <-answer:
		return results
	case <-ctx.Done():
		return c.failed(context.Cause(ctx)) // a checker that does not look at ctx ends by itself, unheard
	}
}

func (c *checkers) guarded(ctx context.Context, a *qa.Article) (results []qa.Result) {
	defer func() {
		if r := recover(); r != nil {
			results = c.failed(fmt.Errorf("the check broke down: %v at %s", r, broken(debug.Stack())))
		}
	}()
	results = c.checker.Check(ctx, a)
	if len(results) != len(c.rules) {
		return c.failed(fmt.Errorf("the check gave %d results for %d rules", len(results), len(c.rules)))
	}
	for i := range results {
		results[i].Rule = c.rules[i]
		if err := results[i].Err; err != nil && ctx.Err() != nil {
			results[i].Err = context.Cause(ctx)
		}
	}
	return results
}

// broken is the function that panicked, from the stack of the goroutine.
func broken(stack []byte) string {
	_, after, _ := strings.Cut(string(stack), "panic(")
	for line := range strings.Lines(after) {
		if name, _, call := strings.Cut(line, "("); call && strings.HasPrefix(line, "stet/") {
			return name
		}
	}
	return "an unknown place"
}

func (c *checkers) failed(err error) []qa.Result {
	results := make([]qa.Result, len(c.rules))
	for i, r := range c.rules {
		results[i] = qa.Result{Rule: r, Err: err}
	}
	return results
}

// applicable drops the results of rules that are not for this article.
func (p *Pack) applicable(ctx context.Context, a *qa.Article, results []qa.Result) (out []qa.Result) {
	var doc *expr.Document
	at := 0
	for _, c := range p.families {
		for _, rule := range c.ours {
			result := results[at]
			at++
			if !p.speaks(rule, a.Doc.Locale) {
				continue
			}
			if rule.condition != nil {
				if doc == nil {
					doc = expr.Of(a)
				}
				holds, err := rule.condition.Eval(ctx, doc)
				if err != nil {
					result = qa.Result{Rule: rule.Rule, Err: fmt.Errorf("when: %w", err)}
				} else if !holds {
					continue
				}
			}
			out = append(out, result)
		}
	}
	return out
}

// speaks tells whether a rule is for the language of an article.
func (p *Pack) speaks(r *Rule, locale string) bool {
	switch {
	case len(r.Locales) > 0:
		return expr.Speaks(locale, r.Locales)
	case ofLanguage(r.Kind):
		return expr.Speaks(locale, p.Languages)
	}
	return true
}

// maxListed is how many findings of one rule a report lists; all of them count.
const maxListed = 200

// report makes the report of the results, which are by rule.
func (p *Pack) report(a *qa.Article, results []qa.Result, mark func([]qa.Finding)) qa.Report {
	r := qa.Report{ContentID: a.ContentID, Title: a.Doc.Title, Policy: p.Version(), Threshold: p.Threshold, Words: a.Body.Words,
		Findings: []qa.Finding{}, Counts: map[qa.Severity]int{}}
	var waivers []qa.Finding
	for i := range results {
		result := &results[i]
		complete(result, a)
		given := len(result.Findings)
		findings := p.waive(result.Findings, a.Now)
		result.Findings = findings[:given]
		if mark != nil {
			mark(result.Findings)
		}
		waivers = append(waivers, findings[given:]...)
		r.Unchecked = append(r.Unchecked, result.Unchecked...)
		if result.Err != nil {
			r.Errors = append(r.Errors, fmt.Sprintf("%s: %s", result.Rule.ID, strings.TrimPrefix(oneLine(result.Err), result.Rule.ID+": ")))
		}
		if more := given - maxListed; more > 0 {
			r.Unchecked = append(r.Unchecked, fmt.Sprintf("%s found %d more, which this report does not list.", result.Rule.ID, more))
		}
		r.Findings = append(r.Findings, result.Findings[:min(given, maxListed)]...)
		for _, f := range result.Findings {
			if counts(&f) {
				r.Counts[f.Severity]++
			}
		}
	}
	for _, f := range waivers {
		r.Counts[f.Severity]++
	}
	r.Findings = append(r.Findings, waivers...)
	p.score(&r, a, results)
	p.verdict(&r)
	sortFindings(r.Findings, a)
	r.Unchecked = p.unchecked(r.Unchecked, a)
	return r
}

// complete fills what checkers leave to the rule.
func complete(result *qa.Result, a *qa.Article) {
	for i := range result.Findings {
		f := &result.Findings[i]
		f.Rule, f.Category = result.Rule.ID, result.Rule.Category
		if f.Severity == "" {
			f.Severity = result.Rule.Severity
		}
		if f.Remedy == "" {
			f.Remedy = result.Rule.Remedy
		}
		if f.Hash == "" {
			f.Hash = qa.HashOf(f.Rule, f.Text, f.Message)
		}
		if f.Fix != nil && f.Where.Field == "body" && slices.ContainsFunc(f.Fix.Edits, func(e qa.Edit) bool { return inLabel(a.Body, e) }) {
			f.Fix = nil
		}
	}
}

func oneLine(err error) string {
	if many, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); ok && len(many.Unwrap()) > 0 {
		err = many.Unwrap()[0]
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

// rawHTML reports whether there is HTML in Markdown with letters between its tags.
func rawHTML(a *qa.Article) bool {
	return slices.ContainsFunc(a.Body.Blocks, func(b prose.Block) bool {
		return b.Kind == prose.HTML && strings.ContainsFunc(tags.ReplaceAllString(a.Body.Source[b.Span.Start:b.Span.End], ""), unicode.IsLetter)
	})
}

var tags = regexp.MustCompile(`(?s)<!--.*?-->|<(script|style)\b.*?</(script|style)>|<[^>]*>`)

// unchecked are the sentences without repetition, and one about a language that the pack has no words for.
func (p *Pack) unchecked(list []string, a *qa.Article) (out []string) {
	if !expr.Speaks(a.Doc.Locale, p.Languages) {
		out = append(out, fmt.Sprintf("The language is %s; the rules about words are for %s only.", a.Doc.Locale, strings.Join(p.Languages, ", ")))
	}
	if len(a.Body.Hidden) > 0 {
		out = append(out, "Tags of site generators ({{…}}, {%…%}) were taken for no text.")
	}
	if rawHTML(a) {
		out = append(out, "Words inside raw HTML in Markdown were not judged.")
	}
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
