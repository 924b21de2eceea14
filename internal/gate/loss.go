package gate

import (
	"strings"

	"stet/internal/engine"
	"stet/internal/prose"
	"stet/internal/qa"
)

// ofTarget is the category of what a target would not keep. It has no score: the article may be right as it is, and the
// target the wrong place for it.
const ofTarget qa.Category = "target"

// losses makes warnings of what targets would not keep, and counts them.
func losses(list []engine.Loss, a *qa.Article, counts map[qa.Severity]int) (findings []qa.Finding) {
	for _, l := range list {
		f := qa.Finding{Rule: l.Rule, Category: ofTarget, Severity: qa.Warning, Message: "At " + l.Target + ": " + l.Message, Remedy: l.Remedy,
			Text: l.Text, Hash: qa.HashOf(l.Rule, l.Text, l.Target+": "+l.Message), Where: qa.Where{Field: fieldOf(l.Pointer), Start: first, End: first}}
		if at := strings.Index(a.Body.Source, l.Text); f.Where.Field == "body" && l.Text != "" && at >= 0 {
			f.Where.Start, f.Where.End = a.Body.Position(at), a.Body.Position(at+len(l.Text))
		}
		findings = append(findings, f)
		counts[qa.Warning]++
	}
	return findings
}

var first = prose.Position{Line: 1, Column: 1, UTF16: 1}

// fieldOf is the field that a pointer into the document names: body for /body/text.
func fieldOf(pointer string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	return name
}
