package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"stet/internal/prose"
	"stet/internal/qa"
)

// The score is in whole numbers, 0 to 100, rounded down.
//
//	structure, meta, seo  100 * weight of the rules that found nothing / weight of the rules that apply
//	voice                 the mean of the article and its worst stretch, each 100 * L / (L + weight of the findings),
//	                      where L is the number of times that 75 words fit
//	grounding             100 * (1 - (contradicted + 0.7 unsupported + 0.3 partial) / checked)
//	overall               0.6 * weighted mean of the categories + 0.4 * the lowest of them
//
// A rule applies by its language and its condition. One that has nothing to look at has found nothing: were it left out,
// filler that gives it something, such as a section, would raise the score. For the same reason the article counts as
// 3,000 words in voice, and a stretch as the 300 that fifteen sentences have, however long they are: were the words
// counted, filler would buy what the findings cost.
const (
	voiceArticle = 3000 / 75
	voiceStretch = 300 / 75
	stretch      = 15 // sentences
)

// score sets the scores of the categories and the overall score.
func (p *Pack) score(r *qa.Report, a *qa.Article, results []qa.Result) {
	for _, c := range Categories {
		s := qa.CategoryScore{Category: c, Floor: p.Floors[c]}
		if score, judged := categoryScore(c, a, results, &r.Atoms); judged && p.Weights[c] > 0 {
			s.Score = &score
		}
		r.Categories = append(r.Categories, s)
	}
	r.Score = p.overall(r.Categories)
}

func (p *Pack) overall(categories []qa.CategoryScore) int {
	sum, weight, least := 0, 0, 100
	for _, c := range categories {
		if c.Score != nil {
			w := p.Weights[c.Category]
			sum, weight, least = sum+w**c.Score, weight+w, min(least, *c.Score)
		}
	}
	if weight == 0 {
		return 100 // nothing could be found wrong
	}
	return (6*sum + 4*least*weight) / (10 * weight)
}

func categoryScore(c qa.Category, a *qa.Article, results []qa.Result, atoms *qa.Atoms) (score int, judged bool) {
	var mine []qa.Result
	for _, r := range results {
		if r.Rule.Category == c {
			mine = append(mine, r)
		}
	}
	switch c {
	case qa.Voice:
		return voiceScore(a, mine)
	case qa.Grounding:
		return groundingScore(mine, atoms)
	}
	return ruleScore(mine)
}

// counts tells whether a finding counts against the article: one that is waived or was known before does not.
func counts(f *qa.Finding) bool { return f.Waived == nil && !f.Old }

// scoring are the findings that cost something: those that count, and are not of severity info.
func scoring(r qa.Result) (out []qa.Finding) {
	for _, f := range r.Findings {
		if counts(&f) && f.Severity != qa.Info {
			out = append(out, f)
		}
	}
	return out
}

func ruleScore(results []qa.Result) (score int, judged bool) {
	passed, applicable := 0, 0
	for _, r := range results {
		if r.Rule.Severity == qa.Info {
			continue
		}
		applicable += r.Rule.Weight
		if len(scoring(r)) == 0 {
			passed += r.Rule.Weight
		}
	}
	if applicable == 0 {
		return 0, false
	}
	return 100 * passed / applicable, true
}

func groundingScore(results []qa.Result, sum *qa.Atoms) (score int, judged bool) {
	for _, r := range results {
		if r.Rule.Severity == qa.Info {
			continue
		}
		atoms := r.Atoms
		for _, f := range r.Findings {
			if !counts(&f) {
				forgive(&atoms)
			}
		}
		sum.Checked += atoms.Checked
		sum.Supported += atoms.Supported
		sum.Partial += atoms.Partial
		sum.Unsupported += atoms.Unsupported
		sum.Contradicted += atoms.Contradicted
	}
	if sum.Checked == 0 {
		return 0, false
	}
	lost := 10*sum.Contradicted + 7*sum.Unsupported + 3*sum.Partial
	return max(0, 100*(10*sum.Checked-lost)/(10*sum.Checked)), true
}

// forgive counts one particular as supported: the one that a waiver or a baseline lets pass.
func forgive(a *qa.Atoms) {
	for _, n := range []*int{&a.Contradicted, &a.Unsupported, &a.Partial} {
		if *n > 0 {
			*n--
			a.Supported++
			return
		}
	}
}

func voiceScore(a *qa.Article, results []qa.Result) (score int, judged bool) {
	if len(results) == 0 {
		return 0, false
	}
	total := 0
	var marks []mark
	for _, r := range results {
		for _, f := range scoring(r) {
			total += r.Rule.Weight
			if f.Where.Field == "body" {
				marks = append(marks, mark{sentence: f.Where.Start.Byte, weight: r.Rule.Weight})
			}
		}
	}
	number(marks, a.Body)
	article := 100 * voiceArticle / (voiceArticle + total)
	worst := 100 * voiceStretch / (voiceStretch + heaviest(marks))
	return (article + worst) / 2, true
}

// mark is a finding in the body: where it is, and what it costs.
type mark struct{ sentence, weight int }

// number makes the sentence's number of the byte that each mark holds.
func number(marks []mark, body *prose.Text) {
	slices.SortFunc(marks, func(x, y mark) int { return cmp.Compare(x.sentence, y.sentence) })
	block, before := 0, 0 // sentences of the blocks before
	for i := range marks {
		at := marks[i].sentence
		for block < len(body.Blocks) && body.Blocks[block].Span.End <= at {
			before += max(1, len(body.Blocks[block].Sentences))
			block++
		}
		inside := 0
		if block < len(body.Blocks) {
			b := &body.Blocks[block]
			for inside+1 < len(b.Sentences) {
				next := b.Sentences[inside+1]
				if span, _ := b.Origin(next.Start, next.End); span.Start > at {
					break
				}
				inside++
			}
		}
		marks[i].sentence = before + inside
	}
}

// heaviest is the greatest weight of marks in a stretch.
func heaviest(marks []mark) int {
	most, sum, first := 0, 0, 0
	for _, m := range marks {
		sum += m.weight
		for m.sentence-marks[first].sentence >= stretch {
			sum -= marks[first].weight
			first++
		}
		most = max(most, sum)
	}
	return most
}

// verdict says whether the article passes, and why not.
func (p *Pack) verdict(r *qa.Report) {
	var blockers []string
	for _, f := range r.Findings {
		if f.Severity == qa.Blocker && counts(&f) && !slices.Contains(blockers, f.Rule) {
			blockers = append(blockers, f.Rule)
		}
	}
	if n := r.Counts[qa.Blocker]; n > 0 {
		r.Reasons = append(r.Reasons, fmt.Sprintf("%s: %s", plural(n, "finding blocks", "findings block"), strings.Join(blockers, ", ")))
	}
	if r.Score < r.Threshold {
		r.Reasons = append(r.Reasons, fmt.Sprintf("the score is %d; it must be %d", r.Score, r.Threshold))
	}
	for _, c := range r.Categories {
		if c.Score != nil && *c.Score < c.Floor {
			r.Reasons = append(r.Reasons, fmt.Sprintf("%s is %d; it must be %d", c.Category, *c.Score, c.Floor))
		}
	}
	if n := len(r.Errors); n > 0 {
		r.Reasons = append(r.Reasons, fmt.Sprintf("%s could not be made", plural(n, "check", "checks")))
	}
	r.Passed = len(r.Reasons) == 0
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// sortFindings orders by field, as articles have them with the body last, and by place.
func sortFindings(findings []qa.Finding, a *qa.Article) {
	rank := func(field string) int {
		if field == "body" {
			return len(a.Fields) + 1
		}
		if i := slices.IndexFunc(a.Fields, func(f qa.Field) bool { return f.Name == field }); i >= 0 {
			return i
		}
		return len(a.Fields)
	}
	slices.SortStableFunc(findings, func(x, y qa.Finding) int {
		return cmp.Or(cmp.Compare(rank(x.Where.Field), rank(y.Where.Field)), cmp.Compare(x.Where.Field, y.Where.Field),
			cmp.Compare(x.Where.Start.Byte, y.Where.Start.Byte), cmp.Compare(x.Where.End.Byte, y.Where.End.Byte),
			cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Message, y.Message))
	})
}
