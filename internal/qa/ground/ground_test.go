package ground_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/qa/ground"
)

// all are the checks of a whole pack.
var all = []string{
	"check: contradicted-value", "check: unsupported-number", "check: unsupported-date", "check: unsupported-entity", "check: quote-mismatch", "check: product-fact",
}

func newChecker(t *testing.T, env qa.Env, rules ...string) qa.Checker {
	t.Helper()
	checker, err := makeChecker(env, rules...)
	if err != nil {
		t.Fatal(err)
	}
	return checker
}

func makeChecker(env qa.Env, rules ...string) (qa.Checker, error) {
	var list []*qa.Rule
	for _, text := range rules {
		check, _, _ := strings.Cut(strings.TrimPrefix(text, "check: "), "\n")
		list = append(list, &qa.Rule{ID: check, Kind: "grounding", Category: qa.Grounding, Severity: qa.Error, Weight: 1, File: "r.yaml", Line: 1, Column: 1,
			Decode: func(into any) error { return yaml.Unmarshal([]byte(text), into) }})
	}
	return ground.New(env, list)
}

func base(t *testing.T, documents ...string) *ground.Index {
	t.Helper()
	x := &ground.Index{}
	for i, text := range documents {
		if err := x.Add(fmt.Sprintf("doc%d.md", i), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

func article(t *testing.T, body string) *qa.Article {
	t.Helper()
	text, err := prose.Parse("markdown", body)
	if err != nil {
		t.Fatal(err)
	}
	return &qa.Article{Doc: stet.Document{Locale: "en"}, Body: text, Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// findings are written as "rule: text found".
func findings(t *testing.T, results []qa.Result) []string {
	t.Helper()
	found := []string{}
	for _, r := range results {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		for _, f := range r.Findings {
			found = append(found, f.Rule+": "+f.Text)
		}
	}
	return found
}

const company = `# Example Works

Example Works was founded in Lisbon on 3 May 2011 by Rosa Almeida and Piet Vermeer.

It employs 1,240 people in twelve offices, and its sales reached $3.52 billion in 2023, 12 per cent more than in 2022.

"We never sold a machine that we would not use ourselves," Almeida said in an interview.

The Canadian subsidiary opened its fourth plant in Calgary in the autumn of 2019. The plant covers 9.5 hectares.

The World Health Organization (WHO) approved the pump in June 2020.
`

func TestComparesParticularsWithTheKnowledgeBase(t *testing.T) {
	cases := map[string]struct {
		text string
		want []string
	}{
		"all right":                {"Rosa Almeida and Piet Vermeer founded Example Works in Lisbon in 2011.", nil},
		"another number":           {"Example Works employs 1,420 people.", []string{"contradicted-value: 1,420"}},
		"rounded":                  {"In 2023 its sales reached $3.5bn.", nil},
		"more than":                {"It employs more than 1,200 people.", nil},
		"more than too much":       {"It employs more than 1,300 people.", []string{"contradicted-value: 1,300"}},
		"another scale":            {"In 2023 its sales reached $3.52 million.", []string{"contradicted-value: 3.52 million"}},
		"another currency":         {"In 2023 its sales reached €3.52 billion.", []string{"unsupported-number: 3.52 billion"}},
		"percent":                  {"Sales were 12 % higher than in 2022.", nil},
		"other percent":            {"Sales were 21% higher than in 2022.", []string{"contradicted-value: 21"}},
		"spelled out":              {"It has 12 offices.", nil},
		"spelled out wrong":        {"It has thirteen offices.", []string{"contradicted-value: thirteen"}},
		"ordinal":                  {"The 4th plant of the Canadian subsidiary is in Calgary.", nil},
		"ordinal wrong":            {"The fifth plant of the Canadian subsidiary is in Calgary.", []string{"contradicted-value: fifth"}},
		"date":                     {"It was founded on May 3, 2011.", nil},
		"date wrong":               {"It was founded on May 13, 2011.", []string{"contradicted-value: May 13, 2011"}},
		"month wrong":              {"It was founded on 3 June 2011.", []string{"contradicted-value: 3 June 2011"}},
		"a count is no percentage": {"It employs 1,240 % of the people.", []string{"unsupported-number: 1,240"}},
		"no name but a word":       {"Many moved to Lisbon.", nil},
		"date in figures":          {"It was founded on 2011-05-03.", nil},
		"year wrong":               {"The Canadian subsidiary opened a plant in Calgary in 2018.", []string{"contradicted-value: 2018"}},
		"decade":                   {"It was founded in Lisbon in the 2010s.", nil},
		"name wrong":               {"Rosa Almeida and Jan Pietersen founded it in Lisbon.", []string{"unsupported-entity: Jan Pietersen"}},
		"surname alone":            {"It was Almeida who founded it in Lisbon.", nil},
		"country for a people":     {"The subsidiary in Canada has a plant in Calgary.", nil},
		"initials":                 {"The pump has the approval of the WHO.", nil},
		"accents":                  {"Rosa Álmeida founded it in Lisbon.", nil},
		"quotation":                {`"We never sold a machine that we would not use ourselves", Almeida said.`, nil},
		"quotation with omission":  {`Almeida said: “We never sold a machine […] we would not use ourselves.”`, nil},
		"quotation changed":        {`"We never built a machine that we would not use ourselves", Almeida said.`, []string{"quote-mismatch: We never built a machine that we would not use ourselves"}},
		"quotation of another":     {`"We never sold a machine that we would not use ourselves", Vermeulen said.`, []string{"unsupported-entity: Vermeulen", "quote-mismatch: We never sold a machine that we would not use ourselves"}},
		"inline code":              {"Run `retry 77 Frobnicate` in Lisbon.", nil},
		"sentence start":           {"Machines are sold in Lisbon. However, Calgary has a plant.", nil},
	}
	checker := newChecker(t, qa.Env{KB: base(t, company)}, all...)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.want == nil {
				c.want = []string{}
			}
			if diff := cmp.Diff(c.want, findings(t, checker.Check(context.Background(), article(t, c.text)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCountsEveryParticularOnce(t *testing.T) {
	checker := newChecker(t, qa.Env{KB: base(t, company)}, all...)
	var sum qa.Atoms
	for _, r := range checker.Check(context.Background(), article(t, "Rosa Almeida employs 1,420 people in Lisbon and weighs 77 kg, says Jan Pietersen.")) {
		sum.Checked += r.Atoms.Checked
		sum.Supported += r.Atoms.Supported
		sum.Partial += r.Atoms.Partial
		sum.Unsupported += r.Atoms.Unsupported
		sum.Contradicted += r.Atoms.Contradicted
	}
	want := qa.Atoms{Checked: 5, Supported: 2, Unsupported: 2, Contradicted: 1}
	if diff := cmp.Diff(want, sum); diff != "" {
		t.Error(diff)
	}
}

func TestWithoutTheRuleForContradictionsTheyAreUnsupported(t *testing.T) {
	checker := newChecker(t, qa.Env{KB: base(t, company)}, "check: unsupported-number")
	got := findings(t, checker.Check(context.Background(), article(t, "It employs 1,420 people.")))
	if diff := cmp.Diff([]string{"unsupported-number: 1,420"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFindingsNamePlaceAndEvidence(t *testing.T) {
	checker := newChecker(t, qa.Env{KB: base(t, company)}, "check: contradicted-value")
	results := checker.Check(context.Background(), article(t, "# Staff\n\nThe *staff*: it employs **1,420** people.\n"))
	f := results[0].Findings[0]
	if f.Where.Start.Line != 3 || f.Where.Start.Column != 27 || f.Where.Field != "body" {
		t.Errorf("the finding stands at %+v; want line 3, column 27 of the body", f.Where.Start)
	}
	if !strings.HasPrefix(f.Evidence, "doc0.md#example-works: ") || !strings.Contains(f.Evidence, "1,240 people") {
		t.Errorf("the evidence is %q; want the document, its heading and the passage", f.Evidence)
	}
	if want := `"1,420" is not what the source says: "1,240".`; f.Message != want {
		t.Errorf("the message is %q; want %q", f.Message, want)
	}
}

func TestSaysWhatItDoesNotCheck(t *testing.T) {
	a := article(t, "Die Firma beschäftigt 1.420 Leute in Lissabon, sagt Frau Beispiel.")
	a.Doc.Locale = "de-DE"
	results := newChecker(t, qa.Env{KB: base(t, "# Firma\n\nDie Firma beschäftigt 1.240 Leute.")}, all...).Check(context.Background(), a)
	if diff := cmp.Diff([]string{"contradicted-value: 1.420"}, findings(t, results)); diff != "" {
		t.Error(diff)
	}
	if said := strings.Join(results[0].Unchecked, " "); !strings.Contains(said, "de-de") || !strings.Contains(said, "negation") {
		t.Errorf("unchecked is %q; want the language and what grounding cannot see", said)
	}
}

func TestWithoutAKnowledgeBaseNothingIsJudged(t *testing.T) {
	results := newChecker(t, qa.Env{}, all...).Check(context.Background(), article(t, "It employs 1,420 people."))
	for _, r := range results {
		if !r.Idle || len(r.Findings) > 0 {
			t.Errorf("%s is not idle", r.Rule.ID)
		}
	}
	if len(results[0].Unchecked) != 1 || !strings.Contains(results[0].Unchecked[0], "no knowledge base") {
		t.Errorf("unchecked is %q", results[0].Unchecked)
	}
}

func TestAnAuthorMayNameTheSource(t *testing.T) {
	x := base(t, "# Pump A\n\nThe pump moves 40 litres.\n\n# Valve\n\nThe valve holds 9 bar.", "# Pump B\n\nThe pump moves 60 litres an hour, as the pump should.")
	checker := newChecker(t, qa.Env{KB: x}, all...)
	for text, want := range map[string][]string{
		"The pump moves 40 litres ([data](kb:doc0.md#pump-a)).": {},
		"The pump moves 60 litres ([data](kb:doc0.md#pump-a)).": {"contradicted-value: 60 litres"},
		"The pump moves 60 litres ([data](kb:doc1.md)).":        {},
	} {
		got := findings(t, checker.Check(context.Background(), article(t, text)))
		for i := range got {
			got[i] = strings.Replace(got[i], ": 60", ": 60 litres", 1)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestFindsWhatTheKnowledgeBaseDoesNotCover(t *testing.T) {
	x := base(t, company)
	text := "Rosa Almeida founded Example Works in Lisbon.\n\nGlaciers carve valleys while rivers deposit gravel along their meandering shores."
	got := findings(t, newChecker(t, qa.Env{KB: x}, "check: low-coverage", "check: no-passage").Check(context.Background(), article(t, text)))
	sentence := "Glaciers carve valleys while rivers deposit gravel along their meandering shores."
	if diff := cmp.Diff([]string{"low-coverage: " + sentence, "no-passage: " + sentence}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFindsSourcesThatAreTooOld(t *testing.T) {
	x := base(t, "---\ntitle: Prices\ndate: 2023-06-01\n---\n\nThe pump costs $40.")
	a := article(t, "The pump costs $40.")
	for days, want := range map[int]int{365: 1, 2000: 0} {
		checker := newChecker(t, qa.Env{KB: x}, fmt.Sprintf("check: stale-source\nmax_age_days: %d", days))
		if got := findings(t, checker.Check(context.Background(), a)); len(got) != want {
			t.Errorf("a limit of %d days gives %q; want %d findings", days, got, want)
		}
	}
}

func TestRefusesRulesThatMeanNothing(t *testing.T) {
	for text, want := range map[string]string{
		"check: guess":                          `check "guess" is not known`,
		"check: low-coverage\nmin: 101":         "min is 101",
		"check: stale-source\nmax_age_days: -1": "max_age_days is -1",
	} {
		if _, err := makeChecker(qa.Env{}, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v; want %q", text, err, want)
		}
	}
}

func TestStopsWhenTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, r := range newChecker(t, qa.Env{KB: base(t, company)}, all...).Check(ctx, article(t, "It employs 1,420 people.")) {
		if r.Err == nil {
			t.Errorf("%s passed although its check was stopped", r.Rule.ID)
		}
	}
}

func TestTellsOfACitedDocumentThatIsNotThere(t *testing.T) {
	results := newChecker(t, qa.Env{KB: base(t, company)}, all...).Check(context.Background(), article(t, "It employs 1,240 people ([data](kb:other.md))."))
	if said := strings.Join(results[0].Unchecked, " "); !strings.Contains(said, "kb:other.md") {
		t.Errorf("unchecked is %q; want the document's name", said)
	}
}

// Each text is built to make a careless reader slow; the test would take minutes.
func TestHostileTextsEnd(t *testing.T) {
	checker := newChecker(t, qa.Env{KB: base(t, company), Facts: facts}, append([]string{"check: low-coverage"}, all...)...)
	for name, text := range map[string]string{
		"numbers without end":    strings.Repeat("7,777 ", 40000),
		"one long word":          strings.Repeat("Aé", 100000),
		"quotations":             strings.Repeat(`"a b c d" `, 20000),
		"openings of quotations": strings.Repeat("“a ", 40000),
		"names":                  strings.Repeat("Aa Bb of ", 20000),
		"acronyms":               strings.Repeat("QQQ XQX ", 20000),
		"dates":                  strings.Repeat("May 3, 2011 and ", 15000),
	} {
		t.Run(name, func(t *testing.T) {
			a := &qa.Article{Doc: stet.Document{Locale: "en"}, Body: prose.Plain(text)}
			for _, r := range checker.Check(context.Background(), a) {
				if r.Err != nil {
					t.Error(r.Err)
				}
				if len(r.Findings) > 1000 {
					t.Errorf("%s lists %d findings", r.Rule.ID, len(r.Findings))
				}
			}
		})
	}
}

// strange is a knowledge base of another make.
type strange struct{ passages []qa.Passage }

func (s strange) Documents() int { return 1 }
func (s strange) Search(context.Context, string, string, int) ([]qa.Passage, error) {
	return s.passages, nil
}

func TestAnyKnowledgeBaseWillDo(t *testing.T) {
	kb := strange{[]qa.Passage{{Document: "elsewhere", Text: "Example Works employs 1,240 people in Lisbon."}}}
	results := newChecker(t, qa.Env{KB: kb}, all...).Check(context.Background(), article(t, "Example Works employs 1,420 people in Lisbon."))
	if diff := cmp.Diff([]string{"contradicted-value: 1,420"}, findings(t, results)); diff != "" {
		t.Error(diff)
	}
	if got := results[0].Findings[0].Evidence; !strings.HasPrefix(got, "elsewhere: ") {
		t.Errorf("the evidence is %q", got)
	}
}

func TestNamesAreJudgedOverTheWholeArticle(t *testing.T) {
	x := base(t, "# Works\n\nExample Works was founded in Lisbon by Rosa Almeida.", "# Pumps\n\nThe pump moves water from the river into the tanks.")
	text := "Rosa Almeida founded Example Works in Lisbon.\n\nIn the tanks, says Almeida, the pump moves water. So says Jan Pietersen.\n\nThe pump moves water, Jan Pietersen says."
	got := findings(t, newChecker(t, qa.Env{KB: x}, all...).Check(context.Background(), article(t, text)))
	if diff := cmp.Diff([]string{"unsupported-entity: Jan Pietersen"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestScareQuotesAndLettersAreNoParticulars(t *testing.T) {
	got := findings(t, newChecker(t, qa.Env{KB: base(t, company)}, all...).Check(context.Background(), article(t, `The "smart" pump of Example Works has an "X" on it, a "very small mark".`)))
	if diff := cmp.Diff([]string{}, got); diff != "" {
		t.Error(diff)
	}
}
