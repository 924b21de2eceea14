package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// mutation is a claim with one particular changed: where it stands now and what kind it is.
type mutation struct {
	kind       string
	text       string
	start, end int
	old        string
}

// The patterns are deliberately not those of the gate: what it cannot read counts as missed.
const monthNames = `January|February|March|April|May|June|July|August|September|October|November|December`

var (
	datePattern   = regexp.MustCompile(`\b(?:(?:` + monthNames + `) \d{1,2},? \d{4}|\d{1,2} (?:` + monthNames + `)(?: \d{4})?|(?:` + monthNames + `) \d{1,2}\b|(?:` + monthNames + `) \d{4})\b`)
	yearPattern   = regexp.MustCompile(`\b(?:1[5-9]|20)\d\d\b`)
	numberPattern = regexp.MustCompile(`\b\d+(?:,\d{3})*(?:\.\d+)?\b|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty)\b`)
	quotePattern  = regexp.MustCompile(`["“][^"“”]*["”]`)
	namePattern   = regexp.MustCompile(`\b[A-Z][\p{L}]+(?:[ -][A-Z][\p{L}]+)*\b`)
	monthPattern  = regexp.MustCompile(`^(?:` + monthNames + `)$`)
	dayPattern    = regexp.MustCompile(`\b\d{1,2}\b`)
	wordPattern   = regexp.MustCompile(`[a-z]{4,}`)
)

// span is a range of a claim that holds one particular.
type span struct{ start, end int }

func (s span) meets(others []span) bool {
	return slices.ContainsFunc(others, func(o span) bool { return s.start < o.end && o.start < s.end })
}

// mutations changes every quotation, date, year, number and name of a claim in turn.
func mutations(c claim, names []string) []mutation {
	text := strings.TrimSpace(c.text)
	var taken []span
	var all []mutation
	each := func(kind string, pattern *regexp.Regexp, change func(old string) string) {
		for _, at := range pattern.FindAllStringIndex(text, -1) {
			s := span{at[0], at[1]}
			if s.meets(taken) {
				continue
			}
			old := text[s.start:s.end]
			fresh := change(old)
			if fresh == "" || fresh == old {
				continue
			}
			taken = append(taken, s)
			all = append(all, mutation{kind, text[:s.start] + fresh + text[s.end:], s.start, s.start + len(fresh), old})
		}
	}
	each("quote", quotePattern, otherQuote)
	each("date", datePattern, otherDate)
	each("year", yearPattern, otherYear)
	each("number", numberPattern, otherNumber)
	each("name", namePattern, func(old string) string {
		if strings.HasPrefix(text, old) && !strings.Contains(old, " ") {
			return "" // the first word of a sentence may be any word
		}
		return otherName(old, c, names)
	})
	return all
}

// otherQuote replaces the longest word of a quotation that is not a title.
func otherQuote(old string) string {
	longest := ""
	for _, w := range wordPattern.FindAllString(old, -1) {
		if len(w) > len(longest) {
			longest = w
		}
	}
	if longest == "" || len(old) < 14 || len(strings.Fields(old)) < 4 || strings.Count(old, " ")/2 < len(regexp.MustCompile(`\b[A-Z]`).FindAllString(old, -1))-1 {
		return ""
	}
	return strings.Replace(old, longest, "marvellous", 1)
}

// otherDate moves the day, or the month where there is no day.
func otherDate(old string) string {
	if day := dayPattern.FindString(old); day != "" {
		n, _ := strconv.Atoi(day) // the pattern holds digits only
		return dayPattern.ReplaceAllLiteralString(old, fmt.Sprint(n%28+1))
	}
	months := strings.Split(monthNames, "|")
	for i, m := range months {
		if strings.Contains(old, m) {
			return strings.Replace(old, m, months[(i+5)%12], 1)
		}
	}
	return ""
}

// otherYear moves a year by one to nine years.
func otherYear(old string) string {
	n, _ := strconv.Atoi(old) // the pattern holds digits only
	return fmt.Sprint(n - n%9 - 1)
}

// otherNumber changes the first digit that is not a zero, or takes the number word after next.
func otherNumber(old string) string {
	words := strings.Fields("two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty")
	if i := slices.Index(words, old); i >= 0 {
		return words[(i+2)%len(words)]
	}
	for i := 0; i < len(old); i++ {
		if d := old[i]; d > '0' && d <= '9' {
			return old[:i] + string(rune('1'+(d-'0'+1)%9)) + old[i+1:]
		}
	}
	return ""
}

// namesOf are the names that claims hold, sorted, without words that any text also writes in lower case.
func namesOf(claims []claim) []string {
	seen, lower := map[string]bool{}, map[string]bool{}
	for _, c := range claims {
		for _, line := range append([]string{c.text}, c.source...) {
			for _, word := range wordPattern.FindAllString(line, -1) {
				lower[word] = true
			}
		}
	}
	for _, c := range claims {
		for _, name := range namePattern.FindAllString(c.text, -1) {
			if !strings.HasPrefix(strings.TrimSpace(c.text), name) && !monthPattern.MatchString(name) && len(name) > 3 && !lower[strings.ToLower(name)] {
				seen[name] = true
			}
		}
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// otherName takes a name of as many words that the claim's source does not hold, always the same one.
func otherName(old string, c claim, names []string) string {
	if monthPattern.MatchString(old) || len(old) < 2 {
		return ""
	}
	source := strings.Join(c.source, "\n")
	start := len(c.id)*7 + len(old)*31 + int(old[0])*101 + int(old[len(old)-1])*17
	for i := range names {
		name := names[(start+i)%len(names)]
		if len(strings.Fields(name)) == len(strings.Fields(old)) && !strings.Contains(source, name) && !strings.Contains(c.text, name) {
			return name
		}
	}
	return ""
}
