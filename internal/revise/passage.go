package revise

import (
	"fmt"
	"strings"

	"stet"
	"stet/internal/policy"
	"stet/internal/qa"
)

// passage is a part of a text that findings stand in: a block of the body, or the whole of another text.
type passage struct {
	ID       string    `json:"id"`
	Field    string    `json:"field"`
	Text     string    `json:"text"`
	Findings []problem `json:"findings"`

	start, end int // bytes of the field
}

// problem is what a reviser is told of a finding.
type problem struct {
	Rule     string `json:"rule"`
	Message  string `json:"message"`
	Remedy   string `json:"remedy,omitempty"`
	Found    string `json:"found,omitempty"`
	Evidence string `json:"evidence,omitempty"`
}

const (
	maxPassages = 30       // of one request
	maxAsked    = 64 << 10 // bytes of their texts
)

// passages are the parts of a document that failed, in reading order, as many as one request takes. Findings about the
// article as a whole have no passage.
func passages(ask Ask) ([]passage, error) {
	article, err := policy.Article(ask.ContentID, ask.Doc, nil)
	if err != nil {
		return nil, fmt.Errorf("read the article: %w", err)
	}
	var list []passage
	size := 0
	for _, f := range ask.Report.Findings {
		text := textOf(&ask.Doc, f.Where.Field)
		if text == nil || f.Waived != nil || f.Severity == qa.Info || f.Where.End.Byte <= f.Where.Start.Byte || f.Where.End.Byte > len(*text) {
			continue
		}
		start, end := 0, len(*text)
		if f.Where.Field == "body" {
			start, end = around(article, f.Where.Start.Byte, f.Where.End.Byte)
		}
		p := find(list, f.Where.Field, start, end)
		if p == nil {
			if size += end - start; len(list) == maxPassages || size > maxAsked {
				break
			}
			list = append(list, passage{ID: fmt.Sprintf("p%d", len(list)+1), Field: f.Where.Field, Text: (*text)[start:end], start: start, end: end})
			p = &list[len(list)-1]
		}
		p.Findings = append(p.Findings, problem{f.Rule, f.Message, f.Remedy, f.Text, f.Evidence})
	}
	return list, nil
}

// around is the block of the body that a finding stands in, or the finding's own place where that is in none or in several.
func around(a *qa.Article, start, end int) (int, int) {
	for _, b := range a.Body.Blocks {
		if b.Span.Start <= start && end <= b.Span.End {
			return b.Span.Start, b.Span.End
		}
	}
	return start, end
}

func find(list []passage, field string, start, end int) *passage {
	for i := range list {
		if p := &list[i]; p.Field == field && p.start < end && start < p.end {
			return p
		}
	}
	return nil
}

// answer is a passage as a reviser wrote it.
type answer struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// put sets answers into a document. A passage that was not asked for, or comes twice, spoils the whole answer: whoever
// answers so has not understood the question.
func put(doc stet.Document, asked []passage, answers []answer) (stet.Document, error) {
	texts := map[string]string{}
	for _, a := range answers {
		if _, twice := texts[a.ID]; twice {
			return doc, fmt.Errorf("the answer has the passage %q twice", a.ID)
		}
		texts[a.ID] = a.Text
	}
	doc = copied(doc)
	for i := len(asked) - 1; i >= 0; i-- { // from the end, so that the places before stay right
		p := asked[i]
		text, there := texts[p.ID]
		delete(texts, p.ID)
		if !there {
			continue
		}
		if len(text) > 3*len(p.Text)+500 || strings.TrimSpace(text) == "" {
			return doc, fmt.Errorf("the answer to passage %q has %d bytes for %d", p.ID, len(text), len(p.Text))
		}
		to := textOf(&doc, p.Field)
		*to = (*to)[:p.start] + kept(p.Text, text) + (*to)[p.end:]
	}
	for id := range texts {
		return doc, fmt.Errorf("the answer has a passage %q that was not asked for", id)
	}
	return doc, nil
}

// kept is a new text with the white space that the old one ends in.
func kept(old, text string) string {
	return strings.TrimRight(text, " \t\r\n") + old[len(strings.TrimRight(old, " \t\r\n")):]
}
