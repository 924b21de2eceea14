package word_test

import (
	"strings"
	"testing"

	"stet/internal/qa"
)

func TestRepeatFindsWhatComesBack(t *testing.T) {
	for _, c := range []finds{
		{name: "twice", rule: "kind: repeat\nfix: {kind: delete, safe: true}", text: "The the cat is\nis here.", want: []string{"1:1 The the"}, fixed: "The cat is\nis here."},
		{name: "allowed", rule: "kind: repeat\nexceptions: [cha]", text: "I know that that had had a cha cha."},
		{name: "names and numbers", rule: "kind: repeat", text: "They saw Duran Duran 10 10 times. Foo. Foo bar."},
		{name: "code", rule: "kind: repeat", text: "The `the` the."},
		{name: "starts", rule: "kind: repeat\nof: starts", text: "It is. It was. It has. It had.\n\nThe cat. The dog. The bird.", want: []string{"1:24 It"},
			message: "4 sentences in a row begin with “It”."},
		{name: "starts end with a section", rule: "kind: repeat\nof: starts", text: "It is. It was.\n\n# It\n\nIt has."},
		{name: "phrases", rule: "kind: repeat\nof: phrases\nlength: 3\ntimes: 2", text: "At the end of it. So at the end of it we go.", want: []string{"1:22 at the end of it"},
			message: "“at the end of it” occurs 2 times."},
	} {
		c.run(t, qa.Env{})
	}
}

func TestConsistentKeepsToOneForm(t *testing.T) {
	for _, c := range []finds{
		{name: "most often", rule: "kind: consistent\nvariants: [[adviser, advisor]]\nfix: {kind: replace, safe: true}", text: "An advisor, an adviser. Advisor!",
			want: []string{"1:16 adviser"}, fixed: "An advisor, an advisor. Advisor!", message: "The article writes “adviser” here and “advisor” elsewhere."},
		{name: "the first of equals", rule: "kind: consistent\nvariants: [[email, e-mail]]", text: "An e-mail, an email.", want: []string{"1:15 email"}},
		{name: "one form", rule: "kind: consistent\nvariants: [[email, e-mail]]", text: "An e-mail, an e-mail."},
		{name: "patterns", rule: "kind: consistent\npatterns: [['\\d+ May', 'May \\d+']]", text: "On 12 May. On May 13.", want: []string{"1:15 May 13"},
			message: "The article writes “May 13” here and “12 May” elsewhere."},
	} {
		c.run(t, qa.Env{})
	}
}

func TestImpliesAsksForTheOther(t *testing.T) {
	first := "kind: implies\ncase: true\nif: '\\b([A-Z]{3,5})\\b'\nthen: '(?:\\b[A-Z][a-z]+ )+\\(([A-Z]{3,5})\\)'\n"
	for _, c := range []finds{
		{name: "missing once", rule: first + "exceptions: [API]", text: "The World Health Organization (WHO), the WHO, an API, DAFB, DAFB.", want: []string{"1:55 DAFB"}},
		{name: "every", rule: first + "every: true", text: "DAFB, DAFB.", want: []string{"1:1 DAFB", "1:7 DAFB"}},
		{name: "before", rule: first + "first: true", text: "WHO. The World Health Organization (WHO).", want: []string{"1:1 WHO"}},
		{name: "without groups", rule: "kind: implies\nif: beta\nthen: 'may change'", text: "A beta. A beta.", want: []string{"1:3 beta"}},
		{name: "acronyms", rule: "kind: implies\nacronyms: true\nexceptions: [API]",
			text: "The hypertext markup language (HTML), a WHO (World Health Organization), the APIs, XIII, MP3, TLAs, TLA. HTML.\n\nALL OF IT LOUD HERE.", want: []string{"1:95 TLA"},
			message: "“TLA” is not explained where it is used first."},
		{name: "wrong words", rule: "kind: implies\nacronyms: true", text: "A big house (HTML).", want: []string{"1:14 HTML"}},
	} {
		c.run(t, qa.Env{})
	}
}

func TestCaseKnowsNames(t *testing.T) {
	env := qa.Env{Terms: []qa.Term{{Use: "GitHub", Casing: true}, {Use: "npm", Casing: true}}}
	fix := "\nfix: {kind: replace, safe: true}"
	for _, c := range []finds{
		{name: "sentence", rule: "kind: case\nstyle: sentence" + fix, text: "# A New Guide to Berlin\n\nThey like Berlin.", want: []string{"1:3 A New Guide to Berlin"}, fixed: "# A new guide to Berlin\n\nThey like Berlin."},
		{name: "sentence, right", rule: "kind: case\nstyle: sentence", text: "# Why I like GitHub: The JSON of Oslo\n\n# Using `Foo` now. Then that"},
		{name: "a name nobody knows", rule: "kind: case\nstyle: sentence", text: "# Living in Oslo"},
		{name: "the article knows", rule: "kind: case\nstyle: sentence", text: "# Living with Whales\n\nAll whales live.", want: []string{"1:3 Living with Whales"}},
		{name: "strict", rule: "kind: case\nstyle: sentence\nstrict: true\nexceptions: [Rome]", text: "# Living in Oslo and Rome", want: []string{"1:3 Living in Oslo and Rome"}},
		{name: "small beginning", rule: "kind: case\nstyle: sentence" + fix, text: "# how it goes", want: []string{"1:3 how it goes"}, fixed: "# How it goes"},
		{name: "title", rule: "kind: case\nstyle: title" + fix, text: "# the lord Of the rings", want: []string{"1:3 the lord Of the rings"}, fixed: "# The Lord of the Rings"},
		{name: "title, right", rule: "kind: case\nstyle: title", text: "# What It's Like to Work with macOS at Home-based Work"},
		{name: "upper", rule: "kind: case\nstyle: upper", text: "# NO, no", want: []string{"1:3 NO, no"}},
		{name: "pattern", rule: "kind: case\nstyle: pattern\npattern: '[A-Z].*'", text: "# yes\n\n# No", want: []string{"1:3 yes"}},
		{name: "terms", rule: "kind: case\nstyle: terms" + fix, text: "Github, github, GitHub, NPM.", want: []string{"1:1 Github", "1:9 github", "1:25 NPM"}, fixed: "GitHub, GitHub, GitHub, npm."},
		{name: "addresses are no terms", rule: "kind: case\nstyle: terms", text: "See github.com and me@github and https://github/x."},
	} {
		c.run(t, env)
	}
}

func TestReadabilityMeasures(t *testing.T) {
	hard := strings.Repeat("Institutional considerations necessitate extraordinarily complicated organizational accommodations. ", 20)
	easy := strings.Repeat("The cat sat on the mat. It was fun. ", 20)
	for _, c := range []struct {
		metric, limit string
		hard, easy    bool // whether it is found
	}{
		{"flesch-kincaid", "max: 12", true, false}, {"ari", "max: 12", true, false}, {"flesch", "min: 60", true, false},
		{"coleman-liau", "max: 12", true, false}, {"gunning-fog", "max: 12", true, false}, {"smog", "max: 12", true, false}, {"lix", "max: 50", true, false},
	} {
		rule := "kind: readability\nmetric: " + c.metric + "\n" + c.limit
		if got := len(resultOf(t, qa.Env{}, rule, hard).Findings) > 0; got != c.hard {
			t.Errorf("%s finds hard words: %v", c.metric, got)
		}
		if got := len(resultOf(t, qa.Env{}, rule, easy).Findings) > 0; got != c.easy {
			t.Errorf("%s finds easy words: %v", c.metric, got)
		}
	}
	if result := resultOf(t, qa.Env{}, "kind: readability\nmetric: ari\nmax: 1", "Too short."); !result.Idle || result.Findings != nil {
		t.Errorf("two words are measured: %+v", result)
	}
}

func TestPassiveSentencesAreCounted(t *testing.T) {
	rule := "kind: readability\nmetric: passive\nmax: 0\nwords: 1"
	for text, passive := range map[string]bool{
		"The house was built in May.":              true,
		"It has not yet been fully repaired.":      true,
		"He got fired.":                            true,
		"The window is being opened.":              true,
		"They built the house.":                    false,
		"She is interested in it.":                 false,
		"It is the house they painted.":            false,
		"He got more done.":                        false,
		"It is good, and they painted it.":         false,
		"The speed is limited by `was repaired`.":  false,
		"We are happy that the team finished now.": false,
	} {
		if got := len(resultOf(t, qa.Env{}, rule, text).Findings) > 0; got != passive {
			t.Errorf("%q: passive is %v", text, got)
		}
	}
}

func TestPersonFindsPronouns(t *testing.T) {
	finds{name: "first", rule: "kind: readability\nmetric: person\nforbid: [first]\nquotes: skip", text: "I'm sure “I” know our US, you.",
		want: []string{"1:1 I'm", "1:19 our"}, message: "“I'm” speaks in the first person."}.run(t, qa.Env{})
}
