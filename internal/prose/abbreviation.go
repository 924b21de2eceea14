package prose

import "strings"

// How a point behind an abbreviation is to be read.
const (
	always       = 1 + iota // never the end of a sentence: Mr. Smith
	beforeNumber            // not the end before a number: Fig. 3
	often                   // the end only before a word that begins sentences: Acme Inc. The
)

var abbreviations = func() map[string]int {
	table := map[string]int{}
	for kind, list := range map[int]string{
		always: `mr mrs ms mx dr prof mt v sen rep gov gen col capt cpt lt sgt maj rev hon pres vs e.g eg i.e ie cf viz approx ca resp
			incl excl esp dept univ assn messrs mme mlle z.b d.h u.a z.t bzw ggf evtl vgl hrsg dra p.ex p.ej ing tel`,
		beforeNumber: `no nos nr fig figs p pp vol ch chap sec sect art eq ver op para pt tab jan feb mar apr jun jul aug sep sept oct
			nov dec abb kap bd`,
		often: `etc inc ltd co corp llc plc gmbh jr sr st ph.d m.d b.a m.a b.sc m.sc a.m p.m al bros usw usf ave blvd rd est`,
	} {
		for word := range strings.FieldsSeq(list) {
			table[word] = kind
		}
	}
	return table
}()

// starters are words that, in upper case behind an abbreviation, begin a sentence.
var starters = set(`the a an this that these those it he she we they you i in on at for but and so if when while as after before
	there here what why how who where which our my his her its their no yes not since although however by with to from once then
	some many most all each both another other such still yet even also let please see is are do does did`)

var germanMonths = set(`januar februar märz april mai juni juli august september oktober november dezember jänner jahrhundert`)

func set(list string) map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		words[word] = true
	}
	return words
}
