package ground

import (
	"fmt"
	"strings"

	"stet/internal/qa"
)

// kindsOf are the atoms that a check answers for.
var kindsOf = map[string][]string{
	"unsupported-number": {aNumber}, "unsupported-date": {aDate, aYear}, "unsupported-entity": {aName}, "quote-mismatch": {aQuote},
}

// apply writes the findings of one rule. Every atom counts in the result of one check: a contradicted one in that of
// contradicted-value where the pack has it, any other in that of its kind.
func (c *checker) apply(result *qa.Result, r *rule, a *qa.Article, statements []*statement) {
	switch r.Check {
	case "low-coverage", "no-passage":
		c.checkCoverage(result, r, statements)
	case "stale-source":
		c.checkAge(result, r, a, statements)
	default:
		for _, s := range statements {
			if r.scope[s.place()] {
				c.checkAtoms(result, r, s)
			}
		}
	}
}

func (c *checker) checkAtoms(result *qa.Result, r *rule, s *statement) {
	for _, j := range s.atoms {
		if !c.answers(r.Check, j) {
			continue
		}
		result.Idle = false
		result.Atoms.Checked++
		switch {
		case j.state == supported:
			result.Atoms.Supported++
			continue
		case j.state == partial:
			result.Atoms.Partial++
			if !j.apart {
				continue
			}
		case j.state == contradicted:
			result.Atoms.Contradicted++
		default:
			result.Atoms.Unsupported++
		}
		if len(result.Findings) == most {
			continue
		}
		f := s.finding(r, j.start, j.end)
		f.Message, f.Evidence = s.message(j), s.evidence(j)
		result.Findings = append(result.Findings, f)
	}
}

// most is how many findings of one rule are listed. More are counted, and help nobody.
const most = 1000

func (c *checker) answers(check string, j judged) bool {
	if check == "contradicted-value" {
		return j.state == contradicted
	}
	if j.state == contradicted && c.has["contradicted-value"] {
		return false
	}
	for _, kind := range kindsOf[check] {
		if kind == j.kind {
			return true
		}
	}
	return false
}

func (s *statement) message(j judged) string {
	text := s.plain()[j.start:j.end]
	switch {
	case j.state == contradicted:
		return fmt.Sprintf("%q is not what the source says: %q.", text, j.instead)
	case j.kind == aQuote && j.state == partial:
		return fmt.Sprintf("The source has this quotation, but %s is not named beside it.", strings.Join(j.speaker, " "))
	case j.state == partial:
		return fmt.Sprintf("The %s %q is in the source, but not where the source speaks of this.", j.kind, text)
	case j.kind == aQuote:
		return "The quotation is not in the source word for word."
	}
	return fmt.Sprintf("The %s %q is not in the source.", j.kind, text)
}

// evidence is the nearest passage, its document before it.
func (s *statement) evidence(j judged) string {
	if s.found == nil {
		return ""
	}
	at := j.sentence
	if at < 0 {
		if len(s.found.best) == 0 {
			return s.found.document
		}
		at = s.found.best[0]
	}
	p := s.found.passage(at)
	name := p.Document
	if p.Anchor != "" {
		name += "#" + p.Anchor
	}
	return name + ": " + clip(p.Text, 400)
}

// finding is the frame of a finding on a range of the sentence.
func (s *statement) finding(r *rule, start, end int) qa.Finding {
	from, to := s.sentence.Start+start, s.sentence.Start+end
	span, _ := s.block.Origin(from, to)
	text := clip(s.block.Plain[from:to], 200)
	return qa.Finding{
		Rule: r.ID, Category: r.Category, Severity: r.Severity, Remedy: r.Remedy, Text: text,
		Where: qa.Where{Field: s.field, Start: s.text.Position(span.Start), End: s.text.Position(span.End)},
		Hash:  qa.HashOf(r.ID, text, s.plain()),
	}
}

// enough is how many words that say something a sentence needs before its coverage is judged.
const enough = 5

// checkCoverage flags sentences whose words the nearest passages do not hold. Of no-passage it flags a paragraph once,
// where even the nearest passage of its best sentence has nothing to do with it.
func (c *checker) checkCoverage(result *qa.Result, r *rule, statements []*statement) {
	for _, s := range statements {
		if !r.scope[s.place()] || s.field == "title" || c.source == nil {
			continue
		}
		if s.found != nil && s.found.words < enough {
			continue
		}
		result.Idle = false
		covered := 0
		if s.found != nil {
			covered = s.found.coverage
		}
		if covered >= r.Min || len(result.Findings) == most {
			continue
		}
		f := s.finding(r, 0, len(s.plain()))
		f.Message = fmt.Sprintf("The nearest passages hold %d %% of this sentence's words, fewer than %d %%.", covered, r.Min)
		if r.Check == "no-passage" {
			f.Message = "The knowledge base has no passage about this."
		}
		f.Evidence = s.evidence(judged{sentence: -1})
		result.Findings = append(result.Findings, f)
	}
}

// checkAge flags each document that bears statements out and is older than the rule allows, once.
func (c *checker) checkAge(result *qa.Result, r *rule, a *qa.Article, statements []*statement) {
	seen := map[string]bool{}
	for _, s := range statements {
		if !r.scope[s.place()] || s.found == nil || s.found.date.IsZero() || seen[s.found.document] || len(s.atoms) == 0 {
			continue
		}
		result.Idle = false
		seen[s.found.document] = true
		age := int(a.Now.Sub(s.found.date).Hours() / 24)
		if age <= r.Days {
			continue
		}
		f := s.finding(r, 0, len(s.plain()))
		f.Message = fmt.Sprintf("The source %s is of %s, %d days old; the limit is %d.", s.found.document, s.found.date.Format("2006-01-02"), age, r.Days)
		f.Evidence = s.evidence(judged{sentence: -1})
		result.Findings = append(result.Findings, f)
	}
}
