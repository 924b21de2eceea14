package word

import (
	"strings"

	"stet/internal/qa"
)

// within is how many words may stand between the form of be or get and its participle, as in "was not yet fully done".
const within = 3

var (
	beings = set("am are is was were be been being isn't aren't wasn't weren't it's that's he's she's they're we're you're i'm there's")
	gets   = set("get gets got getting gotten")

	// participles that do not end in -ed.
	participles = set(`
		beaten become begun bent bet bitten bled blown born bought bound bred broken brought built burnt burst cast caught
		chosen cut dealt done drawn driven drunk dug eaten fallen fed felt fought found flown forbidden forgiven forgotten
		frozen given ground grown heard held hidden hit hung hurt kept known laid learnt led left lent let lit lost made
		meant met mistaken overcome overthrown overwritten paid proven put read rebuilt redone rewritten ridden risen run
		said seen sent set sewn shaken shed shot shown shut slain sold sought sown spent split spoken spread sprung spun
		stolen struck stuck stung sung sunk sworn swept swung taken taught thought thrown told torn understood undone upset
		withdrawn withheld won worn woven written
	`)

	// adjectives look like participles and mostly are none.
	adjectives = set(`
		advanced aged alleged bored concerned delighted detailed dedicated embarrassed excited experienced exhausted
		indeed interested limited married needed outdated overjoyed pleased qualified red related scared seed shed skilled
		speed supposed surprised talented tired unexpected unlimited unprecedented used varied wicked worried hundred
		embed exceed feed proceed succeed breed bed sled
	`)

	// breaks end what a form of be is about.
	breaks = set("the a an this these those my your his their our who which when if because and or but while")
)

// isPassive tells whether a sentence has a form of be or get with a participle within four words. It is a rule of thumb for
// English: adjectives such as "interested" count as none, and "is done cooking" counts.
func isPassive(u *unit, first, last int) bool {
	words := u.block.Words[first:last]
	for i, word := range words {
		if word.Code || !beings[word.Fold] && !gets[word.Fold] {
			continue
		}
		for k := i + 1; k < len(words) && k <= i+1+within; k++ {
			fold := words[k].Fold
			if strings.ContainsAny(u.plain[words[k-1].End:words[k].Start], ",;:()“”\"–—") || breaks[fold] {
				break
			}
			if participle(fold) && !words[k].Code {
				return !(gets[word.Fold] && k > i+1) // "got the car fixed", "get more done"
			}
		}
	}
	return false
}

func participle(fold string) bool {
	if participles[fold] {
		return true
	}
	return len(fold) > 3 && strings.HasSuffix(fold, "ed") && !strings.Contains(fold, "-") && !adjectives[fold]
}

// persons are the pronouns of grammatical persons.
var persons = map[string][]string{
	"first-singular": {"I", "I'm", "I've", "I'll", "I'd", "me", "my", "mine", "myself"},
	"first-plural":   {"we", "we're", "we've", "we'll", "we'd", "us", "our", "ours", "ourselves"},
	"second":         {"you", "you're", "you've", "you'll", "you'd", "your", "yours", "yourself", "yourselves"},
}

// person finds the pronouns of persons a rule forbids.
type person struct {
	finder *finder
	of     []string // the person, by index of a hit
}

func newPerson(b *builder, rule *qa.Rule, r *readability) (judge, error) {
	p := &person{}
	var words []string
	for _, name := range r.Forbid {
		names := []string{name}
		if name == "first" {
			names = []string{"first-singular", "first-plural"}
		}
		for _, name := range names {
			if persons[name] == nil {
				return nil, rule.Fault("forbid", "forbid has %q; it may have first, first-singular, first-plural and second", name)
			}
			for _, word := range persons[name] {
				words, p.of = append(words, word), append(p.of, strings.TrimSuffix(strings.TrimSuffix(name, "-singular"), "-plural"))
			}
		}
	}
	if len(words) == 0 {
		return nil, rule.Fault("forbid", "metric person needs forbid: [first] or [second]")
	}
	var err error
	p.finder, err = b.finder(rule, look{Quotes: r.Quotes}, words, nil, [2]string{"forbid", ""})
	return p, err
}

func (p *person) judge(s *sheet, result *qa.Result) error {
	hits, err := p.finder.find(s)
	if err != nil {
		return err
	}
	result.Idle = p.finder.idle(s)
	for _, h := range hits {
		u := &s.units[h.unit]
		text := u.plain[h.start:h.end]
		if text == "US" || text == "i" || full(result) {
			continue // the country; a variable
		}
		result.Findings = append(result.Findings, s.finding(u, h.start, h.end, "“%{match}” speaks in the "+p.of[h.index]+" person.", said{}))
	}
	return nil
}
