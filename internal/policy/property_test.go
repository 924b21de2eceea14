package policy_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"pgregory.net/rapid"

	"stet"
	"stet/internal/policy"
	"stet/internal/prose"
	"stet/internal/qa"
)

// Parts that articles of property tests are made of: clean ones, and ones in which the shipped packs find something.
var (
	clean = []string{"The door is made of oak and opens to the garden.", "Ann painted it green in one long afternoon.", "Two hinges carry the weight.",
		"A third one keeps it straight.", "The lock came from a small shop.", "It has stood there ever since.", "Rain does not reach the sill."}
	faulty = []string{"We went to the the shop.", "They utilize it in order to win.", "It is a game-changer!!", "Javascript is on Github.", "Click it and and wait.",
		"Add it to the whitelist.", "In the event that it rains, [click here](https://example.com/).", "A cutting-edge door, at the end of the day.",
		"TODO write more.", "See [utilize it][], [Github] and [in order to][x].", "An e-mail is an email.", "See [below](#nowhere).", "![](a.png)"}
	frames = []string{"%s\n\n", "- %s\n", "> %s\n\n", "## %s\n\n", "#### %s\n\n", "| %s | b |\n|---|---|\n| c | d |\n\n"}
)

// body draws the Markdown of an article; every one has a paragraph.
func body(t *rapid.T) string {
	var b strings.Builder
	b.WriteString(rapid.SampledFrom(clean).Draw(t, "begin") + "\n\n")
	for range rapid.IntRange(0, 15).Draw(t, "parts") {
		sentences := rapid.SliceOfN(rapid.SampledFrom(slices.Concat(clean, faulty)), 1, 4).Draw(t, "sentences")
		fmt.Fprintf(&b, rapid.SampledFrom(frames).Draw(t, "frame"), strings.Join(sentences, " "))
	}
	return b.String() + "\n\n[utilize it]: /u\n[github]: /g\n[x]: /x\n"
}

// targets are where the links of a text go.
func targets(t *rapid.T, text string) (list []string) {
	parsed, err := prose.Parse("markdown", text)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range parsed.Links {
		list = append(list, l.Target)
	}
	return list
}

func drawn(t *rapid.T) stet.Document {
	title := rapid.SampledFrom([]string{"How a door is hung", "Oh", "Doors on Github!!", "Prices TBD"}).Draw(t, "title")
	summary := rapid.SampledFrom([]string{"", "Short.", "How a door is hung, and and what it takes to utilize it well."}).Draw(t, "summary")
	return stet.Document{Title: title, Slug: "door", Summary: summary, Authors: []string{"Ann"}, Body: stet.Body{Format: "markdown", Text: body(t)}}
}

func judge(t *rapid.T, p *policy.Pack, doc stet.Document) qa.Report {
	a, err := policy.Article("door", doc, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.Now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	r := p.Judge(t.Context(), a)
	if len(r.Errors) > 0 {
		t.Fatalf("errors: %v", r.Errors)
	}
	return r
}

func shipped(t *testing.T, check func(t *rapid.T, p *policy.Pack)) {
	for _, name := range policy.ShippedNames() {
		p, err := policy.Shipped(name)
		if err != nil {
			t.Fatal(err)
		}
		p.Deadline = time.Minute // no test depends on the machine
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) { check(t, p) }))
	}
}

// TestTheSameArticleAndPackGiveTheSameBytes: of another load of the pack too.
func TestTheSameArticleAndPackGiveTheSameBytes(t *testing.T) {
	others := map[string]*policy.Pack{}
	for _, name := range policy.ShippedNames() {
		p, err := policy.Shipped(name)
		if err != nil {
			t.Fatal(err)
		}
		p.Deadline, others[name] = time.Minute, p
	}
	shipped(t, func(t *rapid.T, p *policy.Pack) {
		again := others[p.Name]
		doc := drawn(t)
		one, err := json.Marshal(judge(t, p, doc))
		if err != nil {
			t.Fatal(err)
		}
		other, err := json.Marshal(judge(t, again, doc))
		if err != nil || string(one) != string(other) {
			t.Fatalf("%v\n%s\n%s", err, one, other)
		}
	})
}

// TestFixingAFindingNeverLowersTheScore: neither one fix, safe or not, nor all safe ones until none is left.
func TestFixingAFindingNeverLowersTheScore(t *testing.T) {
	shipped(t, func(t *rapid.T, p *policy.Pack) {
		doc := drawn(t)
		before := judge(t, p, doc)
		for _, f := range before.Findings {
			if f.Fix == nil || f.Where.Field != "body" {
				continue
			}
			fixed := doc
			fixed.Body.Text, _ = policy.Apply("body", doc.Body.Text, []qa.Finding{f}, true)
			after := judge(t, p, fixed)
			if !f.Fix.Safe && brings(before, after) {
				continue // a longer word made a heading too long: another finding, and no part of this one
			}
			if after.Score < before.Score || before.Passed && !after.Passed {
				t.Fatalf("fixing %s at %d: %d, was %d\n%s\n%s", f.Rule, f.Where.Start.Byte, after.Score, before.Score, doc.Body.Text, fixed.Body.Text)
			}
		}
		fixed, done, after, err := p.Fix(t.Context(), "door", doc, nil, time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
		if err != nil || after.Score < before.Score {
			t.Fatalf("%v: %d after %d fixes, was %d\n%s", err, after.Score, len(done), before.Score, fixed.Body.Text)
		}
		if was, is := targets(t, doc.Body.Text), targets(t, fixed.Body.Text); !slices.Equal(was, is) {
			t.Fatalf("links went to %v and go to %v\n%s", was, is, fixed.Body.Text)
		}
		if _, left := policy.ApplySafe(fixed, after.Findings); len(left) > 0 {
			t.Fatalf("%d safe fixes are left in\n%s", len(left), fixed.Body.Text)
		}
	})
}

// brings tells whether a rule finds more after than before.
func brings(before, after qa.Report) bool {
	count := map[string]int{}
	for _, f := range before.Findings {
		count[f.Rule]++
	}
	for _, f := range after.Findings {
		if count[f.Rule]--; count[f.Rule] < 0 {
			return true
		}
	}
	return false
}

// TestFillerNeverTurnsAFailIntoAPass: clean sentences, in the last section or in sections of their own, raise no score.
func TestFillerNeverTurnsAFailIntoAPass(t *testing.T) {
	shipped(t, func(t *rapid.T, p *policy.Pack) {
		doc := drawn(t)
		doc.Body.Text += "\n\nThat is all.\n" // a section without text is no fault that filler may not repair
		before := judge(t, p, doc)
		filled := doc
		for range rapid.IntRange(1, 30).Draw(t, "filler") {
			sentences := rapid.SliceOfN(rapid.SampledFrom(clean), 1, 10).Draw(t, "sentences")
			frame := rapid.SampledFrom([]string{"\n\n%s\n\n", "\n\n## Another one\n\n%s\n\n"}).Draw(t, "frame")
			filled.Body.Text += fmt.Sprintf(frame, strings.Join(sentences, " "))
		}
		if after := judge(t, p, filled); after.Score > before.Score || !before.Passed && after.Passed {
			t.Fatalf("%d with filler, %d without\n%v\n%s", after.Score, before.Score, before.Categories, filled.Body.Text)
		}
	})
}

// TestEveryPlaceIsInItsText: bytes, lines and columns of findings agree, and fixes stay within.
func TestEveryPlaceIsInItsText(t *testing.T) {
	shipped(t, func(t *rapid.T, p *policy.Pack) {
		doc := drawn(t)
		doc.Body.Text = strings.ReplaceAll(doc.Body.Text, "door", rapid.SampledFrom([]string{"door", "dóor", "🚪", "ドア"}).Draw(t, "door"))
		for _, f := range judge(t, p, doc).Findings {
			if f.Where.Field != "body" {
				continue
			}
			text := doc.Body.Text[:f.Where.Start.Byte]
			line := text[strings.LastIndex(text, "\n")+1:]
			want := [3]int{strings.Count(text, "\n") + 1, len([]rune(line)) + 1, len(utf16Of(line)) + 1}
			if got := [3]int{f.Where.Start.Line, f.Where.Start.Column, f.Where.Start.UTF16}; got != want || f.Where.End.Byte < f.Where.Start.Byte {
				t.Fatalf("%s: %v, want %v", f.Rule, got, want)
			}
		}
	})
}

func utf16Of(text string) []uint16 { return utf16.Encode([]rune(text)) }
