package word_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/qa/word"
)

func TestMistakesNameTheirPlace(t *testing.T) {
	for rule, want := range map[string]string{
		"kind: forbid\npatterns: ['(a{1000}){1000}']":                     `rule.yaml:2:1: VOI-001-test: pattern "(a{1000}){1000}" cannot be used: `,
		"kind: forbid\npatterns: ['a{1000}b{1000}c{1000}d{1000}e{1000}']": "allowed; use smaller counts in {}, or words",
		"kind: forbid\npatterns: ['(?<!a)b']":                             "no look-ahead, look-behind or back-reference",
		"kind: forbid\npatterns: ['a*']":                                  "the pattern matches the empty text",
		"kind: forbid\nwords: ['!!']":                                     `rule.yaml:2:1: VOI-001-test: read phrase "!!": it has no letter or digit; write it under patterns`,
		"kind: forbid\nwords: ['a*b']":                                    "a word takes one *, at its beginning or its end",
		"kind: forbid\nwords: ['*a*']":                                    "a word takes one *",
		"kind: forbid\nwords: [a]\nquotes: some":                          `rule.yaml:3:1: VOI-001-test: quotes is "some"; it may be skip, or left out`,
		"kind: forbid\nword: [a]":                                         `word`,
		"kind: forbid":                                                    "forbid needs words or patterns",
		"kind: forbid\nwords: [a]\nscope: [sidebar]":                      `scope "sidebar" is not a place`,
		"kind: substitute\nswap: {a: ''}":                                 "a replacement is empty",
		"kind: substitute\nswap: {a: {b: c}}":                             "it must be a text or a list of texts",
		"kind: count\nwords: [a]":                                         "count needs min or max",
		"kind: count\nof: pages\nmax: 1":                                  `of is "pages"`,
		"kind: count\nof: words\nmin: 3\nmax: 1":                          "min 3 is more than max 1",
		"kind: count\nof: words\nmax: 1\nshare: 5":                        "share needs per",
		"kind: consistent\nvariants: [[a]]":                               "a set has 1 forms",
		"kind: implies\nif: a":                                            "implies needs if and then",
		"kind: implies\nacronyms: true\nif: a":                            "acronyms: true stands instead",
		"kind: case\nstyle: camel":                                        `style is "camel"`,
		"kind: readability\nmetric: iq\nmax: 1":                           `metric is "iq"`,
		"kind: readability\nmetric: ari":                                  "readability needs min or max",
		"kind: readability\nmetric: person":                               "metric person needs forbid",
		"kind: repeat\nof: letters":                                       `of is "letters"`,
		"kind: rhyme":                                                     `kind "rhyme" is not one of`,
	} {
		_, err := word.New(qa.Env{}, []*qa.Rule{ruleOf(t, rule)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", rule, err, want)
		}
	}
}

func TestAnEndedContextIsNoPass(t *testing.T) {
	checker, err := word.New(qa.Env{}, []*qa.Rule{ruleOf(t, "kind: forbid\nwords: [a]")})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if result := checker.Check(ctx, articleOf(t, "b"))[0]; result.Err == nil {
		t.Error("the result has no error")
	}
}

func TestTooMuchWorkIsAnError(t *testing.T) {
	checker, err := word.New(qa.Env{}, []*qa.Rule{ruleOf(t, "kind: forbid\npatterns: ['x.{0,900}x.{0,900}y']")})
	if err != nil {
		t.Fatal(err)
	}
	article := &qa.Article{Body: prose.Plain(strings.Repeat("x", 2<<20))}
	if result := checker.Check(context.Background(), article)[0]; result.Err == nil || !strings.Contains(result.Err.Error(), "too expensive") {
		t.Errorf("got error %v", result.Err)
	}
}

// every holds one rule of each kind.
var every = []string{
	"kind: forbid\nwords: [a, 'so *', '*ly', he/she]\npatterns: ['[a-z]{2}\\s?!', '\"[^\"]+\"[.,]']\nquotes: skip\nfix: {kind: delete}",
	"kind: substitute\nswap: {a b: b, 'x*': 'y*'}\nfix: {kind: replace}",
	"kind: require\nwords: [zzz]",
	"kind: count\nof: words\nper: sentence\nmax: 3",
	"kind: count\nwords: [a]\nper: section\nmax: 1",
	"kind: repeat\nfix: {kind: delete}",
	"kind: repeat\nof: starts\ntimes: 2",
	"kind: repeat\nof: phrases\nlength: 2\ntimes: 2",
	"kind: consistent\nvariants: [[a, b, é]]\nfix: {kind: replace}",
	"kind: implies\nacronyms: true",
	"kind: implies\nif: '(a)'\nthen: '(b)'",
	"kind: case\nstyle: sentence\nscope: [heading, paragraph]\nfix: {kind: replace}",
	"kind: case\nstyle: title\nscope: [heading, paragraph]",
	"kind: readability\nmetric: passive\nmax: 0\nwords: 1",
	"kind: readability\nmetric: flesch\nmin: 200\nwords: 1\nper: section",
	"kind: readability\nmetric: person\nforbid: [first, second]",
}

func checkerOf(t testing.TB, texts []string) qa.Checker {
	t.Helper()
	var rules []*qa.Rule
	for _, text := range texts {
		rules = append(rules, ruleOf(t, text))
	}
	checker, err := word.New(qa.Env{}, rules)
	if err != nil {
		t.Fatal(err)
	}
	return checker
}

// FuzzPlacesAreRight holds every finding to stand where it says, and every fix to stay within the text.
func FuzzPlacesAreRight(f *testing.F) {
	for _, seed := range []string{
		"# A *b* c\n\nThe the `a` a b é B.\n\n> so “it” is\n", "a\u0301 b’s \xff", "| a | b |\n|-|-|\n| x&amp;y | so so |", "ﬀİ ſS K-k\u00ad\u00ad a‑b",
		strings.Repeat("“a ", 50), strings.Repeat("a ", 200) + "!", "1. He/she was built\n2. (HTML) A B C",
	} {
		f.Add(seed)
	}
	checker := checkerOf(f, every)
	f.Fuzz(func(t *testing.T, text string) {
		body, err := prose.Parse("markdown", text)
		if err != nil {
			t.Skip()
		}
		for _, result := range checker.Check(context.Background(), &qa.Article{Body: body, Fields: []qa.Field{{Name: "title", Text: prose.Plain("So a b")}}}) {
			if result.Err != nil {
				t.Fatal(result.Err)
			}
			for _, finding := range result.Findings {
				checkPlace(t, finding, text)
			}
		}
	})
}

func checkPlace(t *testing.T, f qa.Finding, text string) {
	t.Helper()
	if f.Where.Field == "title" {
		text = "So a b"
	}
	start, end := f.Where.Start, f.Where.End
	if start.Byte < 0 || end.Byte < start.Byte || end.Byte > len(text) || !utf8.ValidString(f.Text) || len(f.Hash) != 16 {
		t.Fatalf("finding %+v does not stand in a text of %d bytes", f, len(text))
	}
	line := 1 + strings.Count(text[:start.Byte], "\n")
	column := 1 + utf8.RuneCountInString(text[strings.LastIndexByte(text[:start.Byte], '\n')+1:start.Byte])
	if start.Line != line || start.Column != column {
		t.Fatalf("finding stands at %d:%d, says %d:%d", line, column, start.Line, start.Column)
	}
	if f.Fix == nil {
		return
	}
	at := 0
	for _, edit := range f.Fix.Edits {
		if edit.Start < at || edit.End < edit.Start || edit.End > len(text) {
			t.Fatalf("edit %+v of %+v lies outside or over another", edit, f)
		}
		at = edit.End
	}
}

func TestHostileTextsEndSoon(t *testing.T) {
	checker := checkerOf(t, every)
	for name, text := range map[string]string{
		"quotes":   strings.Repeat(`"a" `, 10_000),
		"one line": strings.Repeat("so so! ", 10_000),
		"one word": strings.Repeat("a", 1<<17),
		"stars":    strings.Repeat("a ", 20_000),
		"mails":    strings.Repeat("a@", 20_000),
		"brackets": strings.Repeat("(HTML) ", 10_000),
	} {
		begin := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		for _, result := range checker.Check(ctx, &qa.Article{Body: prose.Plain(text)}) {
			if result.Err != nil && ctx.Err() != nil {
				t.Errorf("%s: %v", name, result.Err)
			}
		}
		cancel()
		t.Logf("%s: %v", name, time.Since(begin))
	}
}

// BenchmarkCheck checks an article of 2,000 words with 150 rules and 1,500 phrases, a fifth of the rules with patterns.
func BenchmarkCheck(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	vocabulary := make([]string, 5000)
	for i := range vocabulary {
		n := 2 + random.IntN(8)
		letters := make([]byte, n)
		for k := range letters {
			letters[k] = "etaoinshrdlucmfwypvbgk"[random.IntN(22)]
		}
		vocabulary[i] = string(letters)
	}
	words := func(n int) string {
		var list []string
		for range n {
			list = append(list, vocabulary[int(random.ExpFloat64()*500)%len(vocabulary)])
		}
		return strings.Join(list, " ")
	}
	var texts []string
	for i := range 150 {
		var phrases []string
		for range 11 {
			phrases = append(phrases, "'"+words(1+random.IntN(3))+" "+vocabulary[random.IntN(5000)]+"'")
		}
		text := fmt.Sprintf("kind: forbid\nwords: [%s]", strings.Join(phrases, ", "))
		switch {
		case i%10 == 0:
			text += "\npatterns: ['\\b\\d+(?:st|nd|rd)\\b', '[a-z][.?!] {2,}[A-Z]']"
		case i%10 == 1:
			text += "\npatterns: ['\\b(?:am|is|was)\\s+\\w+ed\\b']"
		}
		texts = append(texts, text)
	}
	var article strings.Builder
	for range 40 {
		article.WriteString("## " + words(4) + "\n\n")
		for range 4 {
			article.WriteString(strings.ToUpper(vocabulary[random.IntN(5000)][:1]) + words(12) + ". ")
		}
		article.WriteString("\n\n")
	}
	checker, a := checkerOf(b, texts), articleOf(b, article.String())
	b.Logf("%d words", a.Body.Words)
	for b.Loop() {
		checker.Check(context.Background(), a)
	}
}

func TestFindingsAreLimited(t *testing.T) {
	for _, rule := range []string{
		"kind: forbid\nwords: [a]", "kind: substitute\nswap: {a: b}", "kind: repeat\nexceptions: []", "kind: count\nof: words\nper: sentence\nmin: 9",
		"kind: consistent\nvariants: [[b, a]]", "kind: readability\nmetric: person\nforbid: [first]",
	} {
		text := strings.Repeat("A a. I. ", 2000) + strings.Repeat("b ", 5000)
		result := resultOf(t, qa.Env{}, rule, text)
		if len(result.Findings) != 500 || len(result.Unchecked) != 1 {
			t.Errorf("%q: %d findings, unchecked %q", rule, len(result.Findings), result.Unchecked)
		}
	}
}
