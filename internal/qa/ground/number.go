package ground

import (
	"math"
	"strconv"
	"strings"
)

// number is a quantity as a text states it.
type number struct {
	value   float64
	other   float64  // the value where its separators are read the other way (1.200), else equal to value
	step    float64  // the worth of its last digit that counts: 100000 for 1.2 million
	unit    string   // "%", a currency code, a unit of measure, "" for a mere count
	nouns   []string // stems of what is counted, none where nothing follows
	lean    int      // +1 more than, -1 less than, 2 about
	ordinal bool
	spelled bool
	version string // 1.82.0: no quantity, compared as it is written
}

var scales = map[string]float64{
	"hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "mln": 1e6, "mio": 1e6, "millionen": 1e6, "millions": 1e6, "m": 1e6,
	"billion": 1e9, "bn": 1e9, "b": 1e9, "mrd": 1e9, "milliarden": 1e9, "milliards": 1e9, "billions": 1e9, "trillion": 1e12, "tn": 1e12, "trillions": 1e12,
	"lakh": 1e5, "crore": 1e7, "thousands": 1e3, "hundreds": 1e2, "dozen": 12,
}

// unitNames gives one name to every way of writing a unit.
var unitNames = namesOf(map[string]string{
	"%":   "percent pct prozent",
	"usd": "dollar dollars usd us$ cent cents", "eur": "euro euros eur", "gbp": "pound pounds gbp sterling", "jpy": "yen jpy", "inr": "rupee rupees rs inr", "chf": "chf franc francs", "cny": "yuan rmb cny",
	"km": "km kms kilometre kilometres kilometer kilometers", "metre": "m metre metres meter meters", "cm": "cm centimetre centimetres centimeter centimeters", "mm": "mm millimetre millimetres millimeter millimeters",
	"mile": "mile miles mi", "foot": "foot feet ft", "inch": "inch inches", "yard": "yard yards yd",
	"kg": "kg kgs kilogram kilograms kilo kilos", "gram": "g gram grams", "tonne": "t tonne tonnes ton tons", "lb": "lb lbs", "ounce": "oz ounce ounces",
	"acre": "acre acres", "hectare": "hectare hectares ha", "litre": "l litre litres liter liters", "gallon": "gallon gallons",
	"second": "second seconds sec secs s", "ms": "ms millisecond milliseconds", "minute": "minute minutes min mins", "hour": "hour hours hr hrs h", "day": "day days", "week": "week weeks", "month": "month months", "year": "year years yr yrs",
	"kb": "kb kilobyte kilobytes kib", "mb": "mb megabyte megabytes mib", "gb": "gb gigabyte gigabytes gib", "tb": "tb terabyte terabytes tib",
	"kw": "kw kilowatt kilowatts", "mw": "mw megawatt megawatts", "gw": "gw gigawatt gigawatts", "mph": "mph", "kph": "kph kmh", "hz": "hz", "mhz": "mhz", "ghz": "ghz", "clock": "am pm",
	"century": "century centuries",
})

func namesOf(table map[string]string) map[string]string {
	names := map[string]string{}
	for name, words := range table {
		for _, w := range strings.Fields(words) {
			names[w] = name
		}
	}
	return names
}

var currencies = map[string]string{"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₹": "inr"}

var small = map[string]float64{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
	"twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
	"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12,
}

var ordinals = map[string]float64{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11,
	"twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
	"twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90, "hundredth": 100,
}

// collectives say a number by another word. They bear a claim out, and are none themselves.
var collectives = map[string]float64{
	"both": 2, "couple": 2, "pair": 2, "twice": 2, "double": 2, "doubled": 2, "twin": 2, "twins": 2, "duo": 2, "trio": 3, "triple": 3, "thrice": 3, "triplets": 3,
	"quartet": 4, "quintet": 5, "decade": 10, "fortnight": 14, "once": 1, "single": 1, "half": 0.5,
}

var leans = map[string]int{
	"over": 1, "exceeding": 1, "exceeded": 1, "exceeds": 1, "least": 1, "surpassing": 1, "surpassed": 1, "above": 1, "more": 1,
	"under": -1, "nearly": -1, "almost": -1, "below": -1, "most": -1, "less": -1, "fewer": -1,
	"about": 2, "around": 2, "approximately": 2, "roughly": 2, "some": 2, "estimated": 2, "circa": 2, "c": 2, "ca": 2, "approx": 2,
}

var separators = strings.NewReplacer("\u00a0", "", "\u2009", "", "\u202f", "", "'", "", "’", "")

// quantifying are all words that a number or a date can begin with. Most words are none, and this tells at one glance.
var quantifying = func() map[string]bool {
	set := map[string]bool{}
	for _, words := range []map[string]float64{scales, small, ordinals, collectives} {
		for w := range words {
			set[w] = true
		}
	}
	for _, words := range []map[string]int{months, decades} {
		for w := range words {
			set[w] = true
		}
	}
	return set
}()

// digits reads a token of digits. The precision is the worth of its last digit that counts.
func digits(s string) (n number, ok bool) {
	s = separators.Replace(s)
	points, commas := strings.Count(s, "."), strings.Count(s, ",")
	plain := func(s string) float64 {
		value, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return math.NaN()
		}
		return value
	}
	english := plain(strings.ReplaceAll(s, ",", ""))
	european := plain(strings.Replace(strings.ReplaceAll(s, ".", ""), ",", ".", 1))
	switch {
	case points > 1 && commas == 0 && !grouped(s, '.'):
		return number{version: s}, true
	case points > 1, points == 1 && commas == 1 && strings.IndexByte(s, '.') < strings.IndexByte(s, ','):
		english = european
	case commas > 1, points == 1 && commas == 1:
		european = english
	case commas == 1 && !grouped(s, ','):
		english = european
	case points == 1 && !grouped(s, '.'):
		european = english
	}
	if math.IsNaN(english) || math.IsNaN(european) {
		return number{version: s}, true
	}
	return number{value: english, other: european, step: stepOf(english)}, true
}

// grouped tells whether every separator but none else stands before exactly three digits: 1,200,000.
func grouped(s string, separator byte) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == separator && (i == 0 || i > 3 && !strings.Contains(s[:i], string(separator)) || !threeDigits(s[i+1:])) {
			return false
		}
	}
	return true
}

// stepOf is the worth of the last digit of a number that is not a zero at its end: 100 for 1200, 0.01 for 4.25.
func stepOf(value float64) float64 {
	if value == 0 {
		return 1
	}
	step := 1.0
	if value == math.Trunc(value) {
		for step < 1e15 && math.Mod(value, step*10) == 0 {
			step *= 10
		}
		return step
	}
	text := strconv.FormatFloat(value, 'f', -1, 64)
	return math.Pow10(-(len(text) - strings.IndexByte(text, '.') - 1))
}

// spelledAt reads a number in words: twenty-one, three hundred, a dozen is left to the caller. It gives the tokens used.
func spelledAt(sentence string, tokens []token, i int) (n number, used int) {
	value, found := small[tokens[i].fold]
	order, ordinal := ordinals[tokens[i].fold]
	if !found && !ordinal {
		return number{}, 0
	}
	if ordinal {
		return number{value: order, other: order, step: 1, ordinal: true, spelled: true}, 1
	}
	used = 1
	if value >= 20 && value < 100 && i+1 < len(tokens) {
		between := gap(sentence, tokens, i+1)
		next, more := small[tokens[i+1].fold]
		nth, orderly := ordinals[tokens[i+1].fold]
		switch {
		case between != "-" && between != " ":
		case more && next > 0 && next < 10:
			value, used = value+next, 2
		case orderly && nth < 10:
			return number{value: value + nth, other: value + nth, step: 1, ordinal: true, spelled: true}, 2
		}
	}
	return number{value: value, other: value, step: 1, spelled: true}, used
}

// agrees tells whether a source's number supports a claim's.
func (claim number) agrees(source number) bool {
	if claim.version != "" || source.version != "" {
		return claim.version == source.version
	}
	if !sameUnit(claim, source) {
		return false
	}
	return claim.near(source.value) || source.other != source.value && claim.near(source.other) ||
		claim.other != claim.value && (claim.other == source.value || claim.other == source.other)
}

// near tells whether a value is the claimed one, to the precision and with the words of caution the claim has.
func (claim number) near(value float64) bool {
	if equal(claim.value, value) {
		return true
	}
	if claim.value == 0 || claim.ordinal {
		return false
	}
	rounded := claim.step >= 1e4 || claim.step < 1 || claim.step == 1 && value != math.Trunc(value) && claim.value >= 10
	if claim.lean != 0 && claim.value >= 10 && claim.step >= 10 {
		rounded = true
	}
	if rounded && math.Abs(value-claim.value) <= claim.step/2*1.000001 && math.Abs(value-claim.value) < 0.1*math.Abs(claim.value) {
		return true
	}
	ratio := value / claim.value
	switch claim.lean {
	case 1:
		return ratio >= 1 && ratio <= 1.25
	case -1:
		return ratio <= 1 && ratio >= 0.8
	case 2:
		return math.Abs(ratio-1) < 0.05
	}
	return false
}

// dates tells whether a claim's number is the year of a date, or its century.
func (claim number) dates(d date) bool {
	if claim.unit == "century" && claim.ordinal {
		return d.year > 0 && claim.value == float64((d.year-1)/100+1)
	}
	return !claim.spelled && d.year > 0 && d.month == 0 && claim.value == float64(d.year)
}

func equal(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b)) }

// sameUnit tells whether two numbers may be of the same kind: a percentage is never a count, dollars are never metres.
func sameUnit(claim, source number) bool {
	if claim.unit == source.unit {
		return true
	}
	if claim.unit == "" || source.unit == "" {
		return claim.unit != "%" && source.unit != "%" || claim.spelled || source.spelled || source.unit == "" && len(source.nouns) == 0
	}
	return false
}
