package word_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet/internal/policy/strict"
	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/qa/word"
)

// ruleOf reads a rule as a pack has it.
func ruleOf(t testing.TB, text string) *qa.Rule {
	t.Helper()
	var faults strict.Faults
	pairs := strict.Read("rule.yaml", []byte(text), &faults).Pairs("the rule")
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	var general struct {
		ID, Kind, Message, Remedy string
		Scope                     []string
		Fix                       struct {
			Kind string
			Safe bool
		}
	}
	rule := &qa.Rule{ID: "VOI-001-test", Category: qa.Voice, Severity: qa.Warning, File: "rule.yaml", Line: 1, Column: 1}
	var own []strict.Pair
	err := faults.Take(func() {
		for _, p := range pairs {
			if strings.Contains(" id kind message remedy scope fix ", " "+p.Name+" ") {
				strict.DecodePairs([]strict.Pair{p}, &general, "the rule", nil)
			} else {
				own = append(own, p)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	rule.Kind, rule.Message, rule.Remedy, rule.Scope = general.Kind, general.Message, general.Remedy, general.Scope
	rule.FixKind, rule.Safe = general.Fix.Kind, general.Fix.Safe
	rule.Decode = func(into any) error {
		return faults.Take(func() { strict.DecodePairs(own, into, "the rule", nil) })
	}
	rule.At = func(key string) (int, int) {
		for _, p := range own {
			if p.Name == key {
				return p.Key.Place()
			}
		}
		return 0, 0
	}
	return rule
}

func articleOf(t testing.TB, text string) *qa.Article {
	t.Helper()
	body, err := prose.Parse("markdown", text)
	if err != nil {
		t.Fatal(err)
	}
	return &qa.Article{Body: body}
}

func resultOf(t testing.TB, env qa.Env, rule, text string) qa.Result {
	t.Helper()
	checker, err := word.New(env, []*qa.Rule{ruleOf(t, rule)})
	if err != nil {
		t.Fatal(err)
	}
	result := checker.Check(context.Background(), articleOf(t, text))[0]
	if result.Err != nil {
		t.Fatal(result.Err)
	}
	return result
}

// places names findings by where they are and what was found.
func places(findings []qa.Finding) (list []string) {
	for _, f := range findings {
		list = append(list, fmt.Sprintf("%d:%d %s", f.Where.Start.Line, f.Where.Start.Column, f.Text))
	}
	return list
}

// applied is the text with the first fix of every finding, and whether all were safe.
func applied(text string, findings []qa.Finding) (fixed string, safe bool) {
	safe = true
	for i := len(findings) - 1; i >= 0; i-- {
		fix := findings[i].Fix
		if fix == nil {
			return text, false
		}
		safe = safe && fix.Safe
		for k := len(fix.Edits) - 1; k >= 0; k-- {
			edit := fix.Edits[k]
			text = text[:edit.Start] + edit.Text + text[edit.End:]
		}
	}
	return text, safe
}

type finds struct {
	name, rule, text string
	want             []string
	message          string // of the first
	fixed            string // "": no fix is looked at
}

func (c finds) run(t *testing.T, env qa.Env) {
	t.Helper()
	t.Run(c.name, func(t *testing.T) {
		result := resultOf(t, env, c.rule, c.text)
		if diff := cmp.Diff(c.want, places(result.Findings)); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
		if c.message != "" && (len(result.Findings) == 0 || result.Findings[0].Message != c.message) {
			t.Errorf("got message %v, want %q", result.Findings, c.message)
		}
		if c.fixed != "" {
			if fixed, safe := applied(c.text, result.Findings); fixed != c.fixed || !safe {
				t.Errorf("fixed is %q (safe %v), want %q", fixed, safe, c.fixed)
			}
		}
	})
}

func TestForbidFindsWords(t *testing.T) {
	for _, c := range []finds{
		{name: "words and phrases", rule: "kind: forbid\nwords: [very, 'at the end of the day']", text: "A Very good day.\n\nAt the end\nof the day, it is.",
			want: []string{"1:3 Very", "3:1 At the end of the day"}, message: "“Very” should not be used here."},
		{name: "whole words only", rule: "kind: forbid\nwords: [mail]", text: "An e-mail, mails, mail's."},
		{name: "parts on demand", rule: "kind: forbid\nwords: [mail]\nparts: true", text: "An e-mail by mail.", want: []string{"1:6 mail", "1:14 mail"}},
		{name: "endings", rule: "kind: forbid\nwords: ['utili*', '*gate']", text: "We utilise, a Watergate.", want: []string{"1:4 utilise", "1:15 Watergate"}},
		{name: "any word", rule: "kind: forbid\nwords: ['as * as']", text: "It is as good as new, as is.", want: []string{"1:7 as good as"}},
		{name: "no phrase over a sentence's end", rule: "kind: forbid\nwords: ['end of']", text: "The end. Of course."},
		{name: "marks count", rule: "kind: forbid\nwords: [he/she, .NET, C++]", text: "If he/she knows C++ or .NET, not C or NET.",
			want: []string{"1:4 he/she", "1:17 C++", "1:24 .NET"}},
		{name: "exceptions cover", rule: "kind: forbid\nwords: [sanity]\nexceptions: ['sanity check framework']", text: "The sanity check framework has a sanity check.",
			want: []string{"1:34 sanity"}},
		{name: "longest of two", rule: "kind: forbid\nwords: [in order, in order to]", text: "In order to see.", want: []string{"1:1 In order to"}},
		{name: "code is not read", rule: "kind: forbid\nwords: [kill]\npatterns: ['k.ll']", text: "Use `kill` to kill, see https://example.com/kill.", want: []string{"1:15 kill"}},
		{name: "code on demand", rule: "kind: forbid\nwords: [kill]\ncode: true", text: "Use `kill` now.", want: []string{"1:6 kill"}},
		{name: "case", rule: "kind: forbid\nwords: [IT]\ncase: true", text: "It is IT.", want: []string{"1:7 IT"}},
		{name: "what others say", rule: "kind: forbid\nwords: [damn]\nquotes: skip", text: "She said “damn it” and \"damn\" and damn.\n\n> damn", want: []string{"1:35 damn"}},
		{name: "patterns", rule: "kind: forbid\npatterns: ['\\d+(?:st|nd|rd|th)\\b']", text: "The 1st, the 22ND.", want: []string{"1:5 1st", "1:14 22ND"}},
		{name: "scope", rule: "kind: forbid\nwords: [good]\nscope: [h2]", text: "# Good\n\n## Good\n\ngood", want: []string{"3:4 Good"}},
		{name: "beginnings", rule: "kind: forbid\nwords: [there is]\nstart: true", text: "There is one. And there is another. “There is more.”",
			want: []string{"1:1 There is", "1:38 There is"}},
		{name: "typographic apostrophes", rule: "kind: forbid\nwords: [\"don't\"]", text: "We don’t.", want: []string{"1:4 don’t"}},
		{name: "alternatives", rule: "kind: forbid\nwords: ['(a|an) (large|small) number', 'key(s)']", text: "A large number of key(s), a number.", want: []string{"1:1 A large number", "1:19 key(s)"}},
		{name: "what stands beside", rule: "kind: forbid\nwords: [will]\nnot_before: '\\s+of\\b'\nnot_after: 'good\\s+'", text: "I will, the will of, good will.", want: []string{"1:3 will"}},
		{name: "what must stand beside", rule: "kind: forbid\npatterns: ['\\b(?:eg|e\\.g\\.)']\nbefore: '[\\s,;]'\nafter: '\\s'", text: "Use e.g. one, (e.g. two), e.g.", want: []string{"1:5 e.g."}},
		{name: "within a sentence", rule: "kind: forbid\npatterns: ['\\bit .*?now', '^so']\nwithin: sentence", text: "See it go. Do it or it goes now. So.", want: []string{"1:15 it or it goes now", "1:34 So"}},
		{name: "deletion", rule: "kind: forbid\nwords: [very]\nfix: {kind: delete, safe: true}", text: "A very good day.", want: []string{"1:3 very"}, fixed: "A good day."},
		{name: "message", rule: "kind: forbid\nwords: [very]\nmessage: 'No %{match}.'", text: "A very", want: []string{"1:3 very"}, message: "No very."},
	} {
		c.run(t, qa.Env{})
	}
}

func TestSubstituteProposesTheBetterWord(t *testing.T) {
	env := qa.Env{Terms: []qa.Term{{Use: "sign in", Not: []string{"log in"}}}}
	for _, c := range []finds{
		{name: "keeps capitals", rule: "kind: substitute\nswap: {e-mail: email}\nfix: {kind: replace, safe: true}", text: "E-mail an e-mail. E-MAIL!",
			want: []string{"1:1 E-mail", "1:11 e-mail", "1:19 E-MAIL"}, fixed: "Email an email. EMAIL!", message: "“E-mail” is better written “Email”."},
		{name: "keeps endings", rule: "kind: substitute\nswap: {'e-mail*': 'email*'}\nfix: {kind: replace, safe: true}", text: "Two e-mails.", want: []string{"1:5 e-mails"}, fixed: "Two emails."},
		{name: "several", rule: "kind: substitute\nswap: {utilize: [use, employ]}\nfix: {kind: replace, safe: true}", text: "To utilize.",
			want: []string{"1:4 utilize"}, message: "“utilize” is better written “use” or “employ”."},
		{name: "in letters", rule: "kind: substitute\nswap: {Javascript: JavaScript}\nfix: {kind: replace, safe: true}", text: "JavaScript and javascript.",
			want: []string{"1:16 javascript"}, fixed: "JavaScript and JavaScript."},
		{name: "terms", rule: "kind: substitute\nterms: true\nfix: {kind: replace, safe: true}", text: "Log in here.", want: []string{"1:1 Log in"}, fixed: "Sign in here."},
		{name: "patterns", rule: "kind: substitute\npatterns: [{match: 'colou?rs', to: hues}]\nfix: {kind: replace, safe: true}", text: "All colours.", want: []string{"1:5 colours"}, fixed: "All hues."},
	} {
		c.run(t, env)
	}
}

func TestSubstituteIsNotSafeWhereTheArticleWouldBeWrong(t *testing.T) {
	rule := "kind: substitute\nswap: {additional: more, further: additional}\nfix: {kind: replace, safe: true}"
	for text, safe := range map[string]bool{"An additional day.": false, "One additional day.": true, "A further day.": false} {
		if _, got := applied(text, resultOf(t, qa.Env{}, rule, text).Findings); got != safe {
			t.Errorf("%q: safe is %v", text, got)
		}
	}
}

func TestFixesStayAwayFromMarkup(t *testing.T) {
	rule := "kind: substitute\nswap: {log in: sign in}\nfix: {kind: replace, safe: true}"
	text := "Please *log* in, then log in."
	findings := resultOf(t, qa.Env{}, rule, text).Findings
	if len(findings) != 2 || findings[0].Fix != nil || findings[1].Fix == nil {
		t.Fatalf("a fix only where the source has the words: %+v", findings)
	}
	if got := findings[0].Where; text[got.Start.Byte:got.End.Byte] != "log* in" && text[got.Start.Byte:got.End.Byte] != "*log* in" {
		t.Errorf("the finding stands at %q", text[got.Start.Byte:got.End.Byte])
	}
}

func TestRequireMissesWords(t *testing.T) {
	for _, c := range []finds{
		{name: "anywhere", rule: "kind: require\nwords: [licence]", text: "Free.\n\nThe licence."},
		{name: "missing", rule: "kind: require\nwords: [licence, license]", text: "Free.\n\nReally.", want: []string{"1:1 Free."}, message: "The text does not say “licence or license”."},
		{name: "all", rule: "kind: require\nwords: [price, licence]\nall: true", text: "The price.", want: []string{"1:1 The price."}, message: "The text does not say “licence”."},
		{name: "in a section", rule: "kind: require\nwords: [MIT]\nsection: Licence", text: "MIT\n\n## Licence\n\nNone.\n\n## More\n\nMIT", want: []string{"3:4 Licence"}},
	} {
		c.run(t, qa.Env{})
	}
}

func TestCountHoldsLimits(t *testing.T) {
	for _, c := range []finds{
		{name: "words of sentences", rule: "kind: count\nof: words\nper: sentence\nmax: 3", text: "One two three. One two three four.", want: []string{"1:16 One two three four."},
			message: "The sentence has 4 words; it should have at most 3."},
		{name: "words of headings", rule: "kind: count\nof: words\nper: block\nmax: 2\nscope: [heading]", text: "# One two three\n\nOne two three.", want: []string{"1:3 One two three"}},
		{name: "matches", rule: "kind: count\npatterns: ['!']\nper: article\nmax: 1", text: "Oh! No!\n\nYes!", want: []string{"1:7 !"}, message: "The article has 3 matches; it should have at most 1."},
		{name: "sections", rule: "kind: count\nwords: [we]\nper: section\nmax: 0", text: "# A\n\nWe do.\n\n# B\n\nNo.\n\n# C\n\nwe we", want: []string{"3:1 We", "11:1 we"}},
		{name: "least", rule: "kind: count\nof: words\nmin: 5", text: "Too few.", want: []string{"1:1 Too few."}, message: "The article has 2 words; it should have at least 5."},
		{name: "share", rule: "kind: count\nof: words\nper: sentence\nmax: 2\nshare: 50", text: "One two three. One. One two three four.", want: []string{"1:21 One two three four."},
			message: "2 of 3 sentences (66%) do not have at most 2 words; at most 50% may. This one has 4."},
		{name: "share kept", rule: "kind: count\nof: words\nper: sentence\nmax: 2\nshare: 67", text: "One two three. One. One two three four."},
		{name: "thousand", rule: "kind: count\nwords: [so]\nper: thousand\nmax: 100", text: "so it is", want: []string{"1:1 so it is"}},
	} {
		c.run(t, qa.Env{})
	}
}
