package word

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isName tells whether the article's sentences write a word with a capital where no sentence begins, and never small.
func (s *sheet) isName(fold string) bool {
	s.learn()
	return s.names[fold]
}

// isCommon tells whether a word is no name: the article's sentences write it small, or the language's common words have it.
func (s *sheet) isCommon(fold string) bool {
	s.learn()
	name, seen := s.names[fold]
	return seen && !name || common[fold] || minor[fold] || eitherWay[fold]
}

// learn reads the running text once for how it writes its words.
func (s *sheet) learn() {
	if s.names != nil {
		return
	}
	s.names = map[string]bool{}
	s.each(paragraph|list|quote|table, func(u *unit, _ int) {
		for _, sentence := range u.block.Sentences {
			for _, word := range u.block.Words[sentence.First:sentence.Last] {
				r, _ := utf8.DecodeRuneInString(u.plain[word.Start:])
				switch {
				case word.Code || !unicode.IsLetter(r):
				case unicode.IsLower(r):
					s.names[word.Fold] = false
				case word.Start != u.block.Words[sentence.First].Start:
					if _, seen := s.names[word.Fold]; !seen {
						s.names[word.Fold] = true
					}
				}
			}
		}
	})
	// A word with an ending counts as the word: "Kubernetes's" says how Kubernetes is written.
	for word, name := range s.names {
		if stem, ok := strings.CutSuffix(word, "'s"); ok {
			if _, seen := s.names[stem]; !seen {
				s.names[stem] = name
			}
		}
	}
}

// common are words of headings that are hardly ever names.
var common = set(`
	add adding advanced advice all alternatives analysis answers api approach architecture are article available avoid
	background basic basics be before beginner best better build building buy call can case cases change changes changing
	check checklist choose choosing common compare comparison complete conclusion configuration configure configuring cost
	costs create creating customer customers data deploy deploying deployment design develop developer developers
	development different do does documentation done easy edit editing error errors every example examples experience fast
	faster feature features files find first fix follow found free full future general get getting go good great guide had
	happens has have help history home how ideas important improve improved improving in install installation installing
	introduction introducing is issues it its job know known language latest learn learning lessons limitations list look
	main make makes making management market marketing matters mean means measure method methods migrate migrating migration
	mistakes more most my need needs new next not note notes number of old one open optional options other our overview own
	part people performance plan planning platform practices price pricing problem problems process product production
	products project projects quality question questions quick reading ready reasons recommendations reference related
	release releases remove report requirements research resources results right rules run running sale sales saving search
	section security see service services set setting settings setup should simple site small software solution solutions
	some start started starting step steps still stop story strategy summary support system systems take takes team teams
	test testing tests text thanks their there these they things think three time tips to today tool tools top topics
	troubleshooting try tutorial two type types understand understanding update updates upgrade upgrading usage use user
	users uses using value version view want was way ways we web website what when where which who why will work workflow
	working works write writing wrong year years you your
`)
