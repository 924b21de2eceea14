package ground

import "strings"

// date is a day, a month, a year or a decade; what a text leaves out is 0.
type date struct {
	year, month, day int
	decade           bool
	either           bool // written in figures of which each could be the month
}

var months = map[string]int{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11,
	"december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}

var weekdays = setOf("monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun")

var decades = map[string]int{"twenties": 1920, "thirties": 1930, "forties": 1940, "fifties": 1950, "sixties": 1960, "seventies": 1970, "eighties": 1980, "nineties": 1990}

// dateAt reads the date that begins at token i and tells how many tokens it takes; 0 where none begins there.
func dateAt(sentence string, tokens []token, i int) (date, int) {
	t := tokens[i]
	if month := months[t.fold]; month > 0 && t.upper {
		return monthFirst(sentence, tokens, i, month)
	}
	if year, found := decades[t.fold]; found {
		return date{year: year, decade: true}, 1
	}
	if !t.digit {
		return date{}, 0
	}
	if d, used := numeric(sentence, tokens, i); used > 0 {
		return d, used
	}
	if d, used := dayFirst(sentence, tokens, i); used > 0 {
		return d, used
	}
	return yearAt(sentence, tokens, i)
}

func monthFirst(sentence string, tokens []token, i, month int) (date, int) {
	d, used := date{month: month}, 1
	next := i + 1
	if next < len(tokens) && narrow(gap(sentence, tokens, next)) {
		if day := dayOf(tokens[next]); day > 0 {
			d.day, used = day, 2
			next++
			if next < len(tokens) && gap(sentence, tokens, next) == "" && suffix(tokens[next].fold) {
				used, next = used+1, next+1
			}
			if next < len(tokens) && tokens[next].digit { // 4-6 June, and June 4–6
				if g := gap(sentence, tokens, next); (g == "-" || g == "–") && dayOf(tokens[next]) > 0 {
					used, next = used+1, next+1
				}
			}
		}
	}
	if next < len(tokens) && (narrow(gap(sentence, tokens, next)) || tokens[next].fold == "of") {
		if tokens[next].fold == "of" && next+1 < len(tokens) {
			next++
		}
		if year := yearOf(tokens[next]); year > 0 {
			d.year = year
			return d, next - i + 1
		}
	}
	if used == 1 && !aMonth(sentence, tokens, i) {
		return date{}, 0
	}
	return d, used
}

// aMonth tells whether a month's name without day and year means the month: May and March are words, Jan and April names.
func aMonth(sentence string, tokens []token, i int) bool {
	if i+1 < len(tokens) && tokens[i+1].upper && gap(sentence, tokens, i+1) == " " {
		return false
	}
	name := tokens[i].fold
	if len(name) > 3 && name != "march" && name != "sept" {
		return true
	}
	return (name == "may" || name == "march") && i > 0 && monthly[tokens[i-1].fold]
}

var monthly = setOf("in of since until by last next early late mid this during from to till through before after between")

func dayFirst(sentence string, tokens []token, i int) (date, int) {
	day := dayOf(tokens[i])
	if day == 0 {
		return date{}, 0
	}
	next := i + 1
	if next < len(tokens) && gap(sentence, tokens, next) == "" && suffix(tokens[next].fold) {
		next++
	}
	if next < len(tokens) && tokens[next].fold == "of" {
		next++
	}
	if next >= len(tokens) || months[tokens[next].fold] == 0 || !tokens[next].upper || !narrow(gap(sentence, tokens, next)) {
		return date{}, 0
	}
	d := date{month: months[tokens[next].fold], day: day}
	next++
	if next < len(tokens) && narrow(gap(sentence, tokens, next)) {
		if year := yearOf(tokens[next]); year > 0 {
			d.year = year
			next++
		}
	}
	return d, next - i
}

// numeric reads 2017-08-22, 22.08.2017 and 8/22/2017. Where day and month could change places, the day is left open.
func numeric(sentence string, tokens []token, i int) (date, int) {
	t := tokens[i]
	if parts := strings.Split(t.text, "."); len(parts) == 3 {
		d := date{year: full(parts[2]), month: count(parts[1]), day: count(parts[0])}
		if d.valid() {
			return d, 1
		}
		return date{}, 0
	}
	if i+2 >= len(tokens) {
		return date{}, 0
	}
	a, b, c := count(t.text), count(tokens[i+1].text), count(tokens[i+2].text)
	if g := gap(sentence, tokens, i+1); g == gap(sentence, tokens, i+2) && (g == "-" || g == "/") {
		for _, d := range [...]date{{year: a, month: b, day: c}, {year: full(tokens[i+2].text), month: a, day: b}, {year: full(tokens[i+2].text), month: b, day: a}} {
			if d.valid() {
				d.either = d.year != a && a <= 12 && b <= 12
				return d, 3
			}
		}
	}
	return date{}, 0
}

// full is a year of four figures, or of two, which stand for the hundred years up to 2030.
func full(s string) int {
	year := count(s)
	switch {
	case len(s) != 2:
		return year
	case year <= 30:
		return 2000 + year
	}
	return 1900 + year
}

func (d date) valid() bool {
	return d.year >= 1000 && d.year < 2200 && d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= 31
}

func yearAt(sentence string, tokens []token, i int) (date, int) {
	year := yearOf(tokens[i])
	tight := i+1 < len(tokens) && gap(sentence, tokens, i+1) == ""
	if tight && tokens[i+1].fold == "s" || i+1 < len(tokens) && tokens[i+1].fold == "s" && (gap(sentence, tokens, i+1) == "'" || gap(sentence, tokens, i+1) == "’") {
		if personal[before(tokens, i)] {
			return date{}, 0 // in her 30s
		}
		if short := count(tokens[i].text); year == 0 && len(tokens[i].text) == 2 && short >= 20 && short%10 == 0 {
			return date{year: 1900 + short, decade: true}, 2
		}
		if year > 0 && year%10 == 0 {
			return date{year: year, decade: true}, 2
		}
		return date{}, 0
	}
	if year == 0 || tight {
		return date{}, 0
	}
	if before := strings.TrimRight(gap(sentence, tokens, i), " "); before != "" && strings.ContainsAny(before[len(before)-1:], "$#/=") || strings.HasSuffix(before, "£") || strings.HasSuffix(before, "€") {
		return date{}, 0
	}
	if i+1 < len(tokens) && !yearly[before(tokens, i)] {
		next, g := tokens[i+1].fold, gap(sentence, tokens, i+1)
		if strings.HasPrefix(g, "%") || g == " " && (scales[next] > 0 || unitNames[next] != "" && unitNames[next] != "century" || plural(tokens[i+1])) {
			return date{}, 0
		}
	}
	return date{year: year}, 1
}

// personal words before 30s make it an age.
var personal = setOf("his her their my your our whose")

var yearly = setOf("in since by from until till of during year to before after and early late mid circa around spring summer autumn fall winter")

func before(tokens []token, i int) string {
	if i == 0 {
		return ""
	}
	return tokens[i-1].fold
}

// plural guesses that a word is a noun that a number counts.
func plural(t token) bool {
	return !t.upper && len(t.fold) > 3 && (strings.HasSuffix(t.fold, "s") && !strings.HasSuffix(t.fold, "ss") || t.fold == "people" || t.fold == "children")
}

// narrow tells whether what stands between the parts of a date keeps them together.
func narrow(g string) bool {
	switch g {
	case " ", ", ", " , ", ",", ". ", "\n", "\u00a0", "-", " '":
		return true
	}
	return false
}

func suffix(s string) bool { return s == "st" || s == "nd" || s == "rd" || s == "th" }

func dayOf(t token) int {
	if n := count(t.text); len(t.text) <= 2 && n >= 1 && n <= 31 {
		return n
	}
	return 0
}

func yearOf(t token) int {
	if n := count(t.text); len(t.text) == 4 && n >= 1100 && n < 2100 {
		return n
	}
	return 0
}

// count reads a short text of digits; anything else is 0.
func count(s string) int {
	n := 0
	if len(s) > 6 {
		return 0
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// within tells whether a source's date holds everything that a claim's date says.
func (claim date) within(source date) bool {
	if claim.decade {
		return source.year > 0 && (source.year/10 == claim.year/10 || claim.year%100 == 0 && source.year/100 == claim.year/100) // 1800s may be a century
	}
	if source.decade {
		return false
	}
	if source.either && claim.month == source.day && claim.day == source.month {
		claim.month, claim.day = claim.day, claim.month
	}
	return (claim.year == 0 || claim.year == source.year) && (claim.month == 0 || claim.month == source.month) && (claim.day == 0 || claim.day == source.day)
}
